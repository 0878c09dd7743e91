"""The text: incremental edits, position encodings, and edits that cannot be followed."""

import random

import pytest
from wire import Wire, at, frame, insert

URI = "file:///text.infra"


def column(text: str, encoding: str) -> int:
    """How many units of an encoding a text has."""
    return len(text) if encoding == "utf-32" else len(text.encode(encoding + "-le" if encoding == "utf-16" else encoding)) // (2 if encoding == "utf-16" else 1)


def encoded(encodings: list[str] | None) -> dict:
    return {} if encodings is None else {"general": {"positionEncodings": encodings}}


@pytest.mark.parametrize(
    "offered, agreed",
    [
        (None, "utf-16"),
        (["utf-16"], "utf-16"),
        (["utf-8"], "utf-8"),
        (["utf-32"], "utf-32"),
        (["utf-8", "utf-16", "utf-32"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
        (["ebcdic", "utf-32", "utf-8"], "utf-32"),
        ([], "utf-16"),
    ],
)
def test_the_first_encoding_that_both_know_is_agreed(wire, offered, agreed):
    assert wire.initialize(encoded(offered))["capabilities"]["positionEncoding"] == agreed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_behind_emoji(wire, encoding):
    wire.initialize(encoded([encoding]))
    before = 'description: "é😀👩‍👩‍👧‍👦 中" # '
    wire.open(URI, f'version: "1.0"\n{before}x\n')
    wire.change(URI, 2, insert(1, column(before, encoding), "y"))
    assert wire.text(URI) == (2, f'version: "1.0"\n{before}yx\n')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_diagnostics_behind_emoji_have_the_right_columns(wire, encoding):
    wire.initialize(encoded([encoding]))
    before = '  a: {bucket: "😀é", '
    wire.open(URI, f"checkpoints:\n{before}type: s33}}\n")
    found = [d["range"] for d in wire.diagnostics(URI) if d["code"] == "enum-unknown-value"]
    start = column(before + "type: ", encoding)
    assert found == [{"start": {"line": 1, "character": start}, "end": {"line": 1, "character": start + 3}}]


def positions(text: str, encoding: str) -> list[tuple[int, int, int]]:
    """All places of a text: index, line, column."""
    places, line, start, index = [], 0, 0, 0
    while True:
        places.append((index, line, column(text[start:index], encoding)))
        if index == len(text):
            return places
        if text[index] == "\r" and text[index + 1 : index + 2] == "\n":
            index += 2
        elif text[index] in "\r\n":
            index += 1
        else:
            index += 1
            continue
        line, start = line + 1, index


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("seed", range(3))
def test_random_edits_leave_the_same_text_on_both_sides(wire, encoding, seed):
    chance = random.Random(f"{encoding}{seed}")
    wire.initialize(encoded([encoding]))
    pieces = ["a", ": ", "\n", "\r\n", "  ", "😀", "é", "- x\n", "${V}", "'", '"', "# c", "\t", "中", "|\n", "{", "]", "\u2028", "\x0b"]
    text = 'version: "1.0"\r\nstate_backends:\n  default: {type: rocksdb}\n'
    wire.open(URI, text)
    for version in range(2, 122):
        changes = []
        for _ in range(chance.randrange(1, 4)):
            places = positions(text, encoding)
            start = chance.randrange(len(places))
            end = min(start + chance.choice([0, 0, 0, 1, 3, 40]), len(places) - 1)
            (from_, line, col), (to, end_line, end_col) = places[start], places[end]
            piece = "".join(chance.choice(pieces) for _ in range(chance.randrange(4)))
            changes.append({
                "range": {"start": {"line": line, "character": col}, "end": {"line": end_line, "character": end_col}},
                "text": piece,
            })
            text = text[:from_] + piece + text[to:]
        wire.change(URI, version, *changes)
        if version % 10 == 0:
            assert wire.text(URI) == (version, text)
    wire.request("textDocument/hover", at(URI, 0, 0))
    assert wire.text(URI) == (121, text)


def test_diagnostics_after_edits_are_those_of_the_text_opened_afresh(ready):
    chance = random.Random(3)
    text = "state_backends:\n  a:\n    type: rocksdb\n    incremental: maybe\n  b:\n    type: hashmap\ncheckpoints:\n  c:\n    type: s3\n"
    ready.open(URI, text)
    for version in range(2, 60):
        places = positions(text, "utf-16")
        index, line, col = places[chance.randrange(len(places))]
        piece = chance.choice(["\n", "  ", "x", ": ", "type: s3\n", "- ", "#", "'"])
        ready.change(URI, version, insert(line, col, piece))
        text = text[:index] + piece + text[index:]
        fresh = f"file:///fresh{version}.infra"
        ready.open(fresh, text)
        assert ready.diagnostics(URI, version) == ready.diagnostics(fresh, 1), text


def test_positions_outside_the_text_are_clamped(ready):
    ready.open(URI, "a: b\nc: d\n")
    far = {"start": {"line": 0, "character": 99}, "end": {"line": 0, "character": 2**31 - 1}}
    ready.change(URI, 2, {"range": far, "text": "!"})
    assert ready.text(URI) == (2, "a: b!\nc: d\n")
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 2**31 - 1, "character": 0}}
    ready.change(URI, 3, {"range": whole, "text": "new"})
    assert ready.text(URI) == (3, "new")
    for line, character in ((0, 99), (99, 0), (2**31 - 1, 2**31 - 1)):
        assert "error" not in ready.request("textDocument/hover", at(URI, line, character))
        assert "error" not in ready.request("textDocument/completion", at(URI, line, character))


def test_the_middle_of_an_emoji_is_its_beginning(ready):
    ready.open(URI, "a: 😀\n")
    ready.change(URI, 2, insert(0, 4, "x"))
    assert ready.text(URI) == (2, "a: x😀\n")


def lost(server: Wire) -> bool:
    return server.request("$/nexflow/test/version", {"uri": URI}).get("error", {}).get("code") == -32801


@pytest.mark.parametrize(
    "version, change",
    [
        (1, insert(0, 0, "x")),
        (0, insert(0, 0, "x")),
        (-5, insert(0, 0, "x")),
        (2, {"range": {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 1}}, "text": ""}),
        (2, insert(50, 0, "x")),
    ],
)
def test_an_edit_that_cannot_be_followed_gives_the_document_up_until_its_text_comes(ready, version, change):
    ready.open(URI, "a: b\na: c\n")
    assert ready.diagnostics(URI, 1) != []
    ready.change(URI, version, change)
    assert ready.diagnostics(URI) == []
    assert lost(ready)
    ready.change(URI, 9, insert(0, 0, "y"))
    assert lost(ready)
    told = [m for m in ready.seen if m.get("method") == "window/showMessage"]
    assert len(told) == 1 and "text.infra" in told[0]["params"]["message"]
    # Each of these brings the text back.
    ready.change(URI, 10, {"text": "c: d\n"}, insert(0, 0, "# "))
    assert ready.text(URI) == (10, "# c: d\n")


def test_a_lost_document_comes_back_when_it_is_saved_or_opened_again(ready):
    ready.open(URI, "a: b\n")
    ready.change(URI, 1, insert(0, 0, "x"))
    assert lost(ready)
    ready.notify("textDocument/didSave", {"textDocument": {"uri": URI}, "text": "saved: 1\n"})
    assert ready.text(URI)[1] == "saved: 1\n"
    ready.change(URI, 1, insert(0, 0, "x"))
    assert lost(ready)
    ready.open(URI, "opened: 1\n", 4)
    assert ready.text(URI) == (4, "opened: 1\n")


def test_edits_and_closes_of_what_is_not_open_change_nothing(ready):
    ready.change(URI, 2, insert(0, 0, "x"))
    ready.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    ready.notify("textDocument/didSave", {"textDocument": {"uri": URI}, "text": "x"})
    ready.open(URI, "a: b\n")
    assert ready.text(URI) == (1, "a: b\n")


def test_a_closed_document_has_no_diagnostics(ready):
    ready.open(URI, "a: b\na: c\n")
    assert ready.diagnostics(URI) != []
    ready.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert ready.diagnostics(URI) == []
    assert ready.request("textDocument/hover", at(URI, 0, 0))["error"]["code"] == -32602


def test_documents_that_are_no_files(ready):
    for uri in ("untitled:Untitled-1", "git:/a.infra?ref=HEAD", "vscode-notebook-cell:/x#1"):
        ready.open(uri, "a: b\na: c\n")
        assert ready.diagnostics(uri) != []


def test_half_an_emoji_is_no_end(ready):
    ready.open(URI, "a: b\n")
    body = '{"jsonrpc":"2.0","method":"textDocument/didChange","params":%s}'
    params = '{"textDocument":{"uri":"%s","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"# \\ud83d "}]}'
    ready.send(frame(body % (params % URI)))
    assert ready.text(URI) == (2, "# \ufffd a: b\n")
    ready.change(URI, 3, {"range": {"start": {"line": 0, "character": 2}, "end": {"line": 0, "character": 3}}, "text": "😀"})
    assert ready.text(URI) == (3, "# 😀 a: b\n")
