"""What the protocol tests share: the claims of the server, asked once, and a server with a document open."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import converters, types
from pytest_lsp import client_capabilities

# The client that speaks the protocol byte by byte is that of the end-to-end tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from methods import NOTIFICATIONS, REQUESTS, Document, claimed_notifications, claimed_requests
from wire import Wire

CONVERTER = converters.get_converter()

TEXT = """\
version: "1.0"
environment: development

state_backends:
  default:
    type: rocksdb
    options:
      compression: LZ4

checkpoints:
  default:
    type: s3
    bucket: ${BUCKET:-acme-checkpoints}
"""


def offered(pull: bool = True, dynamic: bool | None = None) -> dict[str, Any]:
    """Client capabilities: those of VS Code, with or without pulled diagnostics and dynamic registration."""
    client = client_capabilities("visual-studio-code")
    assert client.text_document is not None
    client.text_document.diagnostic = types.DiagnosticClientCapabilities() if pull else None
    capabilities = CONVERTER.unstructure(client)
    if dynamic is not None:
        set_dynamic(capabilities, dynamic)
    return capabilities


def set_dynamic(capabilities: Any, value: bool) -> None:
    """Sets every `dynamicRegistration`, however deep."""
    for key, member in capabilities.items():
        if key == "dynamicRegistration":
            capabilities[key] = value
        elif isinstance(member, dict):
            set_dynamic(member, value)


@cache
def claims() -> dict[str, Any]:
    """The server's capabilities for a client that takes everything."""
    with Wire() as server:
        return server.initialize(offered())["capabilities"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "claimed_request" in metafunc.fixturenames:
        metafunc.parametrize("claimed_request", sorted(claimed_requests(claims())))
    if "claimed_notification" in metafunc.fixturenames:
        metafunc.parametrize("claimed_notification", sorted(claimed_notifications(claims())))


@pytest.fixture
def wire():
    """A server, after nothing at all."""
    with Wire() as server:
        yield server


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "a.infra"
    path.write_text(TEXT)
    return Document(path.as_uri(), TEXT)


@pytest.fixture
def ready(wire: Wire, document: Document, tmp_path: Path) -> Wire:
    """A server for a client that takes everything, with a document open."""
    wire.initialize(offered(), workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "tests"}])
    wire.notify("textDocument/didOpen", NOTIFICATIONS["textDocument/didOpen"](document))
    return wire


def params_of(method: str, document: Document) -> dict[str, Any]:
    """Valid parameters of a request; checked against the protocol's types, where the protocol has them."""
    params = REQUESTS[method](document)
    if method in types.METHOD_TO_TYPES:
        kind = types.METHOD_TO_TYPES[method][2]
        CONVERTER.structure(params, kind)
    return params
