"""Edits and requests are taken in the order of arrival; answers are for the text as it was then."""

import random

import itertools

import pytest
from wire import Wire, at, did_change, insert, notification, request

URI = "file:///order.infra"
CANCELLED = -32800


def test_a_burst_of_edits_and_requests_1000_times(ready):
    """In one write: edit, question, edit, question … Every answer must be for the version just before it."""
    ready.open(URI, "")
    text, version, expected = "", 1, {}
    burst = []
    for round in range(1000):
        for _ in range(round % 3 + 1):
            version += 1
            text = f"{version} " + text
            burst.append(notification("textDocument/didChange", did_change(URI, version, insert(0, 0, f"{version} "))))
        id = f"q{round}"
        burst.append(request(id, "$/nexflow/test/version", {"uri": URI}))
        expected[id] = (version, text)
        burst.append(request(f"h{round}", "textDocument/hover", at(URI, 0, 0)))
    ready.send(*burst)
    for id, (version, text) in expected.items():
        result = ready.answer_in_any_order(id)["result"]
        assert (result["version"], result["text"]) == (version, text), id
    assert ready.diagnostics(URI, version) is not None


def test_random_bursts_in_random_writes(ready):
    chance = random.Random(7)
    ready.open(URI, "")
    text, version, expected = "", 1, {}
    for round in range(200):
        burst = []
        for _ in range(chance.randrange(1, 8)):
            if chance.random() < 0.6:
                version += 1
                at_column = chance.randrange(len(text) + 1)
                piece = chance.choice("abc:# ")
                text = text[:at_column] + piece + text[at_column:]
                burst.append(notification("textDocument/didChange", did_change(URI, version, insert(0, at_column, piece))))
            else:
                id = f"q{len(expected)}"
                burst.append(request(id, "$/nexflow/test/version", {"uri": URI}))
                expected[id] = (version, text)
        if burst:
            ready.send(*burst)
    for id, (version, text) in expected.items():
        result = ready.answer_in_any_order(id)["result"]
        assert (result["version"], result["text"]) == (version, text), id


def test_pushed_diagnostics_never_go_back(ready):
    ready.open(URI, "a:\n")
    for version in range(2, 300):
        ready.change(URI, version, insert(0, 0, "x"))
    ready.diagnostics(URI, 299)
    versions = [
        m["params"]["version"] for m in ready.seen if m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == URI
    ]
    assert versions == sorted(versions)
    assert len(set(versions)) == len(versions)


def test_a_cancelled_request_is_answered_at_once(ready):
    sleeping = ready.start_request("$/nexflow/test/sleep")
    ready.notify("$/cancelRequest", {"id": sleeping})
    assert ready.answer(sleeping)["error"]["code"] == CANCELLED


def test_cancelled_work_gives_its_thread_back(ready):
    """Far more than there are threads: without cancellation this would take hours."""
    for _ in range(50):
        sleeping = ready.start_request("$/nexflow/test/sleep")
        ready.notify("$/cancelRequest", {"id": sleeping})
        assert ready.answer(sleeping)["error"]["code"] == CANCELLED
    ready.open(URI, "a: b\n")
    assert ready.text(URI) == (1, "a: b\n")


def test_what_is_asked_at_the_cursor_waits_for_nothing_that_takes_long(ready):
    """More of each than there are threads, none of which ends by itself: what comes at the cursor and diagnostics are answered still."""
    text = 'version: "1.0"\nenvironment: staging\nstate_backends:\n  main:\n    type: rocksdb\n'
    ready.open(URI, text)
    ready.diagnostics(URI, 1)
    document = {"textDocument": {"uri": URI}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 4, "character": 0}}
    long = {
        "textDocument/codeAction": {**document, "range": whole, "context": {"diagnostics": []}},
        "textDocument/formatting": {**document, "options": {"tabSize": 2, "insertSpaces": True}},
        "textDocument/semanticTokens/full": document,
        "textDocument/inlayHint": {**document, "range": whole},
        "textDocument/documentLink": document,
        "workspace/diagnostic": {"previousResultIds": []},
        "workspace/symbol": {"query": ""},
        "nexflow/render": document,
    }
    assert "error" not in ready.request("$/nexflow/test/hold", list(long))
    held = [ready.start_request(method, params) for method, params in long.items() for _ in range(9)]
    for _ in range(9):
        assert ready.request("textDocument/hover", at(URI, 4, 5))["result"]
        assert ready.request("textDocument/completion", at(URI, 4, 10))["result"]
    ready.change(URI, 2, insert(5, 0, "    foo: 1\n"))
    assert any(found["code"] == "field-unknown" for found in ready.diagnostics(URI, 2))
    assert "error" not in ready.request("textDocument/diagnostic", document)
    answered = {message.get("id") for message in ready.seen}
    assert not answered & set(held), "what was held has been answered, and so kept nobody waiting"
    for request_id in held:
        ready.notify("$/cancelRequest", {"id": request_id})
    for request_id in held:
        assert ready.answer_in_any_order(request_id)["error"]["code"] == CANCELLED


def test_cancelling_what_is_unknown_or_done_changes_nothing(ready):
    for params in ({"id": 4711}, {"id": "x"}, {"id": None}, {}, [], None):
        ready.notify("$/cancelRequest", params)
    ready.open(URI, "a: b\n")
    assert ready.text(URI) == (1, "a: b\n")


def test_an_id_in_use_is_refused(ready):
    ready.send(request("same", "$/nexflow/test/sleep"), request("same", "$/nexflow/test/sleep"))
    assert ready.answer("same")["error"]["code"] == -32600
    ready.notify("$/cancelRequest", {"id": "same"})
    assert ready.answer("same")["error"]["code"] == CANCELLED


def test_10000_requests_at_once(ready):
    ready.open(URI, "a: b\n")
    ids = [f"r{number}" for number in range(10_000)]
    ready.send(*[request(id, "textDocument/hover", at(URI, 0, 0)) for id in ids])
    for id in ids:
        assert "error" not in ready.answer_in_any_order(id)
    assert ready.shut_down() == 0


def test_a_panic_ends_one_request_only(ready):
    ready.open(URI, "a: b\n")
    for _ in range(20):
        assert ready.request("$/nexflow/test/panic")["error"]["code"] == -32603
    assert ready.text(URI) == (1, "a: b\n")
    assert ready.shut_down() == 0


TYPED = [
    insert(0, 3, "x"),
    insert(0, 4, "\n"),
    insert(1, 0, "b: yz"),
    {"range": {"start": {"line": 1, "character": 3}, "end": {"line": 1, "character": 4}}, "text": "w"},
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_edits_that_come_in_another_order_than_they_were_made_drop_the_document(ready, order):
    """Helix 25.01 sends edits that follow at once so. What they make of the text is nothing that anybody has written; the document is
    checked again with its full text."""
    ready.open(URI, "a: \n")
    for at in order:
        ready.change(URI, 2 + at, TYPED[at])
    is_told = lambda message: message.get("method") == "window/showMessage"
    if list(order) == sorted(order):
        assert ready.text(URI) == (5, "a: x\nb: wz\n")
    else:
        assert ready.request("$/nexflow/test/version", {"uri": URI})["error"]["code"] == -32801
        ready.change(URI, 6, insert(1, 5, "!"))
        assert ready.request("$/nexflow/test/version", {"uri": URI})["error"]["code"] == -32801
        if not any(map(is_told, ready.seen)):
            ready.until(is_told)
    saved = {"textDocument": {"uri": URI}, "text": "a: x\nb: wz!\n"}
    ready.notify("textDocument/didSave", saved)
    assert ready.text(URI)[1] == "a: x\nb: wz!\n"
    # And goes on as if nothing had been.
    ready.change(URI, 7, insert(0, 0, "# "))
    assert ready.text(URI) == (7, "# a: x\nb: wz!\n")
    ready.open("file:///fresh.infra", "# a: x\nb: wz!\n")
    assert ready.diagnostics(URI, 7) == ready.diagnostics("file:///fresh.infra", 1)
    assert len(list(filter(is_told, ready.seen))) == (list(order) != sorted(order))


def test_versions_may_leave_numbers_out(ready):
    ready.open(URI, "a: b\n")
    ready.change(URI, 10, insert(0, 0, "x"))
    ready.change(URI, 20, insert(0, 0, "y"))
    assert ready.text(URI) == (20, "yxa: b\n")


def test_an_edit_outside_of_the_text_drops_the_document(ready):
    ready.open(URI, "a: b\n")
    # The line is made by an edit that is missing.
    ready.change(URI, 3, insert(1, 0, "c: d"), insert(5, 0, "x"))
    for version in range(4, 12):
        ready.change(URI, version, insert(0, 0, "y"))
    assert ready.request("$/nexflow/test/version", {"uri": URI}).get("error", {}).get("code") == -32801
    is_told = lambda message: message.get("method") == "window/showMessage"
    if not any(map(is_told, ready.seen)):
        # Messages of the server and answers overtake each other.
        ready.until(is_told)
    ready.change(URI, 12, {"text": "e: f\n"})
    assert ready.text(URI) == (12, "e: f\n")
    told = list(filter(is_told, ready.seen))
    assert len(told) == 1 and "order.infra" in told[0]["params"]["message"]


def test_the_same_edit_twice_gives_the_document_up(ready):
    ready.open(URI, "a: b\n")
    ready.change(URI, 2, insert(0, 0, "x"))
    ready.change(URI, 3, insert(0, 0, "y"))
    ready.change(URI, 2, insert(0, 0, "x"))
    assert ready.request("$/nexflow/test/version", {"uri": URI}).get("error", {}).get("code") == -32801


def test_a_change_between_a_pull_and_the_answer_to_a_refresh_asks_once_more(tmp_path):
    """A client that is asked to pull again may pull, send a change that it has held back, and only then answer."""
    base, document = ((tmp_path / name).as_uri() for name in ("base.infra", "document.infra"))
    backend = "version: '1.0'\nstate_backends:\n  a:\n    type: %s\n"
    (tmp_path / "base.infra").write_text(backend % "rocksdb")
    (tmp_path / "document.infra").write_text("extends: base.infra\nstate_backends:\n  a:\n    incremental: true\n")
    capabilities = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}

    def refresh(server: Wire) -> dict:
        while True:
            message = server.receive()
            assert message is not None
            if message.get("method") == "workspace/diagnostic/refresh":
                return message
            if "method" in message and "id" in message:
                server.send({"id": message["id"], "result": None})

    def pull(server: Wire) -> list[str]:
        report = server.request("textDocument/diagnostic", {"textDocument": {"uri": document}})["result"]
        return [found["code"] for found in report["items"]]

    with Wire() as server:
        server.initialize(capabilities, rootUri=tmp_path.as_uri())
        server.open(document, (tmp_path / "document.infra").read_text())
        server.open(base, backend % "rocksdb")
        before = pull(server)
        whole = lambda text: {"text": text}
        server.change(base, 2, whole(backend % "rocksdb" + "# typed\n"))
        asked = refresh(server)
        assert pull(server) == before
        server.change(base, 3, whole(backend % "hashmap"))
        server.request("$/nexflow/test/version", {"uri": base})
        server.send({"id": asked["id"], "result": None})
        again = refresh(server)
        assert pull(server) != before
        # Nothing has changed since, so nothing more is asked.
        server.send({"id": again["id"], "result": None})
        server.request("$/nexflow/test/version", {"uri": base})
        late = [message for message in server.seen if message.get("method") == "workspace/diagnostic/refresh"]
        assert late[-1]["id"] == again["id"]
