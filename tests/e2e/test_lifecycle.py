"""Start and end of a session: what may be said when, and with which exit code the process ends."""

import os
import signal
import subprocess
import sys

import pytest
from wire import PATIENCE, Wire, at, binary, frame, request

NOT_INITIALIZED, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32002, -32600, -32601, -32602


def test_shutdown_and_exit_end_with_0(ready):
    assert ready.shut_down() == 0


def test_exit_without_shutdown_ends_with_1(ready):
    ready.notify("exit")
    assert ready.process.wait(PATIENCE) == 1


def test_exit_before_initialize_ends_with_1(wire):
    wire.notify("exit")
    assert wire.process.wait(PATIENCE) == 1


def test_the_end_of_the_input_ends_the_process(ready):
    ready.process.stdin.close()
    assert ready.process.wait(PATIENCE) == 1


def test_the_end_of_the_input_after_shutdown_ends_with_0(ready):
    ready.request("shutdown")
    ready.process.stdin.close()
    assert ready.process.wait(PATIENCE) == 0


def test_shutdown_and_exit_in_one_write_are_answered_before_the_end(ready):
    ready.send(request(99, "shutdown"), {"method": "exit"})
    assert ready.answer(99)["result"] is None
    assert ready.process.wait(PATIENCE) == 0


def test_requests_before_initialize_are_refused_and_notifications_dropped(wire):
    wire.open("file:///a.infra", "a: b\n")
    assert wire.request("textDocument/hover", at("file:///a.infra", 0, 0))["error"]["code"] == NOT_INITIALIZED
    assert wire.request("shutdown")["error"]["code"] == NOT_INITIALIZED
    wire.initialize()
    assert wire.request("textDocument/hover", at("file:///a.infra", 0, 0))["error"]["code"] == INVALID_PARAMS
    assert wire.shut_down() == 0


def test_initialize_only_once(ready):
    answer = ready.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert answer["error"]["code"] == INVALID_REQUEST


def test_requests_after_shutdown_are_refused(ready):
    ready.request("shutdown")
    for method in ("textDocument/hover", "shutdown", "initialize", "unknown/method"):
        assert ready.request(method, {})["error"]["code"] == INVALID_REQUEST


def test_requests_that_wait_are_answered_at_shutdown(ready):
    sleeping = ready.start_request("$/nexflow/test/sleep")
    shutdown = ready.start_request("shutdown")
    assert "error" in ready.answer(sleeping)
    assert ready.answer(shutdown)["result"] is None


def test_unknown_messages(ready):
    assert ready.request("unknown/method", {})["error"]["code"] == METHOD_NOT_FOUND
    assert ready.request("$/unknown", {})["error"]["code"] == METHOD_NOT_FOUND
    ready.notify("unknown/notification", {})
    ready.notify("$/unknown", {})
    ready.notify("$/setTrace", {"value": "verbose"})
    assert ready.shut_down() == 0


def test_a_notification_sent_as_a_request_is_no_method(ready):
    assert ready.request("textDocument/didOpen", {})["error"]["code"] == METHOD_NOT_FOUND


@pytest.mark.parametrize("params", [None, {}, [], 7, "x", {"textDocument": {"uri": "file:///a"}}, {"textDocument": {"uri": "no uri"}}])
def test_parameters_that_do_not_fit(ready, params):
    assert ready.request("textDocument/hover", params)["error"]["code"] == INVALID_PARAMS


def test_ids_are_given_back_as_they_came(ready):
    for id in ("text", 0, -1, 2**31, 2**53):
        ready.send(request(id, "unknown/method"))
        assert ready.answer(id)["id"] == id


def test_capabilities_in_unknown_forms_do_not_keep_a_client_out(wire):
    result = wire.initialize({"textDocument": {"hover": {"contentFormat": 7}}, "general": {"positionEncodings": ["utf-8"]}})
    assert result["capabilities"]["positionEncoding"] == "utf-8"


def test_the_server_says_who_it_is(wire):
    version = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True)
    info = wire.initialize()["serverInfo"]
    assert f"{info['name']} {info['version']}\n" == version.stdout


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the end of the input is the only sign")
def test_the_process_ends_when_its_client_is_gone(wire):
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    wire.request("initialize", {"processId": client.pid, "rootUri": None, "capabilities": {}})
    assert wire.process.poll() is None
    client.send_signal(signal.SIGKILL)
    assert wire.process.wait(PATIENCE) == 1
    client.wait()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_sigterm_ends_the_process(ready):
    ready.process.terminate()
    assert ready.process.wait(PATIENCE) != 0


def test_without_arguments_the_program_explains_itself():
    shown = subprocess.run([binary()], capture_output=True, text=True)
    assert shown.returncode == 2
    assert "--stdio" in shown.stderr + shown.stdout


def test_nothing_but_the_protocol_on_standard_output():
    with Wire("--stdio", "--log", "trace") as server:
        server.initialize()
        server.open("file:///a.infra", "a: secret-text\n")
        server.diagnostics("file:///a.infra")
        assert server.request("$/nexflow/test/panic")["error"]["code"] == -32603
        assert server.shut_down() == 0
        # Logs say what happened; the text of a document is never in them.
        assert b"panic" in server.stderr
        assert b"secret-text" not in server.stderr


def test_frames_may_arrive_in_any_pieces(wire):
    body = frame({"jsonrpc": "2.0", **request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})})
    for byte in body:
        wire.send(bytes([byte]))
    assert "capabilities" in wire.answer(1)["result"]


def test_an_argument_may_be_given_twice():
    """Some clients append --stdio and the process id to what the user has written."""
    with Wire("--stdio", "--clientProcessId=1", "--stdio", f"--clientProcessId={os.getpid()}") as server:
        assert "capabilities" in server.initialize()
        assert server.shut_down() == 0
