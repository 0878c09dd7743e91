"""House rules, overrides and presets: the cookbook of the docs runs, and the editor and the command line agree."""

import json
import os
import pathlib
import re
import shutil
import tomllib

import jsonschema
import pytest
from test_adopting import run
from wire import Wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "house-rules.md").read_text()
POLICY = re.compile(r"^### (.+?)\n\n```toml\n(.*?)```\n\n```yaml\n(.*?)```", re.M | re.S)
POLICIES = POLICY.findall(PAGE.split("## A cookbook")[1])


def found(folder: pathlib.Path, *arguments: str) -> list[dict]:
    lines = run("check", "--no-env", "--format", "json", *arguments, cwd=folder).stdout.splitlines()
    return [dict(one, file=pathlib.Path(report["path"]).name) for line in lines for report in [json.loads(line)]
            for one in report["diagnostics"]]


def marked(text: str) -> tuple[str, set]:
    """The document without its marks, and what they mark: line, first and last column, rule."""
    lines, marks = [], set()
    for line in text.splitlines():
        if mark := re.fullmatch(r"#( *)(\^+) (\S+)", line):
            start = len(mark[1]) + 1
            marks.add((len(lines) - 1, start, start + len(mark[2]), mark[3]))
        else:
            lines.append(line)
    return "\n".join(lines) + "\n", marks


def test_a_pattern_may_name_any_class_of_unicode(tmp_path):
    (tmp_path / "nexflow.toml").write_text("[[infra.assert]]\nid = 'greek'\npath = 'streams.*.topic'\npattern = '\\p{Greek}+'\n")
    (tmp_path / "a.infra").write_text("streams:\n  a: {type: kafka, topic: λόγος}\n  b: {type: kafka, topic: word}\n")
    assert [one["range"]["start"]["line"] for one in found(tmp_path) if one["code"] == "greek"] == [2]


def test_there_are_twenty_policies_of_at_most_five_lines():
    assert len(POLICIES) == 20 == PAGE.count("\n### ")
    assert {title: len(rule.splitlines()) for title, rule, _ in POLICIES if len(rule.splitlines()) > 5} == {}


@pytest.mark.parametrize(("title", "rule", "document"), POLICIES, ids=[policy[0] for policy in POLICIES])
def test_a_policy_finds_what_its_example_marks(tmp_path, title, rule, document):
    text, marks = marked(document)
    assert marks
    (tmp_path / "a.infra").write_text(text)
    before = found(tmp_path)
    (tmp_path / "nexflow.toml").write_text(rule)
    ids = {mark[3] for mark in marks}
    ours = [one for one in found(tmp_path) if one["code"] in ids]
    where = {(one["range"]["start"]["line"], one["range"]["start"]["character"],
              one["range"]["end"]["character"], one["code"]) for one in ours}
    assert where == marks
    assert not [one for one in before if one["code"] in ids | {"project-file"}]
    assert not [one for one in found(tmp_path) if one["code"] == "project-file"]
    # The rule is suppressed, turned off and explained as any other.
    [identifier] = ids
    assert identifier in run("explain", identifier, cwd=tmp_path).stdout
    assert identifier in run("rules", cwd=tmp_path).stdout
    (tmp_path / "nexflow.toml").write_text(f"{rule}\n[infra.rules]\n{identifier} = 'off'\n")
    assert identifier not in {one["code"] for one in found(tmp_path)}
    (tmp_path / "nexflow.toml").write_text(rule)
    run("check", "--add-suppressions", "--rules", identifier, cwd=tmp_path)
    assert {one["code"] for one in found(tmp_path)} & (ids | {"suppression-unknown-rule", "suppression-unused"}) == set()


def test_sarif_describes_house_rules_that_may_find_something(tmp_path):
    title, rule, document = POLICIES[0]
    text, marks = marked(document)
    (tmp_path / "a.infra").write_text(text)
    (tmp_path / "nexflow.toml").write_text(rule)
    [one] = json.loads(run("check", "--no-env", "--format", "sarif", cwd=tmp_path).stdout)["runs"]
    described = {entry["id"]: entry for entry in one["tool"]["driver"]["rules"]}
    [identifier] = {mark[3] for mark in marks}
    assert described[identifier]["properties"]["tags"] == ["house"] and described[identifier]["shortDescription"]["text"]
    assert identifier in {result["ruleId"] for result in one["results"]} <= set(described)


EVERYTHING = "[infra]\nbaseline = 'known.json'\nextends = 'platform/preset.toml'\n" \
    + "[[infra.overrides]]\npaths = ['large-*']\nrules = { env-unresolved = 'off', bucket-names = 'warning' }\n" \
    + "[[infra.overrides]]\nenvironment = 'production'\nflink_version = '1.20'\n" \
    + "rules = { no-heap-state = 'hint', weak-acks-in-production = 'error' }\n"


def estate(folder: pathlib.Path) -> list[pathlib.Path]:
    """All documents of the corpora with everything on: presets with all policies, overrides, a baseline."""
    for path in sorted([*ROOT.glob("examples/*.infra"), *ROOT.glob("tests/corpus/**/*.infra")]):
        shutil.copy(path, folder / path.name)
    (folder / "platform").mkdir()
    (folder / "platform" / "preset.toml").write_text("\n".join(rule for _, rule, _ in POLICIES))
    (folder / "nexflow.toml").write_text(EVERYTHING)
    run("check", "--update-baseline", *[path.name for path in sorted(folder.glob("*-*.infra"))], cwd=folder)
    return sorted(folder.glob("*.infra"))


def test_the_editor_says_the_same_with_everything_on(tmp_path):
    documents = estate(tmp_path)
    lines = run("check", "--format", "json", cwd=tmp_path).stdout.splitlines()
    reports = {report["path"]: report for report in map(json.loads, lines)}
    assert sum(len(report.get("recorded", [])) for report in reports.values()) > 20
    house = {rule.split('"')[1] for _, rule, _ in POLICIES}
    codes = {one["code"] for report in reports.values() for one in report["diagnostics"]}
    assert len(codes & house) > 5 and "env-unresolved" in codes
    others = {name: None for name in os.environ if name not in ("PATH", "HOME")}
    with Wire(env=others) as server:
        push = {"relatedInformation": True, "codeDescriptionSupport": True}
        folder = {"uri": tmp_path.as_uri(), "name": "root"}
        server.initialize({"textDocument": {"publishDiagnostics": push}}, workspaceFolders=[folder])
        for path in documents:
            server.open(path.as_uri(), path.read_bytes().decode())
            assert server.diagnostics(path.as_uri()) == reports[path.name]["diagnostics"], path.name


def test_the_nearest_settings_win_and_the_doctor_says_where_they_stand(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "nexflow.toml").write_text(
        "[infra]\nflink_version = '1.19'\n[infra.rules]\nenv-unresolved = 'error'\nweak-acks-in-production = 'off'\n"
        "[infra.variables]\nREGION = 'hidden-value'\n")
    team = tmp_path / "team"
    (team / "legacy").mkdir(parents=True)
    (team / "nexflow.toml").write_text(
        "[infra]\nextends = '../platform/nexflow.toml'\n[infra.rules]\nweak-acks-in-production = 'hint'\n\n"
        "[[infra.overrides]]\npaths = ['legacy/**']\nrules = { env-unresolved = 'off' }\n")
    text = "version: '1.0'\nenvironment: production\ncheckpoints:\n  c: {type: s3, bucket: '${NO_SUCH}'}\n"
    (team / "a.infra").write_text(text)
    (team / "legacy" / "b.infra").write_text(text)
    severities = {one["file"]: one["severity"] for one in
                  [dict(one, file=report["path"]) for line in
                   run("check", "--format", "json", cwd=team).stdout.splitlines() for report in [json.loads(line)]
                   for one in report["diagnostics"]] if one["code"] == "env-unresolved"}
    assert severities == {"a.infra": 1}
    doctor = json.loads(run("doctor", "--format", "json", "legacy/b.infra", cwd=team).stdout)
    settings = doctor["document"]["settings"]
    platform, own = str(tmp_path / "platform" / "nexflow.toml"), str(team / "nexflow.toml")
    assert settings["flink_version"] == f"1.19 ({platform}:2)"
    assert settings["rules.weak-acks-in-production"] == f"hint ({own}:4)"
    assert settings["rules.env-unresolved"].startswith("off (") and settings["rules.env-unresolved"].endswith("nexflow.toml:8)")
    assert settings["dialect"] == "auto (default)"
    assert "hidden-value" not in json.dumps(doctor)


def test_presets_stay_inside_the_workspace_and_end(tmp_path):
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (tmp_path / "outside.toml").write_text("[infra]\nflink_version = 'SECRET'\n")
    (project / "a.infra").write_text("version: '1.0'\nenvironment: production\n")
    for extends in ("../outside.toml", "/etc/passwd", "//host/share", "nexflow.toml", "missing.toml"):
        (project / "nexflow.toml").write_text(f"[infra]\nextends = '{extends}'\n")
        [problem] = [one for one in found(project) if one["code"] == "project-file"]
        assert "SECRET" not in problem["message"]
    for number in range(20):
        (project / f"p{number}.toml").write_text(f"[infra]\nextends = 'p{number + 1}.toml'\n")
    (project / "nexflow.toml").write_text("[infra]\nextends = 'p0.toml'\n")
    assert len([one for one in found(project) if one["code"] == "project-file"]) == 1


@pytest.mark.parametrize(("rule", "line", "word"), [
    ('id = "x y"\npath = "streams.*.topic"\nrequired = true', 1, "Invalid ID"),
    ('id = "env-unresolved"\npath = "streams.*.topic"\nrequired = true', 1, "exists already"),
    ('id = "x"\npath = "streams.*.topik"\nrequired = true', 2, "topic"),
    ('id = "x"\npath = "streams.*.topic"', 0, "Missing requirement"),
    ('id = "x"\npath = "streams.*.topic"\npatern = "a"', 3, "pattern"),
    ('id = "x"\npath = "streams.*.topic"\npattern = "(a"', 3, "Invalid pattern"),
    ('id = "x"\npath = "streams.*.topic"\npattern = "(a{999}){999}"', 3, "too large"),
    ('id = "x"\npath = "streams.*.topic"\nmin = "many"', 3, "must be"),
    ('path = "streams.*.topic"\nrequired = true', 0, "Missing `id`"),
])
def test_a_wrong_rule_is_said_at_its_line_and_the_others_hold(tmp_path, rule, line, word):
    (tmp_path / "nexflow.toml").write_text(
        f"[[infra.assert]]\n{rule}\n\n[[infra.assert]]\nid = 'topic-names'\npath = 'streams.*.topic'\npattern = 'x'\n")
    (tmp_path / "a.infra").write_text("streams:\n  s: {type: kafka, topic: y, brokers: 'h:1'}\n")
    all_found = found(tmp_path)
    [problem] = [one for one in all_found if one["code"] == "project-file"]
    assert word in problem["message"] and problem["range"]["start"]["line"] == line
    assert "topic-names" in {one["code"] for one in all_found}


def test_examples_of_rules_run(tmp_path):
    rule = "[[infra.assert]]\nid = 'topic-names'\npath = 'streams.*.topic'\npattern = 'x'\n" \
        "valid = ['streams: {s: {type: kafka, topic: x}}']\ninvalid = ['streams: {s: {type: kafka, topic: %s}}']\n"
    (tmp_path / "nexflow.toml").write_text(rule % "y")
    done = run("rules", "--test", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "1 house rules, 2 examples, 0 failed.\n")
    (tmp_path / "nexflow.toml").write_text(rule % "x")
    assert run("rules", "--test", cwd=tmp_path).returncode == 1


def test_a_fix_sets_the_value_that_a_rule_names(tmp_path):
    (tmp_path / "nexflow.toml").write_text("[[infra.assert]]\nid = 'eu-only'\npath = 'checkpoints.*.region'\none_of = ['eu-west-1']\nrequired = true\n")
    text = "version: '1.0'\nenvironment: production\ncheckpoints:\n  a:\n    type: s3\n    bucket: b\n    region: us-east-1\n  c:\n    type: s3\n    bucket: d\n"
    (tmp_path / "a.infra").write_text(text)
    run("check", "--fix", "--unsafe-fixes", cwd=tmp_path)
    assert "eu-only" not in {one["code"] for one in found(tmp_path)}
    assert (tmp_path / "a.infra").read_text().count("region: eu-west-1") == 2


def test_the_schema_of_settings_accepts_the_cookbook():
    schema = json.loads(run("schema", "--settings", cwd=ROOT).stdout)
    validator = jsonschema.Draft202012Validator(schema)
    for _, rule, _ in POLICIES:
        validator.validate(tomllib.loads(rule))
    validator.validate(tomllib.loads(EVERYTHING))
    assert list(validator.iter_errors(tomllib.loads("[infra]\nflink = 1\n")))
    assert list(validator.iter_errors(tomllib.loads("[[infra.assert]]\nid = 'x'\npath = 'a'\npatern = 'x'\n")))


def test_an_editor_offers_a_house_rule_as_any_other(tmp_path):
    rule = "[[infra.assert]]\nid = 'topic-names'\npath = 'streams.*.topic'\npattern = 'x'\nmessage = 'Topics are `x` <b>'\n"
    (tmp_path / "nexflow.toml").write_text(rule)
    text = "streams:\n  s:\n    type: kafka\n    topic: y # nexflow: ignore[]\n    brokers: 'h:1'\n"
    uri = (tmp_path / "a.infra").as_uri()
    with Wire() as server:
        literal = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
        server.initialize({"textDocument": {"codeAction": literal}}, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
        server.open(uri, text)
        [found] = [one for one in server.diagnostics(uri) if one["code"] == "topic-names"]
        assert found["message"] == "Topics are `x` <b>" and found["range"]["start"] == {"line": 3, "character": 11}
        inside = {"line": 3, "character": text.splitlines()[3].index("[]") + 1}
        items = server.request("textDocument/completion", {"textDocument": {"uri": uri}, "position": inside})["result"]
        items = items["items"] if isinstance(items, dict) else items
        assert "topic-names" in {item["label"] for item in items}
        params = {"textDocument": {"uri": uri}, "range": found["range"], "context": {"diagnostics": [found]}}
        titles = {action["title"] for action in server.request("textDocument/codeAction", params)["result"]}
        assert "Ignore `topic-names` here" in titles
