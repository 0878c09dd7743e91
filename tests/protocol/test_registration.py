"""Dynamic registration: used with clients that offer it, and never with others; and whatever the server sends is of the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import CONVERTER, offered
from lsprotocol import types
from methods import NOTIFICATIONS, REQUESTS, Document, claimed_requests
from wire import Wire

# Where a client offers to take a registration of a method.
OFFERED_AT = {
    "workspace/didChangeWatchedFiles": ("workspace", "didChangeWatchedFiles"),
    "workspace/didChangeConfiguration": ("workspace", "didChangeConfiguration"),
    "textDocument/diagnostic": ("textDocument", "diagnostic"),
    "textDocument/semanticTokens": ("textDocument", "semanticTokens"),
    "textDocument/inlayHint": ("textDocument", "inlayHint"),
}


def session(server: Wire, document: Document, folder: Path, capabilities: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A session with every request once; the server's claims and everything that it sent."""
    found = server.initialize(capabilities, workspaceFolders=[{"uri": folder.as_uri(), "name": "tests"}])["capabilities"]
    server.notify("textDocument/didOpen", NOTIFICATIONS["textDocument/didOpen"](document))
    for method in claimed_requests(found):
        server.request(method, REQUESTS[method](document))
    assert server.request("shutdown")["result"] is None
    return found, server.seen


def registrations(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All registrations that were asked for."""
    return [
        one
        for message in messages
        if message.get("method") == "client/registerCapability"
        for one in message["params"]["registrations"]
    ]


def test_a_client_without_it_is_never_asked(wire: Wire, document: Document, tmp_path: Path) -> None:
    _, messages = session(wire, document, tmp_path, offered(dynamic=False))
    assert registrations(messages) == []


def test_a_client_that_offers_nothing_at_all_is_never_asked(wire: Wire, document: Document, tmp_path: Path) -> None:
    _, messages = session(wire, document, tmp_path, {})
    assert [m for m in messages if "method" in m and "id" in m] == [], "requests to a client that can answer none"


def test_a_client_with_it_is_asked_for_what_it_offers(wire: Wire, document: Document, tmp_path: Path) -> None:
    capabilities = offered(dynamic=True)
    found, messages = session(wire, document, tmp_path, capabilities)
    asked = registrations(messages)
    assert {one["method"] for one in asked} >= {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"}
    for one in asked:
        area, name = OFFERED_AT[one["method"]]
        assert capabilities[area][name]["dynamicRegistration"], one
    ids = [one["id"] for one in asked]
    assert len(ids) == len(set(ids))
    static = set(claimed_requests(found))
    assert not static & {one["method"] for one in asked}, "claimed twice"


def test_files_are_watched_by_patterns_that_the_protocol_knows(wire: Wire, document: Document, tmp_path: Path) -> None:
    _, messages = session(wire, document, tmp_path, offered(dynamic=True))
    watched = [one for one in registrations(messages) if one["method"] == "workspace/didChangeWatchedFiles"]
    assert watched
    for one in watched:
        options = CONVERTER.structure(one["registerOptions"], types.DidChangeWatchedFilesRegistrationOptions)
        assert options.watchers


@pytest.mark.parametrize("pull", [True, False])
def test_everything_that_the_server_sends_is_of_the_protocol(wire: Wire, document: Document, tmp_path: Path, pull: bool) -> None:
    _, messages = session(wire, document, tmp_path, offered(pull=pull, dynamic=True))
    own = [message for message in messages if "method" in message]
    assert own
    for message in own:
        kind = types.METHOD_TO_TYPES[message["method"]][0]
        CONVERTER.structure(message, kind)


def test_a_client_that_refuses_a_registration_is_served_all_the_same(wire: Wire, document: Document, tmp_path: Path) -> None:
    wire.request("initialize", {"processId": None, "rootUri": tmp_path.as_uri(), "capabilities": offered(dynamic=True)})
    wire.notify("initialized", {})
    wire.notify("textDocument/didOpen", NOTIFICATIONS["textDocument/didOpen"](document))
    id = wire.start_request("textDocument/hover", document.at("compression"))
    while True:
        message = wire.receive()
        assert message is not None
        if "method" in message and "id" in message:
            wire.send({"id": message["id"], "error": {"code": -32603, "message": "refused"}})
        elif message.get("id") == id and "method" not in message:
            assert message["result"] is not None
            return
