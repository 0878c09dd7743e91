"""Clients that stop reading: the server stops with them, within bounded memory, and goes on where it was when they do."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import pytest
from wire import PATIENCE, binary, did_change, frame, notification, request

pytestmark = pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="memory is read from /proc")

URI = "file:///deaf.infra"
MEGABYTE = 1 << 20
# What the server makes answers with at the same time.
THREADS = max(2, min(8, os.cpu_count() or 2))
ENTRY = "  backend_{}:\n    type: rocksdb\n    incremental: true\n    compression: LZ4\n    timer_service: heap\n"
LONG = "state_backends:\n" + "".join(ENTRY.format(number) for number in range(2_000))
assert LONG.count("\n") > 10_000


class Deaf:
    """A client that writes on a thread, so that it never waits for the server, and reads only when it is told to."""

    def __init__(self, **params):
        self.log = tempfile.TemporaryFile()
        pipe = subprocess.PIPE
        environment = {**os.environ, "NEXFLOW_LSP_TEST": "1"}
        self.process = subprocess.Popen([binary(), "--stdio"], stdin=pipe, stdout=pipe, stderr=self.log, env=environment)
        self.writers: list[threading.Thread] = []
        params = {"processId": None, "rootUri": None, "capabilities": {}, **params}
        self.send(request("initialize", "initialize", params))
        self.answer("initialize")
        self.send(notification("initialized", {}))

    def send(self, *messages: dict) -> None:
        data = b"".join(frame({"jsonrpc": "2.0", **message}) for message in messages)
        before = self.writers[-1:]

        def write() -> None:
            for writer in before:
                writer.join()
            try:
                self.process.stdin.write(data)
                self.process.stdin.flush()
            except (BrokenPipeError, ValueError):
                pass

        self.writers.append(threading.Thread(target=write, daemon=True))
        self.writers[-1].start()

    def open(self, text: str) -> None:
        document = {"uri": URI, "languageId": "infra", "version": 1, "text": text}
        self.send(notification("textDocument/didOpen", {"textDocument": document}))

    def body(self) -> bytes | None:
        length = None
        while line := self.process.stdout.readline():
            if line == b"\r\n":
                return self.process.stdout.read(length)
            length = int(line.removeprefix(b"Content-Length: "))
        return None

    def messages(self):
        while (body := self.body()) is not None:
            yield json.loads(body)

    def answer(self, id) -> dict:
        return next(message for message in self.messages() if "method" not in message and message["id"] == id)

    def published(self, version: int) -> list[dict]:
        """All that is published until the diagnostics of a version come."""
        found = []
        for message in self.messages():
            if message.get("method") == "textDocument/publishDiagnostics":
                found.append(message["params"])
                if message["params"].get("version") == version:
                    return found
        raise AssertionError("the server has ended")

    def until_it_rests(self) -> None:
        """Waits until the server does nothing any more. Two seconds without any work may only come too early where the machine
        gives it none, and then the test sees less than it could."""

        def work() -> str:
            fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return fields[11] + fields[12]

        end, before, quiet = time.monotonic() + PATIENCE, work(), 0
        while quiet < 20:
            assert time.monotonic() < end, "the server goes on and on"
            time.sleep(0.1)
            now = work()
            quiet = quiet + 1 if now == before else 0
            before = now

    def peak(self) -> int:
        """The most memory that was ever resident."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024

    def logged(self) -> bytes:
        self.log.seek(0)
        return self.log.read()

    def __enter__(self) -> Deaf:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for writer in self.writers:
            writer.join(PATIENCE)


def outlines(count: int) -> list[dict]:
    return [request(f"o{number}", "textDocument/documentSymbol", {"textDocument": {"uri": URI}}) for number in range(count)]


def test_long_outlines_that_nobody_reads_do_not_fill_the_memory():
    with Deaf() as client:
        client.open(LONG)
        client.published(1)
        client.send(request("first", "textDocument/documentSymbol", {"textDocument": {"uri": URI}}))
        first = client.answer("first")["result"]
        size = len(json.dumps(first, separators=(",", ":")))
        assert size > MEGABYTE // 4
        before = client.peak()
        # Each thread has one answer in its hands, and the library three on their way, as JSON values that take some twenty times as
        # much as their text; a bound is unread.
        bound = 40 * MEGABYTE + (THREADS + 3) * 25 * size
        # So many take twice as much.
        count = 2 * bound // (20 * size)
        client.send(*outlines(count))
        client.until_it_rests()
        assert client.peak() - before < bound
        # Who reads again gets every answer, and the server goes on.
        waiting = {f"o{number}" for number in range(count)}
        while waiting:
            body = client.body()
            assert body is not None
            id = json.loads(b"{" + body[body.rindex(b'"id":') :])["id"]
            if id == "o7":
                assert json.loads(body)["result"] == first
            waiting.remove(id)
        assert client.peak() - before < bound
        client.send(request("text", "$/nexflow/test/version", {"uri": URI}))
        assert client.answer("text")["result"] == {"version": 1, "text": LONG}
        client.send(request("end", "shutdown"), notification("exit"))
        assert client.answer("end")["result"] is None
        assert client.process.wait(PATIENCE) == 0
        assert b"panic" not in client.logged()


def test_cancelled_outlines_are_answered_when_the_client_reads_again():
    with Deaf() as client:
        client.open(LONG)
        client.published(1)
        count = 20 + 4 * THREADS
        client.send(*outlines(count))
        client.until_it_rests()
        client.send(*[notification("$/cancelRequest", {"id": f"o{number}"}) for number in range(count)])
        answers = []
        waiting = {f"o{number}" for number in range(count)}
        for message in client.messages():
            if "method" not in message:
                waiting.remove(message["id"])
                answers.append(message)
            if not waiting:
                break
        assert {answer.get("error", {}).get("code") for answer in answers} <= {None, -32800}
        client.send(request("end", "shutdown"), notification("exit"))
        assert client.answer("end")["result"] is None
        assert client.process.wait(PATIENCE) == 0


def test_a_deaf_client_that_closes_its_end_takes_the_process_along():
    """The output stays open, and nobody will ever read it."""
    with Deaf() as client:
        client.open(LONG)
        client.published(1)
        client.send(*outlines(2000))
        client.until_it_rests()
        # What is still in the hands of the writing thread goes with it.
        client.process.stdin.close()
        assert client.process.wait(PATIENCE) == 1
        assert b"panic" not in client.logged()


def test_a_deaf_client_that_dies_takes_the_process_along():
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Deaf(processId=editor.pid) as client:
        client.open(LONG)
        client.published(1)
        client.send(*outlines(200))
        client.until_it_rests()
        assert client.process.poll() is None
        editor.kill()
        editor.wait()
        assert client.process.wait(PATIENCE) == 1


def test_of_diagnostics_that_nobody_reads_only_the_last_ones_are_sent():
    """Each version has the findings of a thousand lines; unread ones wait for the client as one version, not as all of them."""
    wrong = "".join(f"  backend_{number}:\n    type: rocksdb\n    compression: WRONG_{number}\n" for number in range(1000))
    versions = 1500
    with Deaf() as client:
        client.open("state_backends:\n" + wrong)
        [first] = client.published(1)
        size = len(json.dumps(first))
        assert size > 200_000
        before = client.peak()
        edits = []
        for version in range(2, versions):
            change = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": f"# {version}\n"}
            edits.append(notification("textDocument/didChange", did_change(URI, version, change)))
        # One after the other, so that the server has the time to check many of them.
        for edit in edits:
            client.send(edit)
        client.until_it_rests()
        assert client.peak() - before < 64 * MEGABYTE
        published = [params["version"] for params in client.published(versions - 1)]
        assert published == sorted(set(published))
        assert len(published) * size < 64 * MEGABYTE
        assert b"panic" not in client.logged()


def test_a_client_that_answers_no_question_is_asked_only_once():
    capabilities = {"workspace": {"configuration": True}}
    with Deaf(capabilities=capabilities) as client:
        client.send(*[notification("workspace/didChangeConfiguration", {"settings": {}})] * 1000)
        # Answers may overtake the server's own messages, but not twice.
        asked = []
        for id in ("first", "second"):
            client.send(request(id, "$/nexflow/test/version", {"uri": URI}))
            for message in client.messages():
                if "method" not in message and message["id"] == id:
                    break
                asked.append(message.get("method"))
        assert asked.count("workspace/configuration") == 1
