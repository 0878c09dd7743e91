"""Reports for programs: edits that fix, formats of other tools, summaries, and a check that goes on."""

import json
import os
import re
import subprocess
import time

import pytest
from test_adopting import WRONG, run
from wire import binary

FIXABLE = "version: 1.0\nenvironment: production\nstreams:\n  a:\n    type: kafka\n    topic: täst\n    brokers: 'h:9092'\n    producer: {acks: '1', compresion: lz4}\n"
SECRET = "hunter2hunter2hunter2"


def applied(text: bytes, edits: list[dict]) -> bytes:
    for edit in sorted(edits, key=lambda edit: -edit["start"]):
        text = text[: edit["start"]] + edit["text"].encode() + text[edit["end"] :]
    return text


def test_a_program_repairs_a_document_with_the_edits_of_agent(tmp_path):
    path = tmp_path / "a.infra"
    path.write_text(FIXABLE)
    for _ in range(10):
        lines = run("check", "--no-env", "--format", "agent", cwd=tmp_path).stdout.splitlines()
        fixes = [found for found in map(json.loads, lines) if "fix" in found]
        if not fixes:
            break
        path.write_bytes(applied(path.read_bytes(), fixes[0]["fix"]["edits"]))
    assert not fixes
    text = path.read_text()
    assert "version: '1.0'" in text and "compression: lz4" in text


def test_lines_of_agent_are_those_of_short(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG + FIXABLE.split("\n", 2)[2])
    short = run("check", "--format", "short", cwd=tmp_path).stdout.splitlines()
    agent = [json.loads(line) for line in run("check", "--format", "agent", cwd=tmp_path).stdout.splitlines()]
    assert short and [
        f"{one['path']}:{one['line']}:{one['column']}: {one['severity']}[{one['rule']}] {one['message']}" for one in agent
    ] == short


def test_rdjson_is_one_value_with_columns_of_bytes(tmp_path):
    (tmp_path / "a.infra").write_text(FIXABLE)
    (tmp_path / "b.infra").write_text(WRONG)
    (tmp_path / "c.infra").write_text("version: '1.0'\nenvironment: production\n")
    report = json.loads(run("check", "--no-env", "--format", "rdjson", cwd=tmp_path).stdout)
    assert report["source"]["name"] == "nexflow-lsp"
    text = {name: (tmp_path / name).read_bytes().splitlines() for name in ("a.infra", "b.infra")}
    values = set()
    for one in report["diagnostics"]:
        place = one["location"]["range"]
        assert one["severity"] in ("ERROR", "WARNING", "INFO") and one["code"].get("url", "https://").startswith("https://")
        line = text[one["location"]["path"]][place["start"]["line"] - 1]
        if place["start"]["line"] == place["end"]["line"]:
            values.add(line[place["start"]["column"] - 1 : place["end"]["column"] - 1].decode())
    assert {"rocksdbx", "1.0"} <= values
    assert any(one.get("suggestions") for one in report["diagnostics"])


def test_no_edit_in_a_report_holds_a_credential(tmp_path):
    text = "version: 1.0\nenvironment: production\nlookups:\n  l:\n    type: redis\n" \
        f"    redis: {{passwort: {SECRET}, password: \"{SECRET}\n"
    (tmp_path / "a.infra").write_text(text)
    (tmp_path / "b.infra").write_text(text.replace('"', "") .rstrip() + "}\n")
    for form in ("agent", "rdjson", "azure"):
        done = run("check", "--format", form, cwd=tmp_path)
        assert done.stdout and SECRET not in done.stdout + done.stderr


def test_issues_of_azure_are_commands_of_one_line_each(tmp_path):
    (tmp_path / "a;b].infra").write_text(WRONG.replace("rocksdbx", "'##[error]x'"))
    lines = run("check", "--format", "azure", cwd=tmp_path).stdout.splitlines()
    command = re.compile(r"##vso\[task\.logissue type=(error|warning);sourcepath=a%3Bb%5D\.infra;linenumber=\d+;columnnumber=\d+;code=[a-z-]+\].+")
    assert lines and all(command.fullmatch(line) for line in lines)
    assert not any("##[" in line for line in lines)


def test_json_has_the_version_that_the_policy_is_about(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG)
    [line] = run("check", "--format", "json", cwd=tmp_path).stdout.splitlines()
    assert json.loads(line)["version"] == 1


def test_a_job_of_github_has_a_summary(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG.replace("rocksdbx", "'<img src=x> | @team'"))
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    env = {"PATH": os.environ["PATH"], "GITHUB_STEP_SUMMARY": str(page)}
    subprocess.run([binary(), "check", "--format", "github"], cwd=tmp_path, env=env, capture_output=True, text=True)
    text = page.read_text()
    assert text.startswith("before\n### nexflow-lsp check\n\n1 document: 1 error")
    assert "| error | a.infra" in text and "<img" not in text and "@team" not in text
    # Other formats leave the file alone.
    subprocess.run([binary(), "check", "--format", "short"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert page.read_text() == text


@pytest.mark.parametrize("changed", ["a.infra", "new.infra", "nexflow.toml", "base.infra"])
def test_watch_checks_again_when_a_file_changes(tmp_path, changed):
    (tmp_path / "base.infra").write_text("version: '1.0'\nenvironment: base\n")
    (tmp_path / "a.infra").write_text("extends: base.infra\nenvironment: production\nversion: '1.0'\n")
    texts = {
        "a.infra": WRONG,
        "new.infra": WRONG,
        "nexflow.toml": "[[infra.assert]]\nid = 'no-base'\npath = 'extends'\nforbidden = true\n",
        "base.infra": WRONG,
    }
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen([binary(), "check", "--watch", "--format", "short"], cwd=tmp_path, stdout=out, stderr=out)
        try:
            wait(lambda: log.read_text().count("Watching") == 1)
            assert "error[" not in log.read_text()
            (tmp_path / changed).write_text(texts[changed])
            wait(lambda: log.read_text().count("Watching") == 2)
            assert "error[" in log.read_text()
        finally:
            process.kill()
            process.wait()


def wait(holds, seconds: float = 30):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "nothing has happened"
        time.sleep(0.05)
