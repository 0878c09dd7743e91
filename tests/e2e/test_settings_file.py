"""The server serves `nexflow.toml` while it is written."""

import json
import pathlib
import re
import tomllib

import pytest
from test_adopting import run
from wire import Wire

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(tmp_path):
    def start(text: str, pull: bool = False):
        path = tmp_path / "nexflow.toml"
        path.write_text(text)
        (tmp_path / "a.infra").write_text("version: '1.0'\nenvironment: production\n")
        server = Wire()
        server.__enter__()
        servers.append(server)
        server.initialize({}, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
        server.open(path.as_uri(), text)
        return server, path.as_uri()

    servers: list[Wire] = []
    yield start
    for server in servers:
        server.__exit__(None, None, None)


def at(uri: str, text: str) -> tuple[str, dict]:
    before = text.split("|")[0]
    position = {"line": before.count("\n"), "character": len(before.rsplit("\n", 1)[-1])}
    return text.replace("|", ""), {"textDocument": {"uri": uri}, "position": position}


@pytest.mark.parametrize(("text", "label", "line"), [
    ("[infra]\nassume|", "assume_variables", "assume_variables = "),
    ("[infra.rules]\nenv-unres|", "env-unresolved", "env-unresolved = "),
    ("[[infra.assert]]\npath = \"checkpoints.*.buck|\"", "bucket", 'path = "checkpoints.*.bucket"'),
    ("[[infra.assert]]\nseverity = |", "warning", 'severity = "warning"'),
    ("[[infra.overrides]]\nrules = { weak|", "weak-acks-in-production", "rules = { weak-acks-in-production = "),
])
def test_what_is_offered_makes_the_line(opened, text, label, line):
    plain, params = at("", text)
    server, uri = opened(plain)
    params["textDocument"]["uri"] = uri
    items = server.request("textDocument/completion", params)["result"]
    [item] = [item for item in items if item["label"] == label]
    edit = item["textEdit"]
    lines = plain.split("\n")
    row = edit["range"]["start"]["line"]
    old = lines[row]
    new = old[: edit["range"]["start"]["character"]] + edit["newText"] + old[edit["range"]["end"]["character"] :]
    assert new == line


def test_hovers_explain_keys_and_paths(opened):
    text, params = at("", "[[infra.assert]]\nid = 'x'\npath = 'checkpoints.*.buck|et'\nrequired = true\n")
    server, uri = opened(text)
    params["textDocument"]["uri"] = uri
    assert "checkpoints.<name>.bucket" in str(server.request("textDocument/hover", params)["result"])
    for method in ("textDocument/documentSymbol", "textDocument/foldingRange", "textDocument/inlayHint", "textDocument/formatting"):
        more = {"options": {"tabSize": 2, "insertSpaces": True}, "range": {"start": params["position"], "end": params["position"]}}
        assert not server.request(method, {**params, **more})["result"]


def test_the_editor_and_the_command_line_say_the_same_of_the_file(opened, tmp_path):
    text = "[infra]\nflink = 1\n[infra.rules]\nno-such = 'off'\nlocal-rule = 'hint'\n\n[[infra.assert]]\nid = 'local-rule'\n" \
        "path = 'streams.*.topik'\nrequired = true\n[[infra.overrides]]\nrules = { weak-acks-in-production = 'loud' }\n"
    server, uri = opened(text)
    shown = server.diagnostics(uri)
    lines = [json.loads(line) for line in run("check", "--format", "json", cwd=tmp_path).stdout.splitlines()]
    checked = [one for line in lines if line["path"] == "nexflow.toml" for one in line["diagnostics"]]
    assert checked and [(one["range"], one["message"]) for one in shown] == [(one["range"], one["message"]) for one in checked]
    rows = text.split("\n")
    words = [rows[one["range"]["start"]["line"]][one["range"]["start"]["character"] : one["range"]["end"]["character"]] for one in shown]
    assert {"flink", "no-such"} <= set(words)


def test_every_example_of_the_docs_is_sound():
    for page in ("house-rules.md", "adopting.md", "settings.md"):
        for block in re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / page).read_text(), re.S):
            tomllib.loads(block)
