"""What documents and file names must not be able to do to a terminal, to the runner of a pipeline, or to `git apply`."""

import json
import os
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as xml

import pytest
from test_reports import HEAD, run
from wire import binary

FORMATS = ("pretty", "short", "json", "sarif", "github", "junit", "gitlab")
# Escape sequences, their one-byte forms, bidirectional and zero-width characters, line breaks of other standards.
HOSTILE = ["\x1b[31m", "\x1b]0;owned\x07", "\x7f", "\x9b2J", "\x85", "\u202e", "\u2066", "\u200b", "\u200d", "\u2060", "\ufeff", "\u2028", "\u061c", "\U000e0041"]
COMMAND = "::error title=owned::forged"
OLD = "##[add-mask]forged"
SECTION = "checkpoints:\n  a:\n    type: s3\n    bucket: b\n"


def hostile_documents() -> dict[str, str]:
    """Documents that hold such text raw, decoded from escapes, in keys, values, comments and names."""
    documents = {
        "command.infra": HEAD + f"description: |\n  {COMMAND}\n  {OLD}\nfoo: 1 # {OLD}\n",
        "newline.infra": HEAD + SECTION + f'    "x\\n{COMMAND}": 1\n    "y\\r{COMMAND}": 1\n    " {COMMAND}": 1\n',
        "return.infra": HEAD + "foo: 1\rbar: 2\r",
    }
    for number, text in enumerate(HOSTILE):
        decoded = "".join(f"\\U{ord(c):08x}" for c in text)
        documents[f"raw-{number}.infra"] = HEAD + SECTION + f"    # {text}\n    fo{text}o: 1\n    write_buffer: '{text}'\n"
        documents[f"decoded-{number}.infra"] = HEAD + SECTION + f'    "fo{decoded}o": 1\n    "fo{decoded}o": 2\nstate_backends:\n  "{decoded}":\n    type: "rocksdb{decoded}"\n'
    return documents


NAMES = [b"esc\x1b[31m.infra", b"bel\x07.infra", f"nl\n{COMMAND}\n.infra".encode(), "rlo\u202e.infra".encode(), b"bad\xff\xfe.infra", b"cr\r.infra"]
NAMES += ["c1\x9b.infra".encode(), f"{COMMAND}.infra".encode(), f" {COMMAND}.infra".encode(), f"{OLD}.infra".encode(), b'q"uote\'.infra', b"back\\slash.infra"]
NAMES += [b"tab\t.infra", b"-dash.infra", b"per%cent.infra", b"in]]>&<x.infra", "zwj\u200d.infra".encode()]


def is_hidden(c: str) -> bool:
    return c not in "\n\t\r" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")


def assert_harmless(output: bytes, format: str = "") -> None:
    text = output.decode()
    assert not [c for c in text if is_hidden(c)], ascii(text)
    assert "\r" not in text
    assert OLD not in text and "##[" not in text
    for line in text.split("\n"):
        begins = line.lstrip().startswith("::")
        # Those of the tool itself name one file each, and their message is behind the second `::`.
        assert not begins or format == "github" and re.fullmatch(r"::(error|warning|notice) file=[^\n]*?,title=[^:\n]*::[^\n]*", line), line


def folder(tmp_path, names):
    for name, text in names.items():
        path = os.path.join(os.fsencode(tmp_path), name if isinstance(name, bytes) else name.encode())
        with open(path, "wb") as file:
            file.write(text.encode())
    return tmp_path


def outputs(*arguments: str, cwd) -> tuple[bytes, bytes, int]:
    done = subprocess.run([binary(), *arguments], cwd=cwd, capture_output=True)
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize("format", FORMATS)
def test_text_of_documents_commands_nothing(tmp_path, format):
    folder(tmp_path, hostile_documents())
    out, err, code = outputs("check", "--no-env", "--format", format, ".", cwd=tmp_path)
    assert code == 1
    assert_harmless(out, format)
    assert_harmless(err)
    well_formed(out.decode(), format)


@pytest.mark.parametrize("format", FORMATS)
def test_names_of_files_command_nothing(tmp_path, format):
    folder(tmp_path, {name: HEAD + "foo: 1\n" for name in NAMES})
    folder(tmp_path, {b"unread\n" + COMMAND.encode() + b"\x1b.infra": HEAD})
    with open(os.path.join(os.fsencode(tmp_path), b"unread\n" + COMMAND.encode() + b"\x1b.infra"), "wb") as file:
        file.write(b"\xff")
    out, err, code = outputs("check", "--no-env", "--format", format, ".", cwd=tmp_path)
    assert code == 2
    assert_harmless(out, format)
    assert_harmless(err)
    assert len([line for line in err.decode().splitlines() if "unread" in line]) == 1
    found = well_formed(out.decode(), format)
    assert found is None or found >= len(NAMES)


def well_formed(text: str, format: str) -> int | None:
    """How many documents or findings a report for programs holds."""
    if format == "json":
        return len([json.loads(line)["path"] for line in text.splitlines()])
    if format == "sarif":
        return len(json.loads(text)["runs"][0]["results"])
    if format == "gitlab":
        return len(json.loads(text))
    return len(xml.fromstring(text)) if format == "junit" else None


def test_names_are_what_they_are_where_programs_read_them(tmp_path):
    folder(tmp_path, {name: HEAD + "foo: 1\n" for name in NAMES})
    sarif = json.loads(outputs("check", "--no-env", "--format", "sarif", ".", cwd=tmp_path)[0])
    from urllib.parse import unquote_to_bytes

    uris = {unquote_to_bytes(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for result in sarif["runs"][0]["results"]}
    assert uris == set(NAMES)
    gitlab = json.loads(outputs("check", "--no-env", "--format", "gitlab", ".", cwd=tmp_path)[0])
    assert {issue["location"]["path"] for issue in gitlab} == {name.decode(errors="replace") for name in NAMES}
    # A backslash is a part of a name on this system.
    assert "back\\slash.infra:" in outputs("check", "--no-env", "--format", "short", ".", cwd=tmp_path)[0].decode()


UGLY = "foo:   1\n"


@pytest.mark.parametrize("options", [["fmt", "--check"], ["fmt", "--diff"], ["check", "--fix", "--dry-run"], ["doctor"], ["doctor", "--format", "json"]])
def test_nor_do_the_other_commands(tmp_path, options):
    folder(tmp_path, {**hostile_documents(), **{name: HEAD + UGLY for name in NAMES}})
    for name, text in hostile_documents().items():
        folder(tmp_path, {"ugly-" + name: text + UGLY})
    (tmp_path / "nexflow.toml").write_text('[infra]\nenv_files = ["a\\u001b[31m\\n::error::x.env"]\n')
    out, err, _ = outputs(*options, cwd=tmp_path)
    assert_harmless(out)
    assert_harmless(err)


def test_patches_change_the_documents_and_nothing_else(tmp_path):
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    injected = "X\n--- a/build.sh\n+++ b/build.sh\n@@ -1,1 +1,2 @@\n+echo owned\n echo safe\n--- a/real.infra\n+++ b/real.infra"
    (tmp_path / os.path.dirname(injected)).mkdir(parents=True)
    (tmp_path / "build.sh").write_text("echo safe\n")
    names = [name for name in NAMES] + [injected.encode(), b"date 2020-01-01 00:00:00 +0000.infra", "über 🦀.infra".encode()]
    command = HEAD + f"description: |\n  a\n  {COMMAND}\n   {COMMAND}\n  b\n" + UGLY
    folder(tmp_path, {name: HEAD + UGLY for name in names} | {"command.infra": command, "end.infra": command.rstrip("\n")})
    read = lambda: {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".git" not in path.parts}
    before = read()
    patch, err, code = outputs("fmt", "--diff", cwd=tmp_path)
    assert (code, read()) == (1, before)
    assert_harmless(patch)
    applied = subprocess.run(["git", "apply", "-p1"], cwd=tmp_path, input=patch, capture_output=True)
    assert applied.returncode == 0, applied.stderr
    after = read()
    for path, text in before.items():
        path.write_bytes(text)
    assert outputs("fmt", cwd=tmp_path)[2] == 0
    assert read() == after
    assert (tmp_path / "build.sh").read_text() == "echo safe\n"
    assert outputs("fmt", "--check", cwd=tmp_path)[2] == 0


def test_what_a_patch_cannot_say_harmlessly_is_not_printed_and_still_fails_the_check(tmp_path):
    folder(tmp_path, {"a.infra": HEAD + f"# {OLD}\n" + UGLY, "b.infra": HEAD + "# \u202e\n" + UGLY, "c.infra": HEAD + UGLY})
    out, err, code = outputs("fmt", "--diff", cwd=tmp_path)
    assert code == 1 and out.count(b"--- a/") == 1
    assert [line.split(":")[0] for line in err.decode().splitlines()[:2]] == ["a.infra", "b.infra"]


@pytest.mark.parametrize("how", ["2>/dev/full", "2>&-", "2>closed-pipe"])
def test_a_broken_standard_error_changes_no_exit_code(tmp_path, how):
    (tmp_path / "bad.infra").write_text(HEAD + "state_backends:\n  a:\n    type: rocksdbx\n")
    (tmp_path / "ugly.infra").write_text(HEAD + UGLY)
    for wanted, *command in (
        (1, "check", "bad.infra"),
        (2, "check", "missing.infra", "bad.infra"),
        (1, "check", "--statistics", "bad.infra"),
        (1, "fmt", "--check", "ugly.infra"),
        (2, "fmt", "--check", "missing.infra"),
        (2, "check", "--no-such-option"),
        (2, "explain", "nothing"),
        (2, "fields", "nothing"),
        (2, "doctor", "missing"),
        (2, "check", "--env-file", "missing.env"),
        (2, "check", "empty-folder"),
    ):
        (tmp_path / "empty-folder").mkdir(exist_ok=True)
        if how == "2>closed-pipe":
            read, write = os.pipe()
            os.close(read)
            done = subprocess.run([binary(), *command], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=write)
            os.close(write)
        else:
            done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {how}', binary(), *command], cwd=tmp_path, stdout=subprocess.DEVNULL)
        assert done.returncode == wanted, command


@pytest.mark.parametrize("command", ["--help", "--version", "check --help", "rules", "schema", "man", "completions bash", "doctor", "explain literal-secret", "fields"])
def test_output_that_cannot_be_written_is_an_error(tmp_path, command):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([binary(), *command.split()], cwd=tmp_path, stdout=full, stderr=subprocess.DEVNULL)
    assert done.returncode == 2


def test_options_quote_what_they_do_not_know_harmlessly(tmp_path):
    for argument in ("--\x1b[31m", f"--format={COMMAND}\n{COMMAND}", "--log=\u202e"):
        _, err, _ = outputs("check", argument, cwd=tmp_path)
        assert_harmless(err)


def test_an_error_names_the_one_document_it_is_about(tmp_path):
    done = run("check", "--format", "json", os.fsdecode(b"caf\xe9.infra"), cwd=folder(tmp_path, {b"caf\xe9.infra": HEAD + "foo: 1\n"}))
    assert done.returncode == 0 and "panic" not in done.stderr
    assert "caf%E9.infra" in json.loads(done.stdout)["uri"]
