"""Anything at all as input: the answer is an error or a diagnostic, and the server lives on."""

import json
import os
import random

import pytest
from wire import at, frame, request

URI = "file:///bad.infra"
PARSE_ERROR, INVALID_REQUEST = -32700, -32600


def still_works(server) -> None:
    uri = "file:///good.infra"
    server.open(uri, "a: b\n")
    assert server.text(uri) == (1, "a: b\n")
    assert server.shut_down() == 0


@pytest.mark.parametrize(
    "nonsense, code",
    [
        (frame("{"), PARSE_ERROR),
        (frame(""), None),
        (frame(b"\xff\xfe\x00"), PARSE_ERROR),
        (frame('{"jsonrpc":"2.0","id":5,"method":"x","params":' + "[" * 10_000 + "]" * 10_000 + "}"), PARSE_ERROR),
        (frame([]), INVALID_REQUEST),
        (frame([{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}]), INVALID_REQUEST),
        (frame("7"), INVALID_REQUEST),
        (frame({"jsonrpc": "2.0"}), INVALID_REQUEST),
        (frame({"jsonrpc": "1.0", "id": 1, "method": "shutdown"}), INVALID_REQUEST),
        (frame({"id": 1, "method": "shutdown"}), INVALID_REQUEST),
        (frame({"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}), INVALID_REQUEST),
        (frame({"jsonrpc": "2.0", "id": {}, "method": "shutdown"}), INVALID_REQUEST),
        (frame({"jsonrpc": "2.0", "id": 77, "result": {"an": "answer to no question"}}), None),
        (frame({"jsonrpc": "2.0", "id": 77, "error": {"code": "no number"}}), None),
        (b"Content-Length: many\r\n\r\n", PARSE_ERROR),
        (b"Content-Length: -1\r\n\r\n", PARSE_ERROR),
        (b"Content-Type: text\r\n\r\n", PARSE_ERROR),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", PARSE_ERROR),
        (b"\r\n\r\n\r\n", None),
        (b"\x00" * 100_000 + b"\r\n\r\n", PARSE_ERROR),
        (b"x" * 1_000_000 + b"\r\n\r\n", PARSE_ERROR),
    ],
    ids=range(21),
)
def test_what_is_no_message_is_answered_and_the_next_one_is_understood(ready, nonsense, code):
    ready.send(nonsense)
    if code is not None:
        answer = ready.until(lambda m: "method" not in m)
        assert (answer["id"], answer["error"]["code"]) == (None, code)
    still_works(ready)


def test_a_length_without_a_body_holds_no_memory_and_ends_with_the_input(ready):
    ready.send(b"Content-Length: 99999999999999\r\n\r\n{}")
    ready.process.stdin.close()
    assert ready.process.wait(60) == 1


@pytest.mark.parametrize("wrong", [-1, 1, -20, 20])
def test_a_length_that_is_wrong_costs_that_message_and_at_most_the_next(ready, wrong):
    body = json.dumps({"jsonrpc": "2.0", "id": "wrong", "method": "unknown/method"}).encode()
    ready.send(b"Content-Length: %d\r\n\r\n" % (len(body) + wrong) + body)
    # A length that is too long takes from what follows; behind that the way is found back.
    ready.send(request("lost", "unknown/method"), request("found", "unknown/method"))
    answers = []
    while not answers or answers[-1]["id"] != "found":
        answers.append(ready.until(lambda m: "method" not in m))
    assert (answers[0]["id"], answers[0]["error"]["code"]) == (None, PARSE_ERROR)
    still_works(ready)


def test_random_bytes_between_messages(ready):
    chance = random.Random(11)
    for _ in range(30):
        ready.send(chance.randbytes(chance.randrange(200)) + b"\r\n\r\n")
    still_works(ready)


def deep(opening: str, closing: str = "") -> str:
    return opening * 10_000 + closing * 10_000


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)) + "state_backends: *a59\n"
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}\n" for n in range(1, 60)) + "state_backends:\n  d: *a59\n"

DOCUMENTS = {
    "flow sequences": deep("[", "]"),
    "unclosed flow": deep("{a: "),
    "block sequences": deep("- "),
    "block mappings": "".join(" " * n + "a:\n" for n in range(10_000)),
    "alias bomb": BOMB,
    "merge bomb": MERGE_BOMB,
    "alias to itself": "a: &a\n  b: *a\nstate_backends: *a\n",
    "one long line": "a: " + "x" * 10_000_000,
    "one long key": "x" * 10_000_000,
    "many lines": "a: b\n" * 10_000,
    "control characters": "".join(map(chr, range(0x20))) + "\x7f\x85\ufeff\u2028",
    "only tabs": "\t" * 100_000,
    "only quotes": "'\"" * 100_000,
    "directives": "%YAML 9.9\n%TAG ! !\n--- !<x>\n" * 1000,
    "documents": "---\na: b\n...\n" * 10_000,
    "variables": "a: " + "${" * 100_000,
    "references": "a: " + "${A:-" * 50_000 + "}" * 50_000,
    "nothing": "",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_any_text_as_a_document(ready, name):
    text = DOCUMENTS[name]
    ready.open(URI, text)
    found = ready.diagnostics(URI, 1)
    assert isinstance(found, list)
    for line, character in ((0, 0), (0, 3), (5, 0), (10**6, 10**6)):
        assert "error" not in ready.request("textDocument/hover", at(URI, line, character))
        assert "error" not in ready.request("textDocument/completion", at(URI, line, character))
    ready.change(URI, 2, {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "a:\n"})
    ready.diagnostics(URI, 2)
    assert b"panic" not in ready.stderr, ready.stderr[-2000:]
    still_works(ready)


def test_binary_as_a_document(ready):
    ready.open(URI, random.Random(5).randbytes(300_000).decode("latin-1"))
    assert ready.diagnostics(URI, 1) != []
    still_works(ready)


def test_50_megabytes_are_one_clear_diagnostic(ready):
    ready.open(URI, f"a: {'x' * 995}\n" * 50_000)
    [found] = ready.diagnostics(URI, 1)
    assert found["severity"] == 1
    assert "MB" in found["message"]
    still_works(ready)


def test_the_process_stays_small(ready):
    if not os.path.exists(f"/proc/{ready.process.pid}/status"):
        pytest.skip("memory is read from /proc")
    ready.open(URI, MERGE_BOMB)
    ready.diagnostics(URI, 1)
    with open(f"/proc/{ready.process.pid}/status") as status:
        [peak] = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    assert peak < 200_000, f"{peak} kB"


def test_a_client_that_stops_reading_does_not_fill_the_memory(ready):
    """The client reads nothing while it edits; what it gets in the end is about the last version."""
    uri, lines = URI, 400
    ready.open(uri, "a: b\n" * lines)
    ready.diagnostics(uri, 1)
    edits = [
        {"method": "textDocument/didChange", "params": {"textDocument": {"uri": uri, "version": v}, "contentChanges": [{"text": f"# {v}\n" + "a: b\n" * lines}]}}
        for v in range(2, 400)
    ]
    for edit in edits:
        ready.send(edit)
    ready.diagnostics(uri, 399)
    ready.send(request(1000, "shutdown"), {"method": "exit"})
    assert ready.answer(1000)["result"] is None
