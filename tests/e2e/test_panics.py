"""A panic in any handler: its request is answered with an error, and the next ones as if nothing had happened."""

import pathlib
import sys

import pytest

from wire import insert

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "protocol"))
from methods import REQUESTS, Document  # noqa: E402

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


def test_while_a_document_is_judged(ready):
    ready.open(URI, TEXT)
    first = ready.diagnostics(URI, 1)
    ready.request("$/nexflow/test/panicIn", "diagnostics")
    ready.change(URI, 2, insert(0, 0, "# 2\n"))
    ready.change(URI, 3, insert(0, 0, "# 3\n"))
    # Answers do not wait for judgements, so only the log tells that this one has been tried.
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


@pytest.mark.parametrize("method", ["textDocument/didOpen", "textDocument/didSave", "textDocument/didClose"])
def test_in_a_notification(ready, method):
    ready.open(URI, TEXT)
    ready.request("$/nexflow/test/panicIn", method)
    identifier = {"uri": URI, "languageId": "infra", "version": 2, "text": TEXT}
    ready.notify(method, {"textDocument": identifier})
    ready.notify("textDocument/didOpen", {"textDocument": {**identifier, "version": 3}})
    assert ready.text(URI) == (3, TEXT)
    assert ready.shut_down() == 0
