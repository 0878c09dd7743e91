"""Folders of documents in one text, for tests about several files.

    //- base.infra
    state_backends:
      «large»: {type: rocksdb}
    //- open production.infra
    extends: base.infra
    state_backends:
      $0large: {incremental: true}

A line that begins with `//-` begins a file; the word `open` before its name has the editor open it. `$0` is the cursor, in a
file that is then open; `«` and `»` stand around what is expected. All marks are taken out of the files.
"""

from __future__ import annotations

import pathlib
import re
import textwrap
from dataclasses import dataclass, field

from wire import Wire

CAPABILITIES = {
    "workspace": {
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": False},
        "diagnostics": {"refreshSupport": False},
    },
    "textDocument": {
        "diagnostic": {"relatedInformation": True},
        "publishDiagnostics": {"relatedInformation": True},
        "hover": {"contentFormat": ["markdown"]},
        "rename": {"prepareSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    },
    "general": {"positionEncodings": ["utf-32"]},
}

# A place in a file: name, first line, first column, last line, last column.
Place = tuple[str, int, int, int, int]


@dataclass
class Fixture:
    """Files with what was marked in them. Columns count characters."""

    files: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    cursor: tuple[str, int, int] | None = None
    marked: list[Place] = field(default_factory=list)

    @staticmethod
    def parse(text: str) -> "Fixture":
        fixture = Fixture()
        parts = re.split(r"^//- (.*)\n", textwrap.dedent(text), flags=re.MULTILINE)
        assert not parts[0].strip(), "a fixture begins with the name of a file"
        for head, body in zip(parts[1::2], parts[2::2]):
            is_open, name = head.startswith("open "), head.removeprefix("open ").strip()
            fixture.files[name] = fixture._unmark(name, body)
            if is_open or fixture.cursor and fixture.cursor[0] == name:
                fixture.open.append(name)
        return fixture

    def _unmark(self, name: str, text: str) -> str:
        out, begun = "", []
        for part in re.split(r"(\$0|«|»)", text):
            here = (out.count("\n"), len(out) - out.rfind("\n") - 1)
            match part:
                case "$0":
                    assert self.cursor is None, "there is one cursor"
                    self.cursor = (name, *here)
                case "«":
                    begun.append(here)
                case "»":
                    self.marked.append((name, *begun.pop(), *here))
                case _:
                    out += part
        assert not begun, f"a mark is not closed in {name}"
        return out


class Folder:
    """A server in a folder with the files of a fixture."""

    def __init__(self, root: pathlib.Path, text: str, *, settings: dict | None = None, env: dict | None = None, pull: bool = True, watch: bool = True):
        self.root, self.fixture, self.versions = root, Fixture.parse(text), {}
        for name, content in self.fixture.files.items():
            self.write(name, content)
        self.wire = Wire(env=env)
        capabilities = {**CAPABILITIES, "textDocument": dict(CAPABILITIES["textDocument"]), "workspace": dict(CAPABILITIES["workspace"])}
        if not pull:
            del capabilities["textDocument"]["diagnostic"]
        if not watch:
            del capabilities["workspace"]["didChangeWatchedFiles"]
        folder = {"uri": root.as_uri(), "name": "fixture"}
        self.wire.initialize(capabilities, workspaceFolders=[folder], rootUri=folder["uri"], initializationOptions=settings or {})
        for name in self.fixture.open:
            self.open(name)

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    # Files and documents.

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def name(self, uri: str) -> str:
        prefix = self.root.as_uri() + "/"
        assert uri.startswith(prefix), f"{uri} is outside of the folder"
        return uri.removeprefix(prefix)

    def open(self, name: str, text: str | None = None) -> None:
        self.versions[name] = 1
        self.wire.open(self.uri(name), self.text(name) if text is None else textwrap.dedent(text))

    def close(self, name: str) -> None:
        del self.versions[name]
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})

    def type(self, name: str, text: str) -> None:
        """Replaces the text of an open document, which is not saved."""
        self.versions[name] += 1
        self.wire.change(self.uri(name), self.versions[name], {"text": text})

    def changed(self, *names: str) -> None:
        """What a client says that watches files."""
        changes = [{"uri": self.uri(name), "type": 2 if (self.root / name).exists() else 3} for name in names]
        self.wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def text(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    # Questions.

    def ask(self, method: str, **params: object) -> object:
        answer = self.wire.request(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def at(self, name: str, line: int, character: int) -> dict:
        return {"textDocument": {"uri": self.uri(name)}, "position": {"line": line, "character": character}}

    def here(self, method: str, **params: object) -> object:
        """Asks about the cursor."""
        return self.ask(method, **self.at(*self.fixture.cursor), **params)

    def refused(self, method: str, **params: object) -> str:
        """The message with which a question about the cursor is refused."""
        return self.wire.request(method, {**self.at(*self.fixture.cursor), **params})["error"]["message"]

    def place(self, location: dict) -> Place:
        uri = location.get("targetUri") or location["uri"]
        found = location.get("targetSelectionRange") or location["range"]
        start, end = found["start"], found["end"]
        return (self.name(uri), start["line"], start["character"], end["line"], end["character"])

    def places(self, method: str, **params: object) -> list[Place]:
        """Where the answer to a question about the cursor leads."""
        found = self.here(method, **params)
        return sorted(self.place(one) for one in ([found] if isinstance(found, dict) else found or []))

    def references(self, declaration: bool = True) -> list[Place]:
        return self.places("textDocument/references", context={"includeDeclaration": declaration})

    def hover(self) -> str:
        found = self.here("textDocument/hover")
        return found["contents"]["value"] if found else ""

    def labels(self) -> list[str]:
        found = self.here("textDocument/completion")
        items = found["items"] if isinstance(found, dict) else found
        return [item["label"] for item in sorted(items, key=lambda item: item.get("sortText", item["label"]))]

    def hints(self, name: str) -> list[str]:
        end = {"line": 10_000, "character": 0}
        found = self.ask("textDocument/inlayHint", textDocument={"uri": self.uri(name)}, range={"start": {"line": 0, "character": 0}, "end": end})
        return [hint["label"] if isinstance(hint["label"], str) else "".join(part["value"] for part in hint["label"]) for hint in found]

    def findings(self, name: str) -> list[dict]:
        """What is found in an open document."""
        found = self.ask("textDocument/diagnostic", textDocument={"uri": self.uri(name)})["items"]
        return sorted(found, key=lambda one: (one["range"]["start"]["line"], one["range"]["start"]["character"], one["code"]))

    def codes(self, name: str) -> list[str]:
        return [one["code"] for one in self.findings(name)]

    def found(self, name: str, code: str) -> list[Place]:
        """Where a rule finds something in an open document."""
        uri = self.uri(name)
        return [self.place({"uri": uri, "range": one["range"]}) for one in self.findings(name) if one["code"] == code]

    def all_findings(self) -> dict[str, list[dict]]:
        """What is found in all documents of the folder, open or not."""
        items = self.ask("workspace/diagnostic", previousResultIds=[])["items"]
        return {self.name(item["uri"]): item["items"] for item in items}

    # Edits.

    def rename(self, new: str) -> dict[str, str]:
        """The files as renaming what is at the cursor would leave them."""
        return self.edited(self.here("textDocument/rename", newName=new))

    def edited(self, edit: dict) -> dict[str, str]:
        """All files of the fixture as an edit leaves them."""
        texts = {name: self.text(name) for name in self.fixture.files}
        for uri, edits in edit["changes"].items():
            name = self.name(uri)
            texts[name] = apply(texts[name], edits)
        return texts


def apply(text: str, edits: list[dict]) -> str:
    """A text after edits, which must not overlap."""
    lines = [0]
    for found in re.finditer(r"\r\n|\r|\n", text):
        lines.append(found.end())

    def offset(position: dict) -> int:
        return lines[position["line"]] + position["character"]

    spans = sorted(((offset(one["range"]["start"]), offset(one["range"]["end"]), one["newText"]) for one in edits), reverse=True)
    last = len(text) + 1
    for start, end, new in spans:
        assert end <= last, "edits overlap"
        text, last = text[:start] + new + text[end:], start
    return text
