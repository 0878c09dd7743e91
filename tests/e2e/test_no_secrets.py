"""No output of the program repeats a credential that stands in a document, in whichever way it is written."""

import os
import subprocess

import pytest
from wire import Wire, binary

CANARY = "Hunter2CANARY"

#: Lines below `auth:` of a lookup, valid and broken. `§` is the credential.
WAYS = [
    "password: §",
    'password: "§"',
    "password: |\n        §",
    "password: ${X:§}",
    "password: ${X:-§}",
    "password: $§",
    "password: ${X:-§",
    "password:§",
    "password §",
    "password = §",
    "password: {§: x}",
    "password: [§, a]",
    "? password\n      : §",
    "password:\n        §:",
    'password: "a" §',
    "password: @§",
    "password: *§",
    "password: &§",
    "password: !§ x",
    'password: "§',
    "password: [§",
    "password: secret://§",
    "password: x # nexflow: ignore[§]",
    "password: #§",
    "api_key: §",
    "own_token: §",
    "endpoint: https://u:§@h/p",
    "jdbc: jdbc:postgresql://h/d?password=§",
    "header: Bearer §",
]
FORMATS = ["pretty", "short", "json", "sarif", "github", "junit", "gitlab"]


@pytest.fixture
def documents(tmp_path):
    for at, way in enumerate(WAYS):
        text = (
            'version: "1.0"\nenvironment: staging\nlookups:\n  a:\n    type: postgresql\n    auth:\n'
            f"      {way.replace('§', CANARY)}\n      username:   x   \n\n\n\n      tpye: 1\n"
        )
        (tmp_path / f"d{at:02}.infra").write_text(text)
    return tmp_path


def run(folder, *arguments, **more):
    command = [binary(), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, **more)
    return done.stdout + done.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_check_repeats_none(documents, form):
    said = run(documents, "check", "--no-env", "--format", form, env={**os.environ, "NEXFLOW_LOG": "trace"})
    assert "d00.infra" in said
    assert CANARY not in said


@pytest.mark.parametrize("arguments", [["fmt", "--diff"], ["check", "--fix", "--dry-run", "--no-env"]])
def test_differences_repeat_none(documents, arguments):
    said = run(documents, *arguments)
    assert CANARY not in said
    if arguments[0] == "fmt":
        assert "•••" in said


def test_a_text_on_standard_input_repeats_none(documents):
    for document in sorted(documents.glob("*.infra")):
        said = run(documents, "check", "--no-env", "-", input=document.read_text())
        assert CANARY not in said, document.read_text()


def test_the_log_of_the_server_repeats_none(tmp_path):
    texts = [f"lookups:\n  a:\n    type: postgresql\n    auth:\n      {way.replace('§', CANARY)}\n" for way in WAYS]
    with Wire(env={"NEXFLOW_LOG": "trace"}) as wire:
        wire.initialize()
        for at, text in enumerate(texts):
            uri = (tmp_path / f"d{at}.infra").as_uri()
            wire.open(uri, text)
            for method in ["textDocument/diagnostic", "textDocument/documentSymbol", "textDocument/documentLink"]:
                answer = wire.request(method, {"textDocument": {"uri": uri}})
                assert CANARY not in str(answer), (method, WAYS[at])
        wire.shut_down()
        assert wire.stderr and CANARY.encode() not in wire.stderr
