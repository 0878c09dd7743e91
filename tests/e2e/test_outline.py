"""The outline over the wire, compared with what an independent YAML parser (PyYAML) says of the same text."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, field

import pytest
import yaml

from wire import Wire

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"

ODD = """\
état: "🦀 é"  # 🦀
'quoted key': {a: 1, "🦀": [x, {b: y}], empty: }
list:
  - name: one
    values: [é, 🦀]
  - - nested: 🦀🦀
  - plain
nothing:
block: |
  🦀 first

  last

end: *alias
"""


@dataclass
class Node:
    """A node with its places as indices into the text."""

    start: int
    end: int
    value: str | None = None
    entries: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)


class Reader:
    """Makes nodes of PyYAML's events; its own nodes forget where aliases stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events = [event for event in yaml.parse(text) if not isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent))]

    def documents(self) -> list[Node]:
        found = []
        while self.events:
            event = self.events.pop(0)
            if not isinstance(event, (yaml.DocumentStartEvent, yaml.DocumentEndEvent)):
                found.append(self.node(event))
        return found

    def node(self, event: yaml.Event) -> Node:
        node = Node(event.start_mark.index, event.end_mark.index)
        if isinstance(event, yaml.ScalarEvent):
            node.value = event.value
            # The mark of a block scalar stands behind the blank lines below it.
            node.end = node.start + len(self.text[node.start : node.end].rstrip())
            return node
        if isinstance(event, yaml.AliasEvent):
            return node
        children = []
        while not isinstance(event := self.events.pop(0), (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            children.append((event, self.node(event)))
        is_flow = event.start_mark.index != event.end_mark.index
        nodes = [child for _, child in children]
        if isinstance(event, yaml.MappingEndEvent):
            node.entries = list(zip(nodes[::2], nodes[1::2], strict=True))
            for key, value in node.entries:
                if value.value == "" and value.start == value.end:
                    # Nothing is written: the value would stand behind the colon.
                    value.start = value.end = self.text.index(":", key.end) + 1
        else:
            node.items = nodes
        # The mark of a block stands where the next thing begins.
        node.end = event.end_mark.index if is_flow else nodes[-1].end
        return node


class Places:
    """Indices of a text as positions of the protocol."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text, self.encoding = text, encoding

    def __call__(self, index: int) -> tuple[int, int]:
        before = self.text[:index].replace("\r\n", "\n")
        line = before.rpartition("\n")[2]
        width = {"utf-8": lambda s: len(s.encode()), "utf-16": lambda s: len(s.encode("utf-16-le")) // 2, "utf-32": len}
        return before.count("\n"), width[self.encoding](line)


# Name, range, selection, what stands below.
Line = tuple[str, tuple, tuple, list]


def expected(node: Node, at: Places) -> list[Line]:
    """The outline of what is below a node: every entry, and every item that has something below it."""
    lines = []
    for key, value in node.entries:
        end = max(value.end, key.end)
        lines.append((key.value or "(empty)", (at(key.start), at(end)), (at(key.start), at(key.end)), expected(value, at)))
    for index, item in enumerate(node.items):
        if item.entries or item.items:
            start = at(item.start)
            lines.append((f"[{index}]", (start, at(item.end)), (start, start), expected(item, at)))
    return lines


def ends(one: dict) -> tuple:
    return tuple((one[end]["line"], one[end]["character"]) for end in ("start", "end"))


def given(symbols: list[dict]) -> list[Line]:
    return [(one["name"], ends(one["range"]), ends(one["selectionRange"]), given(one.get("children", []))) for one in symbols]


def texts() -> dict[str, str]:
    files = [file for folder in ("specification", "realistic", "documents") for file in sorted((CORPUS / folder).glob("*.infra"))]
    found = {file.stem: file.read_bytes().decode() for file in files}
    return {**found, "odd": ODD, "odd with returns": ODD.replace("\n", "\r\n")}


def outlines(wire: Wire, capabilities: dict) -> dict[str, list[dict]]:
    wire.initialize(capabilities)
    found = {}
    for number, (name, text) in enumerate(texts().items()):
        uri = f"file:///outline-{number}.infra"
        wire.open(uri, text)
        found[name] = wire.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})["result"]
    return found


def client(encoding: str, hierarchical: bool) -> dict:
    return {
        "general": {"positionEncodings": [encoding]},
        "textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": hierarchical}},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_the_outline_has_every_entry_at_its_place(wire: Wire, encoding: str) -> None:
    found = outlines(wire, client(encoding, True))
    for name, text in texts().items():
        at = Places(text, encoding)
        assert given(found[name]) == [line for document in Reader(text).documents() for line in expected(document, at)], name


def test_the_flat_outline_has_the_lines_of_the_tree_with_what_they_stand_in(wire: Wire) -> None:
    def flattened(lines: list[Line], container: str | None) -> list[tuple]:
        return [flat for name, place, _, below in lines for flat in ((name, place, container), *flattened(below, name))]

    found = outlines(wire, client("utf-16", False))
    for name, text in texts().items():
        lines = [line for document in Reader(text).documents() for line in expected(document, Places(text, "utf-16"))]
        flat = [(one["name"], ends(one["location"]["range"]), one.get("containerName")) for one in found[name]]
        assert flat == flattened(lines, None), name
