"""A panic in any handler: its request is answered with an error, and the next ones as if nothing had happened."""

import pathlib
import sys

import pytest

from fixture import Folder
from wire import PATIENCE, insert

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "protocol"))
from methods import NOTIFICATIONS, REQUESTS, Document  # noqa: E402

URI = "file:///panic.infra"
TEXT = """\
version: "1.0"
environment: production
state_backends:
  default:
    type: rocksdb
    compression: LZ4
checkpoints:
  default:
    type: s3
    bucket: ${BUCKET}
"""
INTERNAL_ERROR, METHOD_NOT_FOUND = -32603, -32601


@pytest.mark.parametrize("method", REQUESTS)
def test_in_a_request(ready, method):
    ready.open(URI, TEXT)
    params = REQUESTS[method](Document(URI, TEXT))
    before = ready.request(method, params)
    if before.get("error", {}).get("code") == METHOD_NOT_FOUND:
        # What the server does not claim has no handler that could panic; that it says so is all there is to see.
        assert ready.shut_down() == 0
        return
    assert "error" not in ready.request("$/nexflow/test/panicIn", method)
    assert ready.request(method, params)["error"]["code"] == INTERNAL_ERROR
    after = ready.request(method, params)
    assert result(after) == result(before)
    assert ready.text(URI) == (1, TEXT)
    assert ready.shut_down() == 0


def result(answer):
    """What an answer says, without the numbers that are new in each."""
    value = answer.get("result", answer.get("error"))
    return {name: part for name, part in value.items() if name != "resultId"} if isinstance(value, dict) else value


def test_while_a_document_is_checked(ready):
    ready.open(URI, TEXT)
    first = ready.diagnostics(URI, 1)
    ready.request("$/nexflow/test/panicIn", "diagnostics")
    ready.change(URI, 2, insert(0, 0, "# 2\n"))
    ready.change(URI, 3, insert(0, 0, "# 3\n"))
    # Answers do not wait for diagnostics, so only the log tells that this one has been tried.
    while b"`diagnostics` panicked" not in ready.stderr:
        assert ready.text(URI)[0] == 3
    ready.change(URI, 4, insert(0, 0, "# 4\n"))
    assert [found["code"] for found in ready.diagnostics(URI, 4)] == [found["code"] for found in first]
    assert ready.shut_down() == 0


def test_in_the_main_loop(ready):
    ready.open(URI, TEXT)
    ready.request("$/nexflow/test/panicIn", "settle")
    # Whatever is at hand when it happens may be lost; what comes behind it is not.
    ready.notify("$/setTrace", {"value": "off"})
    ready.change(URI, 2, {"text": TEXT + "# 2\n"})
    ready.change(URI, 3, {"text": TEXT + "# 3\n"})
    assert ready.text(URI) == (3, TEXT + "# 3\n")
    assert ready.shut_down() == 0


@pytest.mark.parametrize("name", ["edit", "parse"])
def test_while_an_edit_is_taken_over(ready, name):
    """The text is not known any more, and nothing is said of it until it comes again."""
    ready.open(URI, TEXT)
    ready.diagnostics(URI, 1)
    ready.request("$/nexflow/test/panicIn", name)
    ready.change(URI, 2, insert(0, 0, "# 2\n"))
    assert "error" in ready.request("$/nexflow/test/version", {"uri": URI})
    ready.change(URI, 3, {"text": TEXT})
    assert ready.text(URI) == (3, TEXT)
    assert ready.shut_down() == 0


FENCED = [name for name in NOTIFICATIONS if not name.startswith(("$/", "window/"))]


@pytest.mark.parametrize("method", FENCED)
def test_in_a_notification(ready, method):
    ready.open(URI, TEXT)
    ready.request("$/nexflow/test/panicIn", method)
    ready.notify(method, NOTIFICATIONS[method](Document(URI, TEXT)))
    # What the notification would have done is lost at most; the next ones are heard.
    identifier = {"uri": URI, "languageId": "infra", "version": 3, "text": TEXT}
    ready.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    ready.notify("textDocument/didOpen", {"textDocument": identifier})
    assert ready.text(URI) == (3, TEXT)
    assert ready.shut_down() == 0


def test_in_the_main_loop_while_it_takes_a_request(ready):
    """The request has an answer all the same."""
    ready.open(URI, TEXT)
    assert "error" not in ready.request("$/nexflow/test/panicIn", "a request")
    hover = {"textDocument": {"uri": URI}, "position": {"line": 4, "character": 11}}
    assert ready.request("textDocument/hover", hover)["error"]["code"] == INTERNAL_ERROR
    assert ready.request("textDocument/hover", hover)["result"]
    assert ready.shut_down() == 0


def test_in_the_main_loop_while_a_worker_reports(ready):
    """That an answer was given may be forgotten; the process must not wait for it when the input ends."""
    ready.request("$/nexflow/test/panicIn", "main loop")
    ready.notify("$/setTrace", {"value": "off"})
    assert "error" not in ready.request("nexflow/status", {"textDocument": {"uri": URI}})
    ready.process.stdin.close()
    assert ready.process.wait(PATIENCE) == 1
    assert b"`main loop` panicked" in ready.stderr


FAMILY = f"""
//- .env
NOTHING=1
//- open base.infra
{TEXT}
//- other.infra
state_backends:
  other: {{type: rocksdb}}
//- dependent.infra
extends: base.infra
checkpoints:
  default: {{region: eu-west-1}}
"""


@pytest.mark.parametrize("pull, name", [(False, "dependents"), (False, "diagnostics"), (False, "indexing"), (True, "project"), (True, "indexing")])
def test_in_work_that_nobody_has_asked_for(tmp_path, pull, name):
    with Folder(tmp_path, FAMILY, pull=pull) as found:
        assert found.ask("workspace/symbol", query="other"), "the documents are known"
        assert "error" not in found.wire.request("$/nexflow/test/panicIn", name)
        text = found.text("base.infra")
        number = 0
        while f"`{name}` panicked".encode() not in found.wire.stderr:
            number += 1
            found.type("base.infra", f"# {number}\n" + text)
            found.write(".env", f"NOTHING={number}\n")
            found.changed(".env", "other.infra")
            found.wire.text(found.uri("base.infra"))
        # Afterwards all of it goes on: files that change are read, and what is typed in a base shows in what extends it.
        found.write("other.infra", "state_backends:\n  renamed: {type: rocksdb}\n")
        found.write(".env", "BUCKET=orders\nno assignment\n")
        found.changed("other.infra", ".env")
        assert found.ask("workspace/symbol", query="renamed")
        found.type("base.infra", text.replace("    type: s3\n", ""))
        if pull:
            codes = {file: [one["code"] for one in items] for file, items in found.all_findings().items()}
            assert "checkpoint-type-missing" in codes["dependent.infra"]
            env = found.uri(".env")
            while not (said := [m["params"]["diagnostics"] for m in found.wire.seen if (m.get("params") or {}).get("uri") == env]):
                found.wire.text(found.uri("base.infra"))
            assert [problem["code"] for problem in said[-1]] == ["project-file"]
        else:
            while "checkpoint-type-missing" not in [one["code"] for one in found.wire.diagnostics(found.uri("dependent.infra"))]:
                pass
        assert found.wire.shut_down() == 0
