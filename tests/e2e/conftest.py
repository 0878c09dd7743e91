"""What all end-to-end tests share: a client that nobody here wrote, and folders with documents."""

from __future__ import annotations

import asyncio
import os
import pathlib
import textwrap

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from wire import PATIENCE, Wire, binary


class Session:
    """A client library's session with the server, in a folder with files."""

    def __init__(self, client: LanguageClient, root: pathlib.Path):
        self.client = client
        self.root = root
        self.published: list[types.PublishDiagnosticsParams] = []
        self.changed = asyncio.Event()
        self.registered: list[types.Registration] = []

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def open(self, name: str, text: str | None = None, version: int = 1) -> str:
        uri = self.uri(name)
        text = (self.root / name).read_text(encoding="utf-8") if text is None else textwrap.dedent(text)
        document = types.TextDocumentItem(uri=uri, language_id="infra", version=version, text=text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
        return uri

    def replace(self, uri: str, version: int, text: str) -> None:
        self.change(uri, version, types.TextDocumentContentChangeWholeDocument(text=textwrap.dedent(text)))

    def change(self, uri: str, version: int, *changes) -> None:
        identifier = types.VersionedTextDocumentIdentifier(uri=uri, version=version)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=identifier, content_changes=list(changes))
        )

    def changed_on_disk(self, *names: str) -> None:
        events = [types.FileEvent(uri=self.uri(name), type=types.FileChangeType.Changed) for name in names]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes=events))

    async def pushed(self, uri: str, wanted=lambda params: True) -> list[types.Diagnostic]:
        """The first pushed diagnostics of a document for which `wanted` holds, also those that came before the call."""

        async def wait() -> list[types.Diagnostic]:
            while True:
                for params in self.published:
                    if params.uri == uri and wanted(params):
                        return list(params.diagnostics)
                self.changed.clear()
                await self.changed.wait()

        return await asyncio.wait_for(wait(), PATIENCE)

    async def pull(self, uri: str, previous: str | None = None):
        params = types.DocumentDiagnosticParams(
            text_document=types.TextDocumentIdentifier(uri=uri), previous_result_id=previous
        )
        return await self.client.text_document_diagnostic_async(params)

    async def codes(self, uri: str) -> list[str]:
        """The codes of what is found in a document, in the order of the text."""
        report = await self.pull(uri)
        return [str(item.code) for item in sorted(report.items, key=lambda d: (d.range.start.line, d.range.start.character))]


def capabilities(pull: bool) -> types.ClientCapabilities:
    """Those of VS Code, with pulled or with pushed diagnostics."""
    found = client_capabilities("visual-studio-code")
    found.text_document.diagnostic = types.DiagnosticClientCapabilities() if pull else None
    found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=pull)
    return found


@pytest_asyncio.fixture
async def start(tmp_path):
    """Starts sessions; they end as the protocol asks, with exit code 0 and without an error in the log."""
    sessions: list[Session] = []

    async def begin(*, pull=True, env=None, configuration=None, options=None, folders=None, adjust=None) -> Session:
        client = LanguageClient(converter_factory=default_converter)
        session = Session(client, tmp_path)

        def published(_: LanguageClient, params: types.PublishDiagnosticsParams):
            client.diagnostics[params.uri] = params.diagnostics
            session.published.append(params)
            session.changed.set()

        def register(_: LanguageClient, params: types.RegistrationParams):
            session.registered.extend(params.registrations)

        own = {types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: published, types.CLIENT_REGISTER_CAPABILITY: register}
        register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, **own})
        if configuration is not None:
            client.set_configuration(configuration)
        sessions.append(session)
        keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "RUST_BACKTRACE", "LLVM_PROFILE_FILE")}
        await client.start_io(binary(), "--stdio", env={**keep, "NEXFLOW_LSP_TEST": "1", **(env or {})})
        caps = capabilities(pull)
        if adjust:
            adjust(caps)
        names = folders if folders is not None else [""]
        workspace = [types.WorkspaceFolder(uri=(tmp_path / name).as_uri(), name=name or "root") for name in names]
        session.result = await client.initialize_session(
            types.InitializeParams(capabilities=caps, workspace_folders=workspace, initialization_options=options)
        )
        return session

    yield begin
    for session in sessions:
        await session.client.shutdown_session()
        assert session.client.error is None
        server = session.client._server
        assert server is None or server.returncode == 0


@pytest.fixture
def wire():
    """A server and its pipes, after nothing at all."""
    with Wire() as server:
        yield server


@pytest.fixture
def ready(wire):
    """A server and its pipes, initialized by a client that can do nothing special."""
    wire.initialize()
    return wire
