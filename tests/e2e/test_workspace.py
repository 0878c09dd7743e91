"""Settings, variables, `extends`, and what changes on disk."""

import os

import pytest
from lsprotocol import types

BUCKET = """\
checkpoints:
  default:
    type: s3
    bucket: ${BUCKET}
"""
WRONG = """\
state_backends:
  default:
    type: rocksdb
    incremental: perhaps
"""


async def unresolved(session, uri: str) -> bool:
    return "env-unresolved" in await session.codes(uri)


async def test_a_variable_comes_from_the_shell(start):
    session = await start(env={"BUCKET": "b"})
    assert not await unresolved(session, session.open("a.infra", BUCKET))


async def test_a_variable_without_a_value_is_a_warning(start):
    session = await start()
    uri = session.open("a.infra", BUCKET)
    found = (await session.pull(uri)).items
    assert [(d.code, d.severity, d.range.start) for d in found if d.code == "env-unresolved"] == [
        ("env-unresolved", types.DiagnosticSeverity.Warning, types.Position(3, 12))
    ]


async def test_a_change_of_the_env_file_is_seen_at_once(start):
    session = await start()
    uri = session.open("deep/down/a.infra", BUCKET)
    assert await unresolved(session, uri)
    session.write(".env", "BUCKET=b\n")
    session.changed_on_disk(".env")
    assert not await unresolved(session, uri)
    assert session.client.diagnostic_refresh_count > 0
    (session.root / ".env").unlink()
    session.changed_on_disk(".env")
    assert await unresolved(session, uri)


async def test_the_env_file_is_read_again_without_watched_files(start):
    def less(capabilities: types.ClientCapabilities) -> None:
        capabilities.workspace.did_change_watched_files = None

    session = await start(adjust=less, pull=False)
    uri = session.open("a.infra", BUCKET)
    codes = lambda params: [d.code for d in params.diagnostics]  # noqa: E731
    await session.pushed(uri, lambda params: "env-unresolved" in codes(params))
    session.published.clear()
    session.write(".env", "BUCKET=b\n")
    session.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri), text=BUCKET))
    await session.pushed(uri, lambda params: "env-unresolved" not in codes(params))


async def test_files_are_watched_where_the_client_can(start):
    def watch(capabilities: types.ClientCapabilities) -> None:
        dynamic = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        capabilities.workspace.did_change_watched_files = dynamic

    session = await start(adjust=watch)
    await session.codes(session.open("a.infra", BUCKET))
    [watched] = [r for r in session.registered if r.method == "workspace/didChangeWatchedFiles"]
    globs = {watcher["globPattern"] for watcher in watched.register_options["watchers"]}
    assert globs == {"**/*.infra*", "**/*.proc", "**/.env*", "**/nexflow.toml"}


async def test_settings_of_initialize_and_of_the_client(start):
    session = await start(options={"variables": {"BUCKET": "b"}})
    assert not await unresolved(session, session.open("a.infra", BUCKET))
    session = await start(configuration={"nexflow": {"infra": {"rules": {"env-unresolved": "off"}}}})
    uri = session.open("a.infra", BUCKET)
    # The settings are asked for after `initialized`; with the answer what is open is checked again.
    for _ in range(1000):
        if not await unresolved(session, uri):
            break
    else:
        pytest.fail("the setting is not followed")
    session.client.set_configuration({"nexflow": {"infra": {"rules": {"env-unresolved": "error"}}}})
    session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
    for _ in range(1000):
        found = [d for d in (await session.pull(uri)).items if d.code == "env-unresolved"]
        if found:
            break
    assert [d.severity for d in found] == [types.DiagnosticSeverity.Error]


async def test_pushed_settings_of_clients_that_cannot_be_asked(start):
    def less(capabilities: types.ClientCapabilities) -> None:
        capabilities.workspace.configuration = None

    session = await start(adjust=less)
    uri = session.open("a.infra", BUCKET)
    settings = {"nexflow": {"infra": {"assumeVariables": True}}}
    session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))
    assert not await unresolved(session, uri)


async def test_settings_under_their_former_names_are_read_and_said_once(start):
    """They stood directly below `nexflow`, where the extension of the toolchain has a Python as `nexflow.server.path`."""
    session = await start(configuration={"nexflow": {"assumeVariables": True, "server": {"path": "/usr/bin/python3"}}})
    uri = session.open("a.infra", BUCKET)
    for value in (True, False, True):
        session.client.set_configuration({"nexflow": {"assumeVariables": value, "server": {"path": "/usr/bin/python3"}}})
        session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))
        for _ in range(1000):
            if bool(await unresolved(session, uri)) is not value:
                break
        else:
            pytest.fail(f"assumeVariables: {value} is not followed")
    notices = [message.message for message in session.client.messages if "nexflow.infra" in message.message]
    assert len(notices) == 1 and "`nexflow.assumeVariables` to `nexflow.infra.assumeVariables`" in notices[0], notices
    assert "server" not in notices[0].replace("nexflow-lsp", "")


async def test_a_wrong_setting_is_named(start):
    session = await start(options={"flinkVersion": "0.9"})
    await session.codes(session.open("a.infra", BUCKET))
    assert any("nexflow.infra.flinkVersion" in message.message and "2.2" in message.message for message in session.client.messages)


async def test_the_project_file_holds_and_its_mistakes_are_reported_in_it(start):
    session = await start(options={"rules": {"wrong-kind": "warning"}})
    session.write("nexflow.toml", '[infra.rules]\nwrong-kind = "hint"\n')
    uri = session.open("a.infra", WRONG)
    severity = lambda report: [d.severity for d in report.items if d.code == "wrong-kind"]  # noqa: E731
    assert severity(await session.pull(uri)) == [types.DiagnosticSeverity.Hint]
    session.write("nexflow.toml", "[infra]\nflink_version = 9\n")
    session.changed_on_disk("nexflow.toml")
    [problem] = await session.pushed(session.uri("nexflow.toml"))
    assert problem.range.start.line == 1 and "flink_version" in problem.message
    assert severity(await session.pull(uri)) == [types.DiagnosticSeverity.Warning]
    session.published.clear()
    session.write("nexflow.toml", "")
    session.changed_on_disk("nexflow.toml")
    assert await session.pushed(session.uri("nexflow.toml")) == []


async def test_a_hostile_env_file_is_a_diagnostic_and_no_more(start):
    session = await start()
    (session.root / ".env").write_bytes(os.urandom(64) * 30_000)
    uri = session.open("a.infra", BUCKET)
    assert await unresolved(session, uri)
    [problem] = await session.pushed(session.uri(".env"))
    assert "cannot be used" in problem.message


async def test_every_folder_has_its_own_settings_and_variables(start):
    session = await start(folders=["one", "two"])
    session.write("one/.env", "BUCKET=b\n")
    session.write("two/nexflow.toml", "")
    one, two = session.open("one/a.infra", BUCKET), session.open("two/a.infra", BUCKET)
    assert not await unresolved(session, one)
    assert await unresolved(session, two)
    added = types.WorkspaceFolder(uri=session.uri("three"), name="three")
    removed = types.WorkspaceFolder(uri=session.uri("two"), name="two")
    session.write("three/.env", "BUCKET=b\n")
    session.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(types.WorkspaceFoldersChangeEvent(added=[added], removed=[removed]))
    )
    assert not await unresolved(session, session.open("three/deep/a.infra", BUCKET))


BASE = """\
version: "1.0"
environment: base
checkpoints:
  default:
    type: s3
    bucket: b
"""
OVERLAY = """\
version: "1.0"
environment: development
extends: base.infra
checkpoints:
  default:
    prefix: p/
"""
ALONE = "checkpoint-type-missing"


async def test_a_document_is_checked_with_the_one_that_it_extends(start):
    session = await start()
    uri = session.open("production.infra", OVERLAY)
    assert "extends-missing" in await session.codes(uri)
    session.write("base.infra", BASE)
    session.changed_on_disk("base.infra")
    assert await session.codes(uri) == []


async def test_unsaved_text_of_a_base_wins_and_its_edits_reach_the_dependents(start):
    session = await start(pull=False)
    session.write("base.infra", BASE)
    uri = session.open("production.infra", OVERLAY)
    assert await session.pushed(uri) == []
    base = session.open("base.infra", BASE)
    session.published.clear()
    session.replace(base, 2, BASE.replace("    type: s3\n", "    prefix: q/\n"))
    found = await session.pushed(uri, lambda params: params.diagnostics)
    assert ALONE in [d.code for d in found]
    session.published.clear()
    session.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(base)))
    assert await session.pushed(uri, lambda params: not params.diagnostics) == []


async def test_a_chain_that_reaches_itself(start):
    session = await start()
    session.write("base.infra", BASE + "extends: production.infra\n")
    uri = session.open("production.infra", OVERLAY)
    assert "extends-cycle" in await session.codes(uri)


async def test_nothing_outside_the_workspace_is_read(start):
    session = await start(folders=["in"])
    session.write("base.infra", BASE)
    session.write("in/x", "")
    for extends in ("../base.infra", (session.root / "base.infra").as_posix(), "link.infra"):
        if extends.startswith("link"):
            os.symlink("../base.infra", session.root / "in" / "link.infra")
        name = f"in/p{len(extends)}.infra"
        uri = session.open(name, OVERLAY.replace("base.infra", extends))
        found = (await session.pull(uri)).items
        assert any(d.range.start.line == 2 for d in found), extends
