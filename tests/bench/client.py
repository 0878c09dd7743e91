"""A client that takes times: the clock is read right before the bytes of a message are written, and right after those of the
answer have been read, so that the client's own JSON is no part of a latency."""

import collections
import json
import os
import re
import subprocess
import threading
import time

now = time.perf_counter_ns

# Bytes above which an answer is not read as it arrives.
LONG = 1 << 16

CAPABILITIES = {
    "workspace": {"configuration": True},
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "codeDescriptionSupport": True},
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}, "contextSupport": True},
        "hover": {"contentFormat": ["markdown"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "formatting": {},
        "semanticTokens": {
            "requests": {"full": {"delta": True}, "range": True},
            "tokenTypes": [],
            "tokenModifiers": [],
            "formats": ["relative"],
        },
    },
    "general": {"positionEncodings": ["utf-16"]},
}


def frame(message):
    body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


class Document:
    """A text that is edited; ASCII, so that columns are characters."""

    def __init__(self, uri, text, language):
        self.uri, self.text, self.language, self.version = uri, text, language, 1

    def position(self, offset):
        return {"line": self.text.count("\n", 0, offset), "character": offset - self.text.rfind("\n", 0, offset) - 1}

    def middle(self, literal, behind=0):
        """The middle one of the places where `literal` stands, `behind` characters after its beginning."""
        places, at = [], self.text.find(literal)
        while at >= 0:
            places.append(at)
            at = self.text.find(literal, at + 1)
        return places[len(places) // 2] + behind

    def edit(self, offset, removed, inserted):
        """Changes the text; the message that says so."""
        start, end = self.position(offset), self.position(offset + removed)
        self.text = self.text[:offset] + inserted + self.text[offset + removed :]
        self.version += 1
        change = {"range": {"start": start, "end": end}, "text": inserted}
        identifier = {"uri": self.uri, "version": self.version}
        return frame({"method": "textDocument/didChange", "params": {"textDocument": identifier, "contentChanges": [change]}})


class Server:
    """A running server."""

    def __init__(self, command, root, environment=None, settings=None):
        self.settings, self.root = settings or {}, root
        self.arrived = threading.Condition()
        self.answers, self.published, self.ended = {}, collections.defaultdict(list), False
        self.next_id, self.writing, self.last_arrival = 0, threading.Lock(), now()
        self.started = now()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, **(environment or {})},
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        out, buffer = self.process.stdout.fileno(), bytearray()

        def more():
            chunk = os.read(out, 1 << 20)
            buffer.extend(chunk)
            return chunk

        while True:
            while (head := buffer.find(b"\r\n\r\n")) < 0:
                if not more():
                    return self._end()
            lengths = [line.split(b":")[1] for line in bytes(buffer[:head]).split(b"\r\n") if line.lower().startswith(b"content-length")]
            end = head + 4 + int(lengths[0])
            while len(buffer) < end:
                if not more():
                    return self._end()
            at = now()
            body = bytes(buffer[head + 4 : end])
            del buffer[:end]
            number = self._answered(body)
            if number is None:
                self._arrive(at, json.loads(body))
            else:
                self._keep(at, number, body)

    @staticmethod
    def _answered(body):
        """What a long answer is about. It is read by whoever asked: to read megabytes takes tens of milliseconds, in which the bytes of
        the next answer would wait to be seen."""
        if len(body) < LONG:
            return None
        found = re.search(rb'"id":(\d+)}$', body[-40:]) or re.match(rb'{"jsonrpc":"2.0","id":(\d+),"result"', body)
        return found and int(found[1])

    def _keep(self, at, number, answer):
        with self.arrived:
            self.last_arrival = at
            self.answers[number] = (at, answer)
            self.arrived.notify_all()

    def _end(self):
        with self.arrived:
            self.ended = True
            self.arrived.notify_all()

    def _arrive(self, at, message):
        if "method" in message and "id" in message:
            result = None
            if message["method"] == "workspace/configuration":
                result = [self.settings.get(item.get("section")) for item in message["params"]["items"]]
            self.write(frame({"id": message["id"], "result": result}))
        with self.arrived:
            self.last_arrival = at
            if message.get("method") == "textDocument/publishDiagnostics":
                found = message["params"]
                self.published[found["uri"]].append((at, found.get("version"), found["diagnostics"]))
            elif "method" not in message:
                self.answers[message["id"]] = (at, message)
            self.arrived.notify_all()

    def write(self, data):
        """Writes; when the writing began."""
        with self.writing:
            at, rest = now(), memoryview(data)
            while rest:
                rest = rest[os.write(self.process.stdin.fileno(), rest) :]
        return at

    def notify(self, method, params):
        return self.write(frame({"method": method, "params": params}))

    def wait(self, ready, patience=120):
        """Waits until `ready` gives something."""
        end = time.monotonic() + patience
        with self.arrived:
            while not (result := ready()):
                if self.ended or time.monotonic() > end:
                    raise RuntimeError("the server has ended" if self.ended else "no answer")
                self.arrived.wait(1)
            return result

    def request_frame(self, method, params):
        self.next_id += 1
        return self.next_id, frame({"id": self.next_id, "method": method, "params": params})

    def request(self, method, params, before=b""):
        """Sends a request, right behind the bytes `before`: milliseconds and result."""
        number, message = self.request_frame(method, params)
        sent = self.write(before + message)
        at, answer = self.wait(lambda: self.answers.pop(number, None))
        if isinstance(answer, bytes):
            answer = json.loads(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return (at - sent) / 1e6, answer["result"]

    def initialize(self):
        """Milliseconds from the start of the process to the answer."""
        folder = {"uri": "file://" + self.root, "name": "bench"}
        params = {"processId": os.getpid(), "rootUri": folder["uri"], "workspaceFolders": [folder], "capabilities": CAPABILITIES}
        number, message = self.request_frame("initialize", params)
        self.write(message)
        at, _ = self.wait(lambda: self.answers.pop(number, None))
        self.notify("initialized", {})
        return (at - self.started) / 1e6

    def open(self, document):
        """Milliseconds to the diagnostics, and the diagnostics."""
        identifier = {"uri": document.uri, "languageId": document.language, "version": document.version, "text": document.text}
        return self.diagnostics_after(document, frame({"method": "textDocument/didOpen", "params": {"textDocument": identifier}}))

    def diagnostics_after(self, document, data):
        """Writes `data`: milliseconds to the diagnostics of the document's version, and these. A server that names no version
        is believed when it was quiet before."""
        known = len(self.published[document.uri])
        sent = self.write(data)
        at, found = self.wait(lambda: self._published(document, known))
        return (at - sent) / 1e6, found

    def _published(self, document, known):
        for at, version, found in self.published[document.uri][known:]:
            if version is None or version == document.version:
                return at, found
        return None

    def settle(self, quiet=0.05):
        """Waits until the server says nothing and uses no processor time."""
        used = self.cpu()
        while True:
            time.sleep(quiet)
            before, used = used, self.cpu()
            if now() - self.last_arrival > quiet * 1e9 and used - before < 0.1 * quiet * 1e3:
                return

    def cpu(self):
        """Milliseconds of processor time that all threads have used."""
        total, folder = 0, f"/proc/{self.process.pid}/task"
        for thread in os.listdir(folder):
            try:
                with open(f"{folder}/{thread}/schedstat") as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass
        return total / 1e6

    def peak_memory(self):
        """Megabytes (2^20)."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def stop(self):
        try:
            self.request("shutdown", None)
            self.notify("exit", None)
            self.process.wait(5)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
