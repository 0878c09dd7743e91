#!/usr/bin/env python3
"""A server that does nothing and answers at once: what pipes, processes and the client of the measurement cost by themselves.

    nothing.py [FILE]       publishes the JSON list of diagnostics in FILE after each edit, else an empty one
"""

import json
import sys

INPUT, OUTPUT = sys.stdin.buffer, sys.stdout.buffer
DIAGNOSTICS = open(sys.argv[1], "rb").read() if len(sys.argv) > 1 else b"[]"


def send(**message):
    write(json.dumps({"jsonrpc": "2.0", **message}).encode())


def write(body):
    OUTPUT.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    OUTPUT.flush()


def receive():
    length = 0
    while line := INPUT.readline():
        if line == b"\r\n":
            return json.loads(INPUT.read(length))
        length = int(line.split(b":")[1])
    sys.exit()


while True:
    message = receive()
    method = message.get("method")
    if method == "initialize":
        sync = {"openClose": True, "change": 2}
        send(id=message["id"], result={"capabilities": {"textDocumentSync": sync}})
    elif method in ("textDocument/didOpen", "textDocument/didChange"):
        document = message["params"]["textDocument"]
        head = json.dumps({"uri": document["uri"], "version": document["version"]})[1:-1].encode()
        head = b'{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{' + head
        write(head + b',"diagnostics":' + DIAGNOSTICS + b"}}")
    elif method == "exit":
        sys.exit()
    elif "id" in message:
        send(id=message["id"], result=None)
