"""Every request and every notification that the server claims, with what is valid and with what is not.

Results are checked by lsprotocol, whose types are generated from the protocol's own model.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import CONVERTER, claims, offered, params_of
from lsprotocol import types
from methods import NOTIFICATIONS, REQUESTS, Document, claimed_notifications, claimed_requests
from wire import Wire

NOT_INITIALIZED, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32002, -32600, -32601, -32602
CANCELLED, REQUEST_FAILED = -32800, -32803


def alive(server: Wire, document: Document) -> None:
    """The server still answers, and rightly."""
    answer = server.request("textDocument/hover", document.at("compression"))
    assert answer["result"] is not None, answer


def check_answer(method: str, answer: dict[str, Any]) -> None:
    """An answer that the protocol's types allow, and that is a result."""
    assert "error" not in answer, answer
    if method in types.METHOD_TO_TYPES:
        CONVERTER.structure(answer, types.METHOD_TO_TYPES[method][1])


def test_every_claim_has_its_line() -> None:
    assert set(claimed_requests(claims())) <= set(REQUESTS)
    assert set(claimed_notifications(claims())) <= set(NOTIFICATIONS)


def test_the_claims_are_of_the_protocols_types() -> None:
    CONVERTER.structure(claims(), types.ServerCapabilities)


def test_valid_parameters_give_a_result(ready: Wire, document: Document, claimed_request: str) -> None:
    if claimed_request == "workspace/executeCommand":
        # What a command takes is its own affair; one that is not there is said to be wrong.
        answer = ready.request(claimed_request, {"command": "no.such.command", "arguments": []})
        assert answer["error"]["code"] == INVALID_PARAMS
        return
    if claimed_request == "nexflow/explain":
        assert ready.request(claimed_request, params_of(claimed_request, document))["result"]["markdown"]
        return
    check_answer(claimed_request, ready.request(claimed_request, params_of(claimed_request, document)))


def test_before_initialize_it_is_refused(wire: Wire, document: Document, claimed_request: str) -> None:
    answer = wire.request(claimed_request, params_of(claimed_request, document))
    assert answer["error"]["code"] == NOT_INITIALIZED


def test_after_shutdown_it_is_refused(ready: Wire, document: Document, claimed_request: str) -> None:
    assert ready.request("shutdown")["result"] is None
    answer = ready.request(claimed_request, params_of(claimed_request, document))
    assert answer["error"]["code"] == INVALID_REQUEST
    ready.notify("exit")
    assert ready.process.wait(60) == 0


def broken(params: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Parameters that the protocol does not allow: none, of another kind, or with one required member spoilt."""
    yield "none", None
    yield "a list", [1, "x"]
    yield "a text", "x"
    for member in params:
        if member in ("context", "arguments"):
            continue
        missing = copy.deepcopy(params)
        del missing[member]
        yield f"without {member}", missing
        yield f"{member} of another kind", {**params, member: 7.5}
    if "position" in params:
        yield "a negative line", {**params, "position": {"line": -1, "character": 0}}
        yield "a position without a character", {**params, "position": {"line": 0}}
    if "textDocument" in params:
        yield "a URI that is none", {**params, "textDocument": {"uri": "no uri at all"}}


def test_invalid_parameters_are_refused(ready: Wire, document: Document, claimed_request: str) -> None:
    wrong = []
    for what, params in broken(params_of(claimed_request, document)):
        answer = ready.request(claimed_request, params)
        code = answer.get("error", {}).get("code")
        # A client may know more than the protocol; what it may not do is break the server.
        if code != INVALID_PARAMS:
            wrong.append(f"{what}: {answer}")
    assert not wrong, "\n".join(wrong)
    alive(ready, document)


def test_a_document_that_is_not_open_is_no_reason_to_fail(ready: Wire, document: Document, claimed_request: str) -> None:
    params = params_of(claimed_request, document)
    if "textDocument" not in params:
        return
    elsewhere = {**params, "textDocument": {"uri": document.uri.replace("a.infra", "nowhere.infra")}}
    answer = ready.request(claimed_request, elsewhere)
    assert "result" in answer or answer["error"]["code"] in (INVALID_PARAMS, REQUEST_FAILED), answer
    alive(ready, document)


def test_positions_outside_the_text_are_no_reason_to_fail(ready: Wire, document: Document, claimed_request: str) -> None:
    params = params_of(claimed_request, document)
    far = {"line": 2**31 - 1, "character": 2**31 - 1}
    for position in (far, {"line": 0, "character": 2**31 - 1}):
        moved = {
            **params,
            **({"position": position} if "position" in params else {}),
            **({"positions": [position]} if "positions" in params else {}),
            **({"range": {"start": {"line": 0, "character": 0}, "end": position}} if "range" in params else {}),
        }
        answer = ready.request(claimed_request, moved)
        assert "result" in answer or answer["error"]["code"] in (INVALID_PARAMS, REQUEST_FAILED), answer
    alive(ready, document)


def test_cancelled_it_is_answered_once(ready: Wire, document: Document, claimed_request: str) -> None:
    params = params_of(claimed_request, document)
    ids = []
    for _ in range(20):
        ids.append(ready.start_request(claimed_request, params))
        ready.notify("$/cancelRequest", {"id": ids[-1]})
    for id in ids:
        answer = ready.answer_in_any_order(id)
        assert "result" in answer or answer["error"]["code"] == CANCELLED, answer
    alive(ready, document)
    answered = [m["id"] for m in ready.seen if "method" not in m]
    assert len(answered) == len(set(answered))


def test_a_request_sent_as_a_notification_is_ignored(ready: Wire, document: Document, claimed_request: str) -> None:
    ready.notify(claimed_request, params_of(claimed_request, document))
    alive(ready, document)


def test_valid_notifications_are_taken(ready: Wire, document: Document, claimed_notification: str) -> None:
    params = NOTIFICATIONS[claimed_notification](document)
    kind = types.METHOD_TO_TYPES[claimed_notification][2]
    if kind is not None:
        CONVERTER.structure(params, kind)
    ready.notify(claimed_notification, params)
    if claimed_notification == "textDocument/didClose":
        ready.notify("textDocument/didOpen", NOTIFICATIONS["textDocument/didOpen"](document))
    alive(ready, document)


def test_invalid_notifications_are_no_reason_to_end(ready: Wire, document: Document, claimed_notification: str) -> None:
    for _, params in broken(NOTIFICATIONS[claimed_notification](document)):
        if isinstance(params, dict) and "textDocument" in params and claimed_notification != "textDocument/didOpen":
            # About another document: this one must stay as it is.
            params = {**params, "textDocument": {"uri": "file:///elsewhere.infra", "version": 9}}
        ready.notify(claimed_notification, params)
    answered = [m for m in ready.seen if "method" not in m and m.get("id") is None]
    assert not answered
    alive(ready, document)


def test_notifications_before_initialize_are_dropped(wire: Wire, document: Document, claimed_notification: str) -> None:
    wire.notify(claimed_notification, NOTIFICATIONS[claimed_notification](document))
    wire.initialize(offered())
    answer = wire.request("textDocument/hover", document.at("compression"))
    assert answer.get("result") is None, "the document was opened before initialize"


def test_notifications_after_shutdown_are_dropped(ready: Wire, document: Document, claimed_notification: str) -> None:
    assert ready.request("shutdown")["result"] is None
    ready.notify(claimed_notification, NOTIFICATIONS[claimed_notification](document))
    ready.notify("exit")
    assert ready.process.wait(60) == 0


@pytest.mark.parametrize("method", ["unknown/method", "$/unknown", "textDocument/unknown", "initialized"])
def test_unknown_requests_are_said_to_be_unknown(ready: Wire, document: Document, method: str) -> None:
    for params in (None, {}, []):
        assert ready.request(method, params)["error"]["code"] == METHOD_NOT_FOUND
    alive(ready, document)


@pytest.mark.parametrize("method", ["unknown/notification", "$/unknown", "textDocument/didUnknown"])
def test_unknown_notifications_are_ignored(ready: Wire, document: Document, method: str) -> None:
    for params in (None, {}, []):
        ready.notify(method, params)
    alive(ready, document)


@pytest.mark.parametrize("value", ["off", "messages", "verbose", "nonsense", None, 7])
def test_set_trace(ready: Wire, document: Document, value: object) -> None:
    ready.notify("$/setTrace", {"value": value})
    alive(ready, document)
    traces = [m for m in ready.seen if m.get("method") == "$/logTrace"]
    for trace in traces:
        CONVERTER.structure({"jsonrpc": "2.0", **trace}, types.LogTraceNotification)
    if value != "verbose" and value != "messages":
        assert not traces
