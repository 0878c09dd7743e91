"""What the command line says about the language and about itself."""

import json
import pathlib
import shutil
import subprocess

import pytest
from test_reports import run

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_rules_are_those_of_the_documentation():
    pages = {page.stem for page in (ROOT / "docs/rules").glob("*.md")} - {"README"}
    rules = json.loads(run("rules", "--format", "json").stdout)
    assert {rule["id"] for rule in rules} == pages
    assert all(rule["severity"] in ("error", "warning", "hint") and rule["why"] for rule in rules)
    head, *rows = run("rules").stdout.splitlines()
    assert head.split()[:3] == ["RULE", "SEVERITY", "SUBJECT"] and len(rows) == len(rules)


def test_fields_can_be_narrowed_to_a_block():
    fields = json.loads(run("fields", "checkpoints.<name>.checkpoint", "--format", "json").stdout)
    paths = {field["path"] for field in fields}
    assert "checkpoints.<name>.checkpoint.interval" in paths
    assert all(path.startswith("checkpoints.<name>.checkpoint") for path in paths)
    assert not any(path.startswith("checkpoints.<name>.checkpointx") for path in paths)
    assert run("fields", "nowhere").returncode == 2


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ("env-unresolved", "env-unresolved"),
        ("checkpoints.<name>.checkpoint.interval", "`checkpoints.<name>.checkpoint.interval`"),
        ("checkpoints.main.checkpoint.interval", "`checkpoints.<name>.checkpoint.interval`"),
        ("write_buffer_size", "write_buffer_size"),
    ],
)
def test_rules_and_fields_are_explained(about, says):
    done = run("explain", about)
    assert done.returncode == 0 and says in done.stdout.splitlines()[0]
    answer = json.loads(run("explain", about, "--format", "json").stdout)
    assert answer["markdown"].strip() == done.stdout.strip()


def test_what_is_unknown_is_answered_with_what_is_near():
    done = run("explain", "env-unresolvd")
    assert done.returncode == 2 and "Did you mean `env-unresolved`?" in done.stderr


def test_doctor_names_what_it_finds_and_no_value(tmp_path):
    (tmp_path / "nexflow.toml").write_text('[infra]\nflink_version = "1.20"\n[infra.rules]\nenv-unresolved = "off"\n')
    (tmp_path / ".env").write_text("PASSWORD=hunter2\n")
    (tmp_path / "a.infra").write_text("a: 1\n")
    done = run("doctor", "--format", "json", cwd=tmp_path, env={"TOKEN": "hunter3"})
    assert "hunter" not in done.stdout
    found = json.loads(done.stdout)
    assert found["documents"] == 1
    assert found["project"]["flinkVersion"] == "1.20"
    assert found["project"]["rules"] == {"env-unresolved": "off"}
    assert [file["found"] for file in found["project"]["files"]] == [True, True]
    assert "flinkVersion: 1.20" in run("doctor", cwd=tmp_path).stdout
    assert run("doctor", "nowhere", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "elvish", "powershell"])
def test_completions_know_the_commands(shell):
    done = run("completions", shell)
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("check", "fmt", "stdin-filename", "dry-run"))
    if shell == "bash" and shutil.which("bash"):
        subprocess.run(["bash", "-n"], input=done.stdout, text=True, check=True)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["ex"], "explain"),
        (["check", "--de"], "--deny"),
        (["check", "--format", "git"], "gitlab"),
        (["fmt", "--ch"], "--check"),
    ],
)
def test_bash_completes_commands_and_their_options(words, wanted):
    if not shutil.which("bash"):
        pytest.skip("there is no bash here")
    script = run("completions", "bash").stdout
    [function] = {line.split()[2] for line in script.splitlines() if line.strip().startswith("complete ")}
    assert all(line.endswith(" nexflow-lsp") for line in script.splitlines() if line.strip().startswith("complete "))
    words = ["nexflow-lsp", *words]
    call = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; {function} nexflow-lsp {words[-1]} {words[-2]}"
    done = subprocess.run(["bash", "-c", f'{script}\n{call}; printf "%s\\n" "${{COMPREPLY[@]}}"'], capture_output=True, text=True)
    assert wanted in done.stdout.split(), done.stderr


def test_there_is_a_manual_page_for_each_command(tmp_path):
    assert ".TH nexflow-lsp 1" in run("man").stdout
    assert run("man", "--to", str(tmp_path)).returncode == 0
    pages = {page.name for page in tmp_path.iterdir()}
    assert {"nexflow-lsp.1", "nexflow-lsp-check.1", "nexflow-lsp-fmt.1"} <= pages
    assert "nexflow-lsp-settings.1" not in pages
    assert "--stdin-filename" in (tmp_path / "nexflow-lsp-check.1").read_text().replace("\\-", "-")


def test_help_has_examples():
    for command in ("check", "fmt", "explain", "fields"):
        assert "Examples:" in run(command, "--help").stdout
