"""Which requests and notifications a server claims with its capabilities, and valid parameters for each.

The names and the parameters are those of the Language Server Protocol 3.17 and 3.18. A claim that this page does not know fails the
tests: whoever adds a feature to the server adds its line here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

Params = dict[str, Any]


class Document:
    """A document of the tests, for building parameters."""

    def __init__(self, uri: str, text: str) -> None:
        self.uri = uri
        self.text = text

    def place(self, word: str) -> Params:
        """The position in the middle of the first occurrence of a word (of ASCII lines)."""
        offset = self.text.index(word) + len(word) // 2
        before = self.text[:offset]
        return {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}

    def identifier(self) -> Params:
        return {"uri": self.uri}

    def at(self, word: str) -> Params:
        return {"textDocument": self.identifier(), "position": self.place(word)}

    def whole(self) -> Params:
        lines = self.text.split("\n")
        return {"start": {"line": 0, "character": 0}, "end": {"line": len(lines) - 1, "character": len(lines[-1])}}


FORMAT = {"tabSize": 2, "insertSpaces": True}


def hierarchy_item(document: Document) -> Params:
    place = document.whole()
    return {"name": "default", "kind": 5, "uri": document.uri, "range": place, "selectionRange": place}


REQUESTS: dict[str, Callable[[Document], Params]] = {
    "textDocument/completion": lambda d: {**d.at("LZ4"), "context": {"triggerKind": 1}},
    "textDocument/hover": lambda d: d.at("compression"),
    "textDocument/definition": lambda d: d.at("BUCKET"),
    "textDocument/declaration": lambda d: d.at("BUCKET"),
    "textDocument/typeDefinition": lambda d: d.at("BUCKET"),
    "textDocument/implementation": lambda d: d.at("default"),
    "textDocument/references": lambda d: {**d.at("BUCKET"), "context": {"includeDeclaration": True}},
    "textDocument/documentHighlight": lambda d: d.at("BUCKET"),
    "textDocument/documentSymbol": lambda d: {"textDocument": d.identifier()},
    "textDocument/codeAction": lambda d: {"textDocument": d.identifier(), "range": d.whole(), "context": {"diagnostics": []}},
    "textDocument/codeLens": lambda d: {"textDocument": d.identifier()},
    "textDocument/documentLink": lambda d: {"textDocument": d.identifier()},
    "textDocument/formatting": lambda d: {"textDocument": d.identifier(), "options": FORMAT},
    "textDocument/rangeFormatting": lambda d: {"textDocument": d.identifier(), "range": d.whole(), "options": FORMAT},
    "textDocument/rangesFormatting": lambda d: {"textDocument": d.identifier(), "ranges": [d.whole()], "options": FORMAT},
    "textDocument/onTypeFormatting": lambda d: {**d.at("LZ4"), "ch": "\n", "options": FORMAT},
    "textDocument/rename": lambda d: {**d.at("BUCKET"), "newName": "OTHER_BUCKET"},
    "textDocument/prepareRename": lambda d: d.at("BUCKET"),
    "textDocument/foldingRange": lambda d: {"textDocument": d.identifier()},
    "textDocument/selectionRange": lambda d: {"textDocument": d.identifier(), "positions": [d.place("LZ4")]},
    "textDocument/linkedEditingRange": lambda d: d.at("default"),
    "textDocument/prepareTypeHierarchy": lambda d: d.at("default"),
    "typeHierarchy/supertypes": lambda d: {"item": hierarchy_item(d)},
    "typeHierarchy/subtypes": lambda d: {"item": hierarchy_item(d)},
    "textDocument/semanticTokens/full": lambda d: {"textDocument": d.identifier()},
    "textDocument/semanticTokens/full/delta": lambda d: {"textDocument": d.identifier(), "previousResultId": "none"},
    "textDocument/semanticTokens/range": lambda d: {"textDocument": d.identifier(), "range": d.whole()},
    "textDocument/inlayHint": lambda d: {"textDocument": d.identifier(), "range": d.whole()},
    "textDocument/diagnostic": lambda d: {"textDocument": d.identifier()},
    "workspace/diagnostic": lambda d: {"previousResultIds": []},
    "workspace/symbol": lambda d: {"query": "default"},
    "workspace/textDocumentContent": lambda d: {"uri": "nexflow-view:/a?" + quote(json.dumps({"view": "render", "textDocument": d.identifier()}))},
    "workspace/executeCommand": lambda d: {"command": "", "arguments": []},
    "workspace/willRenameFiles": lambda d: {"files": [{"oldUri": d.uri, "newUri": d.uri + ".infra"}]},
    "completionItem/resolve": lambda d: {"label": "compression"},
    "codeAction/resolve": lambda d: {"title": "a title"},
    "codeLens/resolve": lambda d: {"range": d.whole()},
    "documentLink/resolve": lambda d: {"range": d.whole()},
    "inlayHint/resolve": lambda d: {"position": d.place("LZ4"), "label": "a label"},
    "workspaceSymbol/resolve": lambda d: {"name": "default", "kind": 1, "location": {"uri": d.uri}},
    "nexflow/status": lambda d: {"textDocument": d.identifier()},
    "nexflow/explain": lambda d: d.at("compression"),
    "nexflow/render": lambda d: {"textDocument": d.identifier()},
    "nexflow/import": lambda d: {"text": "state.backend.type: rocksdb\n"},
}

NOTIFICATIONS: dict[str, Callable[[Document], Params]] = {
    "textDocument/didOpen": lambda d: {"textDocument": {"uri": d.uri, "languageId": "nexflow-infra", "version": 1, "text": d.text}},
    "textDocument/didChange": lambda d: {"textDocument": {"uri": d.uri, "version": 2}, "contentChanges": [{"text": d.text}]},
    "textDocument/didSave": lambda d: {"textDocument": d.identifier(), "text": d.text},
    "textDocument/didClose": lambda d: {"textDocument": d.identifier()},
    "workspace/didChangeWorkspaceFolders": lambda d: {"event": {"added": [], "removed": []}},
    "workspace/didChangeConfiguration": lambda d: {"settings": {"nexflow": {}}},
    "workspace/didChangeWatchedFiles": lambda d: {"changes": [{"uri": d.uri, "type": 2}]},
    "workspace/didRenameFiles": lambda d: {"files": [{"oldUri": d.uri, "newUri": d.uri + ".infra"}]},
    "workspace/didCreateFiles": lambda d: {"files": [{"uri": d.uri}]},
    "workspace/didDeleteFiles": lambda d: {"files": [{"uri": d.uri}]},
    "$/setTrace": lambda d: {"value": "off"},
    "$/cancelRequest": lambda d: {"id": 4711},
    "window/workDoneProgress/cancel": lambda d: {"token": "unknown"},
}

# Capabilities that stand for one request, with a second one for `resolveProvider`.
SIMPLE = {
    "completionProvider": ("textDocument/completion", "completionItem/resolve"),
    "hoverProvider": ("textDocument/hover", None),
    "definitionProvider": ("textDocument/definition", None),
    "declarationProvider": ("textDocument/declaration", None),
    "typeDefinitionProvider": ("textDocument/typeDefinition", None),
    "implementationProvider": ("textDocument/implementation", None),
    "referencesProvider": ("textDocument/references", None),
    "documentHighlightProvider": ("textDocument/documentHighlight", None),
    "documentSymbolProvider": ("textDocument/documentSymbol", None),
    "codeActionProvider": ("textDocument/codeAction", "codeAction/resolve"),
    "codeLensProvider": ("textDocument/codeLens", "codeLens/resolve"),
    "documentLinkProvider": ("textDocument/documentLink", "documentLink/resolve"),
    "documentFormattingProvider": ("textDocument/formatting", None),
    "documentOnTypeFormattingProvider": ("textDocument/onTypeFormatting", None),
    "foldingRangeProvider": ("textDocument/foldingRange", None),
    "selectionRangeProvider": ("textDocument/selectionRange", None),
    "linkedEditingRangeProvider": ("textDocument/linkedEditingRange", None),
    "inlayHintProvider": ("textDocument/inlayHint", "inlayHint/resolve"),
    "workspaceSymbolProvider": ("workspace/symbol", "workspaceSymbol/resolve"),
    "executeCommandProvider": ("workspace/executeCommand", None),
}


class UnknownClaim(AssertionError):
    """The server claims something that has no test here."""


def claimed_requests(capabilities: Params) -> Iterator[str]:
    """The requests that these capabilities claim."""
    for name, value in capabilities.items():
        options = value if isinstance(value, dict) else {}
        if value in (None, False):
            continue
        if name in SIMPLE:
            method, resolve = SIMPLE[name]
            yield method
            if options.get("resolveProvider"):
                if resolve is None:
                    raise UnknownClaim(f"{name}.resolveProvider")
                yield resolve
        elif name == "documentRangeFormattingProvider":
            yield "textDocument/rangeFormatting"
            if options.get("rangesSupport"):
                yield "textDocument/rangesFormatting"
        elif name == "renameProvider":
            yield "textDocument/rename"
            if options.get("prepareProvider"):
                yield "textDocument/prepareRename"
        elif name == "semanticTokensProvider":
            if full := options.get("full"):
                yield "textDocument/semanticTokens/full"
                if isinstance(full, dict) and full.get("delta"):
                    yield "textDocument/semanticTokens/full/delta"
            if options.get("range"):
                yield "textDocument/semanticTokens/range"
        elif name == "diagnosticProvider":
            yield "textDocument/diagnostic"
            if options.get("workspaceDiagnostics"):
                yield "workspace/diagnostic"
        elif name == "typeHierarchyProvider":
            yield from ("textDocument/prepareTypeHierarchy", "typeHierarchy/supertypes", "typeHierarchy/subtypes")
        elif name == "workspace":
            operations = options.get("fileOperations") or {}
            if operations.get("willRename"):
                yield "workspace/willRenameFiles"
            if unknown := set(operations) - {"willRename", "didRename", "didCreate", "didDelete"}:
                raise UnknownClaim(f"workspace.fileOperations: {unknown}")
            if options.get("textDocumentContent"):
                yield "workspace/textDocumentContent"
            if unknown := set(options) - {"fileOperations", "workspaceFolders", "textDocumentContent"}:
                raise UnknownClaim(f"workspace: {unknown}")
        elif name == "experimental":
            for extension, offered in (options.get("nexflow") or {}).items():
                if offered:
                    yield f"nexflow/{extension}"
        elif name not in ("positionEncoding", "textDocumentSync"):
            raise UnknownClaim(name)


def claimed_notifications(capabilities: Params) -> Iterator[str]:
    """The notifications that these capabilities claim, with those that every server understands."""
    yield from ("$/setTrace", "$/cancelRequest", "window/workDoneProgress/cancel")
    yield from ("workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles")
    sync = capabilities.get("textDocumentSync") or {}
    if sync.get("openClose"):
        yield from ("textDocument/didOpen", "textDocument/didClose")
    if sync.get("change"):
        yield "textDocument/didChange"
    if sync.get("save"):
        yield "textDocument/didSave"
    if unknown := {key for key, value in sync.items() if value} - {"openClose", "change", "save"}:
        raise UnknownClaim(f"textDocumentSync: {unknown}")
    workspace = capabilities.get("workspace") or {}
    if (workspace.get("workspaceFolders") or {}).get("changeNotifications"):
        yield "workspace/didChangeWorkspaceFolders"
    for operation in workspace.get("fileOperations") or {}:
        if operation.startswith("did"):
            yield f"workspace/{operation}Files"
