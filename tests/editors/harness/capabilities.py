"""What the server under test offers, asked once."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from typing import Any

from . import sessions


# What some features are offered for only.
CLIENT = {
    "textDocument": {
        "rename": {"prepareSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
        },
    }
}


@cache
def server_capabilities() -> dict[str, Any]:
    """`capabilities` of the answer to `initialize`, for a client that takes everything."""
    program = sessions.server()
    if not os.access(program, os.X_OK):
        raise FileNotFoundError(f"no server at {program}: run `cargo build`, or name one in NEXFLOW_LSP")
    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"processId": None, "rootUri": None, "capabilities": CLIENT},
    }
    body = json.dumps(request).encode()
    with subprocess.Popen([program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        server.stdin.flush()
        length = 0
        while (line := server.stdout.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answer = json.loads(server.stdout.read(length))
        server.kill()
    return answer["result"]["capabilities"]
