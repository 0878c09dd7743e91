"""A client that speaks the protocol byte by byte, for what a well-behaved client library would never send."""

from __future__ import annotations

import json
import os
import pathlib
import queue
import subprocess
import threading

# Generous: it bounds a hang, and says nothing about speed.
PATIENCE = float(os.environ.get("NEXFLOW_TEST_PATIENCE", "120"))


def binary() -> str:
    """The program under test: NEXFLOW_LSP, else the debug build."""
    if named := os.environ.get("NEXFLOW_LSP"):
        return str(pathlib.Path(named).resolve())
    root = pathlib.Path(__file__).resolve().parents[2]
    return str(root / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "nexflow-lsp")


def frame(body: bytes | str | dict | list) -> bytes:
    """A message with its header."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Wire:
    """A running server and its two pipes."""

    def __init__(self, *arguments: str, env: dict[str, str | None] | None = None, cwd: str | None = None, program: str | None = None):
        environment = {**os.environ, "NEXFLOW_LSP_TEST": "1", **(env or {})}
        # `None` takes a variable away.
        environment = {name: value for name, value in environment.items() if value is not None}
        self.process = subprocess.Popen(
            [program or binary(), *(arguments or ("--stdio",))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=cwd,
        )
        self.messages: queue.Queue[dict | None] = queue.Queue()
        self.seen: list[dict] = []
        self.answers: dict = {}
        # What requests of the server are answered with.
        self.respond = lambda message: None
        self.stderr = b""
        self.next_id = 1
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._drain, daemon=True).start()

    def _read(self) -> None:
        out = self.process.stdout
        while True:
            length = None
            while line := out.readline():
                if line == b"\r\n":
                    break
                name, _, value = line.partition(b":")
                assert name.lower() == b"content-length", f"not the protocol: {line!r}"
                length = int(value)
            if length is None:
                self.messages.put(None)
                return
            body = out.read(length)
            if len(body) < length:
                self.messages.put(None)
                return
            self.messages.put(json.loads(body))

    def _drain(self) -> None:
        for line in self.process.stderr:
            self.stderr += line

    def send(self, *messages: dict | bytes) -> None:
        """Sends messages in one write; bytes are sent as they are."""
        parts = [m if isinstance(m, bytes) else frame({"jsonrpc": "2.0", **m}) for m in messages]
        self.process.stdin.write(b"".join(parts))
        self.process.stdin.flush()

    def notify(self, method: str, params: object = None) -> None:
        self.send(notification(method, params))

    def start_request(self, method: str, params: object = None) -> int:
        """Sends a request and does not wait."""
        id, self.next_id = self.next_id, self.next_id + 1
        self.send(request(id, method, params))
        return id

    def request(self, method: str, params: object = None) -> dict:
        """Sends a request and gives the whole answer."""
        return self.answer(self.start_request(method, params))

    def receive(self, timeout: float = PATIENCE) -> dict | None:
        """The next message; None at the end of the output."""
        message = self.messages.get(timeout=timeout)
        if message is not None:
            self.seen.append(message)
        return message

    def until(self, wanted) -> dict:
        """The next message for which `wanted` holds; requests of the server are answered on the way."""
        while True:
            message = self.receive()
            assert message is not None, f"the server has ended: {self.stderr.decode(errors='replace')[-4000:]}"
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": self.respond(message)})
            if wanted(message):
                return message

    def answer(self, id) -> dict:
        """The answer to a request."""
        return self.until(lambda m: "method" not in m and m.get("id") == id)

    def answer_in_any_order(self, id) -> dict:
        """The answer to a request, also when it has come before that of another."""
        if id not in self.answers:
            self.until(lambda m: self._keep(m) and m["id"] == id)
        return self.answers.pop(id)

    def _keep(self, message: dict) -> bool:
        if "method" in message:
            return False
        self.answers[message["id"]] = message
        return True

    def diagnostics(self, uri: str, version: int | None = None) -> list[dict]:
        """The next diagnostics that are pushed for a document; those of a version may have come before."""

        def wanted(message: dict) -> bool:
            params = message.get("params") or {}
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and (version is None or params.get("version") == version)
            )

        before = [m for m in self.seen if wanted(m)] if version is not None else []
        return (before[-1] if before else self.until(wanted))["params"]["diagnostics"]

    def initialize(self, capabilities: dict | None = None, **params) -> dict:
        """Initializes and gives the result."""
        answer = self.request("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities or {}, **params})
        self.notify("initialized", {})
        return answer["result"]

    def open(self, uri: str, text: str, version: int = 1) -> None:
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "infra", "version": version, "text": text}})

    def change(self, uri: str, version: int, *changes: dict) -> None:
        self.notify("textDocument/didChange", did_change(uri, version, *changes))

    def text(self, uri: str) -> tuple[int, str]:
        """Version and text of a document as the server has them."""
        result = self.request("$/nexflow/test/version", {"uri": uri})["result"]
        return result["version"], result["text"]

    def shut_down(self) -> int:
        """Leaves as the protocol asks; the exit code."""
        answer = self.request("shutdown")
        assert answer["result"] is None
        self.notify("exit")
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """Ends the process, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except OSError:
                pass

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def notification(method: str, params: object = None) -> dict:
    message: dict = {"method": method}
    if params is not None:
        message["params"] = params
    return message


def request(id, method: str, params: object = None) -> dict:
    return {"id": id, **notification(method, params)}


def did_change(uri: str, version: int, *changes: dict) -> dict:
    return {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}


def insert(line: int, character: int, text: str) -> dict:
    """A change that inserts text at a position."""
    position = {"line": line, "character": character}
    return {"range": {"start": position, "end": position}, "text": text}


def at(uri: str, line: int, character: int) -> dict:
    """The parameters of a request about a position."""
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
