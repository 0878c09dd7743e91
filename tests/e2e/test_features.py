"""Diagnostics, completion and hover through a client library that checks every message against the protocol."""

import pytest
from lsprotocol import types

DOCUMENT = """\
version: "1.0"
environment: development
state_backends:
  default:
    type: rocksdb
    incremental: perhaps
    options:
      write_buffer_size: 64mb
      compression: LZ4
checkpoints:
  default:
    type: s3
    bucket: ${BUCKET}
"""


def position(text: str, line: int, of: str) -> types.Position:
    return types.Position(line=line, character=text.splitlines()[line].index(of))


def at(uri: str, line: int, character: int) -> dict:
    return {"text_document": types.TextDocumentIdentifier(uri=uri), "position": types.Position(line=line, character=character)}


@pytest.mark.parametrize("pull", [True, False])
async def test_diagnostics_are_pulled_or_pushed_and_never_both(start, pull):
    session = await start(pull=pull, env={"BUCKET": "b"})
    assert (session.result.capabilities.diagnostic_provider is not None) == pull
    uri = session.open("a.infra", DOCUMENT)
    if pull:
        found = (await session.pull(uri)).items
    else:
        found = await session.pushed(uri)
    assert [d.range for d in found if d.code == "wrong-kind"] == [
        types.Range(start=types.Position(5, 17), end=types.Position(5, 24))
    ]
    await session.client.text_document_hover_async(types.HoverParams(**at(uri, 4, 5)))
    pushed = [params for params in session.published if params.uri == uri]
    assert len(pushed) == (0 if pull else 1)


async def test_every_diagnostic_is_complete(start):
    session = await start(env={"BUCKET": "b"})
    uri = session.open("a.infra", DOCUMENT + "    type: s3\n")
    found = (await session.pull(uri)).items
    for item in found:
        assert item.source == "nexflow"
        assert item.severity and item.message and item.code
    [duplicate] = [d for d in found if d.code == "duplicate-key"]
    assert duplicate.range.start == types.Position(13, 4)
    [first] = duplicate.related_information
    assert (first.location.uri, first.location.range.start) == (uri, types.Position(11, 4))


async def test_a_client_gets_only_what_it_can_show(start):
    def less(capabilities: types.ClientCapabilities) -> None:
        capabilities.text_document.publish_diagnostics = None
        capabilities.text_document.hover = None
        capabilities.text_document.completion = None

    session = await start(env={"BUCKET": "b"}, adjust=less)
    uri = session.open("a.infra", DOCUMENT + "    type: s3\n")
    for item in (await session.pull(uri)).items:
        assert item.code_description is None and item.related_information is None and item.tags is None
    hover = await session.client.text_document_hover_async(types.HoverParams(**at(uri, 4, 5)))
    assert hover.contents.kind == types.MarkupKind.PlainText
    assert "**" not in hover.contents.value and "`" not in hover.contents.value
    items = await session.client.text_document_completion_async(types.CompletionParams(**at(uri, 4, 10)))
    for item in items:
        assert item.insert_text_format != types.InsertTextFormat.Snippet
        assert item.documentation is None or isinstance(item.documentation, str)


async def test_pulling_again_says_whether_anything_has_changed(start):
    session = await start(env={"BUCKET": "b"})
    uri = session.open("a.infra", DOCUMENT)
    first = await session.pull(uri)
    again = await session.pull(uri, first.result_id)
    assert (again.kind, again.result_id) == ("unchanged", first.result_id)
    session.replace(uri, 2, DOCUMENT.replace("perhaps", "true"))
    changed = await session.pull(uri, first.result_id)
    assert changed.kind == "full" and "wrong-kind" not in [d.code for d in changed.items]


async def test_workspace_diagnostics_are_about_open_text_and_about_files(start):
    session = await start(env={"BUCKET": "b"})
    session.write("closed.infra", DOCUMENT)
    session.write("open.infra", DOCUMENT)
    session.write("other.yaml", DOCUMENT)
    session.write("ignored/x.infra", DOCUMENT)
    session.write(".gitignore", "ignored/\n")
    session.changed_on_disk("closed.infra", "open.infra", "other.yaml", "ignored/x.infra")
    uri = session.open("open.infra", DOCUMENT.replace("perhaps", "true"), 3)
    ask = session.client.workspace_diagnostic_async
    report = await ask(types.WorkspaceDiagnosticParams(previous_result_ids=[]))
    found = {item.uri: (item.version, "wrong-kind" in [d.code for d in item.items]) for item in report.items}
    assert found == {uri: (3, False), session.uri("closed.infra"): (None, True)}
    known = [types.PreviousResultId(uri=item.uri, value=item.result_id) for item in report.items]
    again = await ask(types.WorkspaceDiagnosticParams(previous_result_ids=known))
    assert [item.kind for item in again.items] == ["unchanged", "unchanged"]


async def test_no_more_than_the_allowed_number_and_the_most_severe(start):
    session = await start(options={"maxDiagnostics": 3})
    text = "state_backends:\n" + "".join(f"  b{n}:\n    type: rocksdb\n    x: ${{NO_{n}}}\n" for n in range(9))
    uri = session.open("a.infra", text + "  c:\n    type: rocksdbx\n")
    found = (await session.pull(uri)).items
    assert len(found) == 4
    assert "enum-unknown-value" in [d.code for d in found]
    assert "not shown" in found[-1].message


def completed(found):
    """The items of an answer, whether it is marked as incomplete or not."""
    return found.items if isinstance(found, types.CompletionList) else found


async def test_completion_of_a_value_with_its_default_first(start):
    session = await start()
    # Nothing else is in the block: what goes with one type only would leave only that one.
    text = 'version: "1.0"\nenvironment: staging\nstate_backends:\n  default:\n    type: \n'
    uri = session.open("a.infra", text)
    items = completed(await session.client.text_document_completion_async(types.CompletionParams(**at(uri, 4, 10))))
    items.sort(key=lambda item: item.sort_text)
    # The backends that the specification names.
    assert {"rocksdb", "hashmap", "external"} <= {item.label for item in items}
    for item in items:
        resolved = await session.client.completion_item_resolve_async(item)
        assert resolved.label == item.label


async def test_completion_of_a_key_replaces_the_half_typed_word(start):
    session = await start()
    text = DOCUMENT.replace("    incremental: perhaps\n", "    increm\n")
    uri = session.open("a.infra", text)
    items = completed(await session.client.text_document_completion_async(types.CompletionParams(**at(uri, 5, 10))))
    [item] = [item for item in items if item.label == "incremental"]
    assert item.text_edit.range == types.Range(start=types.Position(5, 4), end=types.Position(5, 10))
    assert item.text_edit.new_text.startswith("incremental:")


async def test_completion_of_variables(start):
    session = await start()
    session.write(".env", "NEXFLOW_BUCKET_NAME=bucket\n")
    uri = session.open("a.infra", DOCUMENT.replace("${BUCKET}", "${NEXFLOW_B}"))
    character = len("    bucket: ${NEXFLOW_B")
    items = completed(await session.client.text_document_completion_async(types.CompletionParams(**at(uri, 12, character))))
    assert "NEXFLOW_BUCKET_NAME" in [item.filter_text.strip("${}") for item in items]


async def test_hover_on_a_key_names_the_flink_option(start):
    session = await start()
    uri = session.open("a.infra", DOCUMENT)
    hover = await session.client.text_document_hover_async(types.HoverParams(**at(uri, 7, 8)))
    assert "state.backend.rocksdb.writebuffer.size" in hover.contents.value
    assert hover.range == types.Range(start=types.Position(7, 6), end=types.Position(7, 23))


async def test_hover_on_a_size_gives_the_bytes(start):
    session = await start()
    uri = session.open("a.infra", DOCUMENT)
    hover = await session.client.text_document_hover_async(types.HoverParams(**at(uri, 7, 26)))
    digits = "".join(c for c in hover.contents.value if c.isdigit() or c == " ")
    assert "67108864" in digits.replace(" ", "")


async def test_hover_on_nothing_is_nothing(start):
    session = await start()
    uri = session.open("a.infra", "\n\n\n")
    assert await session.client.text_document_hover_async(types.HoverParams(**at(uri, 1, 0))) is None
