"""Each limit of docs/robustness.md: what is within is as ever, what is beyond has one clear answer; also with other values."""

import json
import os
import pathlib
import subprocess

import pytest
from fixture import Folder
from wire import PATIENCE, Wire, binary, notification

URI = "file:///limits.infra"
MEGABYTE = 1_000_000


@pytest.fixture
def folder(tmp_path):
    opened = []

    def begin(text, prepare=None, **options) -> Folder:
        if prepare:
            prepare(tmp_path)
        opened.append(Folder(tmp_path, text, **options))
        return opened[-1]

    yield begin
    for found in opened:
        found.wire.close()


def codes(server, uri=URI, version=1):
    found = [found["code"] for found in server.diagnostics(uri, version)]
    # None of the documents here has a header.
    return [code for code in found if code != "header-missing"]


def of_size(size: int) -> str:
    """A document with a finding in its first line, of so many bytes."""
    text = "no_section: 1\n"
    line = "# " + "x" * 61 + "\n"
    text += line * ((size - len(text)) // len(line))
    return text + "#" * (size - len(text))


# The size of a document.


@pytest.mark.parametrize("size", [16 * 1024 * 1024, 1000], ids=["as it is", "by setting"])
def test_the_size_of_a_document(wire, size):
    wire.initialize(initializationOptions={} if size > 1000 else {"maxDocumentSize": size})
    wire.open(URI, of_size(size))
    assert codes(wire) == ["section-unknown"]
    wire.change(URI, 2, {"text": of_size(size + 1)})
    [found] = wire.diagnostics(URI, 2)
    assert (found["code"], found["severity"]) == ("too-large", 1)
    assert f": {size + 1}, and at most {size} " in found["message"]
    # Neither questions nor edits are lost on it.
    assert wire.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})["result"] in (None, [])
    start = {"line": 0, "character": 0}
    wire.change(URI, 3, {"range": {"start": start, "end": {"line": 0, "character": 1}}, "text": ""})
    assert codes(wire, version=3) == ["section-unknown"]


def test_the_size_that_the_project_file_sets_holds_for_documents_and_their_bases(folder):
    found = folder(
        f"""
        //- nexflow.toml
        [infra]
        max_document_size = 300
        //- large.infra
        {"# " + "x" * 300}
        //- open a.infra
        extends: large.infra
        //- closed.infra
        {"# " + "x" * 300}
        """
    )
    [problem] = [one for one in found.findings("a.infra") if one["code"].startswith("extends")]
    assert "300 bytes" in problem["message"]
    done = subprocess.run([binary(), "check", "--no-env", "--format", "short", "closed.infra"], cwd=found.root, capture_output=True, text=True)
    assert done.returncode == 2 and "300 bytes" in done.stdout + done.stderr


# Findings of a document.


def test_no_more_than_a_thousand_findings_the_most_severe_ones(ready):
    hints = "".join(f"  b{n}:\n    type: rocksdb\n    field_{n}: 1\n" for n in range(1200))
    ready.open(URI, "state_backends:\n" + hints + "  last:\n    type: rocksdbx\n")
    found = ready.diagnostics(URI, 1)
    assert len(found) == 1001
    note = [one for one in found if one["code"] == "more-findings"]
    assert len(note) == 1 and note[0]["severity"] == 3
    hidden = int(note[0]["message"].split()[0])
    assert hidden >= 200
    assert "enum-unknown-value" in [one["code"] for one in found]


HEADER = "version: \"1.0\"\nenvironment: staging\n"


@pytest.mark.parametrize("where", ["setting", "project file"])
def test_as_many_findings_as_is_set(folder, where):
    wrong = HEADER + "".join(f"b{n}: 1\n" for n in range(10))
    settings = {"maxDiagnostics": 4} if where == "setting" else {}
    project = "//- nexflow.toml\n[infra]\nmax_diagnostics = 4\n" if where == "project file" else ""
    found = folder(f"{project}//- open a.infra\n{wrong}", settings=settings)
    assert len(found.findings("a.infra")) == 5
    assert "6 more" in [one for one in found.findings("a.infra") if one["code"] == "more-findings"][0]["message"]
    found.type("a.infra", HEADER + "".join(f"b{n}: 1\n" for n in range(4)))
    assert len(found.findings("a.infra")) == 4


# Nesting, aliases.


@pytest.mark.parametrize("kind", ["flow", "block"])
def test_collections_nest_128_deep(ready, kind):
    def nested(depth: int) -> str:
        if kind == "flow":
            return "[" * depth + "]" * depth + "\n"
        return "".join("  " * at + f"k{at}:\n" for at in range(depth)) + "  " * depth + "end\n"

    ready.open(URI, nested(128))
    assert "too-deep" not in codes(ready)
    ready.change(URI, 2, {"text": nested(129)})
    assert codes(ready, version=2).count("too-deep") == 1
    # What stands beside it is checked all the same.
    ready.change(URI, 3, {"text": "state_backends:\n  a:\n    type: rocksdbx\n" + "x: " + "[" * 129 + "]" * 129 + "\n"})
    assert {"too-deep", "enum-unknown-value"} <= set(codes(ready, version=3))


def merged(keys: int, last: str) -> str:
    """A backend that gets its type, if there is one, from a mapping with so many keys in front of it."""
    more = "".join(f"  k{n}: 1\n" for n in range(keys))
    return f"shared: &shared\n{more}  {last}: rocksdb\nstate_backends:\n  one:\n    <<: *shared\n    incremental: true\n"


@pytest.mark.parametrize(
    "keys, last, is_missing",
    [(99_000, "type", False), (99_000, "kind", True), (100_001, "type", False), (100_001, "kind", False)],
)
def test_aliases_are_followed_to_a_hundred_thousand_nodes(ready, keys, last, is_missing):
    """Beyond that nobody knows what is there, so nothing is said to be missing."""
    ready.open(URI, merged(keys, last))
    assert ("backend-type-missing" in codes(ready)) == is_missing


# What extends what.


@pytest.mark.parametrize("length", [20, 21])
def test_a_chain_of_extends_has_20_documents(folder, length):
    files = "".join(f"//- base{n}.infra\nextends: base{n + 1}.infra\n" for n in range(1, length))
    last = f"//- base{length}.infra\n{HEADER}"
    found = folder(files + last + "//- open a.infra\nextends: base1.infra\n")
    problems = [one for one in found.findings("a.infra") if "20 documents" in one["message"]]
    assert len(problems) == (1 if length > 20 else 0)
    if problems:
        assert problems[0]["range"]["start"]["line"] == 0


# Env files and project files.


@pytest.mark.parametrize("name", [".env", "nexflow.toml"])
@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1])
def test_env_files_and_project_files_have_a_megabyte(folder, name, size):
    says = {".env": "BUCKET=orders\n", "nexflow.toml": "[infra.variables]\nBUCKET = \"orders\"\n"}[name]
    text = says + "#" * (size - len(says))
    document = "//- open a.infra\ncheckpoints:\n  default:\n    type: s3\n    bucket: ${BUCKET}\n"
    found = folder(document, lambda root: (root / name).write_text(text), pull=False)
    unresolved = "env-unresolved" in [one["code"] for one in found.wire.diagnostics(found.uri("a.infra"), 1)]
    assert unresolved == (size > 1 << 20)
    if unresolved:
        # The project's problems may be published before or behind the document's own.
        seen = [m["params"]["diagnostics"] for m in found.wire.seen if (m.get("params") or {}).get("uri") == found.uri(name)]
        [problem] = seen[0] if seen else found.wire.diagnostics(found.uri(name))
        assert "1048576 bytes" in problem["message"]


# Messages.


def peak(server: Wire) -> int:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
def test_a_message_has_256_megabytes(ready):
    before = peak(ready)
    size = (256 << 20) + 1
    ready.send(b"Content-Length: %d\r\n\r\n" % size)
    chunk = b" " * (1 << 20)
    for _ in range(256):
        ready.send(chunk)
    ready.send(b" ")
    answer = ready.until(lambda m: "method" not in m)
    assert (answer["id"], answer["error"]["code"]) == (None, -32700)
    # It is not held.
    assert peak(ready) - before < 20 << 20
    # One byte less is read; blanks are no message either.
    ready.send(b"Content-Length: %d\r\n\r\n" % (size - 1))
    for _ in range(256):
        ready.send(chunk)
    assert ready.until(lambda m: "method" not in m)["error"]["code"] == -32700
    assert peak(ready) - before > 200 << 20
    assert ready.shut_down() == 0


@pytest.mark.parametrize("length", [8 << 10, (8 << 10) + 1])
def test_a_header_line_has_8_kilobytes(ready, length):
    line = b"X-Long: "
    line += b"x" * (length - len(line) - 2) + b"\r\n"
    assert len(line) == length
    body = json.dumps({"jsonrpc": "2.0", "id": "long", "method": "unknown/method"}).encode()
    ready.send(line + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    answer = ready.until(lambda m: "method" not in m)
    assert answer["id"] == ("long" if length <= 8 << 10 else None)
    assert ready.shut_down() == 0


# The workspace.


def documents(count: int):
    def prepare(root: pathlib.Path) -> None:
        for number in range(count):
            (root / f"{number:05}.infra").write_text(f"state_backends: {{backend_{number:05}: {{type: rocksdb}}}}\n")

    return prepare


def told(found: Folder) -> list[str]:
    messages = [m for m in found.wire.seen if m.get("method") == "window/showMessage"]
    return [m["params"]["message"] for m in messages if "maxWorkspaceDocuments" in m["params"]["message"]]


@pytest.mark.parametrize("most, count", [(None, 20_001), (3, 4)], ids=["as it is", "by setting"])
def test_a_workspace_has_so_many_documents(folder, most, count):
    settings = {"maxWorkspaceDocuments": most} if most else {}
    found = folder("//- nexflow.toml\n[infra]\n", documents(count), settings=settings)
    last = f"backend_{count - 1:05}"
    assert found.ask("workspace/symbol", query="backend_00000")
    assert found.ask("workspace/symbol", query=last) == []
    if most:
        assert len(found.all_findings()) == count - 1
    # The message is on its way before the next answer at the latest.
    found.ask("workspace/symbol", query="x")
    assert len(told(found)) == 1 and f"{count - 1} documents" in told(found)[0]
    # An open document is looked at, wherever it stands.
    found.open(f"{count - 1:05}.infra")
    assert found.ask("workspace/symbol", query=last)
    # What fits again is seen again, without another word.
    (found.root / "00000.infra").unlink()
    found.close(f"{count - 1:05}.infra")
    found.changed("00000.infra")
    found.write("zzzzz.txt", "")
    found.write(f"{count - 1:05}.infra", found.text(f"{count - 1:05}.infra"))
    found.changed(f"{count - 1:05}.infra")
    assert found.ask("workspace/symbol", query=last)
    assert len(told(found)) == 1


def test_a_workspace_within_the_limit_is_not_talked_about(folder):
    found = folder("//- nexflow.toml\n[infra]\n", documents(3), settings={"maxWorkspaceDocuments": 3})
    assert len(found.all_findings()) == 3
    found.ask("workspace/symbol", query="x")
    assert told(found) == []
