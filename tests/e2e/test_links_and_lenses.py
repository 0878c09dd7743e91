"""Links, highlights, linked editing and code lenses over the wire, in a folder with documents that extend each other."""

from __future__ import annotations

import pytest
from lsprotocol import types

BASE = """\
version: "1.0"
environment: base
state_backends:
  shared:
    type: hashmap
  log:
    type: changelog
    base_backend: shared
checkpoints:
  main:
    type: s3
    bucket: ${BUCKET}
"""

OVERLAY = """\
version: "1.0"
environment: production
extends: base.infra
# nexflow: ignore-file[hashmap-in-production]
state_backends:
  shared:
    type: hashmap
checkpoints:
  main:
    bucket: ${BUCKET}
"""


def position(text: str, word: str) -> types.Position:
    before = text[: text.index(word)]
    return types.Position(before.count("\n"), len(before.rpartition("\n")[2]))


def spot(uri: str, text: str, word: str) -> dict:
    return {"text_document": types.TextDocumentIdentifier(uri), "position": position(text, word)}


def texts(text: str, ranges: list[types.Range]) -> list[str]:
    """What stands at ranges of one line each, with their lines."""
    lines = text.split("\n")
    return [f"{r.start.line}: {lines[r.start.line][r.start.character : r.end.character]}" for r in ranges]


async def opened(start, **kwargs):
    session = await start(env={"BUCKET": "b"}, **kwargs)
    session.write("base.infra", BASE)
    session.write("prod.infra", OVERLAY)
    return session, session.open("base.infra"), session.open("prod.infra")


async def test_links_lead_to_files_that_exist_and_to_the_pages_of_rules(start):
    def shows_content(capabilities: types.ClientCapabilities) -> None:
        capabilities.workspace.text_document_content = types.TextDocumentContentClientCapabilities()

    session, base, uri = await opened(start, adjust=shows_content)
    ask = session.client.text_document_document_link_async
    links = await ask(types.DocumentLinkParams(types.TextDocumentIdentifier(uri)))
    assert texts(OVERLAY, [link.range for link in links]) == ["2: base.infra", "3: hashmap-in-production"]
    assert links[0].target == base
    assert links[1].target.startswith("nexflow-view:/rules/hashmap-in-production.md?")
    # A file that is not there is no link.
    session.replace(uri, 2, OVERLAY.replace("base.infra", "nowhere.infra").replace("hashmap-in-production", "no-such-rule"))
    assert not await ask(types.DocumentLinkParams(types.TextDocumentIdentifier(uri)))


async def test_highlights_tell_where_a_name_is_given_and_where_it_is_used(start):
    session, uri, _ = await opened(start)
    ask = session.client.text_document_document_highlight_async
    for word in ("shared:", "shared\n"):
        found = await ask(types.DocumentHighlightParams(**spot(uri, BASE, word)))
        assert texts(BASE, [one.range for one in found]) == ["3: shared", "7: shared"]
        assert [one.kind for one in found] == [types.DocumentHighlightKind.Write, types.DocumentHighlightKind.Read]
    variable = await ask(types.DocumentHighlightParams(**spot(uri, BASE, "BUCKET")))
    assert texts(BASE, [one.range for one in variable]) == ["11: BUCKET"]
    assert not await ask(types.DocumentHighlightParams(**spot(uri, BASE, "hashmap")))


async def test_a_name_and_its_uses_are_edited_together(start):
    session, uri, _ = await opened(start)
    ask = session.client.text_document_linked_editing_range_async
    found = await ask(types.LinkedEditingRangeParams(**spot(uri, BASE, "shared:")))
    assert texts(BASE, found.ranges) == ["3: shared", "7: shared"]
    # One place alone has nothing to be linked with, and a value is no name.
    assert await ask(types.LinkedEditingRangeParams(**spot(uri, BASE, "log:"))) is None
    assert await ask(types.LinkedEditingRangeParams(**spot(uri, BASE, "hashmap"))) is None
    # Where the writing differs one text cannot be put into both places.
    quoted = BASE.replace("base_backend: shared", 'base_backend: "sh\\u0061red"')
    session.replace(uri, 2, quoted)
    assert await ask(types.LinkedEditingRangeParams(**spot(uri, quoted, "shared:"))) is None


@pytest.mark.parametrize("settings", [None, {"codeLens": False}])
async def test_lenses_are_off_unless_they_are_asked_for(start, settings):
    session, uri, _ = await opened(start, options=settings)
    ask = session.client.text_document_code_lens_async
    assert not await ask(types.CodeLensParams(types.TextDocumentIdentifier(uri)))


async def lenses(session, uri: str, text: str) -> dict[str, str]:
    """The lenses of a document, each resolved: the name below it, and its words."""
    found = await session.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri)))
    resolved = [await session.client.code_lens_resolve_async(lens) for lens in found]
    assert all(lens.command is None for lens in found)
    names = [name.partition(": ")[2] for name in texts(text, [lens.range for lens in resolved])]
    return dict(zip(names, [lens.command.title for lens in resolved], strict=True))


async def test_lenses_say_how_often_a_name_is_used_and_who_refines_it(start):
    session, base, overlay = await opened(start, options={"codeLens": True})
    assert await lenses(session, base, BASE) == {
        "shared": "1 reference · refined by prod.infra",
        "log": "no references",
        "main": "no references · refined by prod.infra",
    }
    # Seen from the overlay the base does not refine anything, and its references are those of the same name.
    assert await lenses(session, overlay, OVERLAY) == {"shared": "1 reference", "main": "no references"}
    # A second step, and more documents than can be named.
    session.write("site.infra", OVERLAY.replace("base.infra", "prod.infra"))
    for name in ("a", "b"):
        session.write(f"{name}.infra", OVERLAY)
    session.changed_on_disk("site.infra", "a.infra", "b.infra")
    found = await lenses(session, base, BASE)
    assert found["shared"] == "1 reference · refined by a.infra, b.infra, prod.infra and 1 more"


async def test_a_lens_of_a_text_that_has_changed_says_nothing(start):
    session, base, _ = await opened(start, options={"codeLens": True})
    [lens, *_] = await session.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(base)))
    session.replace(base, 2, "# nothing is left\n")
    assert (await session.client.code_lens_resolve_async(lens)).command.title == ""
