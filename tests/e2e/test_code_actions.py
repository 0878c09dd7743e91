"""Which code actions an editor gets for what it asks."""

from __future__ import annotations

import pathlib

from fixture import Folder

FIX_ALL = "source.fixAll.nexflow"

# `compresion` can only be `compression`, so that it is fixed with everything.
DOCUMENT = """\
//- open a.infra
version: "1.0"
state_backends:
  main:
    type: rocksdb
    incremental: true
    options:
      compresion: SNAPPY
"""


def kinds(folder: Folder, line: int, **context: object) -> set[str]:
    place = {"line": line, "character": 6}
    found = folder.ask(
        "textDocument/codeAction",
        textDocument={"uri": folder.uri("a.infra")},
        range={"start": place, "end": place},
        context={"diagnostics": [], **context},
    )
    return {action["kind"] for action in found}


def test_mending_everything_is_offered_to_who_asks(tmp_path: pathlib.Path) -> None:
    with Folder(tmp_path, DOCUMENT) as folder:
        wrong, elsewhere = 6, 0
        assert {FIX_ALL, "quickfix"} <= kinds(folder, wrong)
        assert {FIX_ALL, "quickfix"} <= kinds(folder, wrong, triggerKind=1)
        assert FIX_ALL in kinds(folder, elsewhere, triggerKind=1)
        # An editor saves with this one.
        assert kinds(folder, wrong, only=["source.fixAll"], triggerKind=2) == {FIX_ALL}
        assert kinds(folder, wrong, only=["source"], triggerKind=1) == {FIX_ALL}


def test_a_glance_at_the_cursor_is_about_the_cursor(tmp_path: pathlib.Path) -> None:
    with Folder(tmp_path, DOCUMENT) as folder:
        at_a_glance = kinds(folder, 6, triggerKind=2)
        assert "quickfix" in at_a_glance and FIX_ALL not in at_a_glance


def test_only_what_is_asked_for_is_worked_out(tmp_path: pathlib.Path) -> None:
    with Folder(tmp_path, DOCUMENT) as folder:
        assert kinds(folder, 6, only=["quickfix"]) == {"quickfix"}
        assert kinds(folder, 6, only=["refactor.inline"]) == set()
        assert kinds(folder, 3, only=["refactor"]) and all(kind.startswith("refactor.") for kind in kinds(folder, 3, only=["refactor"]))
