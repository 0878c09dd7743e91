"""Clients that break off anywhere, send what nobody asked for, and never listen."""

import subprocess
import time

import pytest
from wire import PATIENCE, Wire, at, binary, frame, notification, request

URI = "file:///chaos.infra"
TEXT = "version: '1.0'\nstate_backends:\n  default:\n    type: rocksdb\n"

SESSION = [
    request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}}),
    notification("initialized", {}),
    notification("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "infra", "version": 1, "text": TEXT}}),
    request(2, "textDocument/hover", at(URI, 3, 6)),
]
BYTES = b"".join(frame({"jsonrpc": "2.0", **message}) for message in SESSION)


@pytest.mark.parametrize("end", range(0, len(BYTES) + 1, 23))
def test_the_input_may_end_at_any_byte(end):
    with Wire() as server:
        server.send(BYTES[:end])
        server.process.stdin.close()
        assert server.process.wait(PATIENCE) == 1
        assert b"panic" not in server.stderr


@pytest.mark.parametrize("cut", range(1, len(BYTES), 47))
def test_frames_may_be_cut_anywhere(cut):
    with Wire() as server:
        server.send(BYTES[:cut])
        server.send(BYTES[cut:])
        assert "rocksdb" in str(server.answer_in_any_order(2)["result"])
        assert server.shut_down() == 0


def test_several_frames_may_come_in_one_write(wire):
    wire.send(BYTES)
    assert "error" not in wire.answer(2)


def talk_without_listening(close_output: bool) -> tuple[int, bytes]:
    """A client that opens a document, asks much, reads nothing and leaves; exit code and log of the server."""
    pipe = subprocess.PIPE
    with subprocess.Popen([binary(), "--stdio"], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        if close_output:
            process.stdout.close()
        try:
            process.stdin.write(BYTES)
            for number in range(500):
                body = request(f"n{number}", "textDocument/documentSymbol", {"textDocument": {"uri": URI}})
                process.stdin.write(frame({"jsonrpc": "2.0", **body}))
            process.stdin.close()
        except BrokenPipeError:
            pass
        code = process.wait(PATIENCE)
        return code, process.stderr.read()


@pytest.mark.parametrize("close_output", [True, False])
def test_a_client_that_does_not_read_and_leaves_takes_the_process_along(close_output):
    code, log = talk_without_listening(close_output)
    assert code == 1
    assert b"panic" not in log


def test_a_client_that_closes_the_input_and_takes_its_time_gets_all_answers():
    pipe = subprocess.PIPE
    with subprocess.Popen([binary(), "--stdio"], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        process.stdin.write(BYTES)
        for number in range(100):
            body = request(f"n{number}", "textDocument/documentSymbol", {"textDocument": {"uri": URI}})
            process.stdin.write(frame({"jsonrpc": "2.0", **body}))
        process.stdin.close()
        # Longer than two looks of a server that looked every two seconds whether anything was read.
        time.sleep(6)
        output = process.stdout.read()
        assert process.wait(PATIENCE) == 1
        ids = [b'"id":"n%d"' % number for number in range(100)]
        assert [output.count(id) for id in ids] == [1] * 100
        assert len(output) > 1 << 16, "what fits into a pipe waits for nobody"


def test_a_client_that_never_answers_gets_answers():
    with Wire() as server:
        capabilities = {"workspace": {"configuration": True, "didChangeWatchedFiles": {"dynamicRegistration": True}}}
        server.send(request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": capabilities}))
        # What the server asks is passed over here.
        while server.receive().get("id") != 1:
            pass
        server.notify("initialized", {})
        server.open(URI, TEXT)
        for number in range(100):
            server.notify("workspace/didChangeConfiguration", {"settings": {}})
            id = f"h{number}"
            server.send(request(id, "textDocument/hover", at(URI, 3, 6)))
            while (message := server.receive()).get("id") != id:
                assert message is not None
        server.notify("exit")
        assert server.process.wait(PATIENCE) == 1


def test_cancelling_everything(ready):
    ready.open(URI, TEXT * 20)
    ids = [f"c{number}" for number in range(2000)]
    burst = []
    for id in ids:
        burst += [request(id, "textDocument/hover", at(URI, 3, 6)), notification("$/cancelRequest", {"id": id})]
    ready.send(*burst)
    for id in ids:
        answer = ready.answer_in_any_order(id)
        assert answer.get("error", {}).get("code", -32800) == -32800
    assert ready.shut_down() == 0


WRONG = {"start": {"line": 3, "character": 4}, "end": {"line": 1, "character": 0}}
FAR = {"start": {"line": 2**31 - 1, "character": 2**31 - 1}, "end": {"line": 0, "character": 0}}


@pytest.mark.parametrize("range_", [WRONG, FAR])
@pytest.mark.parametrize(
    "method, more",
    [
        ("textDocument/codeAction", {"context": {"diagnostics": []}}),
        ("textDocument/inlayHint", {}),
        ("textDocument/rangeFormatting", {"options": {"tabSize": 2, "insertSpaces": True}}),
        ("textDocument/semanticTokens/range", {}),
    ],
)
def test_a_range_that_ends_before_it_begins_is_answered(ready, method, more, range_):
    ready.open(URI, TEXT)
    answer = ready.request(method, {"textDocument": {"uri": URI}, "range": range_, **more})
    assert answer.get("error", {}).get("code") != -32603, answer
    assert b"panic" not in ready.stderr
    assert ready.shut_down() == 0
