"""The extensions of docs/protocol-extensions.md."""

from types import SimpleNamespace

import pytest
from lsprotocol import types

BASE = """\
environment: base
checkpoints:
  default:
    type: s3
    bucket: ${BUCKET}
"""
DOCUMENT = """\
environment: production
extends: base.infra
state_backends:
  default:
    type: rocksdb
    options:
      compression: LZ4
    storage:
      local_directories: ["${DISK}/a", "${DISK}/b", "${OTHER:-/tmp}", "${KNOWN}"]
"""


async def ask(session, method: str, params: dict):
    """The answer to a request that the client library does not know, as plain data."""

    def plain(value):
        if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
            return [plain(item) for item in value]
        if hasattr(value, "_asdict"):
            value = value._asdict()
        elif isinstance(value, SimpleNamespace) or hasattr(value, "__dict__"):
            value = vars(value)
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return value

    return plain(await session.client.protocol.send_request_async(method, params))


async def test_the_server_says_which_extensions_it_has(start):
    session = await start()
    experimental = session.result.capabilities.experimental
    assert experimental == {"nexflow": {"status": True, "explain": True, "render": True, "import": True}}


async def test_the_status_has_environment_base_and_open_variables(start):
    session = await start(env={"KNOWN": "x"})
    session.write("base.infra", BASE)
    uri = session.open("production.infra", DOCUMENT, version=7)
    assert await ask(session, "nexflow/status", {"textDocument": {"uri": uri}}) == {
        "environment": "production",
        "base": "base.infra",
        "baseUri": session.uri("base.infra"),
        # DISK, which is used twice; the base's own variable is the base's matter.
        "unresolved": 1,
        "version": 7,
    }


async def test_the_status_leaves_out_what_there_is_not(start):
    session = await start()
    uri = session.open("a.infra", "version: '1.0'\n")
    assert await ask(session, "nexflow/status", {"textDocument": {"uri": uri}}) == {"unresolved": 0, "version": 1}
    lonely = session.open("b.infra", "extends: gone.infra\n")
    status = await ask(session, "nexflow/status", {"textDocument": {"uri": lonely}})
    assert status == {"base": "gone.infra", "unresolved": 0, "version": 1}


async def test_a_document_that_is_not_open_has_no_status(start):
    session = await start()
    session.write("a.infra", DOCUMENT)
    assert await ask(session, "nexflow/status", {"textDocument": {"uri": session.uri("a.infra")}}) is None


async def test_a_rule_is_explained_by_its_id(start):
    session = await start()
    page = await ask(session, "nexflow/explain", {"rule": "enum-unknown-value"})
    assert page["title"] == "enum-unknown-value"
    assert page["markdown"].startswith("# enum-unknown-value\n")
    assert await ask(session, "nexflow/explain", {"rule": "no-such-rule"}) is None


async def test_a_field_is_explained_by_a_position_in_its_key_or_value(start):
    session = await start()
    uri = session.open("a.infra", DOCUMENT)
    for character in (8, 20):
        params = {"textDocument": {"uri": uri}, "position": {"line": 6, "character": character}}
        page = await ask(session, "nexflow/explain", params)
        assert page["title"] == "state_backends.<name>.options.compression"
        assert "LZ4" in page["markdown"]
    nowhere = {"textDocument": {"uri": uri}, "position": {"line": 40, "character": 0}}
    assert await ask(session, "nexflow/explain", nowhere) is None


async def test_values_are_hidden_whatever_settings_say(start):
    session = await start(
        env={"BUCKET": "the-value"}, options={"hideVariableValues": True}, configuration={"nexflow": {"infra": {"hideVariableValues": False}}}
    )
    session.write("nexflow.toml", "[infra]\nhide_variable_values = false\n")
    uri = session.open("a.infra", BASE)
    position = types.Position(4, 16)
    document = types.TextDocumentIdentifier(uri=uri)
    hover = await session.client.text_document_hover_async(types.HoverParams(text_document=document, position=position))
    assert "BUCKET" in hover.contents.value
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    hints = await session.client.text_document_inlay_hint_async(types.InlayHintParams(text_document=document, range=whole))
    assert "the-value" not in str(hover) + str(hints)


@pytest.mark.parametrize("commands", [["editor.action.triggerSuggest"], ["another.command"], None])
def test_only_a_client_that_has_the_command_is_asked_to_complete_again(wire, commands):
    experimental = {} if commands is None else {"experimental": {"nexflow": {"commands": commands}}}
    wire.initialize(experimental, clientInfo={"name": "Visual Studio Code"})
    wire.open("file:///a.infra", "state_backends:\n  a:\n    typ\n")
    place = {"textDocument": {"uri": "file:///a.infra"}, "position": {"line": 2, "character": 7}}
    found = wire.request("textDocument/completion", place)["result"]
    items = found if isinstance(found, list) else found["items"]
    [item] = [item for item in items if item["label"] == "type"]
    named = item.get("command", {}).get("command")
    assert named == ("editor.action.triggerSuggest" if commands and "editor.action.triggerSuggest" in commands else None)


async def test_a_document_is_rendered_as_it_is_edited(start):
    session = await start(env={"BUCKET": "b"})
    session.write("base.infra", BASE)
    uri = session.open("a.infra", "extends: base.infra\ncheckpoints:\n  default:\n    prefix: one\n")
    rendered = await ask(session, "nexflow/render", {"textDocument": {"uri": uri}, "as": "conf", "flinkVersion": "1.20"})
    assert "execution.checkpointing.dir: 's3://b/one'" in rendered["text"]
    assert rendered["problems"] == [] and rendered["version"] == 1
    origins = list(zip(*[iter(rendered["origins"])] * 3, strict=True))
    [there] = [(rendered["sources"][source], at) for line, source, at in origins if line == 1]
    assert there == ({"uri": session.uri("base.infra"), "via": "composed"}, 3)
    session.replace(uri, 2, "extends: base.infra\ncheckpoints:\n  default:\n    prefix: two\n")
    merged = await ask(session, "nexflow/render", {"textDocument": {"uri": uri}, "as": "l5"})
    assert "    prefix: two\n    type: s3\n    bucket: b\n" in merged["text"] and merged["version"] == 2
    closed = {"textDocument": {"uri": session.uri("base.infra")}}
    assert await ask(session, "nexflow/render", closed) is None


async def test_options_become_a_document(start):
    session = await start()
    imported = await ask(session, "nexflow/import", {"text": "state.backend.type: rocksdb\ns3.secret-key: c4n4ry\nfoo.bar: 1\n"})
    assert "type: rocksdb" in imported["text"] and "c4n4ry" not in imported["text"]
    assert imported["withoutField"] == ["foo.bar"]
    assert imported["secrets"] == ["S3_SECRET_KEY"]
    assert await ask(session, "nexflow/import", {"text": ""}) is None
