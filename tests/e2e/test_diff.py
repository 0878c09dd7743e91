"""`diff` and `check --changed`: files, folders and revisions, harmless rewrites, random changes beside an independent merge, and
repositories whose configuration wants programs to be run."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import random
import re
import subprocess
import time

import pytest
import yaml

from wire import binary

ROOT = pathlib.Path(__file__).parent.parent.parent
CASES = int(os.environ.get("NEXFLOW_DIFF_CASES", "200"))
BASE = "version: '1.0'\nenvironment: base\nresources:\n  enrich: {parallelism: 2, max_parallelism: 128}\n"
DERIVED = "version: '1.0'\nenvironment: production\nextends: base.infra\nstate_backends:\n  main: {type: rocksdb}\n"


def run(*arguments, cwd, code=None, env=None):
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), **(env or {})}
    done = subprocess.run([binary(), *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)
    if code is not None:
        assert done.returncode == code, (arguments, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def git(folder, *arguments):
    settings = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, "HOME": str(folder)})


def commit(folder, message="change"):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "--allow-empty", "-m", message)


def plan(*arguments, cwd, **more):
    return json.loads(run("diff", "--format", "json", *arguments, cwd=cwd, **more).stdout)["documents"]


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.infra").write_text(text)


@pytest.fixture
def repository(tmp_path):
    write(tmp_path, base=BASE, derived=DERIVED, other="version: '1.0'\nenvironment: staging\n")
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def test_two_files_and_the_shape_of_the_json(tmp_path):
    write(tmp_path, a=BASE, b=BASE.replace("128", "256"))
    [document] = plan("a.infra", "b.infra", cwd=tmp_path, code=2)
    assert document["uri"] == (tmp_path / "b.infra").as_uri()
    [change] = document["changes"]
    for key in ("path", "old", "new", "rule", "class", "ways", "consequence", "safeWay", "takesEffect"):
        assert key in change
    assert (change["path"], change["old"], change["new"]) == ("resources.enrich.max_parallelism", 128, 256)
    assert (change["rule"], change["class"]) == ("max-parallelism-raised", "fails")
    assert change["ways"] == {"canonical": "fails", "checkpoint": "fails", "native": "fails"}
    assert change["takesEffect"] == ["job"]


def test_exit_codes(tmp_path):
    write(tmp_path, a=BASE, b=BASE.replace("parallelism: 2", "parallelism: 3"), broken="a: [")
    run("diff", "a.infra", "a.infra", cwd=tmp_path, code=0)
    run("diff", "a.infra", "b.infra", cwd=tmp_path, code=2)
    run("diff", "a.infra", "b.infra", "--deny", "savepoint-only", cwd=tmp_path, code=2)
    write(tmp_path, b=BASE.replace("128", "64"))
    run("diff", "a.infra", "b.infra", "--deny", "savepoint-only", cwd=tmp_path, code=3)
    run("diff", "a.infra", "b.infra", "--deny", "fails", cwd=tmp_path, code=3)
    run("diff", "a.infra", "broken.infra", cwd=tmp_path, code=1)
    run("diff", "a.infra", "missing.infra", cwd=tmp_path, code=1)
    run("diff", "nowhere", cwd=tmp_path, code=1)


def test_a_base_reaches_all_that_extend_it(repository):
    write(repository, base=BASE.replace("128", "256"))
    changed = {pathlib.Path(document["uri"]).name for document in plan("HEAD", cwd=repository, code=2)}
    assert changed == {"base.infra", "derived.infra"}
    commit(repository)
    assert plan("HEAD", cwd=repository, code=0) == []
    changed = {pathlib.Path(document["uri"]).name for document in plan("HEAD~1", "HEAD", cwd=repository, code=2)}
    assert changed == {"base.infra", "derived.infra"}
    [only] = plan("HEAD~1..HEAD", "--", "derived.infra", cwd=repository, code=2)
    assert only["uri"].endswith("derived.infra")


def test_a_move_into_the_base_is_no_change(repository):
    write(repository, base=BASE + "state_backends:\n  main: {type: rocksdb}\n", derived=DERIVED.split("state_backends")[0])
    changed = [pathlib.Path(document["uri"]).name for document in plan("HEAD", cwd=repository, code=2)]
    assert changed == ["base.infra"]


def test_what_is_staged(repository):
    write(repository, derived=DERIVED.replace("rocksdb", "hashmap"))
    assert plan("--staged", cwd=repository, code=0) == []
    git(repository, "add", "derived.infra")
    write(repository, derived=DERIVED)
    [document] = plan("--staged", cwd=repository, code=2)
    assert document["changes"][0]["rule"] == "backend-rocksdb-full-to-hashmap"


def test_the_version_of_flink_is_a_change(repository):
    (repository / "nexflow.toml").write_text('[infra]\nflink_version = "1.20"\n')
    commit(repository)
    (repository / "nexflow.toml").write_text('[infra]\nflink_version = "2.3"\n')
    found = {pathlib.Path(document["uri"]).name: document["changes"] for document in plan("HEAD", cwd=repository, code=2)}
    assert set(found) == {"base.infra", "derived.infra", "other.infra"}
    [change] = found["derived.infra"]
    assert (change["path"], change["old"], change["new"], change["rule"]) == ("flink_version", "1.20", "2.3", "flink-1.x-to-2.x-rocksdb")


def test_variables_count(tmp_path):
    text = BASE.replace("max_parallelism: 128", "max_parallelism: '${MOST}'")
    for side, most in (("old", 128), ("new", 256)):
        write(tmp_path / side, a=text)
        (tmp_path / side / ".env").write_text(f"MOST={most}\n")
    [document] = plan("old", "new", cwd=tmp_path, code=2)
    assert document["changes"][0]["rule"] == "max-parallelism-raised"


def test_secrets_are_seen_to_change_and_not_shown(tmp_path):
    text = "checkpoints:\n  main: {type: s3, bucket: b, auth: {type: static, access_key: x, secret_key: %s}}\n"
    write(tmp_path, a=text % "c4n4ryOne", b=text % "c4n4ryTwo")
    for form in ("text", "markdown", "json", "sarif", "github"):
        done = run("diff", "a.infra", "b.infra", "--format", form, cwd=tmp_path, code=2)
        assert "c4n4ry" not in done.stdout + done.stderr
        assert "secret_key" in done.stdout


def test_nothing_that_a_document_says_is_markup_or_a_command(tmp_path):
    evil = "::error::x <img src=x> | `tick` [a](b) @team"
    text = "streams:\n  orders: {type: kafka, topic: %s, brokers: 'a:9092'}\n"
    write(tmp_path, a=text % "one", b=text % json.dumps(evil + "\n::warning::y"))
    markdown = run("diff", "a.infra", "b.infra", "--format", "markdown", cwd=tmp_path, code=2).stdout
    outside = re.sub(r"(`+) ?.*?[^`]\1(?!`)", "", markdown)
    assert "<img" not in outside and "@team" not in outside and "[a](b)" not in outside
    for form in ("github", "markdown", "text"):
        lines = run("diff", "a.infra", "b.infra", "--format", form, cwd=tmp_path).stdout.splitlines()
        commands = [line for line in lines if line.startswith("::") and "file=b.infra" not in line]
        assert commands == []


def test_a_repository_runs_no_programs(repository):
    marker = repository / "marker"
    script = repository / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command", "filter.x.clean", "filter.x.smudge",
                "filter.x.process", "core.sshCommand", "core.pager", "credential.helper", "core.askPass"):
        git(repository, "config", key, str(script))
    git(repository, "config", "core.hooksPath", str(repository))
    for hook in ("post-index-change", "post-checkout", "reference-transaction"):
        (repository / hook).write_text(script.read_text())
        (repository / hook).chmod(0o755)
    (repository / ".gitattributes").write_text("*.infra diff=x filter=x\n")
    marker.unlink(missing_ok=True)
    write(repository, base=BASE.replace("128", "256"))
    assert plan("HEAD", cwd=repository, code=2)
    run("diff", "--staged", cwd=repository, code=0)
    run("check", "--changed", cwd=repository)
    run("check", "--changed", "--staged", "--allow-empty", cwd=repository)
    assert not marker.exists()
    # A name is never an option.
    run("diff", "--", "--output=marker", cwd=repository)
    run("diff", "--output=marker", cwd=repository)
    run("diff", "HEAD", "--upload-pack=x", cwd=repository)
    assert not marker.exists()


def test_check_changed_is_the_full_check_on_its_reach(repository):
    write(repository, base=BASE.replace("parallelism: 2,", "parallelism: 0,"), fresh="environment: x\n")
    full = {}
    for line in run("check", "--format", "json", cwd=repository).stdout.splitlines():
        found = json.loads(line)
        full[found["path"]] = found["diagnostics"]
    changed = {}
    for line in run("check", "--changed", "--format", "json", cwd=repository).stdout.splitlines():
        found = json.loads(line)
        changed[found["path"]] = found["diagnostics"]
    assert set(changed) == {"base.infra", "derived.infra", "fresh.infra"}
    assert changed == {path: full[path] for path in changed}


# --- many documents -----------------------------------------------------------------------------------------------------------

# Keys under which the specification has durations.
DURATION = re.compile(r"(interval|timeout|delay|min_pause|default_ttl|backoff|_ms)$")


def corpus():
    found = sorted((ROOT / "tests/corpus").glob("*/*.infra")) + sorted((ROOT / "examples").glob("*.infra"))
    for path in found:
        try:
            nodes = list(yaml.compose_all(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader))
        except yaml.YAMLError:
            continue
        if len(nodes) == 1 and isinstance(nodes[0], yaml.MappingNode) and "<<:" not in path.read_text(encoding="utf-8"):
            root = copy.deepcopy(nodes[0])
            root.value = [pair for pair in root.value if pair[0].value != "extends"]
            if not has_doubles(root):
                yield root


def has_doubles(node):
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        return len(keys) != len(set(keys)) or any(has_doubles(below) for _, below in node.value)
    return isinstance(node, yaml.SequenceNode) and any(map(has_doubles, node.value))


def text_of(node, chance, depth=0, comments=False):
    """A document as text: block style, with quotes and comments as `chance` wants."""
    pad = "  " * depth
    out = []
    for key, below in node.value:
        if comments and chance.random() < 0.2:
            out.append(f"{pad}# {chance.choice(['why', 'max_parallelism: 256', 'todo: - [x'])}\n")
        name = scalar(key, chance, comments)
        if isinstance(below, yaml.MappingNode) and below.value and not (comments and chance.random() < 0.1):
            out.append(f"{pad}{name}:\n{text_of(below, chance, depth + 1, comments)}")
        else:
            end = "  # here" if comments and chance.random() < 0.1 else ""
            out.append(f"{pad}{name}: {flow(below, chance, comments)}{end}\n")
    return "".join(out)


def flow(node, chance, quotes):
    if isinstance(node, yaml.MappingNode):
        return "{" + ", ".join(f"{scalar(key, chance, False, True)}: {flow(below, chance, quotes)}" for key, below in node.value) + "}"
    if isinstance(node, yaml.SequenceNode):
        return "[" + ", ".join(flow(item, chance, quotes) for item in node.value) + "]"
    return scalar(node, chance, quotes, True)


def scalar(node, chance, quotes, inside=False):
    text = node.value
    if node.tag != "tag:yaml.org,2002:str":
        return text or "null"
    plain = re.fullmatch(r"[A-Za-z_][\w./-]*", text) and text.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    if plain and not (quotes and chance.random() < 0.3):
        return text
    if "'" not in text and "\n" not in text and "\\" not in text and quotes and chance.random() < 0.5:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def shuffled(node, chance):
    if isinstance(node, yaml.MappingNode):
        pairs = [(key, shuffled(below, chance)) for key, below in node.value]
        chance.shuffle(pairs)
        return yaml.MappingNode(node.tag, pairs)
    return node


def respelled(node, chance, key=""):
    """`60s` as `1m`, and back."""
    if isinstance(node, yaml.MappingNode):
        return yaml.MappingNode(node.tag, [(name, respelled(below, chance, name.value)) for name, below in node.value])
    if isinstance(node, yaml.ScalarNode) and DURATION.search(key) and not key.endswith("_ms") and chance.random() < 0.7:
        if found := re.fullmatch(r"(\d+)m", node.value):
            return yaml.ScalarNode(node.tag, f"{int(found[1]) * 60}s")
        if (found := re.fullmatch(r"(\d+)s", node.value)) and int(found[1]) % 60 == 0 and int(found[1]):
            return yaml.ScalarNode(node.tag, f"{int(found[1]) // 60}m")
    return node


def with_anchor(text, chance):
    """A block as an alias of an equal one: the copy becomes an anchor at the first, an alias at the second."""
    lines = [at for at, line in enumerate(text.splitlines()) if re.fullmatch(r" +[\w-]+: \{.+\}", line)]
    rows = text.splitlines()
    for one in lines:
        for other in lines:
            if one < other and rows[one].split(": ", 1)[1] == rows[other].split(": ", 1)[1]:
                rows[one] = rows[one].replace(": {", ": &same {", 1)
                rows[other] = rows[other].split(": ", 1)[0] + ": *same"
                return "\n".join(rows) + "\n"
    return text


def rewrite(root, chance, folder):
    """A document that means the same, written into a folder."""
    node = respelled(root, chance) if chance.random() < 0.5 else root
    node = shuffled(node, chance) if chance.random() < 0.7 else node
    base = None
    if chance.random() < 0.4 and len(node.value) > 2:
        moved = [pair for pair in node.value if isinstance(pair[1], yaml.MappingNode) and pair[1].value]
        moved = moved[: chance.randint(1, max(1, len(moved)))]
        base = yaml.MappingNode(node.tag, moved)
        rest = [pair for pair in node.value if pair not in moved]
        node = yaml.MappingNode(node.tag, rest)
    text = with_anchor(text_of(node, chance, comments=True), chance)
    if base is not None:
        (folder / "base.infra").write_text(text_of(base, chance, comments=True))
        text = "extends: base.infra\n" + text
    (folder / "doc.infra").write_text(text)
    return chance.random() < 0.3


def test_harmless_rewrites_are_no_differences(tmp_path):
    documents = list(corpus())
    assert len(documents) > 40
    formatted = []
    for number in range(CASES):
        chance = random.Random(number)
        root = chance.choice(documents)
        for side in ("old", "new"):
            (tmp_path / side / f"{number:04}").mkdir(parents=True)
        (tmp_path / "old" / f"{number:04}" / "doc.infra").write_text(text_of(root, chance))
        if rewrite(root, chance, tmp_path / "new" / f"{number:04}"):
            formatted.append(f"new/{number:04}/doc.infra")
    run("fmt", *formatted, cwd=tmp_path)
    found = [document for document in plan("old", "new", "--no-env", cwd=tmp_path) if not document["uri"].endswith("base.infra")]
    assert found == [], json.dumps(found, indent=1)[:3000]
    # A tool that compares lines calls nearly all of them different.
    done = subprocess.run(["git", "diff", "--no-index", "--name-only", "old", "new"], cwd=tmp_path, capture_output=True, text=True)
    print(f"{CASES} rewrites, 0 differences; git diff: {sum(line.endswith('doc.infra') for line in done.stdout.splitlines())} files differ")


# --- an independent comparison -----------------------------------------------------------------------------------------------------


def data(node):
    if isinstance(node, yaml.MappingNode):
        return {key.value: data(below) for key, below in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [data(item) for item in node.value]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value


def merged(base, over):
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: merged(base[key], below) if key in base else below for key, below in over.items()}}
    return over


def flat(value, path=""):
    if isinstance(value, dict) and (value or not path):
        return {key: leaf for name, below in value.items() for key, leaf in flat(below, f"{path}.{name}" if path else name).items()}
    return {} if value is None or value == {} else {path: json.dumps(value, sort_keys=True)}


def defaults():
    """Fields with what holds without them, by a pattern of their path."""
    found = []
    for file in (ROOT / "server/catalog/data/fields").glob("*.yaml"):
        for field in yaml.load(file.read_text(), Loader=yaml.BaseLoader):
            default = field.get("default", {})
            value = re.sub(r"^(\d+) (?:(m)in|(s|mb))$", r"\1\2\3", default.get("nexflow", default.get("flink", "")))
            word = re.split(r"[ ;]", value)[0] if "(" in value or ";" in value or " " not in value else ""
            if word:
                pattern = re.sub(r"<[^>]+>", "[^.]+", re.escape(field["path"]).replace("<", "<").replace(">", ">"))
                found.append((re.compile(pattern + "$"), word.lower()))
    return found


def mutate(root, chance):
    """A document of which some values are others, gone or new; what else it says stays."""
    node = copy.deepcopy(root)
    for _ in range(chance.randint(1, 4)):
        holder, at = chance.choice(list(places(node)))
        if at >= len(holder.value):
            continue
        key, below = holder.value[at]
        if chance.random() < 0.2 and len(holder.value) > 1:
            del holder.value[at]
        elif isinstance(below, yaml.ScalarNode):
            holder.value[at] = (key, other(below, chance))
    return node


def places(node, depth=0):
    for at, (_, below) in enumerate(node.value):
        if depth > 1 or not isinstance(below, yaml.MappingNode):
            yield node, at
        if isinstance(below, yaml.MappingNode) and below.value:
            yield from places(below, depth + 1)


def other(node, chance):
    text = node.value
    if text in ("true", "false"):
        return yaml.ScalarNode(node.tag, "false" if text == "true" else "true")
    if found := re.match(r"\d+", text):
        return yaml.ScalarNode(node.tag, f"{int(found[0]) + chance.randint(1, 9)}{text[found.end():]}")
    return yaml.ScalarNode("tag:yaml.org,2002:str", text + chance.choice("xyz"))


def reported(changes):
    """The paths that a plan says have changed."""
    paths = set()
    for change in changes:
        for side in ("old", "new"):
            if isinstance(change[side], dict):
                paths |= set(flat(change[side], change["path"]))
        if not isinstance(change["old"], dict) and not isinstance(change["new"], dict):
            paths.add(change["path"])
    return paths


def real_changes(folder, cases):
    """Documents and what becomes of them, some of it moved into a base; the settings that really differ, by an independent merge."""
    documents = list(corpus())
    known = defaults()
    expected = {}
    for number in range(cases):
        chance = random.Random(10_000 + number)
        root = chance.choice(documents)
        new = mutate(root, chance)
        for side, node in (("old", root), ("new", new)):
            place = folder / side / f"{number:04}"
            place.mkdir(parents=True)
            if side == "new" and len(node.value) > 3 and chance.random() < 0.4:
                half = [pair for pair in node.value if isinstance(pair[1], yaml.MappingNode)][:2]
                (place / "base.infra").write_text(text_of(yaml.MappingNode(node.tag, half), chance))
                rest = yaml.MappingNode(node.tag, [pair for pair in node.value if pair not in half])
                (place / "doc.infra").write_text("extends: base.infra\n" + text_of(rest, chance))
            else:
                (place / "doc.infra").write_text(text_of(node, chance))
        flattened = []
        for side in ("old", "new"):
            place = folder / side / f"{number:04}"
            document = data(yaml.compose((place / "doc.infra").read_text(), Loader=yaml.SafeLoader))
            if document.pop("extends", None):
                document = merged(data(yaml.compose((place / "base.infra").read_text(), Loader=yaml.SafeLoader)), document)
            flattened.append(flat(document))
        before, after = flattened
        paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        expected[f"{number:04}"] = {path for path in paths if not is_default(path, before, after, known)}
    return expected


def test_random_changes_are_found_and_none_invented(tmp_path):
    expected = real_changes(tmp_path, CASES)
    found = {name: set() for name in expected}
    for document in plan("old", "new", "--no-env", cwd=tmp_path):
        name = pathlib.Path(document["uri"]).parent.name
        if document["uri"].endswith("doc.infra"):
            found[name] = reported(document["changes"])
    wrong = {name: (sorted(expected[name] - found[name]), sorted(found[name] - expected[name])) for name in expected if expected[name] != found[name]}
    print(f"{CASES} documents, {sum(map(len, expected.values()))} changes, {len(wrong)} documents compared otherwise")
    assert not wrong, json.dumps(dict(list(wrong.items())[:8]), indent=1)


def is_default(path, before, after, known):
    """Whether one side says what holds without it."""
    if (path in before) == (path in after):
        return False
    value = json.loads(before.get(path, after.get(path)))
    return any(pattern.match(path) and str(value).lower() == word for pattern, word in known)


# --- a large repository ---------------------------------------------------------------------------------------------------------


def test_a_large_repository(tmp_path):
    """As large as `NEXFLOW_DIFF_LARGE` and `NEXFLOW_DIFF_COMMITS` say: 10,000 documents and 200 commits are a run of their own."""
    many = int(os.environ.get("NEXFLOW_DIFF_LARGE", "300"))
    commits = int(os.environ.get("NEXFLOW_DIFF_COMMITS", "10"))
    chance = random.Random(24)
    teams = max(1, many // 100)
    for number in range(many):
        folder = tmp_path / f"team{number % teams:03}"
        folder.mkdir(exist_ok=True)
        if number < teams:
            (folder / "base.infra").write_text(BASE)
        else:
            text = DERIVED.replace("main", f"main_{number}") + f"streams:\n  orders: {{type: kafka, topic: t{number}, brokers: 'k:9092'}}\n"
            (folder / f"doc{number:05}.infra").write_text(text)
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    files = sorted(path for path in tmp_path.glob("team*/*.infra"))
    for number in range(commits):
        for path in chance.sample(files, chance.randint(1, 5)):
            text = path.read_text()
            path.write_text(text.replace("parallelism: 2", "parallelism: 0") if number % 2 else text + f"# {number}\n")
        commit(tmp_path)
    times = []
    for _ in range(5):
        begin = time.monotonic()
        run("diff", "HEAD~1", "HEAD", cwd=tmp_path)
        times.append(time.monotonic() - begin)
    print(f"diff HEAD~1 HEAD over {many} documents: {min(times):.2f} to {max(times):.2f} s")
    full = {}
    for line in run("check", "--format", "json", cwd=tmp_path).stdout.splitlines():
        found = json.loads(line)
        full[found["path"]] = found["diagnostics"]
    extends = {str(path.relative_to(tmp_path)): str((path.parent / "base.infra").relative_to(tmp_path)) for path in files if path.name != "base.infra"}
    equal = 0
    for back in range(1, commits + 1):
        done = subprocess.run(["git", "diff", "--name-only", f"HEAD~{back}"], cwd=tmp_path, capture_output=True, text=True, check=True)
        touched = set(done.stdout.split())
        reach = touched | {path for path, base in extends.items() if base in touched}
        changed = {}
        for line in run("check", "--changed", "--since", f"HEAD~{back}", "--format", "json", "--allow-empty", cwd=tmp_path).stdout.splitlines():
            found = json.loads(line)
            changed[found["path"]] = found["diagnostics"]
        assert set(changed) == reach, back
        assert changed == {path: full[path] for path in changed}, back
        equal += 1
    print(f"check --changed equals the full check on its reach for {equal} of {commits} commits")
