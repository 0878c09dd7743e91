"""A check that looks at nothing is no check: which files are documents, what ignore files and links may hide, and what is said."""

import os
import pathlib
import re
import subprocess

import pytest
import yaml
from fixture import Folder
from test_reports import HEAD, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRONG = HEAD + "state_backends:\n  a:\n    type: rocksdbx\n"
ENDINGS = (".infra", ".infra.yaml", ".infra.yml")


def test_all_endings_are_documents(tmp_path):
    for ending in ENDINGS:
        (tmp_path / f"a{ending}").write_text(WRONG + "foo:   1\n")
    for other in ("a.yaml", "a.infra.yaml.bak", "infra.yml", ".infra.yaml"):
        (tmp_path / other).write_text(WRONG + "foo:   1\n")
    done = run("check", "--format", "short", cwd=tmp_path)
    assert {line.split(":")[0] for line in done.stdout.splitlines()} == {f"a{ending}" for ending in ENDINGS}
    assert run("fmt", "--check", cwd=tmp_path).stdout.split() == sorted(f"a{ending}" for ending in ENDINGS)


def test_the_server_knows_all_endings(tmp_path):
    base = "".join(f"//- a{ending}\nextends: base.infra.yaml\ncheckpoints:\n  main: {{prefix: p}}\n" for ending in ENDINGS)
    text = base + "//- base.infra.yaml\n" + HEAD + "checkpoints:\n  ma$0in:\n    type: s3\n    bucket: b\n"
    with Folder(tmp_path, text) as found:
        names = {"base.infra.yaml", *(f"a{ending}" for ending in ENDINGS)}
        assert {place[0] for place in found.references()} == names
        assert set(found.all_findings()) == names
        assert all("store" in text for text in found.rename("store").values())
        (tmp_path / "new.infra.yml").write_text("extends: base.infra.yaml\ncheckpoints:\n  main: {prefix: q}\n")
        found.changed("new.infra.yml")
        assert "new.infra.yml" in found.all_findings()


@pytest.mark.parametrize("command", ["check", "fmt", "fmt --check"])
def test_no_document_is_an_error_unless_that_is_fine(tmp_path, command):
    (tmp_path / "a.yaml").write_text(HEAD)
    done = run(*command.split(), cwd=tmp_path)
    assert done.returncode == 2 and "no document" in done.stderr
    assert run(*command.split(), "--allow-empty", cwd=tmp_path).returncode == 0
    (tmp_path / "b.infra").write_text(HEAD)
    assert run(*command.split(), cwd=tmp_path).returncode == 0
    (tmp_path / ".ignore").write_text("*.infra\n")
    assert run(*command.split(), cwd=tmp_path).returncode == 2


def test_ignore_files_outside_of_the_folder_hide_nothing(tmp_path):
    home = tmp_path / "home"
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/ignore").write_text("*.infra\n")
    (tmp_path / ".ignore").write_text("*.infra\n")
    (tmp_path / ".gitignore").write_text("*.infra\n")
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    (checkout / "a.infra").write_text(WRONG)
    assert run("check", cwd=checkout, env={"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}).returncode == 1


HARMFUL = {
    "/dev/zero": lambda path: os.symlink("/dev/zero", path),
    "/dev/stdin": lambda path: os.symlink("/dev/stdin", path),
    "/proc/self/fd/0": lambda path: os.symlink("/proc/self/fd/0", path),
    "pipe": os.mkfifo,
    "link to a file": lambda path: os.symlink("patterns", path),
    "folder": lambda path: path.mkdir(),
    "many patterns": lambda path: path.write_text("**/a%d*[b-z]/**\n" * 200_000),
    "large": lambda path: path.write_text("x" * (1 << 20)),
}


@pytest.mark.parametrize("name", [".ignore", ".gitignore", ".git/info/exclude", "sub/.gitignore"])
@pytest.mark.parametrize("kind", HARMFUL)
def test_ignore_files_that_could_do_harm_are_not_used(tmp_path, kind, name):
    for folder in (".git/info", "sub"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "patterns").write_text("*.infra\n")
    (tmp_path / "sub" / "a.infra").write_text(WRONG)
    HARMFUL[kind](tmp_path / name)
    # Standard input stays open: what reads it waits for ever.
    read, write = os.pipe()
    try:
        for command, code in (("check --format short", 1), ("fmt --check", 0), ("doctor", 0)):
            done = subprocess.run([_binary(), *command.split()], cwd=tmp_path, stdin=read, capture_output=True, text=True, timeout=60)
            assert done.returncode == code, done.stderr
            assert command == "doctor" or f"{name}: it is not used" in done.stderr
    finally:
        os.close(read)
        os.close(write)


def _binary() -> str:
    from wire import binary

    return binary()


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "/proc/self/fd/0"])
@pytest.mark.parametrize("name", [".ignore", ".gitignore", ".git/info/exclude"])
def test_a_folder_with_such_a_file_is_indexed(tmp_path, name, target):
    (tmp_path / ".git/info").mkdir(parents=True)
    os.symlink(target, tmp_path / name)
    with Folder(tmp_path, "//- a.infra\n" + HEAD + "checkpoints:\n  ma$0in: {type: s3, bucket: b}\n") as found:
        assert [one["name"] for one in found.ask("workspace/symbol", query="main")] == ["main"]
        assert found.hover()
        assert found.wire.shut_down() == 0


def test_hooks_and_templates_name_every_document_and_end_their_options():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        for ending in ENDINGS:
            assert re.search(hook["files"], f"sub/a{ending}")
        assert not re.search(hook["files"], "a.yaml")
        # What pre-commit runs: entry, arguments, names.
        assert [*hook["entry"].split(), *hook.get("args", [])][-1] == "--"
    gitlab = yaml.safe_load((ROOT / "templates/gitlab-ci.yml").read_text())
    exists = gitlab["nexflow-check"]["rules"][0]["exists"]
    assert {glob.removeprefix("**/*") for glob in exists} == set(ENDINGS)
    workflow = (ROOT / ".github/workflows/check-infra.yml").read_text()
    scripts = [workflow, (ROOT / "templates/gitlab-ci.yml").read_text()]
    for line in "\n".join(scripts).splitlines():
        if re.search(r"nexflow-lsp (check|fmt)\b", line):
            assert " -- " in line, line
            # The lines of a document are not printed where a runner reads them.
            assert "--diff" not in line and "pretty" not in line


def test_templates_fetch_the_program_from_no_place_of_their_own():
    shipped = [*(ROOT / "templates").glob("*.yml"), ROOT / ".github/workflows/check-infra.yml"]
    assert len(shipped) > 3
    for path in shipped:
        for line in path.read_text().splitlines():
            assert not re.search(r"(clone|curl|wget|docker pull)\b.*https?://[\w-]+\.", line), (path, line)
        assert "REPOSITORY" in path.read_text(), path


def test_nothing_on_standard_input_is_no_check(tmp_path):
    done = run("check", "-", cwd=tmp_path, stdin="")
    assert done.returncode == 2 and "it is empty" in done.stderr
    assert run("check", "-", "--allow-empty", cwd=tmp_path, stdin="").returncode != 2
    # An editor names the file, which may be a new one.
    assert run("check", "--stdin-filename", "a.infra", cwd=tmp_path, stdin="").returncode != 2


@pytest.mark.parametrize("name", ["-h.infra", "--help.infra", "--fix.infra", "--log=x.infra", "--stdin-filename=x.infra", "--env-file=x.infra"])
def test_no_name_of_a_document_is_an_option_to_the_hooks(tmp_path, name):
    (tmp_path / name).write_text(WRONG)
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        command = [*hook["entry"].split(), *hook.get("args", [])][1:]
        done = run(*command, name, cwd=tmp_path)
        assert done.returncode == (1 if "check" in command else 0), done.stderr
    assert (tmp_path / name).read_text() == WRONG
