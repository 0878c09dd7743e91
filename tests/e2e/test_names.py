"""Names of variables in random folders: extracting and renaming take no name twice, and every document means what it meant.

`NEXFLOW_NAMES=500 pytest tests/e2e/test_names.py` tries more folders than the ordinary run. What env files and documents mean is
worked out here, by a reader of its own.
"""

from __future__ import annotations

import os
import random
import re

import pytest
from fixture import Folder
from meaning import load
from test_reports import HEAD

FOLDERS = int(os.environ.get("NEXFLOW_NAMES", "24"))

# Among them the names that extracting would choose first.
POOL = [
    "MAIN_PREFIX", "CHECKPOINTS_MAIN_PREFIX", "CHECKPOINTS_MAIN_PREFIX_2", "MAIN_BUCKET", "CHECKPOINTS_MAIN_BUCKET", "MAIN_REGION",
    "MAIN_CHECKPOINT_INTERVAL", "CHECKPOINT_INTERVAL", "CHECKPOINTS_MAIN_CHECKPOINT_INTERVAL", "S3_ENDPOINT", "MAIN_S3_ENDPOINT",
    "HEAP_OPTIONS_COMPRESSION", "OPTIONS_COMPRESSION", "COMPRESSION", "A", "AB", "B_1", "_C", "PREFIX", "Main_Prefix",
]  # fmt: skip
WORDS = ["state", "a b", "it's", "x#y", "costs $5", "back\\slash", "eu-west-1", "", "a=b", "${lower}", 'say "hi"']
VALUES = {
    "bucket": ["state-bucket", '"state-bucket"', "'state-bucket'", "my-${A}-bucket"],
    "prefix": ["a/b", "'it''s'", '"a\\\\b"', "a b # why", "${MAIN_PREFIX}", "${PREFIX:-x/y}", "'#1'", "'no'", "1.5"],
    "region": ["eu-west-1", "${MAIN_REGION:-eu-west-1}", "${COMPRESSION}"],
}


def assignment(chance: random.Random, name: str, known: list[str]) -> str:
    """A line that gives the name a value; it refers only to names above."""
    word = chance.choice(WORDS)
    front = chance.choice(["", "", "export "])
    if known and chance.random() < 0.4:
        other = chance.choice(known)
        return f"{front}{name}=" + chance.choice([f"${{{other}}}-x", f'"${{{other}}}/y"', f"'costs ${other}'", f"${{{other}:-z}}"])
    if chance.random() < 0.4 and "'" not in word:
        return f"{front}{name}='{word}'"
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    if not re.fullmatch(r"[\w.=/-]*", word) or chance.random() < 0.3:
        return f'{front}{name}="{escaped}"'
    return f"{front}{name}={word}" + chance.choice(["", "", "  # why"])


def env_file(chance: random.Random, names: list[str], known: list[str]) -> str:
    lines = []
    for name in names:
        lines += chance.choice([[], [], ["# " + chance.choice(POOL) + "=no"], [""]])
        lines.append(assignment(chance, name, known))
        known.append(name)
    return chance.choice(["\n", "\n", "\r\n"]).join(lines) + chance.choice(["\n", "\n", ""])


def substituted(text: str, values: dict[str, str]) -> str:
    """The text in which escapes are undone and references replaced, as between double quotes."""
    piece = re.compile(r"\\(.)|\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)")

    def one(match: re.Match) -> str:
        if match[1]:
            return match[1]
        return values.get(match[2] or match[4]) or match[3] or ""

    return piece.sub(one, text)


def assignments(text: str, values: dict[str, str]) -> None:
    """Adds what an env file assigns, each value over one line."""
    for line in text.splitlines():
        if match := re.fullmatch(r"(?:export )?(\w+)=(.*)", line.strip()):
            name, rest = match.groups()
            if quoted := re.match(r"'([^']*)'", rest):
                values[name] = quoted[1]
            elif quoted := re.match(r'"((?:[^"\\]|\\.)*)"', rest):
                values[name] = substituted(quoted[1], values)
            else:
                values[name] = substituted(rest.split(" #")[0].strip(), values)


def document(chance: random.Random) -> str:
    lines = ["checkpoints:", "  main:", "    type: s3"]
    for key, values in VALUES.items():
        lines.append(f"    {key}: {chance.choice(values)}")
    lines.append(chance.choice(["    s3: {endpoint: https://h}", '    s3: {endpoint: "https://${A}/x"}', "    s3:\n      endpoint: https://h # here"]))
    lines += ["    checkpoint:", f"      interval: {chance.choice(['60s', '${CHECKPOINT_INTERVAL:-1m}'])}"]
    lines += ["state_backends:", "  heap:", "    type: rocksdb", "    options:", f"      compression: {chance.choice(['LZ4', '${COMPRESSION:-LZ4}'])}"]
    return HEAD + "\n".join(lines) + "\n"


class Case:
    """A random folder: who gives which name, and what its documents mean."""

    def __init__(self, seed: int):
        chance = self.chance = random.Random(seed)
        names = chance.sample(POOL, chance.randrange(2, 12))
        cut = sorted(chance.randrange(len(names) + 1) for _ in range(3))
        self.own, self.later, fixed, shell = names[: cut[0]], names[cut[0] : cut[1]], names[cut[1] : cut[2]], names[cut[2] :]
        self.fixed, self.shell = {name: f"fixed-{name}" for name in fixed}, {name: f"shell-{name}" for name in shell}
        known = [*fixed]
        self.files = {".env": env_file(chance, self.own, known), "ci.env": env_file(chance, self.later, known)}
        self.files["nexflow.toml"] = '[infra]\nenv_files = ["ci.env"]\n[infra.variables]\n' + "".join(f'{name} = "{value}"\n' for name, value in self.fixed.items())
        self.files |= {"base.infra": document(chance), "other.infra": document(chance)}
        self.files["a.infra"] = chance.choice(["", "extends: base.infra\n"]) + document(chance)

    def folder(self, root) -> Folder:
        # `//-` lines are read without their own line ends changed.
        server = Folder(root, "//- nexflow.toml\n" + self.files["nexflow.toml"], env={name: None for name in POOL} | self.shell)
        server.fixture.files = dict(self.files)
        for name, text in self.files.items():
            server.write(name, text)
        server.changed(*self.files)
        server.open("a.infra")
        return server

    def values(self, files: dict[str, str]) -> dict[str, str]:
        values = dict(self.fixed)
        for name in (".env", "ci.env"):
            assignments(files.get(name, ""), values)
        return values | self.fixed | self.shell

    def meaning(self, files: dict[str, str]) -> dict[str, object]:
        values = self.values(files)
        reference = re.compile(r"\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}")

        def resolved(value: object) -> object:
            if isinstance(value, dict):
                return {key: resolved(below) for key, below in value.items()}
            if isinstance(value, list):
                return [resolved(item) for item in value]
            return reference.sub(lambda match: values.get(match[1]) or (match[2] if match[2] is not None else "\0unset"), str(value))

        return {name: resolved(load(text)) for name, text in files.items() if name.endswith(".infra")}

    def taken(self) -> set[str]:
        """Names that have a value, or that a document refers to."""
        used = {name for text in self.files.values() for name in re.findall(r"\$\{(\w+)", text)}
        return used | set(self.own) | set(self.later) | set(self.fixed) | set(self.shell)


def scalars(text: str) -> list[tuple[int, int]]:
    """Where the values of the lines begin that have one."""
    found = []
    for number, line in enumerate(text.split("\n")):
        if match := re.search(r"(?:: |endpoint: )(?=[^{\s])", line):
            found.append((number, match.end()))
    return found


@pytest.mark.parametrize("seed", range(FOLDERS))
def test_extracting_takes_no_name_that_there_is_and_keeps_the_meaning(tmp_path, seed):
    case = Case(seed)
    before = case.meaning(case.files)
    offered = 0
    with case.folder(tmp_path) as server:
        for line, column in scalars(case.files["a.infra"]):
            at = server.at("a.infra", line, column)
            span = {"start": at["position"], "end": at["position"]}
            found = server.ask("textDocument/codeAction", textDocument=at["textDocument"], range=span, context={"diagnostics": [], "only": ["refactor.extract"]})
            for action in found:
                if not action["title"].startswith("Extract into the variable"):
                    continue
                offered += 1
                name = re.search("`(.*)`", action["title"])[1]
                assert name not in case.taken(), case.files
                after = server.edited(action["edit"])
                assert name in case.values(after) or f"{name}=" in after[".env"], after
                assert case.meaning(after) == before, after
    assert offered > 3


@pytest.mark.parametrize("seed", range(FOLDERS))
def test_renaming_takes_no_name_that_there_is_and_keeps_the_meaning(tmp_path, seed):
    case = Case(1_000 + seed)
    before = case.meaning(case.files)
    text = case.files["a.infra"]
    renamed = refused = 0
    with case.folder(tmp_path) as server:
        for match in re.finditer(r"\$\{(\w+)", text):
            line = text.count("\n", 0, match.start())
            column = match.start(1) - (text.rfind("\n", 0, match.start()) + 1)
            old = match[1]
            for new in [*case.chance.sample(POOL, 6), "FRESH_1", "lower", "1ST", "A-B", "A B", "", "Ä"]:
                answer = server.wire.request("textDocument/rename", {**server.at("a.infra", line, column), "newName": new})
                if "error" in answer:
                    refused += 1
                    is_fixed = old in case.fixed or old in case.shell
                    # As the specification writes them: in capitals.
                    is_name = re.fullmatch("[A-Z_][A-Z0-9_]*", new)
                    assert is_fixed or not is_name or new in case.taken() - {old}, (old, new, answer["error"], case.files)
                    continue
                renamed += 1
                after = server.edited(answer["result"])
                assert new == old or new not in case.taken(), (old, new, case.files)
                assert case.meaning(after) == before, (old, new, after)
                assert new == old or not re.search(rf"\$\{{{old}\b", after["a.infra"]), after
    assert renamed + refused > 0 or "${" not in text
