"""Actions that write: only what was asked for changes, no name is taken twice, and no comment is lost."""

from __future__ import annotations

import pathlib
import re

import pytest
from fixture import Folder
from test_reports import HEAD

PREFIX = HEAD + "checkpoints:\n  main:\n    type: s3\n    bucket: state-bucket\n    prefix: a$0bc\n"


def offered(server: Folder, *, only: str) -> dict[str, dict]:
    at = server.at(*server.fixture.cursor)
    found = server.ask(
        "textDocument/codeAction",
        textDocument=at["textDocument"],
        range={"start": at["position"], "end": at["position"]},
        context={"diagnostics": [], "only": [only]},
    )
    return {action["title"]: action for action in found}


def extract(folder: pathlib.Path, text: str, *, files: str = "", env: dict | None = None) -> tuple[str | None, dict[str, str]]:
    """The name that is offered for the value at the cursor, and the files afterwards."""
    with Folder(folder, f"{files}//- open a.infra\n{text}", env=env) as server:
        actions = offered(server, only="refactor.extract")
        title = next((title for title in actions if title.startswith("Extract into")), None)
        if title is None:
            return None, {}
        return re.search("`(.*)`", title)[1], server.edited(actions[title]["edit"])


TAKEN = {
    "in .env": {"files": "//- .env\nMAIN_PREFIX=other\n"},
    "in the shell": {"files": "//- .env\nOTHER=1\n", "env": {"MAIN_PREFIX": "shell"}},
    "in the settings": {"files": '//- .env\nOTHER=1\n//- nexflow.toml\n[infra.variables]\nMAIN_PREFIX = "fixed"\n'},
    "in a later env file": {"files": '//- .env\nOTHER=1\n//- nexflow.toml\n[infra]\nenv_files = ["ci.env"]\n//- ci.env\nMAIN_PREFIX=ci\n'},
}


@pytest.mark.parametrize("where", TAKEN)
def test_a_name_that_has_a_value_is_not_taken(tmp_path, where):
    name, files = extract(tmp_path, PREFIX, **TAKEN[where])
    assert name not in (None, "MAIN_PREFIX")
    assert files[".env"].endswith(f"{name}=abc\n") and f"prefix: ${{{name}}}\n" in files["a.infra"]


def test_a_name_that_the_document_refers_to_is_not_taken(tmp_path):
    name, _ = extract(tmp_path, PREFIX.replace("state-bucket", "${MAIN_PREFIX}"), files="//- .env\nOTHER=1\n")
    assert name not in (None, "MAIN_PREFIX")


def test_the_base_of_a_document_stays_a_name_of_a_file(tmp_path):
    name, _ = extract(tmp_path, HEAD + "extends: base$0.infra\n", files="//- .env\nOTHER=1\n//- base.infra\n" + HEAD)
    assert name is None


def test_a_backslash_is_read_back(tmp_path):
    name, files = extract(tmp_path, PREFIX.replace("a$0bc", "'a$0b\\'"), files="//- .env\nOTHER=1\n")
    assert name is not None and files[".env"] == f'OTHER=1\n{name}="ab\\\\"\n'


def test_nothing_is_added_behind_a_quote_that_is_not_closed(tmp_path):
    name, files = extract(tmp_path, PREFIX, files='//- .env\nOPEN="a\n')
    assert name is None or "OPEN" in files[".env"]


BEFORE_CHILD = {
    "behind the key": "secrets:\n  st$0ore: # who may read it\n    provider: vault\n    path: p/q\n    keys: [a]\n",
    "above the first key": "state_backends:\n  a$0:\n    # why this one\n    type: rocksdb\n    incremental: true\n",
    "above the first item": "secrets:\n  store:\n    provider: vault\n    path: p\n    ke$0ys:\n      # rotated monthly\n      - a\n      - b\n",
}


@pytest.mark.parametrize("where", BEFORE_CHILD)
def test_a_comment_is_not_written_away(tmp_path, where):
    with Folder(tmp_path, "//- open a.infra\n" + HEAD + BEFORE_CHILD[where]) as server:
        comment = re.search("# .*", BEFORE_CHILD[where])[0]
        for title, action in offered(server, only="refactor.rewrite").items():
            assert comment in server.edited(action["edit"]).get("a.infra", comment), title


BACKENDS = "state_backends:\n  fa$0st:\n    type: rocksdb\n  log:\n    type: changelog\n    base_backend: fast\n    changelog: {storage: s3://bucket/x}\n"


@pytest.mark.parametrize("new", ["null", "true", "on", "No", "1", "1e3", "0x1F", "0b11", "1_000", "2024-01-31", "2024-1-3"])
def test_an_entry_renamed_to_a_word_of_yaml_stays_text(tmp_path, new):
    with Folder(tmp_path, "//- open a.infra\n" + HEAD + BACKENDS) as server:
        after = server.rename(new)["a.infra"]
        assert f"base_backend: '{new}'\n" in after and f"  '{new}':\n" in after


def test_a_variable_is_not_renamed_to_one_that_has_a_value(tmp_path):
    text = PREFIX.replace("a$0bc", "${MI$0NE}")
    with Folder(tmp_path, f"//- .env\nMINE=a\n//- open a.infra\n{text}", env={"YOURS": "b"}) as server:
        assert "YOURS" in server.refused("textDocument/rename", newName="YOURS")
