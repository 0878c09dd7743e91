"""The command line: what is found, how it is printed, and the exit code."""

import json
import os
import pathlib
import subprocess

import pytest
from wire import Wire, binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRONG = 'version: "1.0"\nenvironment: development\nstate_backends:\n  default:\n    type: rocksdbx # 😀\n'


def check(*arguments: str, cwd: pathlib.Path | str = ".", **env: str) -> subprocess.CompletedProcess:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LLVM_PROFILE_FILE")}
    return subprocess.run([binary(), "check", *arguments], cwd=cwd, env={**keep, **env}, capture_output=True, text=True)


def test_nothing_found_ends_with_0(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG.replace("rocksdbx", "rocksdb"))
    done = check(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "No problems found in 1 document.\n"


def test_errors_end_with_1_and_are_shown_with_their_text(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG)
    done = check("a.infra", cwd=tmp_path)
    assert done.returncode == 1
    assert "enum-unknown-value" in done.stdout and "a.infra:5:11" in done.stdout and "type: rocksdbx" in done.stdout
    assert "\x1b" not in done.stdout


def test_nothing_that_could_be_read_is_not_called_free_of_problems(tmp_path):
    for arguments in (["missing.infra"], []):
        done = check(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1 and "No problems" not in done.stderr
    assert check("--allow-empty", cwd=tmp_path).stderr == "No problems found in 0 documents.\n"


def test_warnings_alone_end_with_0(tmp_path):
    text = 'version: "1.0"\nenvironment: development\ncheckpoints:\n  c:\n    type: s3\n    bucket: ${NO_SUCH_BUCKET}\n'
    (tmp_path / "a.infra").write_text(text)
    done = check("--format", "short", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.split(" ")[1] for line in done.stdout.splitlines()] == ["warning[env-unresolved]"]
    assert check("--format", "short", cwd=tmp_path, NO_SUCH_BUCKET="bucket").stdout == ""
    assert check("--format", "short", "--no-env", cwd=tmp_path).stdout == ""


def test_one_line_each(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.infra").write_text(WRONG)
    done = check("--format", "short", cwd=tmp_path)
    assert done.stdout.startswith("sub/a.infra:5:11: error[enum-unknown-value] ")


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_cannot_be_read_ends_with_2_and_the_others_are_checked(tmp_path, content):
    (tmp_path / "a.infra").write_text(WRONG)
    if content is None:
        missing = ["missing.infra"]
    else:
        missing = ["bad.infra"]
        (tmp_path / "bad.infra").write_bytes(content)
    done = check("--format", "short", "a.infra", *missing, cwd=tmp_path)
    assert done.returncode == 2
    assert "a.infra:5:11" in done.stdout
    assert missing[0] in done.stderr


def test_a_file_that_vanishes_ends_with_2_and_the_others_are_checked(tmp_path):
    """The walk over the folder finds it, and when it is to be read it is gone: so does a link whose target is."""
    (tmp_path / "a.infra").write_text(WRONG)
    (tmp_path / "gone.infra").symlink_to(tmp_path / "target-that-is-gone")
    done = check("--format", "short", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.infra:5:11" in done.stdout
    assert "gone.infra" in done.stderr


def test_ignored_files_and_loops_of_links_are_left_out(tmp_path):
    for name in ("a.infra", "ignored/b.infra", ".hidden/c.infra"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(WRONG)
    (tmp_path / ".gitignore").write_text("ignored/\n")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    done = check("--format", "short", cwd=tmp_path)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["a.infra"]


def test_a_wrong_option_ends_with_2():
    assert check("--format", "loud").returncode == 2


def documents() -> list[pathlib.Path]:
    return sorted([*ROOT.glob("examples/**/*.infra"), *ROOT.glob("tests/corpus/**/*.infra")])


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_the_editor_says_the_same(path):
    """Every document of the corpora: the same findings in the same order, word for word."""
    [line] = check("--format", "json", str(path), cwd=ROOT).stdout.splitlines()
    checked = json.loads(line)["diagnostics"]
    others = {name: None for name in os.environ if name not in ("PATH", "HOME")}
    with Wire(env=others) as server:
        push = {"relatedInformation": True, "codeDescriptionSupport": True}
        folder = {"uri": ROOT.as_uri(), "name": "root"}
        server.initialize({"textDocument": {"publishDiagnostics": push}}, workspaceFolders=[folder])
        server.open(path.as_uri(), path.read_bytes().decode())
        shown = server.diagnostics(path.as_uri())
    assert shown == checked


def test_a_run_over_all_documents_says_the_same_as_one_over_each():
    together = check("--format", "json", "examples", "tests/corpus", cwd=ROOT)
    lines = [json.loads(line) for line in together.stdout.splitlines()]
    assert len(lines) == len(documents())
    for line in lines[::7]:
        alone = check("--format", "json", line["path"], cwd=ROOT)
        assert json.loads(alone.stdout) == line
