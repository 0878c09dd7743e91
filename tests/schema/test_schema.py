"""The JSON Schema and the SARIF report, read by programs that nobody here wrote."""

import itertools
import json
import os
import pathlib
import subprocess
import sys

import jsonschema
import pytest
from ruamel.yaml import YAML
from wire import Wire, binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Where the packages of package.json are installed.
PACKAGES = pathlib.Path(os.environ["NEXFLOW_SCHEMA_TESTS"]).resolve() / "node_modules"
HEAD = 'version: "1.0"\nenvironment: production\n'


def nexflow(*arguments: str, cwd=ROOT) -> str:
    return subprocess.run([binary(), *arguments], cwd=cwd, capture_output=True, text=True).stdout


def documents() -> list[pathlib.Path]:
    """Every document that follows the documentation."""
    folders = ("tests/corpus/specification", "tests/corpus/documents", "examples")
    return sorted(path for folder in folders for path in (ROOT / folder).glob("**/*.infra"))


@pytest.fixture(scope="session")
def schema_file(tmp_path_factory) -> pathlib.Path:
    file = tmp_path_factory.mktemp("schema") / "l5.schema.json"
    file.write_text(nexflow("schema"))
    return file


@pytest.fixture(scope="session")
def schema(schema_file) -> dict:
    return json.loads(schema_file.read_text())


@pytest.fixture(scope="session")
def validator(schema) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_is_one(schema):
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_every_definition_is_used_and_there(schema):
    text = json.dumps(schema)
    for name in schema["$defs"]:
        assert f'"#/$defs/{name}"' in text
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names <= set(schema["$defs"])


def test_check_jsonschema_takes_every_documented_document(schema_file):
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema_file, "--force-filetype", "yaml"]
    done = subprocess.run([*command, *documents()], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


# The documented form of each, with one thing wrong: what the specification says about it stands behind.
WRONG = [
    ("state_backends:\n  a:\n    type: rocksdbx\n", "type is one of the backends"),
    ("state_backends:\n  a:\n    type: rocksdb\n    options:\n      write_buffer_size: 64 MiB\n", "sizes are digits and a unit"),
    ("state_backends:\n  a:\n    type: rocksdb\n    options:\n      max_background_compactions: many\n", "an integer"),
    ("state_backends:\n  a:\n    type: rocksdb\n    incremental: maybe\n", "a boolean"),
    ("state_backends:\n  a:\n    type: rocksdb\n    incremantal: true\n", "no such field"),
    ("state_backends:\n  a:\n    type: hashmap\n    options:\n      write_buffer_size: 64mb\n", "RocksDB's options, not the heap's"),
    ("state_backends:\n  a:\n    type: rocksdb\n    storage:\n      local_directories: /mnt/ssd\n", "a list"),
    ("checkpoints:\n  a:\n    type: s3\n    bucket: company-checkpoints\n    checkpoint:\n      interval: 60\n", "a duration has a unit"),
    ("checkpoints:\n  a:\n    type: s3\n    bucket: company-checkpoints\n    checkpoint:\n      mode: exactly-once\n", "exactly_once"),
    ("checkpoints:\n  a:\n    type: gcs\n    s3:\n      endpoint: e\n", "a block of another store"),
    ("checkpoints: 5\n", "a section is a block"),
    ("streams:\n  - a\n", "a section is a block of named entries"),
]


@pytest.mark.parametrize(("text", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_is_wrong_is_refused(validator, text, why):
    assert list(validator.iter_errors(YAML(typ="safe").load(HEAD + text)))


RIGHT = [
    "state_backends:\n  a:\n    type: ${BACKEND}\n    incremental: ${INCREMENTAL:-true}\n",
    "state_backends:\n  a:\n    type: rocksdb\n    options:\n      max_background_compactions: ${COMPACTIONS}\n      block_cache_size: ${CACHE}\n",
    "checkpoints:\n  a:\n    type: azure_blob\n    azure:\n      account_key: secret://azure/key\n",
    "checkpoints:\n  a:\n    type: s3\n    bucket: company-checkpoints\n    checkpoint:\n      interval: ${INTERVAL}\n",
    "state_backends:\n",
    "state_backends:\n  a:\n    type: rocksdb\n    options:\n",
]


@pytest.mark.parametrize("text", RIGHT)
def test_references_and_empty_blocks_are_right_anywhere(validator, text):
    assert [error.message for error in validator.iter_errors(YAML(typ="safe").load(HEAD + text))] == []


class YamlServer:
    """yaml-language-server with the schema for *.infra."""

    def __init__(self, schema: pathlib.Path):
        program = PACKAGES / "yaml-language-server/bin/yaml-language-server"
        self.wire = Wire(str(program), "--stdio", program="node")
        yaml = {"schemas": {schema.as_uri(): "*.infra"}, "validate": True, "completion": True, "schemaStore": {"enable": False}}
        self.wire.respond = lambda message: [
            yaml if item.get("section") == "yaml" else {} for item in (message.get("params") or {}).get("items", [])
        ]
        self.wire.initialize({"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}})
        self.wire.notify("workspace/didChangeConfiguration", {"settings": {"yaml": yaml}})
        # Before the configuration has arrived everything is right.
        attempts = (f"file:///ready-{number}.infra" for number in itertools.count())
        while not self.findings(next(attempts), "checkpoints: 5\n"):
            pass

    def findings(self, uri: str, text: str) -> list[str]:
        self.wire.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        return [found["message"] for found in self.wire.diagnostics(uri)]


@pytest.fixture(scope="module")
def yaml_server(schema_file):
    server = YamlServer(schema_file)
    with server.wire:
        yield server


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_yaml_language_server_takes_every_documented_document(yaml_server, path):
    assert yaml_server.findings(path.as_uri(), path.read_bytes().decode()) == []


def test_yaml_language_server_refuses_what_is_wrong(yaml_server):
    text = HEAD + "state_backends:\n  a:\n    type: rocksdbx\n    incremental: maybe\n"
    assert len(yaml_server.findings("file:///wrong.infra", text)) == 2


def test_yaml_language_server_offers_fields(yaml_server):
    uri = "file:///offers.infra"
    yaml_server.findings(uri, HEAD + "state_backends:\n  a:\n    type: rocksdb\n    inc\n")
    answer = yaml_server.wire.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 7}})
    items = answer["result"]["items"] if isinstance(answer["result"], dict) else answer["result"]
    assert "incremental" in {item["label"] for item in items}


def test_sarif_reports_follow_the_published_schema(tmp_path):
    [file] = (PACKAGES / "@microsoft/jest-sarif/lib/schemas").glob("sarif-2.1.0*.json")
    sarif = json.loads(file.read_text())
    validator = jsonschema.validators.validator_for(sarif)(sarif)
    (tmp_path / "a.infra").write_text(HEAD + "state_backends:\n  a:\n    type: rocksdbx\n")
    for arguments in (["examples", "tests/corpus"], [str(tmp_path)], ["missing.infra"]):
        log = json.loads(nexflow("check", "--format", "sarif", *arguments))
        assert [error.message for error in validator.iter_errors(log)] == []
    log["runs"][0]["results"] = [{"level": "fatal"}]
    assert not validator.is_valid(log)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (".github/workflows/check-infra.yml", "vendor.github-workflows"),
        ("templates/gitlab-ci.yml", "vendor.gitlab-ci"),
    ],
)
def test_templates_follow_the_schemas_of_their_services(file, kind):
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", kind, ROOT / file], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_hooks_name_commands_that_exist():
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["id"] for hook in hooks} == {"nexflow-check", "nexflow-fmt"}
    for hook in hooks:
        program, command, *options = [*hook["entry"].split(), *hook.get("args", [])]
        assert program == "nexflow-lsp" and hook["language"] == "system" and hook["files"] == r"\.infra(\.ya?ml)?$"
        text = nexflow(command, "--help")
        assert "Usage:" in text and all(option.split("=")[0] in text for option in options if option.startswith("--"))
