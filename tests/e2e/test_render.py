"""`render` and `import`: the merged document beside an independent merge in Python, every form of output, and what is refused."""

from __future__ import annotations

import json
import os
import pathlib
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from wire import binary

ROOT = pathlib.Path(__file__).parent.parent.parent
VERSIONS = ["1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3"]
VARIABLES = {"BUCKET": "from-the-shell", "DB_PASSWORD": "c4n4ry"}


def run(
    *arguments: str, cwd: pathlib.Path, text: str | None = None, code: int | None = 0, variables: dict = VARIABLES
) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run([binary(), *arguments], cwd=cwd, input=text, env=environment, capture_output=True, text=True, timeout=120)
    if code is not None:
        assert done.returncode == code, (arguments, done.returncode, done.stdout[-2000:], done.stderr)
    return done


# --- an independent merge -------------------------------------------------------------------------------------------------


class Empty:
    """A key without a value, which PyYAML does not tell from `null`."""


def value(node: yaml.Node):
    """What a node says, merge keys followed."""
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:null" and node.value == "" and node.style is None:
            return Empty
        if node.tag.startswith("tag:yaml.org,2002:"):
            return (node.tag, node.value)
        return (node.tag, node.value)
    if isinstance(node, yaml.SequenceNode):
        return [value(item) for item in node.value]
    own, merged = {}, []
    for key, below in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            merged += below.value if isinstance(below, yaml.SequenceNode) else [below]
        elif key.value not in own:
            own[key.value] = value(below)
    for source in merged:
        for key, below in value(source).items():
            own.setdefault(key, below)
    return own


def load(text: str):
    return value(next(yaml.compose_all(text, Loader=yaml.SafeLoader)))


def merge(base, over):
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: merge(base[key], below) if key in base else below for key, below in over.items()}}
    return base if over is Empty and isinstance(base, dict) else over


def overlay(document, region: str | None):
    if region is None:
        return document
    merged = {}
    for section, entries in document.items():
        if section in ("state_backends", "checkpoints") and isinstance(entries, dict):
            merged[section] = {name: of_region(entry, region) for name, entry in entries.items()}
        else:
            merged[section] = entries
    return merged


def of_region(entry, region: str):
    if not isinstance(entry, dict) or entry.get("regional", ("", ""))[1] != "true":
        return entry
    blocks = {name: below for name, below in entry.items() if name in REGIONS and isinstance(below, dict)}
    if not blocks:
        return entry
    plain = {key: below for key, below in entry.items() if key not in blocks and key != "regional"}
    return merge(plain, blocks.get(region, {}))


def plain(document):
    """Empty values and written nulls are the same to who reads the result; so is the form of a string."""
    if isinstance(document, dict):
        return {key: plain(below) for key, below in document.items()}
    if isinstance(document, list):
        return [plain(item) for item in document]
    if document is Empty or document[0] == "tag:yaml.org,2002:null":
        return None
    return document


REGIONS = ["eu", "us"]


def chain(path: pathlib.Path) -> dict:
    document = load(path.read_text(encoding="utf-8").replace("\r\n", "\n"))
    extends = document.pop("extends", None)
    if extends is None:
        return document
    base = path.parent / extends[1]
    if not base.exists():
        return document
    return merge(chain(base), document)


# --- corpora ---------------------------------------------------------------------------------------------------------------


def documents() -> list[pathlib.Path]:
    corpora = sorted((ROOT / "tests/corpus").glob("*/*.infra"))
    return corpora + sorted((ROOT / "examples").rglob("*.infra"))


def has_references(node) -> bool:
    if isinstance(node, dict):
        return any(has_references(below) for below in node.values())
    if isinstance(node, list):
        return any(has_references(item) for item in node)
    return isinstance(node, tuple) and "${" in node[1]


def without_references(node, other):
    """Both without the scalars that hold references, which the environment decides about."""
    if isinstance(node, dict) and isinstance(other, dict):
        pairs = {key: without_references(node[key], other.get(key)) for key in node}
        return {key: pair[0] for key, pair in pairs.items()}, {
            **{key: pair[1] for key, pair in pairs.items()},
            **{key: below for key, below in other.items() if key not in node},
        }
    if isinstance(node, list) and isinstance(other, list) and len(node) == len(other):
        pairs = [without_references(a, b) for a, b in zip(node, other)]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if isinstance(node, tuple) and ("${" in node[1] or isinstance(other, tuple) and "•••" in other[1]):
        return None, None
    return node, other


def test_merged_corpora_equal_an_independent_merge():
    compared = 0
    for path in documents():
        expected = chain(path)
        done = run("render", path.name, "--as", "l5", cwd=path.parent, code=None)
        if "what it extends cannot be read" in done.stderr or "syntax error" in done.stderr:
            continue
        assert done.returncode == 0, (path, done.stderr)
        ours, theirs = without_references(plain(expected), plain(load(done.stdout)))
        assert ours == theirs, path
        compared += 1
    assert compared > 60, compared


def test_generated_chains_equal_an_independent_merge(tmp_path):
    """Chains of up to four documents with region blocks, anchors, merge keys, lists, nulls and empty values."""
    dice = random.Random(int(os.environ.get("NEXFLOW_SEED", "23")))

    def scalar() -> str:
        return dice.choice(["60s", "10m", "true", "3", "'3'", "1.0", '"a: b"', "plain words", "s3://b/p", "~", "", "no", "'# x'"])

    names = ["alpha", "beta", "gamma", "delta", "interval", "type", "memory"]
    # In a regional entry a block that is no field is the block of a region.
    fields = {
        "state_backends": ["memory", "options", "storage", "ttl", "type", "incremental"],
        "checkpoints": ["checkpoint", "retention", "recovery", "s3", "interval", "type"],
    }

    def block(depth: int, indent: str, keys: list[str] = names) -> list[str]:
        lines = []
        for key in dice.sample(keys, dice.randint(1, 4)):
            # Mostly a key is the same kind of thing in each document, so that there is something to merge.
            kind = random.Random(f"{key} {depth}").random() if dice.random() < 0.8 else dice.random()
            if depth < 3 and kind < 0.35 and dice.random() < 0.1:
                lines.append(f"{indent}{key}:")
            elif depth < 3 and kind < 0.35:
                below = block(depth + 1, indent + "  ")
                lines += [f"{indent}{key}:", *below]
            elif kind < 0.45:
                lines += [f"{indent}{key}:"] + [f"{indent}  - {dice.choice(['a', 'b: 1', '[x, y]', '2'])}" for _ in range(dice.randint(1, 3))]
            elif depth < 4 and kind < 0.5:
                lines.append(f"{indent}{key}: {{x: 1, y: [a, {{z: 2}}]}}")
            else:
                lines.append(f"{indent}{key}: {scalar()}".rstrip())
        return lines

    def document(extends: str | None) -> str:
        lines = ["version: '1.0'"]
        if extends:
            lines.append(f"extends: {extends}")
        lines += ["shared: &shared", *block(4, "  "), "more: &more", *block(4, "  ")]
        for section in dice.sample(["state_backends", "checkpoints", "streams", "custom"], dice.randint(1, 4)):
            lines.append(f"{section}:")
            for name in dice.sample(["main", "other", "third"], dice.randint(1, 3)):
                lines.append(f"  {name}:")
                if dice.random() < 0.3:
                    lines.append(dice.choice(["    <<: *shared", "    <<: [*more, *shared]"]))
                keys = fields.get(section, names)
                lines += block(1, "    ", keys)
                if section in ("state_backends", "checkpoints") and dice.random() < 0.5:
                    lines.append("    regional: true")
                    for region in dice.sample(REGIONS, dice.randint(1, 2)):
                        if dice.random() < 0.1:
                            lines.append(f"    {region}: {scalar()}".rstrip())
                        else:
                            lines += [f"    {region}:", *block(1, "      ", keys)]
                            if dice.random() < 0.2:
                                # A key of a block that is called like a region is a key.
                                lines.append(f"      {dice.choice(REGIONS)}: {dice.choice(['{x: 1}', '3', '[a]'])}")
                if dice.random() < 0.2 and section not in fields:
                    lines.append("    aliased: *more")
        return "\n".join(lines) + "\n"

    jobs = []
    for number in range(int(os.environ.get("NEXFLOW_CHAINS", "60"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        length = dice.randint(1, 4)
        for at in range(length):
            text = document(f"d{at + 1}.infra" if at + 1 < length else None)
            (folder / f"d{at}.infra").write_text(text, encoding="utf-8")
        jobs.append((folder, dice.choice([None, "eu", "us"])))

    def compare(job) -> None:
        folder, region = job
        arguments = ["render", "d0.infra", "--as", "l5"] + (["--region", region] if region else [])
        done = run(*arguments, cwd=folder)
        expected = plain(overlay(chain(folder / "d0.infra"), region))
        assert plain(load(done.stdout)) == expected, (folder, region, done.stdout)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compare, jobs))


# --- options --------------------------------------------------------------------------------------------------------------


DOCUMENT = """\
version: '1.0'
environment: staging
state_backends:
  main: {type: rocksdb, incremental: true, storage: {local_directories: [/mnt/a, /mnt/b]}}
checkpoints:
  main:
    type: s3
    bucket: ${BUCKET}
    prefix: /p//q/
    checkpoint: {interval: 10m}
    auth: {type: static, access_key: '${ACCESS}', secret_key: '${DB_PASSWORD}'}
    s3: {endpoint: '${ENDPOINT}'}
    retention: {max_checkpoints: 3}
"""


def options(folder: pathlib.Path, *arguments: str) -> dict:
    return json.loads(run("render", "a.infra", "--format", "json", *arguments, cwd=folder).stdout)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.infra").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("version", VERSIONS)
def test_every_form_says_the_same(folder, version):
    answer = options(folder, "--flink-version", version)
    assert answer["flinkVersion"] == version
    rows = {row["option"]: row for row in answer["rows"]}
    is_new = version >= "1.20"
    checkpoints = rows["execution.checkpointing.dir" if is_new else "state.checkpoints.dir"]
    assert checkpoints["value"] == "s3://from-the-shell/p/q"
    assert checkpoints["fields"] == ["checkpoints.main.type", "checkpoints.main.bucket", "checkpoints.main.prefix"]
    assert [origin["via"] for origin in checkpoints["origins"]] == ["composed", "composed", "variable", "composed"]
    assert checkpoints["origins"][0]["line"] == 7
    assert rows["s3.secret-key"]["value"] == "${DB_PASSWORD}"
    assert rows["s3.endpoint"]["unresolved"] == ["ENDPOINT"]
    expected = {option: row["value"] for option, row in rows.items()}

    text = run("render", "a.infra", "--as", "conf", "--flink-version", version, cwd=folder).stdout
    if version < "1.19":
        lines = [line.split(": ", 1) for line in text.splitlines() if not line.startswith("#")]
        assert {key: value for key, value in lines} == expected
    else:
        read = yaml.safe_load(text)
        spelled = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in read.items()}
        assert spelled == expected

    arguments = run("render", "a.infra", "--as", "args", "--flink-version", version, cwd=folder).stdout
    shell = subprocess.run(
        ["sh", "-c", "printf '%s\\n' " + " ".join(arguments.split("\n"))],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "ENDPOINT": "e", "ACCESS": "a", "DB_PASSWORD": "d"},
        check=True,
    ).stdout
    passed = dict(line.removeprefix("-D").split("=", 1) for line in shell.splitlines())
    of_shell = {"s3.endpoint": "e", "s3.access-key": "a", "s3.secret-key": "d"}
    assert passed == {**expected, **of_shell}

    resource = yaml.safe_load(run("render", "a.infra", "--as", "flinkdeployment", "--flink-version", version, cwd=folder).stdout)
    assert resource["kind"] == "FlinkDeployment"
    assert resource["spec"]["flinkVersion"] == "v" + version.replace(".", "_")
    assert resource["spec"]["flinkConfiguration"] == expected
    assert "c4n4ry" not in text + arguments + json.dumps(answer)


def test_what_cannot_be_answered_is_refused(folder):
    assert "No checkpoint named" in run("render", "a.infra", "--checkpoint", "nobody", cwd=folder, code=2).stderr
    assert "Known" in run("render", "a.infra", "--flink-version", "1.2", cwd=folder, code=2).stderr.title()
    (folder / "broken.infra").write_text("a: [\n", encoding="utf-8")
    assert "syntax error" in run("render", "broken.infra", cwd=folder, code=1).stderr
    (folder / "lost.infra").write_text("extends: nobody.infra\n", encoding="utf-8")
    assert "cannot be read" in run("render", "lost.infra", cwd=folder, code=1).stderr
    several = "checkpoints:\n  a: {type: filesystem, path: 'file:///a', retention: {max_checkpoints: 1}}\n  b: {type: filesystem, path: 'file:///b', retention: {max_checkpoints: 2}}\n"
    (folder / "several.infra").write_text(several, encoding="utf-8")
    assert "--checkpoint b" in run("render", "several.infra", "--as", "conf", cwd=folder, code=2).stderr
    assert "disagree" in run("render", "several.infra", cwd=folder).stderr
    assert "file:///b" in run("render", "several.infra", "--as", "conf", "--checkpoint", "b", cwd=folder).stdout


def test_a_credential_in_clear_is_left_out(folder):
    clear = DOCUMENT.replace("'${DB_PASSWORD}'", "c4n4ry")
    (folder / "clear.infra").write_text(clear, encoding="utf-8")
    for form in ["l5", "flink"]:
        assert "c4n4ry" not in run("render", "clear.infra", "--as", form, "--explain", cwd=folder).stdout
    for form in ["conf", "args", "flinkdeployment"]:
        done = run("render", "clear.infra", "--as", form, cwd=folder, code=1)
        assert "c4n4ry" not in done.stdout + done.stderr
        assert "s3.secret-key" in done.stderr


# --- import ---------------------------------------------------------------------------------------------------------------


CONFIGURATIONS = sorted((ROOT / "server/flink/tests/configurations").iterdir())


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.name)
def test_imported_configurations_are_formatted_and_checked(path, tmp_path):
    version = path.read_text(encoding="utf-8").splitlines()[0].rsplit(" ", 1)[1]
    done = run("import", str(path), "--flink-version", version, "--environment", "development", cwd=tmp_path)
    (tmp_path / "a.infra").write_text(done.stdout, encoding="utf-8")
    assert run("fmt", "--check", "a.infra", cwd=tmp_path).stdout == ""
    found = run("check", "a.infra", "--no-env", "--format", "json", cwd=tmp_path, code=None)
    assert found.returncode in (0, 1), found.stderr
    for secret in ["wJalrXUtnFEMI", "AKIAIOSFODNN7EXAMPLE", "c2VjcmV0LWtleQ"]:
        assert secret not in done.stdout + done.stderr


def test_import_reads_standard_input(tmp_path):
    resource = (ROOT / "server/flink/tests/configurations/17-deployment-ha-1.20.yaml").read_text(encoding="utf-8")
    done = run("import", "-", cwd=tmp_path, text=resource)
    document = yaml.safe_load(done.stdout)
    assert document["resources"]["orders"]["parallelism"] == 12
    assert document["checkpoints"]["default"]["bucket"] == "shop-state"
    assert "spec.job.jarURI" in done.stderr


CANARY = "c4n4ry"
TELLING = {
    "s3.access-key": CANARY,
    "s3.secret-key": CANARY,
    "security.ssl.internal.key-password": CANARY,
    "env.java.opts.taskmanager": f"-Djavax.net.ssl.keyStorePassword={CANARY} -Xmx1g",
    "high-availability.storageDir": f"https://user:{CANARY}@store/ha",
    "my.jdbc.url": f"jdbc:postgresql://h/db?user=u&password={CANARY}",
    "my.own.token": CANARY,
    "state.backend.type": "rocksdb",
}


@pytest.mark.parametrize("name", ["flink-conf.yaml", "config.yaml", "FlinkDeployment.yaml", "-"])
def test_no_credential_of_a_configuration_is_printed(name, tmp_path):
    if name == "FlinkDeployment.yaml":
        text = yaml.safe_dump({"kind": "FlinkDeployment", "metadata": {"name": "x"}, "spec": {"flinkVersion": "v1_20", "flinkConfiguration": TELLING}})
    elif name == "flink-conf.yaml":
        text = "".join(f"{key}: {value}\n" for key, value in TELLING.items()) + f"no colon {CANARY}\n"
    else:
        text = yaml.safe_dump(TELLING)
    (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("import", name, cwd=tmp_path, text=text if name == "-" else None, code=None)
    assert done.returncode in (0, 1) and "type: rocksdb" in done.stdout, done.stderr
    assert CANARY not in done.stdout + done.stderr
    # What comes out is a document, and nothing that is made of it shows more.
    (tmp_path / "a.infra").write_text(done.stdout, encoding="utf-8")
    for form in ["l5", "flink", "conf", "args", "flinkdeployment"]:
        shown = run("render", "a.infra", "--as", form, "--explain", "--all", cwd=tmp_path, code=None)
        assert shown.stdout and CANARY not in shown.stdout + shown.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_no_credential_of_a_document_or_the_environment_is_printed(version, tmp_path):
    text = DOCUMENT.replace("endpoint: '${ENDPOINT}'", f"endpoint: 'https://user:{CANARY}@store'").replace("'${ACCESS}'", CANARY)
    (tmp_path / "a.infra").write_text(text, encoding="utf-8")
    (tmp_path / ".env").write_text(f"DB_PASSWORD={CANARY}\nBUCKET=b\n", encoding="utf-8")
    for form in ["l5", "flink", "conf", "args", "flinkdeployment"]:
        for more in [[], ["--explain"], ["--all"], ["--format", "json"]]:
            if more[:1] == ["--format"] and form != "flink":
                continue
            done = run("render", "a.infra", "--as", form, "--flink-version", version, *more, cwd=tmp_path, code=None)
            assert done.stdout and CANARY not in done.stdout + done.stderr, (form, more)
