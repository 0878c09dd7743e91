"""The specification's own documents: nothing to complain about, and something to say about every key."""

import pathlib
import re

import pytest
from wire import at

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "corpus" / "specification"
REFERENCE = re.compile(r"\$\{(\w+)\}")
# Fields whose values have a form: what a variable says is checked as if it stood in the document.
VALUES = {"KMS_KEY_ID": "alias/orders", "AZURE_STORAGE_ACCOUNT": "ordersstate", "GCP_PROJECT": "orders-prod"}


def documents() -> list[pathlib.Path]:
    found = sorted(FOLDER.glob("*.infra"))
    assert len(found) > 10
    return found


def references(text: str) -> list[tuple[int, str]]:
    """Line and name of the variables in a text, comments left out."""
    lines = [re.sub(r"(^|\s)#.*", "", line) for line in text.splitlines()]
    return [(number, name) for number, line in enumerate(lines) for name in REFERENCE.findall(line)]


@pytest.fixture(params=documents(), ids=lambda path: path.stem)
def document(request) -> str:
    return request.param.read_text(encoding="utf-8")


def severe(diagnostics: list[dict]) -> list[dict]:
    """Errors and warnings."""
    return [d for d in diagnostics if d["severity"] <= 2]


def test_no_error_and_one_warning_for_each_variable_without_a_value(ready, document):
    ready.open("file:///a.infra", document)
    found = severe(ready.diagnostics("file:///a.infra"))
    assert [(d["range"]["start"]["line"], d["code"]) for d in found] == [(line, "env-unresolved") for line, _ in references(document)]


def test_no_error_and_no_warning_when_the_variables_have_values(wire, document):
    wire.initialize(initializationOptions={"variables": {name: VALUES.get(name, f"value-of-{name}") for _, name in references(document)}})
    wire.open("file:///a.infra", document)
    assert severe(wire.diagnostics("file:///a.infra")) == []


def test_every_key_has_a_hover(ready, document):
    ready.open("file:///a.infra", document)
    for number, line in enumerate(document.splitlines()):
        if found := re.match(r"\s*(?:- )?([A-Za-z_]\w*):(?:\s|$)", line):
            answer = ready.request("textDocument/hover", at("file:///a.infra", number, found.start(1)))
            assert answer["result"], line
            assert answer["result"]["contents"]["value"].strip(), line
