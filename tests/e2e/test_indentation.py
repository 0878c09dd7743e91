"""One setting says how wide a level of indentation is, to the editor and to `fmt --check`; the tab size of an editor does not."""

import pytest
from test_reports import HEAD, run

TWO = HEAD + "state_backends:\n  a:\n    type: rocksdb\n    storage:\n      local_directories:\n        - /mnt/a\n"
FOUR = HEAD + "state_backends:\n    a:\n        type: rocksdb\n        storage:\n            local_directories:\n                - /mnt/a\n"


def applied(text: str, edits: list[dict]) -> str:
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    def at(place: dict) -> int:
        return starts[place["line"]] + place["character"]
    for edit in sorted(edits, key=lambda edit: at(edit["range"]["start"]), reverse=True):
        text = text[: at(edit["range"]["start"])] + edit["newText"] + text[at(edit["range"]["end"]) :]
    return text


@pytest.mark.parametrize(("project", "wanted"), [("[infra]\n", TWO), ("[infra]\nindent_size = 4\n", FOUR)])
@pytest.mark.parametrize("written", [TWO, FOUR])
@pytest.mark.parametrize("tab_size", [2, 3, 4, 8])
def test_what_the_editor_formats_passes_the_check(wire, tmp_path, project, wanted, written, tab_size):
    (tmp_path / "nexflow.toml").write_text(project)
    wire.initialize({}, rootUri=tmp_path.as_uri())
    uri = (tmp_path / "a.infra").as_uri()
    wire.open(uri, written)
    options = {"tabSize": tab_size, "insertSpaces": True}
    edits = wire.request("textDocument/formatting", {"textDocument": {"uri": uri}, "options": options})["result"]
    assert applied(written, edits) == wanted
    (tmp_path / "a.infra").write_text(wanted)
    assert run("fmt", "--check", cwd=tmp_path).returncode == 0
    (tmp_path / "a.infra").write_text(FOUR if wanted == TWO else TWO)
    assert run("fmt", "--check", cwd=tmp_path).returncode == 1


@pytest.mark.parametrize("text", [TWO, FOUR])
def test_a_new_line_and_a_selection_follow_the_document(wire, tmp_path, text):
    (tmp_path / "nexflow.toml").write_text("[infra]\n")
    wire.initialize({}, rootUri=tmp_path.as_uri())
    uri = (tmp_path / "a.infra").as_uri()
    head, _, rest = text.partition("    storage:") if text == TWO else text.partition("        storage:")
    width = 2 if text == TWO else 4
    options = {"tabSize": 2, "insertSpaces": True}
    # Below a key that takes a block.
    wire.open(uri, head + " " * 2 * width + "options:\n\n")
    line = head.count("\n") + 1
    place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 0}, "ch": "\n", "options": options}
    [edit] = wire.request("textDocument/onTypeFormatting", place)["result"]
    assert edit["newText"] == " " * 3 * width
    # One line of the document.
    loose = text.replace("type: rocksdb", "type:   rocksdb")
    wire.change(uri, 2, {"text": loose})
    line = loose[: loose.index("type:")].count("\n")
    selected = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 99}}
    edits = wire.request("textDocument/rangeFormatting", {"textDocument": {"uri": uri}, "range": selected, "options": options})["result"]
    assert applied(loose, edits) == text


def test_a_width_that_cannot_be_is_reported(tmp_path):
    (tmp_path / "nexflow.toml").write_text("[infra]\nindent_size = 1\n")
    (tmp_path / "a.infra").write_text(TWO)
    assert "from 2 to 8" in run("check", cwd=tmp_path).stderr
