"""Fixes that say how sure they are: what `check --fix` and fix-all on save do by themselves, and what they leave to a person."""

from __future__ import annotations

import pathlib
import shutil

import pytest
from fixture import Folder
from test_reports import HEAD, run

TREE = pathlib.Path(__file__).resolve().parents[2]
SECRET = "secrets:\n  store: # who rotates it: the platform team\n    provider: vault\n    path: apps/store\n    keys: [user, pass]\n"
STORE = "checkpoints:\n  main:\n    type: s3\n    bucket: state-bucket\n"


def documents() -> list[pathlib.Path]:
    found = [path for folder in ("tests/corpus", "examples", "editors", "docs") for path in (TREE / folder).rglob("*.infra")]
    return [path for path in found if "node_modules" not in path.parts]


def fixed(folder: pathlib.Path, text: str, *options: str, **others: str) -> str:
    (folder / "nexflow.toml").write_text("")
    for name, content in {"a.infra": text, **others}.items():
        (folder / name.replace("__", ".")).write_text(content)
    run("check", "--no-env", "--fix", *options, "a.infra", cwd=folder)
    return (folder / "a.infra").read_bytes().decode()


def test_valid_documents_stay_as_they_are_byte_for_byte(tmp_path):
    before = {}
    (tmp_path / "nexflow.toml").write_text("")
    for number, path in enumerate(documents()):
        # Each in a folder of its own, with the documents that it may extend.
        folder = tmp_path / str(number)
        folder.mkdir()
        for beside in path.parent.glob("*.infra"):
            shutil.copy(beside, folder / beside.name)
            before[folder / beside.name] = beside.read_bytes()
    assert len(before) > 70
    run("check", "--no-env", "--fix", cwd=tmp_path)
    assert [path.name for path, text in before.items() if path.read_bytes() != text] == []


REMOVALS = {
    "a secret that nothing refers to": HEAD + SECRET + "state_backends:\n  a:\n    type: rocksdb\n",
    "keys beside an instance profile": HEAD + SECRET + STORE + "    auth:\n      type: instance_profile\n"
    "      access_key: secret://store/user # ours\n      secret_key: secret://store/pass\n",
    "fields of the type before": HEAD + "state_backends:\n  a:\n    type: hashmap\n    incremental: true\n"
    "    options: # measured in spring\n      write_buffer_size: 128mb\n",
    "a suppression with its reason": HEAD + "state_backends:\n  a:\n    type: rocksdb # nexflow: ignore[heap-timers] agreed on\n",
    "what a base says as well": HEAD + "extends: base.infra\n" + STORE.replace("    type", "    # in step with the contract\n    type"),
}


@pytest.mark.parametrize("name", REMOVALS)
def test_nothing_that_was_written_is_removed_unasked(tmp_path, name):
    base = HEAD.replace("environment: ", "environment: base # ", 1) + STORE
    text = REMOVALS[name]
    assert fixed(tmp_path, text, base__infra=base) == text


def test_what_is_asked_for_is_removed(tmp_path):
    text = REMOVALS["a suppression with its reason"]
    assert fixed(tmp_path, text, "--unsafe-fixes") == text.replace(" # nexflow: ignore[heap-timers] agreed on", "")
    # Two rules for one place are a choice, which no option makes.
    text = HEAD + "lookups:\n  a:\n    type: redis\n    cluster: {nodes: ['a:1']}\n    sentinel: {master: m, nodes: ['b:1']}\n"
    after = fixed(tmp_path, text, "--unsafe-fixes")
    assert "cluster:" in after and "sentinel:" in after


ENTRY = HEAD + "state_backends:\n  a:\n    type: rocksdb\n    incremental: true\n"
CHECKPOINT = HEAD + STORE + "    checkpoint:\n      interval: 60s\n      min_pause: 30s\n      timeout: 10m\n"
SLIPS = {
    "a tab": (ENTRY, "    incremental", "\tincremental"),
    "a tab and two blanks": (CHECKPOINT, "      timeout", "\t  timeout"),
    "a missing colon": (CHECKPOINT, "min_pause: 30s", "min_pause 30s"),
    "a missing colon before quotes": ('version: "1.0"\nenvironment: staging\n', "version:", "version"),
    "a missing quote before a comment": (ENTRY.replace("type: rocksdb", 'type: "rocksdb" # the default'), '" #', " #"),
    "a missing bracket": (ENTRY.replace("type", "storage: {local_directories: [/a, /b]}\n    type"), "b]", "b"),
    "one blank more": (ENTRY, "    incremental", "     incremental"),
    "one blank less": (ENTRY, "    incremental", "   incremental"),
    "an exact copy": (ENTRY, "    type: rocksdb\n", "    type: rocksdb\n    type: rocksdb\n"),
    "a letter of a value": (ENTRY, "rocksdb", "rockdsb"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_with_one_reading_is_put_right(tmp_path, name):
    text, right, wrong = SLIPS[name]
    slip = text.replace(right, wrong, 1)
    assert slip != text
    assert fixed(tmp_path, slip) == text


OPEN = {
    "a key and an entry without a colon": HEAD + "state_backends:\n  mine yours\n",
    "a quote in free text": HEAD + STORE + '    prefix: "a # b\n',
    "another value under the same key": ENTRY + "    type: hashmap\n",
    "a copy with a comment of its own": ENTRY + "    type: rocksdb # on purpose\n",
}


@pytest.mark.parametrize("name", OPEN)
def test_what_may_mean_two_things_is_left_to_a_person(tmp_path, name):
    text = OPEN[name]
    assert fixed(tmp_path, text) == text
    assert run("check", "--no-env", "a.infra", cwd=tmp_path).returncode == 1


def test_fix_all_on_save_does_what_the_command_line_does(tmp_path):
    text, right, wrong = SLIPS["a missing colon"]
    for number, before in enumerate([text.replace(right, wrong, 1), *REMOVALS.values()]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Folder(folder, "//- open a.infra\n" + before) as server:
            actions = server.ask(
                "textDocument/codeAction",
                textDocument={"uri": server.uri("a.infra")},
                range={"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
                context={"diagnostics": [], "only": ["source.fixAll"]},
            )
            after = server.edited(actions[0]["edit"])["a.infra"] if actions else before
            assert after == (text if number == 0 else before)


def test_the_summary_says_what_can_be_fixed(tmp_path):
    (tmp_path / "nexflow.toml").write_text("")
    (tmp_path / "a.infra").write_text(ENTRY.replace("rocksdb", "RocksDB"))
    assert "1 fixable with `--fix`" in run("check", "--no-env", cwd=tmp_path).stderr
    (tmp_path / "a.infra").write_text(REMOVALS["a suppression with its reason"])
    assert "1 fixable with `--fix --unsafe-fixes`" in run("check", "--no-env", cwd=tmp_path).stderr
    (tmp_path / "a.infra").write_text(ENTRY)
    assert "fixable" not in run("check", "--no-env", cwd=tmp_path).stderr
