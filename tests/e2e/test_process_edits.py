"""An open process file (L1) that is edited by ranges is the file that its text gives: whatever is asked, the answer is that about the
same text opened afresh."""

from __future__ import annotations

import os
import random
import re

import pytest

import fixture
from fixture import Folder
from test_processes import ROOT

CASES = int(os.environ.get("NEXFLOW_PROCESS_EDITS", "12"))
TEXTS = [path.read_bytes().decode() for path in sorted((ROOT / "server/process/tests/corpus").glob("*.proc"))]
PIECES = ["receive ", "emit to ", "orders", " from ", "customers", "\n", "\r\n", "\r", "// ", "/* ", "*/", '"', "${x} ", "é", "😀", "process other\n", "end\n", "dead_letter ", ""]
# Entries of names that stand in the corpus and in the pieces, so that the two sides meet.
DOCUMENT = """\
version: "1.0"
environment: production
streams:
  orders: {type: kafka, topic: t, brokers: "b:9092"}
  input_orders: {type: kafka, topic: t, brokers: "b:9092"}
  approved: {type: kafka, topic: t, brokers: "b:9092"}
lookups:
  customers: {type: redis, uri: "rediss://r:6379", key_pattern: "c:{id}"}
"""
UNITS = {"utf-8": lambda text: len(text.encode()), "utf-16": lambda text: len(text.encode("utf-16-le")) // 2, "utf-32": len}


def position(text: str, at: int, encoding: str) -> dict:
    lines = re.split(r"\r\n|\n|\r", text[:at])
    return {"line": len(lines) - 1, "character": UNITS[encoding](lines[-1])}


def is_between(text: str, at: int) -> bool:
    """Whether a place lies within one line break."""
    return text[at - 1 : at + 1] == "\r\n"


def edits(text: str, chance: random.Random, encoding: str) -> tuple[str, list[dict]]:
    """Changes of one notification, each about the text that those before it leave."""
    changes = []
    for _ in range(chance.randint(1, 3)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice([0, 0, 1, 3, 30]))
        if is_between(text, start) or is_between(text, end):
            continue
        piece = chance.choice(PIECES)
        changes.append({"range": {"start": position(text, start, encoding), "end": position(text, end, encoding)}, "text": piece})
        text = text[:start] + piece + text[end:]
    return text, changes


def answers(folder: Folder, text: str, encoding: str) -> list:
    """All that is said of names in the process file, and of the document beside it."""
    said = [folder.findings("a.infra")]
    # Not a place within a text, where what lies behind it would count for it.
    words = [found.start() for found in re.finditer(r"(?<![\w}])[A-Za-z_]\w*", text)]
    for at in words[:: max(1, len(words) // 12)]:
        place = {"textDocument": {"uri": folder.uri("a.proc")}, "position": position(text, at, encoding)}
        for method in ("definition", "references", "documentHighlight", "hover"):
            context = {"context": {"includeDeclaration": True}} if method == "references" else {}
            said.append(folder.ask(f"textDocument/{method}", **place, **context))
    return said


@pytest.mark.parametrize("encoding", UNITS)
def test_edits_of_ranges_are_the_text_that_they_give(tmp_path, monkeypatch, encoding):
    monkeypatch.setitem(fixture.CAPABILITIES, "general", {"positionEncodings": [encoding]})
    project = f"//- nexflow.toml\n//- open a.infra\n{DOCUMENT}//- a.proc\nprocess a\n"
    with Folder(tmp_path, project) as folder:
        # This answer waits until the process files have been read.
        folder.ask("workspace/symbol", query="")
        met = 0
        for number in range(CASES):
            chance = random.Random(number)
            # Characters of which encodings count different numbers stand before what is edited.
            lines = chance.choice(TEXTS).splitlines(keepends=True)
            text = "".join(chance.choice(["", "/* é😀 */ "]) + line for line in lines)
            uri = folder.uri("a.proc")
            folder.wire.open(uri, text)
            for version in range(2, 2 + chance.randint(2, 8)):
                text, changes = edits(text, chance, encoding)
                if changes:
                    folder.wire.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes})
            edited = answers(folder, text, encoding)
            folder.wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            folder.wire.open(uri, text)
            fresh = answers(folder, text, encoding)
            folder.wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            assert edited == fresh, (number, text)
            met += sum(bool(answer) for answer in fresh[1:])
        # The answers are some.
        assert met > CASES
