"""What a change of an open document does to running jobs: diagnostics at what has changed, a lens, and the plan as a view."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.parse

from lsprotocol import types

BASE = """\
version: '1.0'
environment: base
resources:
  enrich: {parallelism: 2, max_parallelism: 128}
state_backends:
  main: {type: rocksdb, timer_service: {type: rocksdb}}
"""
CHANGED = BASE.replace("128", "256").replace("timer_service: {type: rocksdb}", "timer_service: {type: heap}")


def git(folder, *arguments):
    settings = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, "HOME": str(folder)})


async def opened(start, text=CHANGED, **options):
    session = await start(options={"infra": {"compareWith": "HEAD", **options.pop("infra", {})}, **options})
    session.write("base.infra", BASE)
    session.write("prod.infra", "version: '1.0'\nenvironment: production\nextends: base.infra\n")
    git(session.root, "init", "-q")
    git(session.root, "add", "-A")
    git(session.root, "commit", "-q", "-m", "one")
    return session, session.open("base.infra", text)


async def found(session, uri):
    report = await session.pull(uri)
    return {item.code: item for item in report.items}


async def test_diagnostics_stand_at_what_has_changed(start):
    session, uri = await opened(start)
    diagnostics = await found(session, uri)
    raised = diagnostics["max-parallelism-raised"]
    line = CHANGED.splitlines()[raised.range.start.line]
    assert line[raised.range.start.character : raised.range.end.character] == "256"
    assert raised.message.startswith("Changing `max_parallelism` from `128` to `256`: ")
    assert "Safe way: " in raised.message and "HEAD" in raised.message
    timers = diagnostics["timers-rocksdb-to-heap-full"]
    line = CHANGED.splitlines()[timers.range.start.line]
    assert line[timers.range.start.character : timers.range.end.character] == "heap"
    session.replace(uri, 2, BASE)
    assert "max-parallelism-raised" not in await found(session, uri)


async def test_a_lens_says_how_much_has_changed(start):
    session, uri = await opened(start)
    lenses = await session.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    assert lenses[0].range.start.line == 0
    assert lenses[0].command.title == "2 changes since HEAD, 1 makes the job fail, 1 loses state"


async def test_the_plan_is_a_view(start):
    session, uri = await opened(start)
    query = urllib.parse.quote(json.dumps({"view": "render", "textDocument": {"uri": uri}, "as": "plan"}))
    answer = await session.client.protocol.send_request_async("workspace/textDocumentContent", types.TextDocumentContentParams(uri=f"nexflow-view:/plan?{query}"))
    assert answer.text.startswith("2 changes since HEAD: 1 fails, 1 state-lost.\n\nbase.infra\n")
    assert "resources.enrich.max_parallelism: 128 -> 256  [max-parallelism-raised]\n" in answer.text


def test_a_diagnostic_leads_to_the_page_of_its_kind_of_change(tmp_path, wire):
    (tmp_path / "base.infra").write_text(BASE)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    shown = {
        "workspace": {"textDocumentContent": {}},
        "textDocument": {"publishDiagnostics": {"codeDescriptionSupport": True}},
    }
    wire.initialize(shown, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "root"}], initializationOptions={"infra": {"compareWith": "HEAD"}})
    uri = (tmp_path / "base.infra").as_uri()
    wire.open(uri, CHANGED)
    [raised] = [item for item in wire.diagnostics(uri) if item["code"] == "max-parallelism-raised"]
    page = wire.request("workspace/textDocumentContent", {"uri": raised["codeDescription"]["href"]})["result"]["text"]
    assert page.startswith("# max-parallelism-raised") and "| Flink |" in page


async def test_a_base_that_the_revision_lacks_is_said(start):
    session = await start(options={"infra": {"compareWith": "HEAD"}})
    session.write("prod.infra", "version: '1.0'\nenvironment: production\nextends: base.infra\n")
    git(session.root, "init", "-q")
    git(session.root, "add", "-A")
    git(session.root, "commit", "-q", "-m", "one")
    session.write("base.infra", BASE)
    uri = session.open("prod.infra", "version: '1.0'\nenvironment: production\nextends: base.infra\n")
    # Nothing that it inherits is called new.
    assert set(await found(session, uri)) == {"full-snapshots-in-production"}
    lenses = await session.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    assert [lens.command.title for lens in lenses] == ["cannot be compared with HEAD"]
    query = urllib.parse.quote(json.dumps({"view": "render", "textDocument": {"uri": uri}, "as": "plan"}))
    answer = await session.client.protocol.send_request_async("workspace/textDocumentContent", types.TextDocumentContentParams(uri=f"nexflow-view:/plan?{query}"))
    assert answer.text == "The document cannot be compared: no file `base.infra`, which it extends, in HEAD.\n"


async def test_processes_that_use_a_name_are_named(start, tmp_path):
    text = "version: '1.0'\nenvironment: production\nstreams:\n  orders: {type: kafka, topic: orders, brokers: 'b:9092'}\n"
    # What stands in the folder before the server reads it: a file that comes later is known by an event only.
    (tmp_path / "nexflow.toml").touch()
    (tmp_path / "intake.proc").write_text("process intake\n    receive orders\nend\n")
    (tmp_path / "prod.infra").write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    session = await start(options={"infra": {"compareWith": "HEAD"}})
    uri = session.open("prod.infra", text.replace("orders:", "claims:"))
    # This answer waits until the process files have been read.
    await session.client.workspace_symbol_async(types.WorkspaceSymbolParams(""))
    diagnostics = await found(session, uri)
    assert "Used by process `intake`." in diagnostics["process-binding-removed"].message


async def test_git_is_not_asked_where_values_are_hidden(start):
    session, uri = await opened(start, hideVariableValues=True)
    assert "max-parallelism-raised" not in await found(session, uri)


async def test_a_project_cannot_ask_for_it(start):
    session = await start()
    session.write("base.infra", BASE)
    session.write("nexflow.toml", "[infra]\ncompare_with = 'HEAD'\n")
    git(session.root, "init", "-q")
    git(session.root, "add", "-A")
    git(session.root, "commit", "-q", "-m", "one")
    uri = session.open("base.infra", CHANGED)
    assert "max-parallelism-raised" not in await found(session, uri)


async def test_severities_and_suppressions_hold_as_for_any_rule(start):
    text = CHANGED.replace("resources:", "# nexflow: ignore-file[max-parallelism-raised]\nresources:")
    session, uri = await opened(start, text, infra={"rules": {"timers-rocksdb-to-heap-full": "error"}})
    diagnostics = await found(session, uri)
    assert "max-parallelism-raised" not in diagnostics
    assert not [code for code in diagnostics if code.startswith("suppression-")]
    assert diagnostics["timers-rocksdb-to-heap-full"].severity == types.DiagnosticSeverity.Error
