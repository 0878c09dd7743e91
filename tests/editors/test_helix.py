"""What is peculiar to Helix: its queries, and how it sends edits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import not_here

from harness.debian import Unavailable
from harness.editor import Editor, wait_for
from harness.helix import Helix
from harness.parser import yaml_parser

pytestmark = pytest.mark.programs(family="helix")
QUERIES = Path(__file__).resolve().parents[2] / "editors/helix/queries"


@pytest.fixture
def helix(editor: Editor) -> Helix:
    assert isinstance(editor, Helix)
    return editor


def install_queries(helix: Helix) -> None:
    """What docs/editors.md says for highlighting: the grammar of YAML, and the queries of this project."""
    runtime = helix.session.folder / "config/helix/runtime"
    (runtime / "grammars").mkdir(parents=True)
    shutil.copytree(QUERIES, runtime / "queries")
    try:
        yaml_parser(runtime / "grammars/yaml.so")
    except Unavailable as reason:
        not_here(str(reason))


def test_the_queries_colour_a_document(helix: Helix) -> None:
    install_queries(helix)
    health = helix.health()
    for kind in ("Highlight", "Indent"):
        assert any(kind in line and "✓" in line for line in health.splitlines()), health
    helix.open("base.infra")

    def colours() -> dict[str, str]:
        words = ("state_backends", "environment", "compression", "incremental", "60s", "CHECKPOINT_BUCKET")
        found = {word: helix.colour(word) for word in words}
        return found if None not in found.values() else {}

    def different() -> bool:
        seen = colours()
        # The default theme has one colour for fields and constants. Every field has that of fields, every section that of sections.
        same = seen.get("state_backends") == seen.get("environment") and seen.get("compression") == seen.get("incremental")
        return bool(seen) and same and len(set(seen.values())) == 4

    wait_for(
        "sections, fields, durations and variables in colours of their own",
        lambda: helix.feed() and different(),
        lambda: f"{colours()}\n{helix.shown()}",
    )


def test_without_the_queries_a_document_has_one_colour(helix: Helix) -> None:
    """So that the test above sees the queries and nothing else."""
    helix.open("base.infra")
    helix.settled()
    assert len({helix.colour(word) for word in ("compression", "LZ4", "CHECKPOINT_BUCKET")}) == 1


@pytest.mark.programs(key="helix-25.07")
def test_text_that_is_typed_at_once_is_the_servers_text_too(helix: Helix) -> None:
    """25.01 sends edits that follow one another at once in any order, which the server does not put right (docs/editors.md)."""
    helix.open("production.infra")
    for text, wrong in [("compression: ZSTD", None), ("compresion: ZSTD", "compresion"), ("compression: LZ5", "LZ5")] * 2:
        helix.goto(7, 0)
        helix.change("glvghc")
        helix.keys("      " + text)
        helix.escape()

        def seen() -> bool:
            return [one.text for one in helix.diagnostics()] == ([wrong] if wrong else [])  # noqa: B023

        wait_for(f"the diagnostics of {text}", seen, helix.log)
    assert "do not agree" not in helix.log()


def test_a_hover_shows_words_and_no_markup(helix: Helix) -> None:
    for file, word, wanted in (
        ("base.infra", "compression", "LZ4: fast"),
        # What .env has in its second line.
        ("production.infra", "CHECKPOINT_BUCKET", "acme-checkpoints from .env, line 2"),
    ):
        helix.open(file)
        line, text = next((n, text) for n, text in enumerate(helix.text().splitlines()) if word in text)
        helix.goto(line, text.index(word))
        helix.hover()
        shown = wait_for(wanted, lambda wanted=wanted: helix.feed() and wanted in helix.shown() and helix.shown(), helix.shown)
        for mark in ("**", "](", "file:", "&lt;", "\\<", "```", "<br"):
            assert mark not in shown, shown
        helix.escape()
