"""What a folder must not be able to do: have files outside of it read, show values of variables where they do not belong, or
stop the server with what it puts into its files."""

import json
import os
import resource
import subprocess

import pytest

from fixture import Folder
from test_reports import run
from wire import Wire, binary

SECRET = "k7-value-that-nobody-may-see"
DOCUMENT = """
//- open a.infra
version: "1.0"
environment: staging
extends: base.infra
checkpoints:
  default:
    type: s3
    bucket: ${BUCKET}
"""
BASE = "//- base.infra\nversion: '1.0'\nenvironment: base\ncheckpoints:\n  default: {prefix: p/}\n"


@pytest.fixture
def folder(tmp_path):
    made = []

    def make(text, prepare=lambda root: None, **how):
        root = tmp_path / "workspace"
        root.mkdir()
        prepare(root)
        made.append(Folder(root, text, **how))
        return made[-1]

    yield make
    for one in made:
        one.wire.close()


OUTSIDE = f"version: '1.0'\nenvironment: base\ncheckpoints: {{default: {{prefix: {SECRET}/}}}}\n"


@pytest.mark.parametrize("way", ["..", "absolute", "link", "linked folder", "url"])
def test_extends_leads_nowhere_outside_of_the_workspace(folder, tmp_path, way):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "base.infra").write_text(OUTSIDE)
    target = {
        "..": "../outside/base.infra",
        "absolute": str(tmp_path / "outside" / "base.infra"),
        "link": "base.infra",
        "linked folder": "sub/base.infra",
        "url": (tmp_path / "outside" / "base.infra").as_uri(),
    }[way]

    def prepare(root):
        if way == "link":
            os.symlink("../outside/base.infra", root / "base.infra")
        if way == "linked folder":
            os.symlink("../outside", root / "sub")

    found = folder(DOCUMENT.replace("base.infra", target), prepare)
    at = [one for one in found.findings("a.infra") if one["range"]["start"]["line"] == 2]
    assert any("outside" in one["message"] or "no file beside" in one["message"] or one["code"] == "extends-form" for one in at)
    hints = str(found.hints("a.infra"))
    assert SECRET not in hints and SECRET not in str(found.wire.seen)


def test_documents_that_are_links_out_of_the_workspace_are_none_of_it(folder, tmp_path):
    (tmp_path / "outside.infra").write_text(f"state_backends:\n  {SECRET.replace('-', '_')}: {{type: rocksdb}}\n")

    def prepare(root):
        os.symlink("../outside.infra", root / "link.infra")

    found = folder(DOCUMENT + BASE, prepare)
    assert set(found.all_findings()) == {"a.infra", "base.infra"}
    assert found.ask("workspace/symbol", query=SECRET.replace("-", "_")) == []


@pytest.mark.parametrize("name", ["../outside.env", "link.env", "/etc/passwd"])
def test_env_files_of_the_settings_lie_inside_of_the_project(folder, tmp_path, name):
    (tmp_path / "outside.env").write_text(f"BUCKET={SECRET}\n")

    def prepare(root):
        os.symlink("../outside.env", root / "link.env")

    found = folder(DOCUMENT + BASE, prepare, settings={"envFiles": [name]})
    assert "env-unresolved" in found.codes("a.infra")
    assert SECRET not in str(found.hints("a.infra"))


@pytest.mark.parametrize("name", [".env", "link.env"])
def test_env_files_outside_of_the_project_are_not_changed(folder, tmp_path, name):
    (tmp_path / "outside.env").write_text("BUCKET=b\n")

    def prepare(root):
        os.symlink("../outside.env", root / name)

    found = folder(DOCUMENT.replace("${BUCKET}", "${$0BUCKET}") + BASE, prepare, settings={"envFiles": ["link.env"]})
    assert set(found.here("textDocument/rename", newName="STORE")["changes"]) == {found.uri("a.infra")}
    assert [place[0] for place in found.references()] == ["a.infra"]
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    actions = found.ask("textDocument/codeAction", textDocument={"uri": found.uri("a.infra")}, range=whole, context={"diagnostics": []})
    assert name != ".env" or found.uri(".env") not in str(actions)


HOSTILE = {
    "a hundred megabytes": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 100 << 20),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 64),
    "a pipe": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a device": lambda path: os.symlink("/dev/zero", path),
    "one long line": lambda path: path.write_text("A=" + "x" * 900_000),
    "many lines": lambda path: path.write_text("".join(f"A{n}=\n" for n in range(100_000))),
    "quotes that never end": lambda path: path.write_text('A="' + '"$' * 100_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", [".env", "nexflow.toml"])
def test_a_hostile_file_of_the_project_is_a_diagnostic_at_most(folder, kind, name):
    found = folder(DOCUMENT + BASE, lambda root: HOSTILE[kind](root / name), pull=False)
    uri = found.uri("a.infra")
    codes = [one["code"] for one in found.wire.diagnostics(uri)]
    assert "env-unresolved" in codes
    if kind in ("one long line", "many lines") and name == ".env":
        return
    published = reported(found, name) or found.wire.diagnostics(found.uri(name))
    assert published and all(one["severity"] == 2 for one in published)


def reported(found, name):
    for message in found.wire.seen:
        if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == found.uri(name):
            return message["params"]["diagnostics"]
    return None


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder", "binary"])
def test_a_hostile_document_keeps_nobody_from_the_others(folder, kind):
    found = folder(DOCUMENT, lambda root: HOSTILE[kind](root / "base.infra"))
    assert any("base.infra" in one["message"] for one in found.findings("a.infra"))
    assert "a.infra" in found.all_findings()
    assert found.ask("workspace/symbol", query="default")


VALUES = f"""
//- .env
BUCKET={SECRET}-1
DB_PASSWORD={SECRET}-2
INTERVAL={SECRET}-3
BROKEN {SECRET}-4
//- nexflow.toml
[infra]
flink_version = 9
[infra.variables]
FIXED = "{SECRET}-5"
//- open a.infra
version: "1.0"
environment: staging
checkpoints:
  default:
    type: s3
    bucket: ${{BUCKET}}
    region: ${{FIXED}}
    prefix: ${{SHELL_VALUE}}-${{UNSET}}
    checkpoint:
      interval: ${{INTERVAL}}
    auth:
      type: static
      access_key: ${{DB_PASSWORD}}
      secret_key: ${{BUCKET}}
"""
SHOWING = {"textDocument/hover", "textDocument/inlayHint"}


def everything(found, name):
    """Asks everything that can be asked about each place of a document."""
    identifier = {"textDocument": {"uri": found.uri(name)}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}}
    answers = {}
    for method, params in {
        "textDocument/diagnostic": {},
        "textDocument/documentSymbol": {},
        "textDocument/documentLink": {},
        "textDocument/foldingRange": {},
        "textDocument/semanticTokens/full": {},
        "textDocument/inlayHint": {"range": whole},
        "textDocument/codeAction": {"range": whole, "context": {"diagnostics": []}},
        "textDocument/formatting": {"options": {"tabSize": 2, "insertSpaces": True}},
        "workspace/diagnostic": {"previousResultIds": []},
        "workspace/symbol": {"query": ""},
        "nexflow/status": {},
    }.items():
        answers[method] = [found.wire.request(method, {**identifier, **params})]
    for line, text in enumerate(found.text(name).split("\n")):
        for character in range(0, len(text) + 1, 3):
            at = found.at(name, line, character)
            for method, params in {
                "textDocument/hover": {},
                "textDocument/completion": {},
                "textDocument/definition": {},
                "textDocument/references": {"context": {"includeDeclaration": True}},
                "textDocument/documentHighlight": {},
                "textDocument/prepareRename": {},
            }.items():
                answers.setdefault(method, []).append(found.wire.request(method, {**at, **params}))
    return answers


def test_no_value_of_a_variable_is_said_where_it_was_not_asked_for(folder):
    env = {"SHELL_VALUE": f"{SECRET}-6", "NEXFLOW_LOG": "trace"}
    found = folder(VALUES, env=env)
    answers = everything(found, "a.infra")
    for method, of_method in answers.items():
        if method not in SHOWING:
            assert SECRET not in str(of_method), method
    # What an author asks for is shown: values of variables that are no secrets, neither by their names nor by their fields.
    shown = str([answers[method] for method in SHOWING])
    assert f"{SECRET}-1" in shown and f"{SECRET}-6" in shown
    assert f"{SECRET}-2" not in shown and f"{SECRET}-4" not in shown
    # Nor do logs and messages of the server hold any.
    found.write(".env", f"BUCKET={SECRET}-7\n")
    found.changed(".env")
    found.codes("a.infra")
    spoken = [message for message in found.wire.seen if "method" in message]
    assert SECRET not in str(spoken)
    found.wire.shut_down()
    assert SECRET.encode() not in found.wire.stderr


def test_values_are_hidden_altogether_where_that_is_asked_for(folder):
    found = folder(VALUES, env={"SHELL_VALUE": f"{SECRET}-6"}, settings={"hideVariableValues": True})
    assert SECRET not in str(everything(found, "a.infra"))


def test_a_folder_without_documents_is_no_burden(tmp_path):
    with Wire() as wire:
        wire.initialize({}, workspaceFolders=[{"uri": (tmp_path / "missing").as_uri(), "name": "x"}])
        assert wire.request("workspace/symbol", {"query": ""})["result"] == []


@pytest.mark.parametrize("target", ["/dev/zero", "/proc/self/environ", "../outside/other", "../outside"])
def test_links_out_of_the_folder_are_neither_read_nor_written(tmp_path, target):
    outside = tmp_path / "outside"
    outside.mkdir()
    text = 'version:    "1.0"\nenvironment: staging\nstate_backends:\n  a: {type: HashMap}\n# ' + SECRET + "\n"
    (outside / "other").write_text(text)
    (outside / "b.infra").write_text(text)
    root = tmp_path / "workspace"
    (root / ".git").mkdir(parents=True)
    os.symlink(target, root / "link.infra")
    (root / "plain.infra").write_text('version: "1.0"\nenvironment: staging\n')
    for named in ([], ["."], ["link.infra"], ["link.infra/b.infra"]):
        for command in ("check", "check --format json", "check --fix", "check --fix --dry-run", "fmt", "fmt --check", "fmt --diff"):
            done = run(*command.split(), *named, cwd=root, env={"CI_TOKEN": SECRET})
            assert SECRET not in done.stdout + done.stderr
            # A link to a folder is passed over where nobody names it.
            passed_over = target == "../outside" and named in ([], ["."])
            assert passed_over or done.returncode == 2 and "link.infra" in done.stderr, command
    assert (outside / "other").read_text() == (outside / "b.infra").read_text() == text


def test_folders_that_were_given_may_be_links_and_links_inside_are_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.infra").write_text('version: "1.0"\nenvironment: staging\nfoo: 1\n')
    os.symlink("a.infra", tmp_path / "real/b.infra")
    os.symlink("real", tmp_path / "linked")
    for named in ("linked", "linked/a.infra", "real/b.infra"):
        done = run("check", "--format", "short", named, cwd=tmp_path)
        assert done.returncode == 0 and "section-unknown" in done.stdout, done.stderr


def test_a_document_cannot_have_the_server_look_around(folder, tmp_path):
    there = ["/etc/passwd", "//127.0.0.1/share/x", "/../etc/passwd", str(tmp_path / "outside")]
    (tmp_path / "outside").write_text("")
    keytabs = "".join(f"  b{number}:\n    type: hdfs\n    path: hdfs://nn/x\n    kerberos: {{keytab: {path}, principal: p}}\n" for number, path in enumerate(there))
    inside = "  inside:\n    type: hdfs\n    path: hdfs://nn/x\n    kerberos: {keytab: here.keytab, principal: p}\n"
    text = DOCUMENT.replace("base.infra", "//127.0.0.1/share/base.infra").split("checkpoints:")[0] + "checkpoints:\n" + keytabs + inside
    found = folder(text + "//- here.keytab\nx\n")
    links = found.ask("textDocument/documentLink", textDocument={"uri": found.uri("a.infra")})
    assert {link["target"] for link in links} == {found.uri("here.keytab")}


def test_documents_beside_a_single_file_are_not_changed_where_they_lead_outside(tmp_path):
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    base = 'version: "1.0"\nenvironment: base\ncheckpoints:\n  main:\n    type: s3\n    bucket: x\n'
    dependent = "extends: base.infra\ncheckpoints:\n  main:\n    prefix: p\n"
    (root / "base.infra").write_text(base)
    (root / "inside.infra.yml").write_text(dependent)
    (tmp_path / "outside/victim.infra").write_text(dependent)
    os.symlink("../outside/victim.infra", root / "link.infra")
    # A document inside that extends one outside.
    (tmp_path / "outside/far.infra").write_text(base)
    (root / "near.infra").write_text(dependent.replace("base.infra", "../outside/far.infra"))
    with Wire() as wire:
        wire.initialize({"workspace": {"workspaceEdit": {"documentChanges": False}}})
        for name, wanted in (("base.infra", {"base.infra", "inside.infra.yml"}), ("near.infra", {"near.infra"})):
            uri = (root / name).as_uri()
            wire.open(uri, (root / name).read_text())
            line = next(number for number, line in enumerate((root / name).read_text().splitlines()) if "main" in line)
            here = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 4}}
            edit = wire.request("textDocument/rename", {**here, "newName": "other"})["result"]
            assert {uri.rsplit("/", 1)[1] for uri in edit["changes"]} == wanted
            found = wire.request("textDocument/references", {**here, "context": {"includeDeclaration": True}})["result"]
            assert {one["uri"].rsplit("/", 1)[1] for one in found} == wanted


def test_a_project_file_takes_no_limit_away(tmp_path):
    (tmp_path / "nexflow.toml").write_text("[infra]\nmax_document_size = 9000000000000\nmax_diagnostics = 9000000000\n")
    with open(tmp_path / "big.infra", "wb") as file:
        file.truncate(8 << 30)
    (tmp_path / "a.infra").write_text('version: "1.0"\nenvironment: staging\nextends: big.infra\n')
    (tmp_path / "b.infra").write_text('version: "1.0"\nenvironment: staging\ncheckpoints:\n  a:\n    type: s3\n    bucket: b\n' + "".join(f"    k{n}: 1\n" for n in range(11_000)))

    def narrow():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    done = run("check", "--format", "short", cwd=tmp_path, preexec_fn=narrow)
    assert done.returncode == 2 and "larger than 67108864 bytes" in done.stderr
    assert "nexflow.toml:2:" in done.stderr and "nexflow.toml:3:" in done.stderr
    done = run("check", "--format", "json", "b.infra", cwd=tmp_path)
    # Reports are not cut; the limit is about what an editor gets.
    assert len(json.loads(done.stdout.splitlines()[0])["diagnostics"]) > 10_001


def test_what_editors_set_does_not_wrap_around(folder):
    found = folder(DOCUMENT + BASE, settings={"maxDocumentSize": (1 << 64) - 1, "maxDiagnostics": (1 << 64) - 1})
    assert any("p/" in hint for hint in found.hints("a.infra"))


@pytest.mark.parametrize(
    "text",
    [
        "[infra]\n" + "".join(f"k{n} = 1\n" for n in range(60_000)),
        "infra = {" + ",".join(f"k{n} = 1" for n in range(60_000)) + "}\n",
        "[infra]\nenv_files = [" + ",".join(f"'e{n}'" for n in range(20_000)) + "]\n",
        "[infra]\nenv_files = [" + ",".join("'e'" for n in range(100_000)) + "]\n",
        "[infra.rules]\n" + "".join(f"k{n} = 'off'\n" for n in range(50_000)),
    ],
)
def test_a_large_project_file_is_read_at_once(tmp_path, text):
    (tmp_path / "nexflow.toml").write_text(text)
    (tmp_path / "e").write_text("A=1\n" * 20_000)
    (tmp_path / "a.infra").write_text('version: "1.0"\nenvironment: staging\n')

    def impatient():
        # Of a processor, so that other work on the machine does not count.
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))

    done = run("check", "--format", "short", "a.infra", cwd=tmp_path, preexec_fn=impatient)
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) <= 200


def test_standard_input_is_bounded(tmp_path):
    with open("/dev/zero", "rb") as endless:
        done = subprocess.run([binary(), "check", "-"], cwd=tmp_path, stdin=endless, capture_output=True, text=True)
    assert done.returncode == 2 and "larger than" in done.stderr


class Deaf(Wire):
    """A client that does not read what the server writes to standard error."""

    def _drain(self) -> None:
        pass


def test_a_log_that_nobody_reads_stops_nothing():
    with Deaf(env={"NEXFLOW_LOG": "info"}) as wire:
        wire.initialize()
        for _ in range(40):
            wire.send(*[{"method": "textDocument/didChange", "params": number} for number in range(200)])
            assert "result" in wire.request("workspace/symbol", {"query": "x"})
        assert wire.shut_down() == 0
