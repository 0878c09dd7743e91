"""Every editor, every feature: what a person does, and what must be seen then.

What is expected follows from the documents in workspace/ and the specification: which key is misspelt, which line of .env gives a
variable its value, what a document must look like after a fix.
"""

from __future__ import annotations

import pytest

from harness.editor import Diagnostic, Editor, wait_for
from harness.sessions import WORKSPACE

PRODUCTION = "production.infra"
MISSPELT = (7, 6, "compresion")
WINDOWS = (WORKSPACE / "windows.infra").read_bytes()


def only_diagnostic(editor: Editor) -> Diagnostic:
    def look() -> list[Diagnostic]:
        return editor.diagnostics()

    found = wait_for("a diagnostic", look, editor.text)
    assert len(found) == 1, found
    return found[0]


def line_of(editor: Editor, text: str) -> int:
    lines = editor.text().splitlines()
    return next(number for number, line in enumerate(lines) if text in line)


@pytest.mark.feature("diagnostics")
def test_a_misspelt_field_is_marked_and_named(editor: Editor) -> None:
    editor.open(PRODUCTION)
    found = only_diagnostic(editor)
    assert (found.line, found.start, found.text) == MISSPELT
    assert "compresion" in found.message
    assert "compression" in found.message


@pytest.mark.feature("diagnostics-follow")
def test_the_diagnostic_goes_when_the_text_is_mended(editor: Editor) -> None:
    editor.open(PRODUCTION)
    only_diagnostic(editor)
    editor.replace_line(7, "      compression: ZSTD")
    wait_for("no diagnostic", lambda: not editor.diagnostics(), lambda: editor.diagnostics())


@pytest.mark.feature("diagnostics-base")
def test_an_unsaved_edit_in_the_base_is_seen_in_the_document_that_extends_it(editor: Editor) -> None:
    editor.open(PRODUCTION)
    only_diagnostic(editor)
    editor.open("base.infra")
    # The options are RocksDB's; no backend of another type has them.
    editor.replace_line(line_of(editor, "type: rocksdb"), "    type: hashmap")
    editor.open(PRODUCTION)

    def look() -> list[Diagnostic]:
        return [one for one in editor.diagnostics() if one.text == "options" and "hashmap" in one.message]

    wait_for("a diagnostic for the options", look, editor.diagnostics)


@pytest.mark.feature("emoji")
def test_columns_are_right_after_an_emoji(editor: Editor) -> None:
    editor.open("emoji.infra")
    line = line_of(editor, "UNSET_PREFIX")
    text = editor.text().splitlines()[line]
    found = only_diagnostic(editor)
    assert found.line == line
    assert found.text in ("${UNSET_PREFIX}", "UNSET_PREFIX")
    assert text[found.start : found.end] == found.text


@pytest.mark.feature("emoji-edit")
def test_text_typed_after_an_emoji_is_the_servers_text_too(editor: Editor) -> None:
    editor.open("emoji.infra")
    line = line_of(editor, "UNSET_PREFIX")
    only_diagnostic(editor)
    text = '      key_prefix: "🎉🚀🎉 ${OTHER_PREFIX}: 🚀 ${UNSET_PREFIX}"'
    editor.replace_line(line, text)
    # While the text is typed, the diagnostics are those of what was there before.
    wanted = [(text.index(one), one) for one in ("${OTHER_PREFIX}", "${UNSET_PREFIX}")]
    wait_for("both", lambda: [(one.start, one.text) for one in editor.diagnostics()] == wanted, editor.diagnostics)


@pytest.mark.feature("emoji-edit")
@pytest.mark.needs("completionProvider")
def test_a_completion_after_an_emoji_replaces_what_was_typed(editor: Editor) -> None:
    editor.open("emoji.infra")
    line = line_of(editor, "UNSET_PREFIX")
    editor.replace_line(line, "      key_prefix: 🚀🎉 ${CHECK")
    editor.goto(line, 10)
    editor.complete("POINT_B", "CHECKPOINT_BUCKET")
    assert editor.text().splitlines()[line] == "      key_prefix: 🚀🎉 ${CHECKPOINT_BUCKET}"


@pytest.mark.feature("crlf")
def test_a_file_with_carriage_returns_keeps_them(editor: Editor) -> None:
    editor.open("windows.infra")
    found = only_diagnostic(editor)
    assert (found.line, found.start, found.text) == (7, 6, "compresion")
    editor.replace_line(7, "      compression: ZSTD")
    wait_for("no diagnostic", lambda: not editor.diagnostics(), lambda: editor.diagnostics())
    editor.save()
    path = editor.session.path("windows.infra")
    content = wait_for("the saved file", lambda: b"compression" in (data := path.read_bytes()) and data)
    assert content.endswith(b"      compression: ZSTD\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == 8


@pytest.mark.feature("completion-key")
@pytest.mark.needs("completionProvider")
def test_a_field_is_completed(editor: Editor) -> None:
    editor.open("base.infra")
    line = line_of(editor, "compression: LZ4")
    editor.new_line_below(line, "      block")
    editor.complete("_cache_s", "block_cache_size")
    assert editor.text().splitlines()[line + 1].rstrip() == "      block_cache_size:"


@pytest.mark.feature("completion-value")
@pytest.mark.needs("completionProvider")
def test_a_value_is_completed(editor: Editor) -> None:
    editor.open("base.infra")
    line = line_of(editor, "compression: LZ4")
    editor.replace_line(line, "      compression: ")
    editor.goto(line, len("      compression: ") - 1)
    editor.complete("ZS", "ZSTD")
    assert editor.text().splitlines()[line].rstrip() == "      compression: ZSTD"


@pytest.mark.feature("hover")
@pytest.mark.needs("hoverProvider")
def test_hover_tells_about_the_field(editor: Editor) -> None:
    editor.open("base.infra")
    editor.goto(line_of(editor, "compression: LZ4"), 8)
    text = editor.hover()
    assert "state.backend.rocksdb.compression.per.level" in text.replace("\n", ""), text


@pytest.mark.feature("definition-base")
@pytest.mark.needs("definitionProvider")
def test_definition_goes_to_the_base_document(editor: Editor) -> None:
    editor.open(PRODUCTION)
    editor.goto(line_of(editor, "extends:"), len("extends: ba"))
    editor.definition()
    assert editor.shown_file() == "base.infra"


@pytest.mark.feature("definition-env")
@pytest.mark.needs("definitionProvider")
def test_definition_goes_to_the_line_that_gives_a_variable_its_value(editor: Editor) -> None:
    editor.open(PRODUCTION)
    line = line_of(editor, "CHECKPOINT_BUCKET")
    editor.goto(line, editor.text().splitlines()[line].index("CHECKPOINT"))
    editor.definition()
    assert editor.shown_file() == ".env"
    assert editor.cursor() == (1, 0)


@pytest.mark.feature("rename")
@pytest.mark.needs("renameProvider")
def test_rename_reaches_every_file(editor: Editor) -> None:
    editor.open(PRODUCTION)
    line = line_of(editor, "CHECKPOINT_BUCKET")
    editor.goto(line, editor.text().splitlines()[line].index("CHECKPOINT"))
    editor.rename("STATE_BUCKET")
    wait_for("the new name", lambda: "${STATE_BUCKET}" in editor.text(), editor.text)
    editor.save()
    for name in (PRODUCTION, "base.infra", ".env"):
        path = editor.session.path(name)
        wait_for(f"the new name in {name}", lambda: "STATE_BUCKET" in path.read_text(), path.read_text)
        assert "CHECKPOINT_BUCKET" not in path.read_text()


@pytest.mark.feature("code-action")
@pytest.mark.needs("codeActionProvider")
def test_a_quick_fix_is_applied(editor: Editor) -> None:
    editor.open(PRODUCTION)
    only_diagnostic(editor)
    editor.goto(MISSPELT[0], MISSPELT[1] + 2)
    editor.code_action("compression")
    wait_for("the fixed line", lambda: editor.text().splitlines()[7] == "      compression: ZSTD", editor.text)
    wait_for("no diagnostic", lambda: not editor.diagnostics(), lambda: editor.diagnostics())


@pytest.mark.feature("format")
@pytest.mark.needs("documentFormattingProvider")
def test_a_document_is_formatted(editor: Editor) -> None:
    editor.open("untidy.infra")
    editor.format()
    tidy = "state_backends:\n  default:\n    type: rocksdb\n    incremental: true\n"
    wait_for("the tidy document", lambda: editor.text().endswith(tidy), editor.text)


@pytest.mark.feature("inlay-hints")
@pytest.mark.needs("inlayHintProvider")
def test_inlay_hints_are_shown(editor: Editor) -> None:
    editor.open(PRODUCTION)
    assert any("acme-checkpoints" in hint for hint in editor.inlay_hints())


@pytest.mark.feature("references")
@pytest.mark.needs("referencesProvider")
def test_references_are_found_in_every_file(editor: Editor) -> None:
    editor.open(PRODUCTION)
    line = line_of(editor, "CHECKPOINT_BUCKET")
    editor.goto(line, editor.text().splitlines()[line].index("CHECKPOINT"))
    found = editor.references()
    for name in ("production.infra", "base.infra", ".env"):
        assert name in found


@pytest.mark.feature("symbols")
@pytest.mark.needs("documentSymbolProvider")
def test_the_outline_has_sections_and_entries(editor: Editor) -> None:
    editor.open("base.infra")
    found = editor.outline()
    for name in ("state_backends", "checkpoints", "default"):
        assert name in found


@pytest.mark.feature("semantic-tokens")
@pytest.mark.needs("semanticTokensProvider")
def test_an_enum_value_is_coloured_by_the_server(editor: Editor) -> None:
    editor.open("base.infra")
    line = line_of(editor, "compression: LZ4")
    assert editor.token_kind(line, len("      compression: L"))


@pytest.mark.feature("status")
@pytest.mark.needs("experimental")
def test_a_field_is_explained(editor: Editor) -> None:
    editor.open("base.infra")
    editor.goto(line_of(editor, "compression: LZ4"), 8)
    assert "SST" in editor.explain()


@pytest.mark.feature("health")
def test_the_editors_own_check_finds_the_server(editor: Editor) -> None:
    editor.open("base.infra")
    report = editor.health()
    assert "nexflow-lsp" in report
    assert "ERROR" not in report
    assert "✘" not in report.split("tree-sitter")[0].split("Tree-sitter")[0]


@pytest.mark.feature("crlf-edits")
@pytest.mark.needs("codeActionProvider")
def test_edits_of_the_server_fit_a_file_with_carriage_returns(editor: Editor) -> None:
    editor.open("windows.infra")
    only_diagnostic(editor)
    editor.goto(7, 8)
    editor.code_action("compression")
    wait_for("the fixed line", lambda: editor.text().splitlines()[7] == "      compression: ZSTD", editor.text)
    wait_for("no diagnostic", lambda: not editor.diagnostics(), lambda: editor.diagnostics())
    editor.save()
    path = editor.session.path("windows.infra")
    content = wait_for("the saved file", lambda: b"compression" in (data := path.read_bytes()) and data)
    assert content == WINDOWS.replace(b"compresion", b"compression")
