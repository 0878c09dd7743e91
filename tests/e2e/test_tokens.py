"""Semantic tokens over the wire: what a client has after a difference is what a client gets that asks for the first time."""

from __future__ import annotations

import pathlib
import random

import pytest

from wire import Wire

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"

PIECES = [
    "\n", "  ", "    ", "state_backends:\n", "  other:\n", "    type: rocksdb\n", "    memory: {per_slot: 256mb}\n", "${A}", "${B:-c}",
    "secret://a/b", "# comment\n", "'", '"', "[", "]", "{", "}", ": ", "- ", "10m", "🦀", "é", "|\n      text\n", "<<: *a\n", "---\n",
]  # fmt: skip


def tokens_after(before: list[int], answer: dict) -> list[int]:
    """The numbers of a client that had `before`, after an answer."""
    if "edits" not in answer:
        return list(answer["data"])
    after = list(before)
    # Every edit is in terms of the old numbers: from the last to the first none moves another.
    for edit in sorted(answer["edits"], key=lambda edit: -edit["start"]):
        after[edit["start"] : edit["start"] + edit["deleteCount"]] = edit.get("data") or []
    return after


class Text:
    """A document that both sides edit; positions count characters."""

    def __init__(self, server: Wire, uri: str, text: str) -> None:
        self.server, self.uri, self.text, self.version = server, uri, text, 1
        server.open(uri, text)

    def position(self, offset: int) -> dict:
        before = self.text[:offset]
        return {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}

    def edit(self, start: int, length: int, insert: str) -> None:
        end = min(start + length, len(self.text))
        change = {"range": {"start": self.position(start), "end": self.position(end)}, "text": insert}
        self.version += 1
        self.server.change(self.uri, self.version, change)
        self.text = self.text[:start] + insert + self.text[end:]

    def ask(self, method: str, **params: object) -> dict:
        answer = self.server.request(f"textDocument/semanticTokens/{method}", {"textDocument": {"uri": self.uri}, **params})
        return answer["result"]


def places(data: list[int]) -> list[tuple[int, int, int]]:
    found, line, column = [], 0, 0
    for at in range(0, len(data), 5):
        line, column = line + data[at], data[at + 1] + (column if data[at] == 0 else 0)
        found.append((line, column, data[at + 2]))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_a_difference_leads_to_what_a_fresh_document_has(wire: Wire, tmp_path: pathlib.Path, seed: int) -> None:
    chance = random.Random(seed)
    documents = sorted((CORPUS / "specification").glob("*.infra")) + sorted((CORPUS / "realistic").glob("*.infra"))
    text = chance.choice(documents).read_text(encoding="utf-8").replace("\r\n", "\n")
    wire.initialize({"general": {"positionEncodings": ["utf-32"]}})
    document = Text(wire, (tmp_path / "a.infra").as_uri(), text)
    full = document.ask("full")
    has, name, differences = list(full["data"]), full["resultId"], 0
    for step in range(40):
        document.edit(chance.randrange(len(document.text) + 1), chance.choice([0, 0, 1, 4, 40]), chance.choice([*PIECES, ""]))
        answer = document.ask("full/delta", previousResultId=name)
        differences += "edits" in answer
        has, name = tokens_after(has, answer), answer["resultId"]
        fresh = Text(wire, (tmp_path / f"fresh-{step}.infra").as_uri(), document.text)
        expected = fresh.ask("full")["data"]
        assert has == expected, document.text
        found = places(has)
        lines = document.text.split("\n")
        for (line, column, length), (after, next_column, _) in zip(found, found[1:], strict=False):
            assert after > line or next_column >= column + length
            assert 0 < length <= len(lines[line]) - column
        whole = {"start": {"line": 0, "character": 0}, "end": document.position(len(document.text))}
        assert document.ask("range", range=whole)["data"] == expected
    assert differences > 30, "most answers are differences"


def test_an_unknown_name_is_answered_with_all_tokens(wire: Wire, tmp_path: pathlib.Path) -> None:
    wire.initialize()
    document = Text(wire, (tmp_path / "a.infra").as_uri(), "checkpoints: {a: {type: s3}}\n")
    full = document.ask("full")
    assert document.ask("full/delta", previousResultId="never heard of")["data"] == full["data"]


def test_a_text_that_has_not_changed_has_no_difference(wire: Wire, tmp_path: pathlib.Path) -> None:
    wire.initialize()
    document = Text(wire, (tmp_path / "a.infra").as_uri(), "checkpoints: {a: {type: s3}}\n")
    assert document.ask("full/delta", previousResultId=document.ask("full")["resultId"])["edits"] == []
