"""`check --flink-version`: several versions at once, and which of them a finding is about."""

import json
import os
import pathlib
import re
import subprocess

import pytest
import yaml
from wire import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALL = ("1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3")


def run(*arguments: str, cwd=ROOT) -> subprocess.CompletedProcess:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LLVM_PROFILE_FILE")}
    return subprocess.run([binary(), *arguments], cwd=cwd, env=keep, capture_output=True, text=True)


def findings(*arguments: str, cwd=ROOT) -> dict:
    """The findings of each document, as comparable texts with the versions that they name."""
    found = {}
    for line in run("check", "--no-env", "--format", "json", *arguments, cwd=cwd).stdout.splitlines():
        report = json.loads(line)
        found[report["path"]] = sorted(report["diagnostics"], key=lambda one: json.dumps(one, sort_keys=True))
    return found


def bare(finding: dict) -> str:
    """A finding without what it says of versions, and without places that only explain."""
    message = re.sub(r" \[Flink [0-9., ]+\]$", "", finding["message"])
    return json.dumps([finding["range"], finding["code"], finding["severity"], message])


CORPORA = ("examples", "tests/corpus")


@pytest.mark.parametrize("versions", [("1.20", "2.3"), ALL])
def test_several_versions_say_together_what_each_says_alone(versions):
    """Over all corpora: a finding names exactly the versions that have it when they are checked alone, and none when all have it."""
    alone = {version: findings("--flink-version", version, *CORPORA) for version in versions}
    together = findings("--flink-version", ",".join(versions), *CORPORA)
    named = 0
    for path, found in together.items():
        count: dict = {version: {} for version in versions}
        for finding in found:
            said = (finding.get("data") or {}).get("flinkVersions", list(versions))
            if said != list(versions):
                named += 1
                assert finding["message"].endswith(f" [Flink {', '.join(said)}]"), finding
            else:
                assert not finding["message"].endswith("]") or "[Flink " not in finding["message"], finding
            for version in said:
                count[version][bare(finding)] = count[version].get(bare(finding), 0) + 1
        for version in versions:
            expected: dict = {}
            for finding in alone[version][path]:
                assert "data" not in finding
                expected[bare(finding)] = expected.get(bare(finding), 0) + 1
            assert count[version] == expected, (path, version)
    assert named > 2, named


# An option that Flink 2.0 removed.
BUFFERS = 'version: "1.0"\nenvironment: development\nresources:\n  enrich:\n    parallelism: 2\n    network: {buffers_per_channel: 4}\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.infra").write_text(BUFFERS)
    return tmp_path


@pytest.mark.parametrize("form", ["pretty", "short", "json", "sarif", "github", "junit", "gitlab"])
def test_every_format_says_the_version(folder, form):
    one = {version: run("check", "--format", "short", "--flink-version", version, cwd=folder).stdout for version in ("1.17", "2.3")}
    assert one["1.17"] != one["2.3"], "the document must differ between the versions"
    done = run("check", "--format", form, "--flink-version", "1.17,2.3", cwd=folder)
    assert done.returncode in (0, 1) and re.search(r"\[Flink (1\.17|2\.3)\]", done.stdout), done.stdout + done.stderr


def test_a_version_on_the_command_line_counts_more_than_that_of_the_project(folder):
    (folder / "nexflow.toml").write_text('[infra]\nflink_version = "1.17"\n')
    project = run("check", "--format", "short", cwd=folder).stdout
    assert run("check", "--format", "short", "--flink-version", "1.17", cwd=folder).stdout == project
    assert run("check", "--format", "short", "--flink-version", "2.3", cwd=folder).stdout != project


def test_versions_that_nobody_knows_and_fixes_for_several_are_refused(folder):
    for arguments in (["--flink-version", "1.20,9.9"], ["--flink-version", "1.20,2.3", "--fix"]):
        done = run("check", *arguments, cwd=folder)
        assert done.returncode == 2 and done.stdout == "" and done.stderr, done
    assert (folder / "a.infra").read_text() == BUFFERS
    done = run("check", "--flink-version", "2.3,2.3", "--format", "json", cwd=folder)
    assert "[Flink" not in done.stdout


def upgrade(*arguments: str, cwd=ROOT) -> list:
    done = run("upgrade", "--no-env", "--format", "json", *arguments, cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def option_tables() -> dict:
    """The options of each version, as the jars of Flink have them."""
    tables: dict = {version: set() for version in ALL}
    for option in yaml.safe_load((ROOT / "server/catalog/data/flink/options.yaml").read_text()):
        first, last = option["in"].split("-")
        for version in ALL[ALL.index(first) : ALL.index(last) + 1]:
            tables[version].update([option["key"], *option.get("older", [])])
    return tables


def rendered(path: str, version: str) -> dict:
    done = run("render", "--no-env", "--format", "json", "--flink-version", version, path)
    if done.returncode != 0:
        return {}
    options: dict = {}
    for row in json.loads(done.stdout)["rows"]:
        options.setdefault(row["option"], {})[json.dumps(row.get("of"))] = row["value"]
    return options


@pytest.mark.parametrize(("old", "new"), [("1.17", "2.3"), ("1.20", "2.3"), ("1.17", "1.20")])
def test_an_upgrade_report_says_what_check_and_render_say_of_both(old, new):
    tables = option_tables()
    before, after = (findings("--flink-version", version, *CORPORA) for version in (old, new))
    place = lambda one: (one["code"], one["range"]["start"]["line"] + 1)  # noqa: E731
    changed = 0
    for report in upgrade("--from", old, "--to", new, *CORPORA):
        path = report["path"]
        appear = {(one["rule"], one["line"]) for one in report["appear"]}
        gone = {(one["rule"], one["line"]) for one in report["disappear"]}
        had, has = ({place(one) for one in found[path]} for found in (before, after))
        assert has - had <= appear and had - has <= gone, path
        assert appear <= has and gone <= had, path
        rows, following = rendered(path, old), rendered(path, new)
        if not rows or not following:
            continue
        said = {kind: [one for one in report["options"] if one["change"] == kind] for kind in ("renamed", "gone", "new", "value", "default")}
        renamed = {one["option"]: one["to"] for one in said["renamed"]}
        assert rows.keys() - following.keys() == renamed.keys() | {one["option"] for one in said["gone"]}, path
        assert following.keys() - rows.keys() == {*renamed.values(), *(one["option"] for one in said["new"])}, path
        differ = {key for key in rows.keys() & following.keys() if rows[key] != following[key]}
        assert differ <= {one["option"] for one in said["value"]}, path
        for key, heir in renamed.items():
            changed += 1
            assert heir in tables[new] and heir not in rows, heir
        for one in said["default"]:
            assert one["from"] != one["to"] and one["option"] in tables[new], one
    assert changed or (old, new) == ("1.20", "2.3")


def test_an_upgrade_with_new_errors_fails_and_one_to_the_same_version_is_refused(folder):
    done = run("upgrade", "--from", "1.20", "--to", "2.3", cwd=folder)
    assert done.returncode == 0 and "`taskmanager.network.memory.buffers-per-channel`" in done.stdout, done
    done = run("upgrade", "--from", "2.3", "--to", "2.3", cwd=folder)
    assert done.returncode == 2 and "--to" in done.stderr and done.stdout == ""
    (folder / "nexflow.toml").write_text('[infra]\nflink_version = "1.20"\n')
    [report] = upgrade(cwd=folder)
    assert (report["from"], report["to"]) == ("1.20", ALL[-1])
