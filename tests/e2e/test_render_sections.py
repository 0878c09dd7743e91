"""What the sections beside state backends and checkpoints become, in all documents and versions, against `flink_sections.py`."""

import json
import pathlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flink_sections import KAFKA, OPTIONS, expected
from test_render import VERSIONS, chain, run

ROOT = pathlib.Path(__file__).parent.parent.parent
VARIABLES = json.loads((ROOT / "server/flink/tests/it/golden.json").read_text())["variables"]
OTHERS = ("resources.", "deployment.", "monitoring.", "streams.")


def documents() -> list[pathlib.Path]:
    corpora = sorted((ROOT / "tests/corpus").glob("*/*.infra"))
    return corpora + sorted((ROOT / "examples").rglob("*.infra"))


def simple(node):
    """Texts, lists and mappings; references have their values, or their defaults."""
    if isinstance(node, dict):
        return {key: simple(below) for key, below in node.items()}
    if isinstance(node, list):
        return [simple(item) for item in node]
    if not isinstance(node, tuple) or node[0] == "tag:yaml.org,2002:null":
        return None

    def replaced(found):
        name, default = found[1], found[3]
        return VARIABLES.get(name) or default or found[0]

    return re.sub(r"\$\{([A-Z0-9_]+)(:-([^}]*))?\}", replaced, node[1])


def rows(path: pathlib.Path, version: str) -> dict | None:
    done = run("render", path.name, "--format", "json", "--flink-version", version, cwd=path.parent, code=None, variables=VARIABLES)
    if done.returncode != 0:
        assert "what it extends cannot be read" in done.stderr or "syntax error" in done.stderr, (path, done.stderr)
        return None
    groups: dict = {}
    for row in json.loads(done.stdout)["rows"]:
        if row["fields"][0].startswith(OTHERS):
            process = (row.get("of") or {}).get("process")
            groups.setdefault(process, {})[(row.get("client"), row["option"])] = (row["value"], row.get("secret", False))
    return groups


def test_other_sections_become_what_their_documentation_says():
    seen, compared = set(), 0

    def compare(job) -> tuple[set, int]:
        path, version = job
        found = rows(path, version)
        if found is None:
            return set(), 0
        wanted = expected(simple(chain(path)), version)
        # One process has no group of its own where everything is one.
        if set(wanted) == {None} and len(found) == 1:
            found = {None: next(iter(found.values()))}
        found = {process: options for process, options in found.items() if options}
        for process, options in found.items():
            for key, (value, is_secret) in options.items():
                theirs = wanted.get(process, {}).get(key)
                assert theirs is not None, (path, version, process, key, value)
                # A project may give what is a reference here; credentials are shown by nobody.
                is_open = is_secret or "•••" in value or "${" in theirs
                assert is_open or value == theirs, (path, version, process, key, value, theirs)
        for process, options in wanted.items():
            missing = options.keys() - found.get(process, {}).keys()
            assert not missing, (path, version, process, missing)
        return {option for options in wanted.values() for _, option in options}, sum(map(len, wanted.values()))

    jobs = [(path, version) for path in documents() for version in VERSIONS if any(section[:-1] + ":" in path.read_text(encoding="utf-8") for section in OTHERS)]
    with ThreadPoolExecutor(2) as pool:
        for options, count in pool.map(compare, jobs):
            seen |= options
            compared += count
    assert compared > 3000, compared
    # Nearly every option is one that some document gives.
    known = OPTIONS.keys() | {option for option, _ in KAFKA.values()}
    assert len(seen & known) > 0.75 * len(known), sorted(known - seen)
