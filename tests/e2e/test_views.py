"""Views: what a document becomes, beside its text, after each edit. `docs/protocol-extensions.md` says how."""

from __future__ import annotations

import json
import pathlib
import re
import urllib.parse

import pytest
import yaml

from wire import Wire, at, did_change

SCHEME = "nexflow-view"
SHOWS = {"workspace": {"textDocumentContent": {"dynamicRegistration": True}}}
FEATURES = ["definition", "documentLink", "foldingRange"]
BASE = """\
checkpoints:
  main:
    type: s3
    bucket: state
    checkpoint: {interval: 10m}
"""
DOCUMENT = """\
extends: base.infra
checkpoints:
  main:
    prefix: one
    retention: {max_checkpoints: 3}
"""


def view_of(uri: str, strict: bool = True, **params) -> str:
    """The URI of a view, encoded as far as RFC 3986 wants it, or as much as VS Code does it."""
    query = json.dumps({"view": "render", "textDocument": {"uri": uri}, **params})
    return f"{SCHEME}:/a.infra%20(Flink)?{urllib.parse.quote(query, safe='' if strict else '/:?@,')}"


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "base.infra").write_text(BASE, encoding="utf-8")
    (tmp_path / "a.infra").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


def begin(wire: Wire, folder: pathlib.Path, capabilities: dict, **params) -> str:
    result = wire.initialize(capabilities, workspaceFolders=[{"uri": folder.as_uri(), "name": "root"}], **params)
    assert result["capabilities"]["workspace"]["textDocumentContent"] == {"schemes": [SCHEME]}
    uri = (folder / "a.infra").as_uri()
    wire.open(uri, DOCUMENT)
    return uri


def content(wire: Wire, view: str) -> str:
    return wire.request("workspace/textDocumentContent", {"uri": view})["result"]["text"]


def refreshed(message: dict) -> str | None:
    return message["params"]["uri"] if message.get("method") == "workspace/textDocumentContent/refresh" else None


@pytest.mark.parametrize("pull", [True, False])
def test_a_view_follows_each_edit_of_its_document_and_of_what_that_extends(wire, folder, pull):
    pulls = {"textDocument": {"diagnostic": {}}} if pull else {}
    uri = begin(wire, folder, {**SHOWS, **pulls})
    view = view_of(uri)
    assert "s3://state/one" in content(wire, view)

    wire.change(uri, 2, {"text": DOCUMENT.replace("one", "two")})
    wire.until(lambda message: refreshed(message) == view)
    assert "s3://state/two" in content(wire, view)

    base = (folder / "base.infra").as_uri()
    wire.open(base, BASE)
    wire.change(base, 2, {"text": BASE.replace("state", "other")})
    wire.until(lambda message: refreshed(message) == view)
    for _ in range(10):
        if "s3://other/two" in (text := content(wire, view)):
            break
        wire.until(lambda message: refreshed(message) == view)
    assert "s3://other/two" in text
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    wire.until(lambda message: refreshed(message) == view)
    assert "s3://other/one" in content(wire, view), "what stands on disk"


def test_nothing_is_said_of_what_has_not_changed_or_was_not_read_again(wire, folder):
    uri = begin(wire, folder, SHOWS)
    view = view_of(uri)
    other = folder / "other.infra"
    wire.open(other.as_uri(), "version: '1.0'\n")
    content(wire, view)
    wire.change(other.as_uri(), 2, {"text": "version: '1.0'\nenvironment: test\n"})
    for version in range(2, 6):
        wire.change(uri, version, {"text": DOCUMENT.replace("one", f"p{version}")})
        wire.text(uri)
    wire.shut_down()
    assert [found for message in wire.seen if (found := refreshed(message))] == [view]


def test_who_does_not_show_views_is_not_told_of_them(ready, folder):
    uri = (folder / "a.infra").as_uri()
    ready.open(uri, DOCUMENT)
    assert "s3://state/one" in content(ready, view_of(uri, strict=False))
    ready.change(uri, 2, {"text": DOCUMENT.replace("one", "two")})
    assert "s3://state/two" in content(ready, view_of(uri))
    ready.shut_down()
    assert not any(refreshed(message) for message in ready.seen)


def test_each_line_leads_to_where_it_is_written_and_blocks_fold(wire, folder):
    registers = {feature: {"dynamicRegistration": True} for feature in FEATURES}
    uri = begin(wire, folder, {**SHOWS, "textDocument": registers})
    view = view_of(uri, **{"as": "l5"})
    lines = content(wire, view).splitlines()
    # The request may come before or after the answers to what was asked meanwhile.
    registering = lambda message: message.get("method") == "client/registerCapability"  # noqa: E731
    if not any(registering(message) for message in wire.seen):
        wire.until(registering)
    registered = [one for message in wire.seen if registering(message) for one in message["params"]["registrations"]]
    of_views = [one for one in registered if one["method"].removeprefix("textDocument/") in FEATURES]
    assert len(of_views) == 3
    assert all(one["registerOptions"]["documentSelector"] == [{"scheme": SCHEME}] for one in of_views)

    links = wire.request("textDocument/documentLink", {"textDocument": {"uri": view}})["result"]
    leads = {lines[link["range"]["start"]["line"]].strip(): link["target"] for link in links}
    base = (folder / "base.infra").as_uri()
    assert leads["prefix: one"] == f"{uri}#L4"
    assert leads["interval: 10m"] == f"{base}#L5"
    for link in links:
        line, (start, end) = link["range"]["start"]["line"], (link["range"][at]["character"] for at in ("start", "end"))
        assert lines[line][start:end] == lines[line].strip() != ""

    at_bucket = next(number for number, line in enumerate(lines) if "bucket" in line)
    found = wire.request("textDocument/definition", at(view, at_bucket, 6))["result"]
    assert (found["uri"], found["range"]["start"]["line"]) == (base, 3)

    folds = wire.request("textDocument/foldingRange", {"textDocument": {"uri": view}})["result"]
    folded = {lines[fold["startLine"]].strip(): fold["endLine"] for fold in folds}
    assert folded["checkpoints:"] == len(lines) - 1
    assert lines[folded["checkpoint:"]].strip() == "interval: 10m"


def test_what_cannot_be_shown_is_said_in_the_view(wire, folder):
    uri = begin(wire, folder, SHOWS)
    assert content(wire, view_of(uri, checkpoint="nobody")).startswith("# no checkpoint named `nobody`")
    assert content(wire, view_of(uri, flinkVersion="0.9")).startswith("# known versions are")
    assert content(wire, view_of((folder / "gone.infra").as_uri())).startswith("# The document cannot be read")
    secret = folder / "secret.txt"
    secret.write_text("checkpoints: {main: {type: s3, bucket: c4n4ry}}\n", encoding="utf-8")
    assert "c4n4ry" not in content(wire, view_of(secret.as_uri())), "no document"
    for odd in [f"{SCHEME}:/x", f"{SCHEME}:/x?%7B%7D", f"{SCHEME}:/x?no-json", "file:///x"]:
        assert wire.request("workspace/textDocumentContent", {"uri": odd})["error"]["code"] == -32602
        wire.request("textDocument/documentLink", {"textDocument": {"uri": odd}})
    # An unfinished document is shown as far as it goes.
    wire.change(uri, 2, {"text": DOCUMENT + "state_backends: {main: {type: ["})
    assert "s3://state/one" in content(wire, view_of(uri))


def test_a_view_that_the_client_opens_is_no_document(wire, folder):
    uri = begin(wire, folder, SHOWS)
    view = view_of(uri, **{"as": "l5"})
    wire.open(view, "version: [")
    wire.notify("textDocument/didChange", did_change(view, 2, {"text": "x"}))
    wire.notify("textDocument/didClose", {"textDocument": {"uri": view}})
    wire.shut_down()
    assert not any(message.get("params", {}).get("uri") == view for message in wire.seen if "publishDiagnostics" in message.get("method", ""))


@pytest.mark.parametrize("has_command", [True, False])
def test_a_lens_shows_what_flink_gets_to_who_can(wire, folder, has_command):
    commands = {"experimental": {"nexflow": {"commands": ["nexflow.showRendered"] if has_command else []}}}
    uri = begin(wire, folder, commands, initializationOptions={"codeLens": True})
    lenses = wire.request("textDocument/codeLens", {"textDocument": {"uri": uri}})["result"]
    shows = [lens for lens in lenses if lens.get("command", {}).get("command") == "nexflow.showRendered"]
    assert len(shows) == has_command
    for lens in shows:
        assert lens["command"]["title"] == "Show what Flink gets"
        [params] = lens["command"]["arguments"]
        assert "s3://state/one" in wire.request("nexflow/render", params)["result"]["text"]
        assert wire.request("codeLens/resolve", lens)["result"] == lens


def hover(wire: Wire, uri: str, text: str, word: str) -> str:
    """What is said about the first occurrence of a word."""
    before = text[: text.index(word)]
    place = at(uri, before.count("\n"), len(before.rpartition("\n")[2]) + 1)
    found = wire.request("textDocument/hover", place)["result"]
    return found["contents"]["value"] if found else ""


MARKDOWN = {"textDocument": {"hover": {"contentFormat": ["markdown"]}}}
HOVERED = """\
state_backends:
  main:
    type: rocksdb
    incremental: true
    options: {block_cache_size: 64 mebibytes}
checkpoints:
  main:
    type: s3
    bucket: state
    prefix: one
    checkpoint:
      interval: 10m
      timeout: soon
    auth: {secret_key: '${SECRET_KEY}'}
"""


def test_a_hover_says_what_flink_gets_where_that_is_not_what_is_written(wire, folder):
    begin(wire, folder, MARKDOWN)
    uri = (folder / "hovered.infra").as_uri()
    wire.open(uri, HOVERED)
    interval = "Flink 2.3 gets `execution.checkpointing.interval: 10 min`."
    assert interval in hover(wire, uri, HOVERED, "interval") and interval in hover(wire, uri, HOVERED, "10m")
    ignored = "Flink 2.3 gets `state.backend.rocksdb.block.cache-size: 64mb` and ignores it (managed-memory-overrides-cache)."
    assert ignored in hover(wire, uri, HOVERED, "64 mebibytes")
    for part in ["bucket", "prefix"]:
        assert "Flink 2.3 gets `execution.checkpointing.dir: s3://state/one`." in hover(wire, uri, HOVERED, part)
    assert "Flink 2.3 gets no option of it" in hover(wire, uri, HOVERED, "soon")
    # What is written is what Flink gets; and a reference to a secret says no more than it does.
    for same in ["incremental", "rocksdb", "secret_key", "main", "state_backends"]:
        assert "Flink 2.3 gets" not in hover(wire, uri, HOVERED, same)


EXAMPLES = sorted((pathlib.Path(__file__).parents[2] / "examples").glob("*.infra"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_a_hover_says_is_a_row(wire, path):
    """Each hover of each scalar of the examples, beside the table for programs."""
    wire.initialize(MARKDOWN, workspaceFolders=[{"uri": path.parent.as_uri(), "name": "examples"}])
    text = path.read_text(encoding="utf-8")
    uri = path.as_uri()
    wire.open(uri, text)
    table = wire.request("nexflow/render", {"textDocument": {"uri": uri}})["result"]["text"]
    said = set()

    def visit(node: yaml.Node) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                answer = wire.request("textDocument/hover", at(uri, key.start_mark.line, key.start_mark.column + 1))["result"]
                said.update(re.findall(r"Flink [\d.]+ gets `([^`]+)`", answer["contents"]["value"] if answer else ""))
                visit(value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                visit(item)

    visit(yaml.compose(text, Loader=yaml.SafeLoader))
    rows = {tuple(line.split(None, 2)[:2]) for line in table.splitlines()}
    for setting in said:
        option, value = setting.split(": ", 1)
        assert any(row[0] == option and value.startswith(row[1]) for row in rows if len(row) == 2), setting
    assert said or "checkpoints" not in text


def test_a_diagnostic_leads_to_the_page_of_its_rule(wire, folder):
    """Where the client can ask for it; a link that nothing can open is not given."""
    shown = {"textDocument": {"publishDiagnostics": {"codeDescriptionSupport": True}}}
    uri = begin(wire, folder, {**SHOWS, **shown})
    wire.change(uri, 2, {"text": DOCUMENT.replace("max_checkpoints: 3", "max_checkpoints: 0")})
    [found] = [item for item in wire.diagnostics(uri, 2) if item["code"] == "retention-minimum"]
    page = content(wire, found["codeDescription"]["href"])
    assert page.startswith("# ") and "retention-minimum" in page and "max_checkpoints" in page


def test_without_views_and_without_a_public_address_there_is_no_link(wire, folder):
    shown = {"textDocument": {"publishDiagnostics": {"codeDescriptionSupport": True}}}
    wire.initialize(shown, workspaceFolders=[{"uri": folder.as_uri(), "name": "root"}])
    uri = (folder / "a.infra").as_uri()
    wire.open(uri, DOCUMENT.replace("max_checkpoints: 3", "max_checkpoints: 0"))
    found = wire.diagnostics(uri)
    assert found and not any("codeDescription" in item for item in found)
