"""What is moved into the document that several documents extend: each of them means the same before and after.

What documents mean is worked out by `meaning`, which has another parser and a merge of its own.
"""

from __future__ import annotations

import collections
import pathlib
import random
import re

import pytest
import yaml

from fixture import Folder
from meaning import meaning
from test_round_trips import FAMILY, FOLDERS

INTO = "base document"


def actions(folder: Folder, name: str, line: int, character: int, **context: object) -> list[dict]:
    place = {"line": line, "character": character}
    found = folder.ask(
        "textDocument/codeAction",
        textDocument={"uri": folder.uri(name)},
        range={"start": place, "end": place},
        context={"diagnostics": [], "only": ["refactor.extract"], "triggerKind": 1, **context},
    )
    return [action for action in found if INTO in action["title"]]


def keys(text: str) -> list[tuple[int, int]]:
    """Where a key begins: line, column."""
    places = []
    for number, line in enumerate(text.splitlines()):
        places += [(number, found.start()) for found in re.finditer(r"(?<![\w.-])[A-Za-z_][\w.-]*(?=\s*:)", line.split(" #")[0])]
    return places


def comments(text: str) -> collections.Counter:
    """The comments of a text in which no scalar has a `#` behind a blank."""
    return collections.Counter(re.findall(r"(?:^|(?<=\s))#[^\r\n]*", text, re.MULTILINE))


def base_of(text: str) -> str | None:
    tree = next(yaml.safe_load_all(text), None) if "extends" in text else None
    return tree.get("extends") if isinstance(tree, dict) else None


def try_all(folder: Folder) -> int:
    """Applies everything that is offered at every key, each time to the documents as they are on disk."""
    files = folder.fixture.files
    before = meaning(files)
    seen: set[str] = set()
    tried = 0
    for name, text in files.items():
        base = base_of(text) if name.endswith(".infra") else None
        if base not in files:
            continue
        folder.open(name)
        for line, character in keys(text):
            for action in actions(folder, name, line, character):
                if (once := f"{name} {line} {action['title']}") in seen:
                    continue
                seen.add(once)
                where = f"{name}:{line + 1}: {action['title']}"
                after = folder.edited(action["edit"])
                touched = [other for other in files if after[other] != files[other]]
                assert name in touched, f"{where}: the document is as it was"
                now = meaning(after)
                for document in before:
                    # The base itself is what is added to.
                    if document != base:
                        assert now[document] == before[document], f"{where}: {document} means something else"
                lost = sum((comments(files[other]) for other in touched), collections.Counter())
                lost -= sum((comments(after[other]) for other in touched), collections.Counter())
                # What two documents say in the same comment is said once.
                alone = {comment for comment in lost if lost[comment] and not comments(after[base])[comment]}
                assert not alone or action["title"].startswith("Remove `"), f"{where}: {alone} are lost"
                assert "documentChanges" not in action["edit"]
                tried += 1
        folder.close(name)
    return tried


@pytest.mark.parametrize("name", [name for name in FOLDERS if "extends:" in FOLDERS[name]])
def test_every_move_keeps_the_meaning_of_every_document(tmp_path: pathlib.Path, name: str):
    with Folder(tmp_path, FOLDERS[name]) as folder:
        assert try_all(folder) > 0


FIELDS = {
    "type": ["s3", "s3", "s3", '"s3"'],
    "bucket": ["company-state", "${STORE}", '"${STORE}"', "other"],
    "prefix": ["one/", "two/", "'one/'", "${STORE}/x"],
    "retention": ["{max_checkpoints: 3}", "{max_checkpoints: 3, cleanup_mode: on_success}", "{}"],
    "checkpoint": [{"interval": ["60s", "1m"], "timeout": ["10m"], "mode": ["exactly_once", "at_least_once"]}],
    "s3": [{"endpoint": ["https://a.example", "${STORE}"], "path_style_access": ["true", '"true"', "false"], "max_connections": ["5", "10"]}],
}
COMMENTS = ["# ours", "# see the runbook", "# here only"]


def written(dice: random.Random, fields: dict, indent: int, share: float) -> str:
    """A block with some of the fields, in some style, with some comments."""
    text = ""
    for key, values in fields.items():
        if dice.random() > share:
            continue
        value = dice.choice(values)
        pad = " " * indent
        if dice.random() < 0.1:
            text += f"{pad}{dice.choice(COMMENTS)}\n"
        if dice.random() < 0.05:
            text += "\n"
        if isinstance(value, str):
            behind = f" {dice.choice(COMMENTS)}" if dice.random() < 0.1 else ""
            anchor = f"&{key} " if dice.random() < 0.03 else ""
            text += f"{pad}{key}: {anchor}{value}{behind}\n"
        elif dice.random() < 0.3:
            inner = [f"{name}: {dice.choice(some)}" for name, some in value.items() if dice.random() < share]
            inner = [one for one in inner if "${" not in one or '"' in one]
            text += f"{pad}{key}: {{{', '.join(inner)}}}\n"
        else:
            inner = written(dice, value, indent + dice.choice([2, 2, 4]), share)
            text += f"{pad}{key}:\n{inner}" if re.search(r"^\s*\w+:", inner, re.MULTILINE) else ""
    return text


def document(dice: random.Random, head: str, share: float) -> str:
    text = head
    entries = ""
    for name in ("main", "other", "third"):
        body = written(dice, FIELDS, 4, share)
        if dice.random() < share and re.search(r"^\s*\w+:", body, re.MULTILINE):
            above = f"  {dice.choice(COMMENTS)}\n" if dice.random() < 0.15 else ""
            behind = f" {dice.choice(COMMENTS)}" if dice.random() < 0.1 else ""
            entries += f"{above}  {name}:{behind}\n{body}"
    if entries:
        text += f"checkpoints:\n{entries}"
    if dice.random() < 0.2:
        text += "# the end\n"
    return text.replace("\n", "\r\n") if dice.random() < 0.2 else text


@pytest.mark.parametrize("seed", range(12))
def test_every_move_among_random_documents_keeps_their_meaning(tmp_path: pathlib.Path, seed: int):
    dice = random.Random(seed)
    parts = {".env": "STORE=store\n", "base.infra": document(dice, dice.choice(["", "environment: base\n"]), dice.choice([0, 0.3, 0.6]))}
    for name in ("a", "b", "c")[: dice.randint(1, 3)]:
        parts[f"{name}.infra"] = document(dice, "environment: staging\nextends: base.infra\n", dice.choice([0.7, 0.9, 1]))
    # Extends one of them, so that it has all of it by way of another document.
    parts["above.infra"] = "environment: production\nextends: a.infra\n"
    with Folder(tmp_path, "//- a.infra\n") as folder:
        folder.fixture.files = parts
        for name, text in parts.items():
            folder.write(name, text)
        folder.changed(*parts)
        try_all(folder)


COMMON = """
//- base.infra
environment: base
//- open $0a.infra
//- b.infra
environment: staging
extends: base.infra
checkpoints: {main: {type: s3, bucket: company-state, prefix: b/}}
//- c.infra
environment: staging
extends: base.infra
checkpoints:
  main:
    type: s3
    bucket: company-state
    prefix: c/
"""
A = "environment: staging\nextends: base.infra\ncheckpoints:\n  main:\n    type: s3\n    bucket: company-state\n    prefix: a/\n"


@pytest.fixture
def common(tmp_path):
    text = COMMON.replace("//- open $0a.infra\n", f"//- open a.infra\n{A}")
    with Folder(tmp_path, text) as folder:
        yield folder


SHARED = "Move what all 3 documents say in `main` into the base document"


def test_what_all_documents_share_leaves_closed_documents_as_well(common: Folder):
    found = {action["title"]: action for action in actions(common, "a.infra", 3, 3)}
    assert list(found) == ["Move `main` into the base document, out of b.infra, c.infra too", SHARED]
    after = common.edited(found[SHARED]["edit"])
    assert after["base.infra"] == "environment: base\ncheckpoints:\n  main:\n    type: s3\n    bucket: company-state\n"
    assert after["b.infra"].endswith("checkpoints: {main: {prefix: b/}}\n")
    assert after["c.infra"].endswith("checkpoints:\n  main:\n    prefix: c/\n")
    assert found[SHARED]["kind"] == "refactor.extract"


def test_an_open_document_counts_as_it_stands_in_the_editor(common: Folder):
    common.open("c.infra", "extends: base.infra\ncheckpoints:\n  main:\n    prefix: c/\n")
    # It says neither type nor bucket any more, and would inherit them.
    assert [action["title"] for action in actions(common, "a.infra", 3, 3)] == [
        "Move 1 of the 3 fields of `main` into the base document"
    ]
    # A document that does not extend the base any more has no say.
    common.type("c.infra", "version: '1.0'\n")
    assert [action["title"] for action in actions(common, "a.infra", 3, 3)] == [
        "Move `main` into the base document, out of b.infra too",
        "Move what both documents say in `main` into the base document",
    ]


def test_nobody_reads_files_for_a_light_bulb_unless_they_are_few(tmp_path: pathlib.Path):
    many = "".join(f"//- d{number}.infra\n{A}" for number in range(40))
    with Folder(tmp_path, f"//- base.infra\nenvironment: base\n{many}//- open a.infra\n{A}") as folder:
        assert actions(folder, "a.infra", 3, 3, triggerKind=1)
        assert not actions(folder, "a.infra", 3, 3, triggerKind=2)
        # Editors that do not say why they ask are answered.
        assert actions(folder, "a.infra", 3, 3, triggerKind=None)
        # Whoever asks for other kinds gets other kinds.
        assert not actions(folder, "a.infra", 3, 3, only=["quickfix"])


def test_a_document_without_a_base_has_nothing_to_move(tmp_path: pathlib.Path):
    with Folder(tmp_path, f"//- open a.infra\n{A.replace('extends: base.infra', 'version: 1')}//- open b.infra\n{A}") as folder:
        assert not actions(folder, "a.infra", 3, 3)
        assert not actions(folder, "b.infra", 3, 3), "the base is not there"


def test_the_family_of_the_round_trips_is_one():
    assert "extends: base.infra" in FAMILY


def test_nothing_moves_among_more_documents_than_are_read(tmp_path: pathlib.Path):
    text = f"//- base.infra\nenvironment: base\n//- z.infra\n{A}//- open a.infra\n{A}"
    with Folder(tmp_path, text, settings={"maxWorkspaceDocuments": 3}) as folder:
        assert actions(folder, "a.infra", 3, 3)
    # The one that is left out may say anything.
    with Folder(tmp_path, text, settings={"maxWorkspaceDocuments": 2}) as folder:
        assert not actions(folder, "a.infra", 3, 3)
