"""The report formats of `check`, and what decides about its exit code."""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import xml.etree.ElementTree as xml
from urllib.parse import unquote

import pytest
from wire import binary

HEAD = 'version: "1.0"\nenvironment: development\n'
WRONG = HEAD + "state_backends:\n  default:\n    type: rocksdbx # 😀\n"
WARNING = HEAD + "checkpoints:\n  c:\n    type: s3\n    bucket: ${NO_SUCH_BUCKET}\n"


def run(*arguments: str, cwd=".", stdin: str | bytes | None = None, env=None, **more) -> subprocess.CompletedProcess:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LLVM_PROFILE_FILE")}
    stdin = stdin.encode() if isinstance(stdin, str) else stdin or b""
    done = subprocess.run([binary(), *arguments], cwd=cwd, env={**keep, **(env or {})}, input=stdin, capture_output=True, **more)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    return done


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a, b%.infra").write_text(WRONG)
    (tmp_path / "warning.infra").write_text(WARNING)
    (tmp_path / "clean.infra").write_text(WARNING.replace("${NO_SUCH_BUCKET}", "bucket"))
    return tmp_path


def test_github_annotations_escape_what_would_end_them(folder):
    lines = run("check", "--format", "github", cwd=folder).stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=a%2C b%25.infra,line=5,endLine=5,col=11,endColumn=19,title=enum-unknown-value::")
    assert lines[1].startswith("::warning file=warning.infra,line=6,endLine=6,col=13,")


def test_junit_has_a_suite_for_each_document_and_fails_where_the_run_fails(folder):
    suites = xml.fromstring(run("check", "--format", "junit", cwd=folder).stdout)
    assert [(s.get("name"), s.get("tests"), s.get("failures")) for s in suites] == [
        ("a, b%.infra", "1", "1"),
        ("clean.infra", "1", "0"),
        ("warning.infra", "1", "0"),
    ]
    assert suites[0][0][0].tag == "failure" and suites[0][0][0].get("type") == "enum-unknown-value"
    assert suites[2][0][0].tag == "system-out"
    denied = xml.fromstring(run("check", "--format", "junit", "--deny", "warnings", cwd=folder).stdout)
    assert denied[2].get("failures") == "1"


def test_gitlab_issues_have_fingerprints_that_survive_moved_lines(folder):
    twice = HEAD + "checkpoints:\n  c:\n    type: s3\n    bucket: ${NO_SUCH}\n  d:\n    type: s3\n    bucket: ${NO_SUCH}\n"
    (folder / "twice.infra").write_text(twice)
    before = json.loads(run("check", "--format", "gitlab", "twice.infra", cwd=folder).stdout)
    (folder / "twice.infra").write_text("# moved\n\n" + twice)
    after = json.loads(run("check", "--format", "gitlab", "twice.infra", cwd=folder).stdout)
    assert [issue["check_name"] for issue in before].count("env-unresolved") == 2
    prints = [issue["fingerprint"] for issue in before]
    assert len(set(prints)) == len(prints)
    assert [issue["fingerprint"] for issue in after] == prints
    assert after[0]["location"]["lines"]["begin"] == before[0]["location"]["lines"]["begin"] + 2
    for issue in before:
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"] == "twice.infra" and issue["description"]


def test_sarif_names_files_relative_to_the_folder_and_describes_each_rule(folder):
    log = json.loads(run("check", "--format", "sarif", ".", "missing.infra", cwd=folder).stdout)
    [one] = log["runs"]
    rules = one["tool"]["driver"]["rules"]
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    place = one["results"][0]["locations"][0]["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    assert unquote(uri) == "a, b%.infra" and " " not in uri
    assert place["region"] == {"startLine": 5, "startColumn": 11, "endLine": 5, "endColumn": 19}
    [invocation] = one["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "missing.infra" in invocation["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit", "gitlab", "short", "pretty"])
def test_every_format_has_the_same_exit_codes(folder, form):
    check = ("check", "--format", form)
    assert run(*check, "clean.infra", cwd=folder).returncode == 0
    assert run(*check, "warning.infra", cwd=folder).returncode == 0
    assert run(*check, "--deny", "warnings", "warning.infra", cwd=folder).returncode == 1
    assert run(*check, cwd=folder).returncode == 1
    assert run(*check, "clean.infra", "missing.infra", cwd=folder).returncode == 2


def test_hints_are_denied_only_where_that_is_asked_for(tmp_path):
    (tmp_path / "nexflow.toml").write_text('[infra.rules]\nenv-unresolved = "hint"\n')
    (tmp_path / "a.infra").write_text(WARNING)
    assert "hint[env-unresolved]" in run("check", "--format", "short", cwd=tmp_path).stdout
    assert run("check", "--deny", "warnings", cwd=tmp_path).returncode == 0
    assert run("check", "--deny", "hints", cwd=tmp_path).returncode == 1


def test_a_broken_project_file_is_reported_and_counts_as_a_warning(tmp_path):
    (tmp_path / "nexflow.toml").write_text("[infra]\nno_such_setting = 1\n")
    (tmp_path / "a.infra").write_text(WARNING.replace("${NO_SUCH_BUCKET}", "bucket"))
    done = run("check", cwd=tmp_path)
    assert done.returncode == 0 and "nexflow.toml:2: unknown setting `no_such_setting`" in done.stderr
    lines = [json.loads(line) for line in run("check", "--format", "json", cwd=tmp_path).stdout.splitlines()]
    assert [line["path"] for line in lines] == ["a.infra", "nexflow.toml"]
    assert run("check", "--deny", "warnings", cwd=tmp_path).returncode == 1


def test_env_files_of_the_command_line_need_not_lie_in_the_project(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project/a.infra").write_text(WARNING)
    (tmp_path / "ci.env").write_text("# for the pipeline\nNO_SUCH_BUCKET=bucket\nno assignment\n")
    check = ("check", "--format", "short")
    assert "env-unresolved" in run(*check, cwd=tmp_path / "project").stdout
    done = run(*check, "--env-file", "../ci.env", cwd=tmp_path / "project")
    assert done.stdout == "" and "ci.env:3: " in done.stderr
    done = run(*check, "--env-file", "missing.env", cwd=tmp_path)
    assert done.returncode == 2 and "missing.env" in done.stderr
    assert run(*check, "--env-file", "ci.env", "--no-env", cwd=tmp_path).returncode == 2


def test_statistics_count_each_rule(folder):
    (folder / "other.infra").write_text(WRONG)
    done = run("check", "--format", "json", "--statistics", cwd=folder)
    assert [line.split() for line in done.stderr.splitlines()] == [
        ["2", "error", "enum-unknown-value"],
        ["1", "warning", "env-unresolved"],
    ]


def test_standard_input_is_checked_as_the_file_that_it_stands_for(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/.env").write_text("NO_SUCH_BUCKET=bucket\n")
    check = ("check", "--format", "short")
    inside = run(*check, "--stdin-filename", "sub/a.infra", cwd=tmp_path, stdin=WARNING)
    assert (inside.returncode, inside.stdout) == (0, "")
    outside = run(*check, "--stdin-filename", "b.infra", cwd=tmp_path, stdin=WARNING)
    assert outside.stdout.startswith("b.infra:6:13: warning[env-unresolved]")
    unnamed = run(*check, "-", cwd=tmp_path, stdin=WRONG)
    assert unnamed.returncode == 1 and unnamed.stdout.startswith("<stdin>:5:11: error[")
    assert run(*check, "-", cwd=tmp_path, stdin=b"\xff").returncode == 2


def test_a_document_is_checked_once_however_it_is_named(folder):
    done = run("check", "--format", "short", ".", "warning.infra", "./warning.infra", str(folder / "warning.infra"), cwd=folder)
    assert done.stdout.count("env-unresolved") == 1


BAD = {
    "not-utf8.infra": lambda path: path.write_bytes(b"a: \xff\n"),
    "loop.infra": lambda path: path.symlink_to(path.name),
    "dangling.infra": lambda path: path.symlink_to("nowhere"),
    "pipe.infra": os.mkfifo,
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["check", "fmt", "check --fix"])
def test_what_cannot_be_read_is_named_and_the_others_are_done(folder, name, command):
    BAD[name](folder / name)
    (folder / "blanks.infra").write_text(WARNING.replace("s3\n", "s3   \n"))
    form = [] if command == "fmt" else ["--format", "short"]
    done = run(*command.split(), *form, name, ".", cwd=folder)
    assert done.returncode == 2
    assert name in done.stderr
    if command == "fmt":
        assert (folder / "blanks.infra").read_text() == WARNING
    else:
        assert "warning.infra:6:13" in done.stdout


def test_unreadable_files_and_folders_are_named_and_the_others_are_done():
    # The superuser may read everything, so that the program has to run as somebody else.
    root = pathlib.Path(tempfile.mkdtemp())
    try:
        root.chmod(0o755)
        program = root / "nexflow-lsp"
        shutil.copy(binary(), program)
        (root / "a.infra").write_text(WRONG)
        (root / "closed.infra").write_text(WRONG)
        (root / "closed.infra").chmod(0)
        (root / "folder").mkdir()
        (root / "folder").chmod(0)
        user = {"user": 65534} if os.getuid() == 0 else {}
        done = subprocess.run([program, "check", "--format", "short"], cwd=root, capture_output=True, text=True, **user)
        assert done.returncode == 2
        assert done.stdout.startswith("a.infra:5:11:")
        assert "closed.infra: the file cannot be used: permission denied" in done.stderr
        assert "folder: permission denied" in done.stderr
    finally:
        (root / "folder").chmod(0o755)
        shutil.rmtree(root)


def full_disk():
    """Every write to a file fails, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("command", ["fmt", "check --fix"])
def test_a_full_disk_leaves_the_old_file(tmp_path, command):
    text = WARNING.replace("${NO_SUCH_BUCKET}", "bucket").replace("s3\n", "s3   \n") + "state_backends:\n  b:\n    type: ROCKSDB\n"
    (tmp_path / "a.infra").write_text(text)
    done = run(*command.split(), cwd=tmp_path, preexec_fn=full_disk)
    assert done.returncode == 2
    assert "a.infra: it cannot be written" in done.stderr
    assert (tmp_path / "a.infra").read_text() == text
    assert os.listdir(tmp_path) == ["a.infra"]


def test_output_that_cannot_be_written_ends_with_2(folder):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([binary(), "check", "--format", "short"], cwd=folder, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2 and b"cannot be written" in done.stderr


def test_no_format_is_cut_at_the_limit_of_editors(tmp_path):
    """`maxDiagnostics` is for editors; a report that leaves out what fails the run would be wrong."""
    count = 1200
    fields = "".join(f"    wrong_{number}: 1\n" for number in range(count))
    (tmp_path / "many.infra").write_text(HEAD + "state_backends:\n  default:\n    type: hashmap\n" + fields)

    def output(form: str) -> str:
        return run("check", "--format", form, cwd=tmp_path).stdout

    short = sum("field-unknown" in line for line in output("short").splitlines())
    assert short == count
    [document] = map(json.loads, output("json").splitlines())
    [sarif] = json.loads(output("sarif"))["runs"]
    [suite] = xml.fromstring(output("junit"))
    found = {
        "json": [item["code"] for item in document["diagnostics"]],
        "sarif": [result["ruleId"] for result in sarif["results"]],
        "junit": [case.get("name").partition(" at ")[0] for case in suite],
        "gitlab": [issue["check_name"] for issue in json.loads(output("gitlab"))],
        "github": [line.partition("title=")[2].partition("::")[0] for line in output("github").splitlines()],
    }
    for form, rules in found.items():
        assert sum("field-unknown" in rule for rule in rules) == count, form
        assert not any("more-findings" in rule for rule in rules), form
