"""Beginning to check documents that have findings already: baseline and suppressions."""

import json
import os
import pathlib
import shutil
import stat
import subprocess

import pytest
from wire import Wire, binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRONG = 'version: "1.0"\nenvironment: development\nstate_backends:\n  default:\n    type: rocksdbx # 😀\n'
SECRET = "hunter2hunter2hunter2"


def run(*arguments: str, cwd: pathlib.Path) -> subprocess.CompletedProcess:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LLVM_PROFILE_FILE")}
    return subprocess.run([binary(), *arguments], cwd=cwd, env=keep, capture_output=True, text=True)


def check(*arguments: str, cwd: pathlib.Path) -> subprocess.CompletedProcess:
    return run("check", *arguments, cwd=cwd)


@pytest.fixture
def estate(tmp_path: pathlib.Path) -> pathlib.Path:
    """All documents of the corpora in one folder, some with a slip more."""
    found = sorted([*ROOT.glob("examples/*.infra"), *ROOT.glob("tests/corpus/**/*.infra")])
    for number, path in enumerate(found):
        shutil.copy(path, tmp_path / path.name)
        if number % 3 == 0:
            text = path.read_bytes().replace(b"type: s3", b"type: s3x").replace(b"interval: ", b"intervall: ")
            (tmp_path / path.name).write_bytes(text)
    return tmp_path


def test_what_is_recorded_does_not_fail_and_what_is_new_does(estate):
    before = check(cwd=estate)
    assert before.returncode == 1
    assert check("--baseline", "known.json", "--update-baseline", cwd=estate).returncode == 0
    recorded = check("--baseline", "known.json", "--deny", "hints", "--format", "short", cwd=estate)
    assert (recorded.returncode, recorded.stdout) == (0, "")
    (estate / "new.infra").write_text(WRONG)
    new = check("--baseline", "known.json", "--format", "short", cwd=estate)
    assert new.returncode == 1
    assert [line.split(":")[0] for line in new.stdout.splitlines()] == ["new.infra"]


def test_a_second_update_writes_nothing_and_what_is_gone_is_pruned(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG)
    (tmp_path / "b.infra").write_text(WRONG)
    (tmp_path / "nexflow.toml").write_text('[infra]\nbaseline = "known.json"\n')
    assert check("--update-baseline", cwd=tmp_path).returncode == 0
    first = (tmp_path / "known.json").read_text()
    os.chmod(tmp_path / "known.json", 0o640)
    written = (tmp_path / "known.json").stat()
    check("--update-baseline", cwd=tmp_path)
    assert (tmp_path / "known.json").stat().st_mtime_ns == written.st_mtime_ns
    (tmp_path / "a.infra").write_text(WRONG.replace("rocksdbx", "rocksdb"))
    done = check(cwd=tmp_path)
    assert done.returncode == 0 and "1 entry of the baseline no longer occurs" in done.stderr
    # One document alone: what is recorded of the other stays.
    assert check("--update-baseline", "a.infra", cwd=tmp_path).returncode == 0
    after = json.loads((tmp_path / "known.json").read_text())
    assert [entry["file"] for entry in after["diagnostics"]] == ["b.infra"]
    assert len(json.loads(first)["diagnostics"]) == 2
    assert stat.S_IMODE((tmp_path / "known.json").stat().st_mode) == 0o640
    (tmp_path / "b.infra").unlink()
    assert check("--update-baseline", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "known.json").read_text())["diagnostics"] == []


def test_sarif_marks_what_is_recorded_and_json_names_it(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG)
    check("--baseline", "known.json", "--update-baseline", cwd=tmp_path)
    (tmp_path / "a.infra").write_text(WRONG + "    typ: x\n")
    sarif = json.loads(check("--baseline", "known.json", "--format", "sarif", cwd=tmp_path).stdout)
    states = {result["ruleId"]: result["baselineState"] for result in sarif["runs"][0]["results"]}
    assert states == {"enum-unknown-value": "unchanged", "field-unknown": "new"}
    [line] = check("--baseline", "known.json", "--format", "json", cwd=tmp_path).stdout.splitlines()
    found = json.loads(line)
    assert [found["diagnostics"][at]["code"] for at in found["recorded"]] == ["enum-unknown-value"]
    assert [found["diagnostics"][at]["severity"] for at in found["recorded"]] == [4]
    # Without a baseline nothing is said of one.
    assert "baselineState" not in check("--format", "sarif", cwd=tmp_path).stdout


def test_the_editor_shows_recorded_findings_as_hints(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG)
    (tmp_path / "nexflow.toml").write_text('[infra]\nbaseline = "known.json"\n')
    check("--update-baseline", cwd=tmp_path)
    text = WRONG + "    typ: x\n"
    with Wire() as server:
        server.initialize({}, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
        server.open((tmp_path / "a.infra").as_uri(), text)
        shown = server.diagnostics((tmp_path / "a.infra").as_uri())
    assert {one["code"]: one["severity"] for one in shown} == {"enum-unknown-value": 4, "field-unknown": 2}


def test_no_credential_enters_a_baseline_or_a_comment(tmp_path):
    text = f'version: "1.0"\nenvironment: production\ncheckpoints:\n  c:\n    type: s3\n    bucket: b\n' \
        f"    auth: {{type: access_key, access_key: AKIAIOSFODNN7EXAMPLE, secret_key: {SECRET}}}\n" \
        f"lookups:\n  l:\n    type: redis\n    redis: {{password: {SECRET}, passwort: {SECRET}}}\n"
    (tmp_path / "a.infra").write_text(text)
    check("--baseline", "known.json", "--update-baseline", cwd=tmp_path)
    written = (tmp_path / "known.json").read_text()
    assert "secret" in written and SECRET not in written and "AKIAIOSFODNN7EXAMPLE" not in written
    check("--add-suppressions", cwd=tmp_path)
    lines = (tmp_path / "a.infra").read_text().splitlines()
    comments = [line.split("#", 1)[1] for line in lines if "# nexflow:" in line]
    assert comments and not any(SECRET in comment for comment in comments)


def test_a_project_does_not_choose_what_is_written_elsewhere(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.infra").write_text(WRONG)
    (project / "nexflow.toml").write_text('[infra]\nbaseline = "../outside.json"\n')
    assert check("--update-baseline", cwd=project).returncode == 2
    assert not (tmp_path / "outside.json").exists()
    # Nor is a file written over that is no baseline.
    (project / "precious.json").write_text('{"mine": true}')
    (project / "nexflow.toml").write_text('[infra]\nbaseline = "precious.json"\n')
    assert check("--update-baseline", cwd=project).returncode == 2
    assert (project / "precious.json").read_text() == '{"mine": true}'


def test_suppressions_are_written_once_and_then_all_is_clean(estate):
    before = {path: path.read_bytes() for path in estate.glob("*.infra")}
    done = check("--add-suppressions", "--reason", "known before the gate", "--deny", "hints", cwd=estate)
    after = {path: path.read_bytes() for path in estate.glob("*.infra")}
    assert any(before[path] != after[path] for path in before)
    assert done.returncode == 0, done.stdout
    again = check("--add-suppressions", "--deny", "hints", cwd=estate)
    assert again.returncode == 0
    assert {path: path.read_bytes() for path in estate.glob("*.infra")} == after
    # Line endings stay what they were.
    for path, text in before.items():
        assert text.count(b"\r\n") == 0 or after[path].count(b"\n") == after[path].count(b"\r\n")


def test_only_the_rules_that_were_asked_for_are_suppressed(tmp_path):
    (tmp_path / "a.infra").write_text(WRONG + "    typ: x\n")
    done = check("--add-suppressions", "--rules", "field-unknown", "--format", "short", cwd=tmp_path)
    assert "enum-unknown-value" in done.stdout and "field-unknown" not in done.stdout
    assert (tmp_path / "a.infra").read_text() == WRONG + "    typ: x # nexflow: ignore[field-unknown]\n"
    assert check("--add-suppressions", "--rules", "no-such-rule", cwd=tmp_path).returncode == 2
    assert check("--add-suppressions", "--reason", "a\nb", cwd=tmp_path).returncode == 2
    dry = check("--add-suppressions", "--dry-run", cwd=tmp_path)
    assert dry.returncode == 1 and "+    # nexflow: ignore[enum-unknown-value]" in dry.stdout


FORMER = [
    ("field-of-other-type", "field-not-for-type", "version: '1.0'\nenvironment: staging\nstreams:\n  a:\n    type: kinesis\n    stream: s\n    region: us-east-1\n    brokers: b:9092"),
    ("literal-secret", "secret-literal", "checkpoints:\n  a:\n    type: azure_blob\n    container: state\n    azure:\n      account_name: team1\n      account_key: Zm9vYmFyYmF6"),
]


@pytest.mark.parametrize(("former", "present", "text"), FORMER, ids=[one[0] for one in FORMER])
def test_an_id_that_was_merged_with_another_still_means_it(tmp_path, former, present, text):
    def codes(*arguments: str) -> list[str]:
        lines = check("--format", "json", *arguments, cwd=tmp_path).stdout.splitlines()
        return [one["code"] for line in lines for one in json.loads(line)["diagnostics"]]

    document, settings = tmp_path / "a.infra", tmp_path / "nexflow.toml"
    document.write_text(text + "\n")
    assert codes() == [present]
    document.write_text(f"{text}  # nexflow: ignore[{former}]\n")
    assert codes() == []
    document.write_text(text + "\n")
    settings.write_text(f"[infra.rules]\n{former} = 'off'\n")
    assert codes() == []
    settings.unlink()
    check("--baseline", "known.json", "--update-baseline", cwd=tmp_path)
    known = (tmp_path / "known.json").read_text()
    assert f'"{present}"' in known
    (tmp_path / "known.json").write_text(known.replace(f'"{present}"', f'"{former}"'))
    assert check("--baseline", "known.json", cwd=tmp_path).returncode == 0
    assert run("explain", former, cwd=tmp_path).stdout == run("explain", present, cwd=tmp_path).stdout
