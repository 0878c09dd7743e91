"""Each capability that a client may have or lack: what is right with it and what is right without it.

A row is a capability, and what must hold of a session with a client that has it and of one that has it not. The first client can do
all that the protocol knows. The second can do all but the one thing, and the third can do nothing at all, as if it were of the
protocol's first version: what holds without a capability must hold for both.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import CONVERTER, offered
from lsprotocol import types
from wire import Wire

Json = dict[str, Any]

# `local_directories` has a successor, `256MiB` is Flink's word and not Nexflow's, `NO_SUCH` is not set, the last line is there twice.
TEXT = """\
version: "1.0"
environment: development

state_backends:
  main: &main
    type: rocksdb
    incremental: true # 🦀 a crab
    memory: {per_slot: 256MiB, managed: false}
    local_directories: [/mnt/a, /mnt/b]
    options:
      # about compression
      # in two lines
      compression: LZ4
  other:
    <<: *main
    x🦀: {per_slot: 1}

checkpoints:
  main:
    type: s3
    bucket: ${NO_SUCH}
    type: s3
# nexflow: ignore-file[hashmap-in-production]
"""

OTHER = 'version: "1.0"\nenvironment: test\ncheckpoints:\n  '


def everything() -> Json:
    """All that a client of today can do, those things included that the recorded client did not know yet."""
    full = offered(pull=True, dynamic=True)
    text, workspace = full["textDocument"], full["workspace"]
    completion = text["completion"]
    completion["completionItem"]["labelDetailsSupport"] = True
    completion["completionList"] = {"itemDefaults": ["commitCharacters", "editRange", "insertTextFormat", "insertTextMode", "data"]}
    text["foldingRange"] |= {"lineFoldingOnly": False, "rangeLimit": 3, "foldingRange": {"collapsedText": True}}
    text["foldingRange"]["foldingRangeKind"] = {"valueSet": ["comment", "imports", "region"]}
    text["inlayHint"] = {"dynamicRegistration": True, "resolveSupport": {"properties": ["tooltip", "label"]}}
    text["semanticTokens"] |= {"augmentsSyntaxTokens": True, "overlappingTokenSupport": True, "multilineTokenSupport": True}
    text["publishDiagnostics"]["versionSupport"] = True
    text["diagnostic"] = {"dynamicRegistration": False, "relatedDocumentSupport": True}
    workspace["inlayHint"] = {"refreshSupport": True}
    workspace["diagnostics"] = {"refreshSupport": True}
    workspace["textDocumentContent"] = {"dynamicRegistration": True}
    full["general"]["positionEncodings"] = ["utf-32", "utf-8", "utf-16"]
    return full


def without(path: str) -> Json:
    """All but one thing."""
    full = everything()
    *above, last = path.split(".")
    owner = full
    for step in above:
        owner = owner[step]
    del owner[last]
    return full


def listed(completion: list[Json] | Json) -> list[Json]:
    """The items of an answer with completions, in either form of the protocol; what is typed on may bring others."""
    return completion["items"] if isinstance(completion, dict) else completion


class Session:
    """A session with a client of some capabilities, in a folder with a document."""

    def __init__(self, server: Wire, folder: Path, capabilities: Json) -> None:
        self.server = server
        self.folder = folder
        self.uri = (folder / "a.infra").as_uri()
        (folder / "a.infra").write_text(TEXT, encoding="utf-8")
        self.asked: list[str] = []
        self.settings: Json = {}
        server.respond = self.respond
        self.result = server.initialize(
            capabilities,
            workspaceFolders=[{"uri": folder.as_uri(), "name": "tests"}],
            initializationOptions={"codeLens": True, "inlayHints": ["defaults"]},
        )
        self.claims = self.result["capabilities"]
        self.open(self.uri, TEXT)

    def respond(self, message: Json) -> Any:
        self.asked.append(message["method"])
        if message["method"] == "workspace/configuration":
            return [self.settings for _ in message["params"]["items"]]
        return None

    def open(self, uri: str, text: str) -> None:
        self.server.open(uri, text)

    def request(self, method: str, **params: Any) -> Any:
        """The result of a request about the document; every answer must be one of the protocol's."""
        answer = self.server.request(method, {"textDocument": {"uri": self.uri}, **params})
        assert "error" not in answer, answer
        if method in types.METHOD_TO_TYPES:
            CONVERTER.structure(answer, types.METHOD_TO_TYPES[method][1])
        return answer["result"]

    def place(self, word: str, behind: int | None = None, text: str = TEXT) -> Json:
        """The position behind so many letters of the first occurrence of a word, in an ASCII line."""
        offset = text.index(word) + (len(word) // 2 if behind is None else behind)
        before = text[:offset]
        return {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}

    def whole(self) -> Json:
        return {"start": {"line": 0, "character": 0}, "end": {"line": TEXT.count("\n"), "character": 0}}

    def items(self, word: str, behind: int | None = None) -> list[Json]:
        """The completions before a word, or so many letters into it: inside a word, what does not go with it is left out."""
        found = listed(self.request("textDocument/completion", position=self.place(word, behind or 0)))
        assert found
        return found

    def item(self, label: str, word: str, behind: int | None = None) -> Json:
        [found] = [item for item in self.items(word, behind) if item["label"] == label]
        return found

    def half(self, label: str, line: str, typed: str, behind: int | None = None) -> Json:
        """A completion of a line that is half typed: what stands there already is not offered."""
        uri = (self.folder / "c.infra").as_uri()
        text = TEXT.replace(line, typed, 1)
        self.open(uri, text)
        position = self.place(typed, len(typed) if behind is None else behind, text)
        answer = self.server.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        [found] = [item for item in listed(answer["result"]) if item["label"] == label]
        return found

    def entries(self) -> list[Json]:
        """What can begin below `checkpoints:` of a second document; whole entries are among it."""
        uri = (self.folder / "b.infra").as_uri()
        self.open(uri, OTHER)
        answer = self.server.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 2}})
        return listed(answer["result"])

    def resolved(self, item: Json) -> Json:
        answer = self.server.request("completionItem/resolve", item)
        assert "error" not in answer, answer
        return answer["result"]

    def actions(self, word: str) -> list[Json]:
        at = self.place(word)
        return self.request("textDocument/codeAction", range={"start": at, "end": at}, context={"diagnostics": []})

    def diagnostics(self) -> list[Json]:
        if "diagnosticProvider" in self.claims:
            return self.request("textDocument/diagnostic")["items"]
        return self.server.diagnostics(self.uri)

    def diagnostic(self, code: str) -> Json:
        return next(item for item in self.diagnostics() if item["code"] == code)

    def messages(self, method: str) -> list[Json]:
        """What the server has sent so far of a kind."""
        self.request("textDocument/hover", position=self.place("compression: LZ4"))
        return [message for message in self.server.seen if message.get("method") == method]


@dataclass
class Row:
    """One capability, and what must hold."""

    path: str
    given: Callable[[Session], None]
    lacking: Callable[[Session], None]


ROWS: list[Row] = []


def row(path: str) -> Callable[[type], type]:
    """Adds a row: a class with what holds with the capability and what holds without it."""

    def add(checks: type) -> type:
        ROWS.append(Row(path, checks.given, checks.lacking))
        return checks

    return add


ITEM = "textDocument.completion.completionItem"


@row(f"{ITEM}.snippetSupport")
class Snippets:
    def given(s: Session) -> None:
        snippets = [item for item in s.entries() if item.get("insertTextFormat") == 2]
        assert snippets and all(re.search(r"\$\{?\d", item["textEdit"]["newText"]) for item in snippets)

    def lacking(s: Session) -> None:
        items = s.entries()
        assert any("s3" in item["label"].lower() for item in items), "whole entries are offered all the same"
        for item in items:
            assert item.get("insertTextFormat") != 2
            assert not re.search(r"\$\{?\d", item["textEdit"]["newText"]), item


def words(s: Session) -> Any:
    """The documentation of a field, asked for where the client does that."""
    item = s.half("incremental", "incremental: true", "incr")
    return s.resolved(item).get("documentation") if "documentation" not in item else item["documentation"]


@row(f"{ITEM}.documentationFormat")
class Documentation:
    def given(s: Session) -> None:
        found = words(s)
        assert found["kind"] == "markdown" and "**" in found["value"]

    def lacking(s: Session) -> None:
        found = words(s)
        assert isinstance(found, str) and found and "**" not in found and "`" not in found


@row(f"{ITEM}.resolveSupport")
class Resolve:
    def given(s: Session) -> None:
        items = s.items("incremental: true")
        assert not any("documentation" in item for item in items)
        item = s.half("incremental", "incremental: true", "incr")
        resolved = s.resolved(item)
        assert "checkpoint" in resolved["documentation"]["value"].lower()
        assert {key: value for key, value in resolved.items() if key != "documentation"} == item
        # Every item of every kind has its words when they are read.
        for item in s.entries() + s.items("LZ4") + items:
            assert s.resolved(item)["label"] == item["label"]
        assert all(s.resolved(item).get("documentation") for item in s.items("LZ4") if item["kind"] == 20)

    def lacking(s: Session) -> None:
        item = s.half("incremental", "incremental: true", "incr")
        assert item["documentation"] and "data" not in item
        assert s.resolved(item) == item


@row(f"{ITEM}.insertReplaceSupport")
class InsertReplace:
    def given(s: Session) -> None:
        edit = s.half("incremental", "incremental: true", "incrxxxx", 4)["textEdit"]
        assert edit["insert"]["start"] == edit["replace"]["start"]
        assert edit["replace"]["end"]["character"] - edit["insert"]["end"]["character"] == len("incrxxxx") - 4

    def lacking(s: Session) -> None:
        edit = s.half("incremental", "incremental: true", "incrxxxx", 4)["textEdit"]
        assert edit["range"]["end"]["character"] - edit["range"]["start"]["character"] == len("incrxxxx")


@row(f"{ITEM}.labelDetailsSupport")
class LabelDetails:
    def given(s: Session) -> None:
        item = s.half("incremental", "incremental: true", "incr")
        assert "boolean" in item["labelDetails"]["description"] and "default" in item["labelDetails"]["description"]

    def lacking(s: Session) -> None:
        item = s.half("incremental", "incremental: true", "incr")
        assert "labelDetails" not in item and "boolean" in item["detail"]


@row(f"{ITEM}.preselectSupport")
class Preselect:
    def given(s: Session) -> None:
        assert any(item.get("preselect") for item in s.items("ignore-file[hashmap", 14))

    def lacking(s: Session) -> None:
        assert not any("preselect" in item for item in s.items("ignore-file[hashmap", 14))


@row(f"{ITEM}.tagSupport")
class CompletionTags:
    def given(s: Session) -> None:
        assert s.half("local_directories", "local_directories: [/mnt/a, /mnt/b]", "local_dir")["tags"] == [1]
        assert not any(item.get("tags") for item in s.items("LZ4"))

    def lacking(s: Session) -> None:
        assert "tags" not in s.half("local_directories", "local_directories: [/mnt/a, /mnt/b]", "local_dir")


@row(f"{ITEM}.insertTextModeSupport")
class InsertTextMode:
    def given(s: Session) -> None:
        assert all(item["insertTextMode"] == 1 for item in s.entries())

    def lacking(s: Session) -> None:
        assert not any("insertTextMode" in item for item in s.entries())


@row(f"{ITEM}.commitCharactersSupport")
class CommitCharacters:
    def given(s: Session) -> None:
        items = {item["label"]: item for item in s.items("false}", 0)}
        assert items["true"]["commitCharacters"] == [",", "}", "]"]
        # A name or an amount may go on, and in a block nothing follows.
        assert not any("commitCharacters" in item for item in s.items("256MiB", 3))
        assert not any("commitCharacters" in item for item in s.items("true # ", 0))

    def lacking(s: Session) -> None:
        assert not any("commitCharacters" in item for item in s.items("false}", 0))


@row("textDocument.completion.completionItemKind")
class CompletionKinds:
    def given(s: Session) -> None:
        assert {item["kind"] for item in s.items("LZ4")} >= {20}

    def lacking(s: Session) -> None:
        for item in s.items("LZ4") + s.items("incremental: true") + s.entries() + s.items("ignore-file[hashmap", 14):
            assert item["kind"] <= 18, "the protocol's first version ends at Reference"


@row("textDocument.completion.completionList")
class ItemDefaults:
    def given(s: Session) -> None:
        # Each item says all about itself, which every client understands.
        assert all("textEdit" in item for item in s.items("LZ4"))

    lacking = given


@row("textDocument.completion.contextSupport")
class CompletionContext:
    def given(s: Session) -> None:
        with_context = s.request("textDocument/completion", position=s.place("LZ4", 0), context={"triggerKind": 1})
        assert listed(with_context) == s.items("LZ4")

    def lacking(s: Session) -> None:
        assert s.items("LZ4")


@row("textDocument.hover.contentFormat")
class Hover:
    def given(s: Session) -> None:
        contents = s.request("textDocument/hover", position=s.place("compression: LZ4"))["contents"]
        assert contents["kind"] == "markdown" and "**" in contents["value"]

    def lacking(s: Session) -> None:
        contents = s.request("textDocument/hover", position=s.place("compression: LZ4"))["contents"]
        assert contents["kind"] == "plaintext" and "**" not in contents["value"] and "`" not in contents["value"]


@row("textDocument.documentSymbol.hierarchicalDocumentSymbolSupport")
class SymbolTree:
    def given(s: Session) -> None:
        [section] = [one for one in s.request("textDocument/documentSymbol") if one["name"] == "state_backends"]
        assert [child["name"] for child in section["children"]] == ["main", "other"]

    def lacking(s: Session) -> None:
        found = s.request("textDocument/documentSymbol")
        assert all(one["location"]["uri"] == s.uri and "children" not in one for one in found)
        assert ("main", "state_backends") in [(one["name"], one.get("containerName")) for one in found]


def symbol_kinds(symbols: list[Json]) -> set[int]:
    below = [symbol_kinds(symbol.get("children") or []) for symbol in symbols]
    return {symbol["kind"] for symbol in symbols}.union(*below)


@row("textDocument.documentSymbol.symbolKind")
class SymbolKinds:
    def given(s: Session) -> None:
        assert 19 in symbol_kinds(s.request("textDocument/documentSymbol"))

    def lacking(s: Session) -> None:
        assert max(symbol_kinds(s.request("textDocument/documentSymbol"))) <= 18, "the protocol's first version ends at Array"


@row("textDocument.definition.linkSupport")
class DefinitionLinks:
    def given(s: Session) -> None:
        [link] = s.request("textDocument/definition", position=s.place("*main"))
        assert link["targetUri"] == s.uri and link["originSelectionRange"]["start"]["line"] == 14

    def lacking(s: Session) -> None:
        [location] = s.request("textDocument/definition", position=s.place("*main"))
        assert (location["uri"], location["range"]["start"]["line"]) == (s.uri, 4)


@row("textDocument.codeAction.codeActionLiteralSupport")
class CodeActions:
    def given(s: Session) -> None:
        assert "quickfix" in s.claims["codeActionProvider"]["codeActionKinds"]
        assert all("edit" in action for action in s.actions("256MiB"))

    def lacking(s: Session) -> None:
        assert "codeActionProvider" not in s.claims


@row("textDocument.codeAction.isPreferredSupport")
class Preferred:
    def given(s: Session) -> None:
        assert any(action.get("isPreferred") for action in s.actions("256MiB"))

    def lacking(s: Session) -> None:
        if "codeActionProvider" in s.claims:
            assert not any("isPreferred" in action for action in s.actions("256MiB"))


class CompleteActions:
    """Actions come with their edits: nothing has to be resolved, nothing is offered that cannot be done."""

    def given(s: Session) -> None:
        if "codeActionProvider" not in s.claims:
            return
        assert "resolveProvider" not in s.claims["codeActionProvider"]
        found = s.actions("256MiB")
        assert found
        for action in found:
            assert "edit" in action and "data" not in action and "disabled" not in action and "command" not in action

    lacking = given


row("textDocument.codeAction.resolveSupport")(CompleteActions)
row("textDocument.codeAction.dataSupport")(CompleteActions)
row("textDocument.codeAction.disabledSupport")(CompleteActions)


def size_edit(s: Session) -> Json | None:
    """The edit that writes `256MiB` as Nexflow does; None for a client that takes no actions."""
    if "codeActionProvider" not in s.claims:
        return None
    return next(action["edit"] for action in s.actions("256MiB") if action["title"] == "Change to `256mb`")


@row("workspace.workspaceEdit.documentChanges")
class DocumentChanges:
    def given(s: Session) -> None:
        [change] = size_edit(s)["documentChanges"]
        assert change["textDocument"] == {"uri": s.uri, "version": 1}
        rename = s.request("textDocument/rename", position=s.place("&main", 2), newName="first")
        assert len(rename["documentChanges"][0]["edits"]) == 2

    def lacking(s: Session) -> None:
        if (edit := size_edit(s)) is not None:
            assert list(edit) == ["changes"] and list(edit["changes"]) == [s.uri]
        rename = s.request("textDocument/rename", position=s.place("&main", 2), newName="first")
        assert len(rename["changes"][s.uri]) == 2


@row("workspace.workspaceEdit.changeAnnotationSupport")
class Annotations:
    def given(s: Session) -> None:
        edit = size_edit(s)
        assert edit is None or "annotationId" not in str(edit) and "changeAnnotations" not in edit

    lacking = given


@row("workspace.workspaceEdit.resourceOperations")
class MadeFiles:
    def given(s: Session) -> None:
        [action] = [action for action in s.actions("${NO_SUCH}") if action["title"] == "Add `NO_SUCH` to the env file"]
        create, write = action["edit"]["documentChanges"]
        assert create["kind"] == "create" and create["uri"].endswith("/.env") and write["edits"][0]["newText"] == "NO_SUCH=\n"

    def lacking(s: Session) -> None:
        if "codeActionProvider" in s.claims:
            titles = [action["title"] for action in s.actions("${NO_SUCH}")]
            assert "Add `NO_SUCH` to the env file" not in titles, "there is no file yet, and this client makes none"


@row("textDocument.publishDiagnostics.tagSupport")
class DiagnosticTags:
    def given(s: Session) -> None:
        assert s.diagnostic("field-deprecated")["tags"] == [2]

    def lacking(s: Session) -> None:
        assert not any("tags" in item for item in s.diagnostics())


@row("textDocument.publishDiagnostics.relatedInformation")
class Related:
    def given(s: Session) -> None:
        [first] = s.diagnostic("duplicate-key")["relatedInformation"]
        assert first["location"]["uri"] == s.uri and first["location"]["range"]["start"]["line"] == 19

    def lacking(s: Session) -> None:
        assert not any("relatedInformation" in item for item in s.diagnostics())


@row("textDocument.publishDiagnostics.codeDescriptionSupport")
class CodeDescription:
    def given(s: Session) -> None:
        # The page is one that the server itself shows.
        for item in s.diagnostics():
            assert item["codeDescription"]["href"].startswith(f"nexflow-view:/rules/{item['code']}.md?")

    def lacking(s: Session) -> None:
        assert not any("codeDescription" in item for item in s.diagnostics())


@row("textDocument.publishDiagnostics.dataSupport")
class DiagnosticData:
    def given(s: Session) -> None:
        # Actions are found by their place, so that nothing has to come back.
        assert not any("data" in item for item in s.diagnostics())

    lacking = given


@row("textDocument.diagnostic")
class Pull:
    def given(s: Session) -> None:
        assert s.request("textDocument/diagnostic")["items"]
        assert s.messages("textDocument/publishDiagnostics") == []

    def lacking(s: Session) -> None:
        assert "diagnosticProvider" not in s.claims
        assert s.server.diagnostics(s.uri)


@row("textDocument.diagnostic.relatedDocumentSupport")
class RelatedDocuments:
    def given(s: Session) -> None:
        if "diagnosticProvider" in s.claims:
            assert "relatedDocuments" not in s.request("textDocument/diagnostic")

    lacking = given


@row("textDocument.rename.prepareSupport")
class PrepareRename:
    def given(s: Session) -> None:
        assert s.claims["renameProvider"] == {"prepareProvider": True}
        assert s.request("textDocument/prepareRename", position=s.place("&main", 2))["placeholder"] == "main"

    def lacking(s: Session) -> None:
        assert s.claims["renameProvider"] is True


@row("textDocument.inlayHint.resolveSupport")
class Hints:
    def given(s: Session) -> None:
        hints = s.request("textDocument/inlayHint", range=s.whole())
        assert hints and all(hint["tooltip"] and isinstance(hint["label"], str) and "data" not in hint for hint in hints)

    lacking = given


def tokens(s: Session) -> list[tuple[int, int, int]]:
    """Line, column and length of all tokens."""
    data = s.request("textDocument/semanticTokens/full")["data"]
    found, line, column = [], 0, 0
    for at in range(0, len(data), 5):
        line, column = line + data[at], data[at + 1] + (column if data[at] == 0 else 0)
        found.append((line, column, data[at + 2]))
    return found


class PlainTokens:
    """Tokens lie in one line each and never over each other, which every client understands."""

    def given(s: Session) -> None:
        found = tokens(s)
        assert len(found) > 20
        lines = TEXT.split("\n")
        units = s.claims["positionEncoding"]
        length = {"utf-8": lambda t: len(t.encode()), "utf-16": lambda t: len(t.encode("utf-16-le")) // 2, "utf-32": len}[units]
        for line, column, size in found:
            assert column + size <= length(lines[line])
        for (line, column, size), (next_line, next_column, _) in zip(found, found[1:], strict=False):
            assert next_line > line or next_column >= column + size

    lacking = given


row("textDocument.semanticTokens.overlappingTokenSupport")(PlainTokens)
row("textDocument.semanticTokens.multilineTokenSupport")(PlainTokens)
row("textDocument.semanticTokens.augmentsSyntaxTokens")(PlainTokens)


@row("textDocument.foldingRange.rangeLimit")
class FoldLimit:
    def given(s: Session) -> None:
        found = s.request("textDocument/foldingRange")
        # Of all that can be folded the three longest.
        assert [fold["startLine"] for fold in found] == [3, 4, 17]

    def lacking(s: Session) -> None:
        assert len(s.request("textDocument/foldingRange")) > 3


class WholeLines:
    """Whole lines are folded, which every client can do."""

    def given(s: Session) -> None:
        for fold in s.request("textDocument/foldingRange"):
            assert fold["endLine"] > fold["startLine"]
            assert not {"startCharacter", "endCharacter", "collapsedText"} & set(fold)

    lacking = given


row("textDocument.foldingRange.lineFoldingOnly")(WholeLines)
row("textDocument.foldingRange.foldingRange")(WholeLines)


@row("textDocument.foldingRange.foldingRangeKind")
class FoldKinds:
    def given(s: Session) -> None:
        assert {fold.get("kind") for fold in s.request("textDocument/foldingRange")} <= {None, "comment", "region"}

    lacking = given


@row("textDocument.documentLink.tooltipSupport")
class Tooltips:
    def given(s: Session) -> None:
        [link] = s.request("textDocument/documentLink")
        assert link["target"].startswith("nexflow-view:/rules/hashmap-in-production.md?") and link["tooltip"]

    def lacking(s: Session) -> None:
        # Who does not show pages has no link to one either.
        assert not any("tooltip" in link for link in s.request("textDocument/documentLink") or [])


def configured(s: Session) -> None:
    """Turns the most severe finding off, by whatever way the client has."""
    s.settings = {"infra": {"rules": {"duplicate-key": "off"}}}
    s.server.notify("workspace/didChangeConfiguration", {"settings": {"nexflow": s.settings}})


def codes(s: Session) -> list[str]:
    return [item["code"] for item in s.diagnostics()]


@row("workspace.configuration")
class Configuration:
    def given(s: Session) -> None:
        configured(s)
        s.messages("workspace/configuration")
        s.server.until(lambda _: s.asked.count("workspace/configuration") >= 2) if s.asked.count("workspace/configuration") < 2 else None
        assert "duplicate-key" not in codes(s)

    def lacking(s: Session) -> None:
        configured(s)
        if "diagnosticProvider" in s.claims:
            assert "duplicate-key" not in codes(s)
        else:
            s.server.until(
                lambda m: m.get("method") == "textDocument/publishDiagnostics"
                and "duplicate-key" not in [item["code"] for item in m["params"]["diagnostics"]]
            )
        assert "workspace/configuration" not in s.asked


def registered(s: Session, method: str) -> bool:
    found = s.messages("client/registerCapability")
    return any(one["method"] == method for message in found for one in message["params"]["registrations"])


@row("workspace.didChangeConfiguration.dynamicRegistration")
class RegistersConfiguration:
    def given(s: Session) -> None:
        assert registered(s, "workspace/didChangeConfiguration")

    def lacking(s: Session) -> None:
        assert not registered(s, "workspace/didChangeConfiguration")


@row("workspace.didChangeWatchedFiles.dynamicRegistration")
class RegistersWatchers:
    def given(s: Session) -> None:
        assert registered(s, "workspace/didChangeWatchedFiles")

    def lacking(s: Session) -> None:
        assert not registered(s, "workspace/didChangeWatchedFiles")


@row("textDocument.documentLink.dynamicRegistration")
class RegistersLinksOfViews:
    def given(s: Session) -> None:
        assert registered(s, "textDocument/documentLink")

    def lacking(s: Session) -> None:
        assert not registered(s, "textDocument/documentLink")


@row("workspace.textDocumentContent")
class ShowsViews:
    refresh = "workspace/textDocumentContent/refresh"

    def read_and_edit(s: Session) -> None:
        view = "nexflow-view:/a?" + quote(json.dumps({"view": "render", "textDocument": {"uri": s.uri}}))
        assert "text" in s.server.request("workspace/textDocumentContent", {"uri": view})["result"]
        s.server.change(s.uri, 2, {"text": TEXT + "# more"})

    def given(s: Session) -> None:
        ShowsViews.read_and_edit(s)
        s.server.until(lambda _: ShowsViews.refresh in s.asked)

    def lacking(s: Session) -> None:
        ShowsViews.read_and_edit(s)
        assert not s.messages(ShowsViews.refresh)
        assert not registered(s, "textDocument/documentLink")


def refreshes(method: str) -> type:
    """The client is told to ask again after a change of settings, or is not."""

    class Refresh:
        def given(s: Session) -> None:
            configured(s)
            if method not in s.asked:
                s.server.until(lambda _: method in s.asked)

        def lacking(s: Session) -> None:
            configured(s)
            s.messages(method)
            s.messages(method)
            assert method not in s.asked

    return Refresh


row("workspace.codeLens.refreshSupport")(refreshes("workspace/codeLens/refresh"))
row("workspace.inlayHint.refreshSupport")(refreshes("workspace/inlayHint/refresh"))
row("workspace.diagnostics.refreshSupport")(refreshes("workspace/diagnostic/refresh"))


@row("general.positionEncodings")
class Encodings:
    def given(s: Session) -> None:
        assert s.claims["positionEncoding"] == "utf-32", "the client's first choice"

    def lacking(s: Session) -> None:
        assert s.claims["positionEncoding"] == "utf-16", "what every client knows"


class NeverAsked:
    """Things that the server does without: no client is asked to show, apply or report anything."""

    def given(s: Session) -> None:
        s.diagnostics()
        sent = {message["method"] for message in s.server.seen if "method" in message}
        assert not sent & {"window/showDocument", "workspace/applyEdit", "window/showMessageRequest"}
        if "window/workDoneProgress/create" in sent or "$/progress" in sent:
            raise AssertionError("progress belongs to clients that show it")

    lacking = given


class Progress:
    def given(s: Session) -> None:
        s.diagnostics()

    def lacking(s: Session) -> None:
        s.diagnostics()
        sent = {message["method"] for message in s.server.seen if "method" in message}
        assert not sent & {"window/workDoneProgress/create", "$/progress"}


row("window.showDocument")(NeverAsked)
row("window.showMessage")(NeverAsked)
row("workspace.applyEdit")(NeverAsked)
row("window.workDoneProgress")(Progress)


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.path)
@pytest.mark.parametrize("client", ["with", "without", "nothing"])
def test_a_client(wire: Wire, tmp_path: Path, one: Row, client: str) -> None:
    capabilities = {"with": everything, "without": lambda: without(one.path), "nothing": dict}[client]()
    check = one.given if client == "with" else one.lacking
    check(Session(wire, tmp_path, copy.deepcopy(capabilities)))


def test_there_is_a_row_for_all_that_the_server_looks_at() -> None:
    """Every field of `ClientFeatures` is read from a capability, and each of these has its row."""
    source = Path(__file__).parents[2] / "server" / "nexflow-lsp" / "src" / "lsp" / "client_features.rs"
    fields = re.findall(r"^    pub\(crate\) (\w+):", source.read_text(encoding="utf-8"), re.MULTILINE)
    rows = {
        "encoding": "general.positionEncodings",
        "pulls_diagnostics": "textDocument.diagnostic",
        "refreshes_diagnostics": "workspace.diagnostics.refreshSupport",
        "related_information": "textDocument.publishDiagnostics.relatedInformation",
        "code_description": "textDocument.publishDiagnostics.codeDescriptionSupport",
        "diagnostic_tags": "textDocument.publishDiagnostics.tagSupport",
        "hover_markdown": "textDocument.hover.contentFormat",
        "completion_documentation": f"{ITEM}.documentationFormat",
        "snippets": f"{ITEM}.snippetSupport",
        "insert_replace": f"{ITEM}.insertReplaceSupport",
        "label_details": f"{ITEM}.labelDetailsSupport",
        "resolves_documentation": f"{ITEM}.resolveSupport",
        "commit_characters": f"{ITEM}.commitCharactersSupport",
        "completion_kinds": "textDocument.completion.completionItemKind",
        "symbol_kinds": "textDocument.documentSymbol.symbolKind",
        "preselect": f"{ITEM}.preselectSupport",
        "completion_deprecated_tag": f"{ITEM}.tagSupport",
        "adjust_indentation": f"{ITEM}.insertTextModeSupport",
        # By the client's name, for it is VS Code's own command; see below.
        "trigger_suggest": "",
        # By the name of the client's command; see below.
        "show_references": "",
        "show_rendered": "",
        # tests/e2e/test_hover.py.
        "open_reference": "",
        "shows_content": "workspace.textDocumentContent",
        "registers": "textDocument.documentLink.dynamicRegistration",
        # Behind an option; tests/e2e/test_processes.py.
        "registers_for_processes": "",
        "configuration": "workspace.configuration",
        "watches_files": "workspace.didChangeWatchedFiles.dynamicRegistration",
        "registers_configuration": "workspace.didChangeConfiguration.dynamicRegistration",
        "symbol_tree": "textDocument.documentSymbol.hierarchicalDocumentSymbolSupport",
        "definition_links": "textDocument.definition.linkSupport",
        "document_changes": "workspace.workspaceEdit.documentChanges",
        "creates_files": "workspace.workspaceEdit.resourceOperations",
        "code_action_literals": "textDocument.codeAction.codeActionLiteralSupport",
        "preferred_actions": "textDocument.codeAction.isPreferredSupport",
        "link_tooltips": "textDocument.documentLink.tooltipSupport",
        "most_folds": "textDocument.foldingRange.rangeLimit",
        "refreshes_lenses": "workspace.codeLens.refreshSupport",
        "refreshes_hints": "workspace.inlayHint.refreshSupport",
        "prepares_rename": "textDocument.rename.prepareSupport",
        "work_done_progress": "window.workDoneProgress",
    }
    assert set(fields) == set(rows), set(fields) ^ set(rows)
    assert {path for path in rows.values() if path} <= {one.path for one in ROWS}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_columns_count_what_the_only_encoding_of_a_client_counts(wire: Wire, tmp_path: Path, encoding: str) -> None:
    capabilities = everything()
    capabilities["general"]["positionEncodings"] = [encoding]
    s = Session(wire, tmp_path, capabilities)
    assert s.claims["positionEncoding"] == encoding
    units = {"utf-8": lambda t: len(t.encode()), "utf-16": lambda t: len(t.encode("utf-16-le")) // 2, "utf-32": len}[encoding]
    line = TEXT.split("\n")[15]
    start, end = units(line[: line.index("x")]), units(line[: line.index(":")])
    [unknown] = [item for item in s.diagnostics() if item["code"] == "field-unknown" and item["range"]["start"]["line"] == 15]
    assert unknown["range"] == {"start": {"line": 15, "character": start}, "end": {"line": 15, "character": end}}


@pytest.mark.parametrize(
    ("commands", "expected"),
    [(["editor.action.triggerSuggest"], True), (["another.command"], False), ([], False), (None, False)],
)
def test_a_command_of_the_editor_is_sent_to_those_that_announce_it(
    wire: Wire, tmp_path: Path, commands: list[str] | None, expected: bool
) -> None:
    path = tmp_path / "a.infra"
    capabilities = everything()
    if commands is not None:
        capabilities["experimental"] = {"nexflow": {"commands": commands}}
    wire.initialize(capabilities, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "tests"}])
    wire.open(path.as_uri(), "checkpoints:\n  a:\n    ty\n")
    answer = wire.request("textDocument/completion", {"textDocument": {"uri": path.as_uri()}, "position": {"line": 2, "character": 6}})
    [item] = [item for item in listed(answer["result"]) if item["label"] == "type"]
    assert ("command" in item) == expected


LENSES = """\
state_backends:
  used:
    type: hashmap
  log:
    type: changelog
    base_backend: used
"""


@pytest.mark.parametrize(
    ("commands", "expected"),
    [(["nexflow.showReferences"], True), (["editor.action.triggerSuggest"], False), ([], False), (None, False)],
)
def test_a_lens_can_be_clicked_where_the_client_shows_what_it_counts(
    wire: Wire, tmp_path: Path, commands: list[str] | None, expected: bool
) -> None:
    capabilities = everything()
    if commands is not None:
        capabilities["experimental"] = {"nexflow": {"commands": commands}}
    (tmp_path / "a.infra").write_text(LENSES, encoding="utf-8")
    refining = tmp_path / "b.infra"
    refining.write_text("extends: a.infra\n# 🚀\nstate_backends:\n  used: {incremental: true}\n", encoding="utf-8")
    folder = {"uri": tmp_path.as_uri(), "name": "tests"}
    wire.initialize(capabilities, workspaceFolders=[folder], initializationOptions={"codeLens": True})
    uri = (tmp_path / "a.infra").as_uri()
    wire.open(uri, LENSES)
    lenses = wire.request("textDocument/codeLens", {"textDocument": {"uri": uri}})["result"]
    used, log = [wire.request("codeLens/resolve", lens)["result"] for lens in lenses]
    assert used["command"]["title"] == "1 reference · refined by b.infra"
    assert log["command"] == {"title": "no references", "command": ""}
    if not expected:
        assert used["command"] == {"title": "1 reference · refined by b.infra", "command": ""}
        return
    assert used["command"]["command"] == "nexflow.showReferences"

    def place(of: Path, line: int, start: int, end: int) -> Json:
        return {"uri": of.as_uri(), "range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}}

    # Where the name stands, then everything that the words count: the use, and where it is refined.
    assert used["command"]["arguments"] == [
        uri,
        {"line": 1, "character": 2},
        [place(tmp_path / "a.infra", 5, 18, 22), place(refining, 3, 2, 6)],
    ]


FAMILY = {
    "base.infra": "environment: base\n",
    "a.infra": "environment: staging\nextends: base.infra\ncheckpoints:\n  main: {type: s3, bucket: company-state}\n",
    "b.infra": "environment: staging\nextends: base.infra\ncheckpoints:\n  main: {type: s3, bucket: company-state, prefix: b/}\n",
}


def moved(wire: Wire, folder: Path, capabilities: Json) -> list[Json]:
    """What is offered to move `main` into the base."""
    for name, text in FAMILY.items():
        (folder / name).write_text(text, encoding="utf-8")
    wire.initialize(capabilities, workspaceFolders=[{"uri": folder.as_uri(), "name": "tests"}])
    uri = (folder / "a.infra").as_uri()
    wire.open(uri, FAMILY["a.infra"])
    at = {"line": 3, "character": 3}
    params = {"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}}
    found = wire.request("textDocument/codeAction", params)["result"]
    return [action for action in found or [] if "base document" in action["title"]]


def test_an_edit_of_several_documents_has_their_versions_where_the_client_takes_them(wire: Wire, tmp_path: Path) -> None:
    [action, *_] = moved(wire, tmp_path, everything())
    versions = {Path(one["textDocument"]["uri"]).name: one["textDocument"]["version"] for one in action["edit"]["documentChanges"]}
    # Files that nobody has opened have no version.
    assert versions == {"a.infra": 1, "b.infra": None, "base.infra": None}
    assert "changes" not in action["edit"]


@pytest.mark.parametrize("lacking", ["workspace.workspaceEdit.documentChanges", "workspace.workspaceEdit", "workspace"])
def test_an_edit_of_several_documents_is_a_map_for_all_others(wire: Wire, tmp_path: Path, lacking: str) -> None:
    [action, *_] = moved(wire, tmp_path, without(lacking))
    assert {Path(uri).name for uri in action["edit"]["changes"]} == set(FAMILY)
    assert "documentChanges" not in action["edit"]
