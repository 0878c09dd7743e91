"""The JSON Schema and `check` agree: every field gets every wrong kind of value, and what one of the two refuses the other refuses.

Each field stands in documents made around it, so that nothing but its value is new: the types around it are those that it is for.
Where entries have names, all values of a field share a document, an entry for each. `jsonschema-rs` and `ruamel.yaml` read them
for the schema, the program itself for `check`. What is compared is the entry (or document) with the value against the one without.

*The schema refuses, so does check*: the schema has no severities, and some of what it refuses `check` only warns of or calls useless
(a field of another type, a spelling that only Flink reads, a key without a value). So any diagnostic at the place will do.

*Check refuses, so does the schema*: of the rules that look at one value alone (`OF_A_VALUE`). What others find depends on what stands
elsewhere, which a schema cannot say.
"""

import collections
import json
import os
import pathlib
import subprocess

import jsonschema_rs
import pytest
from ruamel.yaml import YAML
from wire import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAD = {"version": '"1.0"', "environment": "staging"}

# Values of every kind, each right for some fields and wrong for the others.
VALUES = [
    *["", "~", '""', "banana", "My_Name!", '"two words"', "true", '"true"', "yes", "TRUE"],
    *["1", '"1"', "0", '"0"', "-1", "1.0", "1.5", "1e3", "0x10", "010", "99999999999", "101"],
    *["64mb", "64MB", "1tb", "4g", "0mb", "64 MiB", "64m", "10s", "1.5h", "0s", "10 minutes", "PT10S", "50%", "150%", "0.5"],
    *["/mnt/a", "http://host:80/", "http://[", "host:9092", "persistent://a/b/c", "a, b", '" padded "'],
    *["${V}", '"${V}"', "a-${V}-b", '"secret://store/key"'],
    *["[]", "[banana]", "[1]", '["${V}"]', "[[banana]]", "[banana, banana]", "[{banana: 1}]", "[null]"],
    *["{}", "{banana: 1}", "{banana: {}}", "{banana: {banana: 1}}", '"{}"'],
]

# The rules that look at nothing but a value, or at a key and the type of its block.
OF_A_VALUE = {
    "duration-flink-only",
    "duration-malformed",
    "duration-unit-missing",
    "enum-unknown-value",
    "field-not-for-type",
    "field-unknown",
    "section-unknown",
    "size-flink-only",
    "size-malformed",
    "size-zero",
    "value-form",
    "value-out-of-range",
    "wrong-kind",
}


def beyond_a_schema(case: "Case", code: str) -> bool:
    """What a schema has no words for."""
    kinds = set(case.field["kinds"])
    # Bounds of amounts are arithmetic over a text with a unit; a pattern can say no more than that it is not zero.
    if code == "value-out-of-range" and kinds & {"duration", "size"} and not case.text.startswith("0"):
        return True
    # JSON has one kind of number, and a whole one is an integer, however it is written.
    return code in ("wrong-kind", "enum-unknown-value") and "int" in kinds and case.text in ("1.0", "1e3")


class Raw(str):
    """A value as it is written."""


class Case:
    """A value of a field, in a document made for it."""

    def __init__(self, field: dict, text: str, name: str):
        self.field, self.text, self.name = field, text, name
        self.value = Raw(text)
        self.tree: dict = {key: Raw(of) for key, of in HEAD.items() if key != field["path"]}
        self.put(field["path"], self.value)

    def put(self, path: str, value) -> None:
        """Puts a value at a path of the catalog; what is there already stays."""
        steps: list = []
        for segment in path.split("."):
            key = segment.rstrip("[]")
            if key.startswith("<"):
                key = "eu-west-1" if key == "<region>" else self.name if len(steps) == 1 else f"chosen-{len(steps)}"
            steps += [key, *[0] * segment.count("[]")]
        at = self.tree
        for step, following in zip(steps, [*steps[1:], None]):
            below = value if following is None else [] if following == 0 else {}
            if step == 0:
                if not at:
                    at.append(below)
                at = at[0]
            elif isinstance(at, dict):
                at = at.setdefault(step, below)

    def surround(self, catalog: "Catalog") -> None:
        """Adds what decides that the field is for its place: types, and the flags of region blocks."""
        todo, seen = [self.field], set()
        while todo:
            one = todo.pop()
            decides = one["discriminator"]
            if one["appliesTo"] and decides and decides not in seen and decides != self.field["path"]:
                seen.add(decides)
                self.put(decides, Raw(one["appliesTo"][0]))
                todo += catalog.by_path[decides][:1]
        segments = self.field["path"].split(".")
        for at, segment in enumerate(segments):
            if segment == "<region>":
                flag = catalog.data[".".join(segments[: at + 1])]["declared_by"]
                self.put(".".join([*segments[:at], flag]), Raw("true"))
        if catalog.data[self.field["path"]].get("toolchain"):
            self.put("kafka.brokers", Raw("host:9092"))

    @property
    def shares_a_document(self) -> bool:
        """Whether it is an entry beside which others may stand."""
        segments = self.field["path"].split(".")
        return len(segments) > 1 and segments[1].startswith("<") and segments[1] != "<region>" and len(self.tree) == len(HEAD) + 1


class Catalog:
    """The fields as the program lists them, and by path what only the data has."""

    def __init__(self):
        listed = subprocess.run([binary(), "fields", "--format", "json"], capture_output=True, check=True).stdout
        self.fields = json.loads(listed)
        self.by_path = collections.defaultdict(list)
        for field in self.fields:
            self.by_path[field["path"]].append(field)
        self.data = {}
        for file in sorted((ROOT / "server/catalog/data/fields").glob("*.yaml")):
            for field in YAML(typ="safe").load(file):
                self.data.setdefault(field["path"], field)

    def values(self, at: int, field: dict) -> list[str]:
        own = []
        if field["example"] and "\n" not in field["example"]:
            own.append(field["example"])
        for value in (one["value"] for one in field["values"][:4]):
            own += [value, value.upper(), value.capitalize(), f'"{value}"', f"{value}x"]
        for word, bound in (self.data[field["path"]].get("range") or {}).items():
            if word in ("min", "max") and isinstance(bound, int | float):
                own += [str(bound), str(bound - 1), str(bound + 1)]
            elif word in ("min", "max"):
                own.append(str(bound))
        # Without being asked for all, a third of the values for each field, another one for the next.
        step = 1 if os.environ.get("NEXFLOW_SCHEMA_ALL") else 3
        return list(dict.fromkeys([*own, *VALUES[at % step :: step]]))

    def cases(self):
        for at, field in enumerate(self.fields):
            for number, text in enumerate(self.values(at, field)):
                case = Case(field, text, f"entry-{number}")
                case.surround(self)
                yield case


class Reader:
    """Values as YAML 1.2 has them, in terms of JSON."""

    def __init__(self):
        self.yaml = YAML(typ="safe", pure=True)
        self.known: dict[str, object] = {}

    def value(self, text: str):
        if text not in self.known:
            self.known[text] = self.yaml.load(text)
        return self.known[text]

    def tree(self, tree):
        if isinstance(tree, dict):
            return {key: self.tree(of) for key, of in tree.items()}
        if isinstance(tree, list):
            return [self.tree(of) for of in tree]
        return self.value(tree)


def lines(tree, indent: int = 0) -> list[tuple[str, object]]:
    """The lines of a tree, each with the value that stands on it."""
    found: list[tuple[str, object]] = []
    blanks = " " * indent
    for head, of in ((f"{key}:", of) for key, of in tree.items()) if isinstance(tree, dict) else (("-", of) for of in tree):
        if isinstance(of, Raw):
            found.append((f"{blanks}{head} {of}".rstrip(), of))
            continue
        below = lines(of, indent + 2)
        if head == "-" and isinstance(of, dict):
            first, value = below[0]
            below[0] = (f"{blanks}- {first.lstrip()}", value)
        else:
            found.append((f"{blanks}{head}", None))
        found += below
    return found


class Files:
    """Writes documents, has them checked in one run, and finds what is said of each case."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.at: dict[str, dict[int, Case]] = {}
        self.count = 0

    def write(self, cases: list[Case]) -> None:
        tree = dict(cases[0].tree)
        section = cases[0].field["path"].split(".")[0]
        if len(cases) > 1:
            tree[section] = {name: of for case in cases for name, of in case.tree[section].items()}
        written = lines(tree)
        by_value = {id(case.value): case for case in cases}
        name = f"{self.count}.infra"
        self.count += 1
        self.at[name] = {number: by_value[id(value)] for number, (_, value) in enumerate(written) if id(value) in by_value}
        assert len(self.at[name]) == len(cases), written
        (self.folder / name).write_text("\n".join(line for line, _ in written) + "\n")

    def check(self) -> dict[int, list[dict]]:
        """What is said on the line of each case."""
        done = subprocess.run(
            [binary(), "check", "--format", "json", "--no-env", "."], cwd=self.folder, capture_output=True, text=True
        )
        found: dict[int, list[dict]] = collections.defaultdict(list)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(reports) == self.count, (len(reports), self.count, done.stderr)
        for report in reports:
            at = self.at[pathlib.Path(report["path"]).name]
            for diagnostic in report["diagnostics"]:
                if (case := at.get(diagnostic["range"]["start"]["line"])) is not None:
                    found[id(case)].append(diagnostic)
        return found


def shown(case: Case, what: list[str]) -> str:
    types = "/".join(case.field["appliesTo"][:1])
    return f"{case.field['path']} ({types} {', '.join(case.field['kinds'])}): {case.text or '(nothing)'}: {'; '.join(what)}"


def test_the_schema_and_check_refuse_the_same(tmp_path):
    catalog = Catalog()
    schema = json.loads(subprocess.run([binary(), "schema"], capture_output=True, check=True).stdout)
    validator = jsonschema_rs.Draft202012Validator(schema)
    reader, files = Reader(), Files(tmp_path)
    cases = list(catalog.cases())
    together = collections.defaultdict(list)
    for number, case in enumerate(cases):
        together[id(case.field) if case.shares_a_document else (number,)].append(case)
    for group in together.values():
        files.write(group)
    found = files.check()
    differences = []
    for case in cases:
        refused = [error.message for error in validator.iter_errors(reader.tree(case.tree))]
        said = found[id(case)]
        of_value = [one["code"] for one in said if one["code"] in OF_A_VALUE and not beyond_a_schema(case, one["code"])]
        if refused and not said:
            differences.append("only the schema: " + shown(case, refused[:1]))
        elif of_value and not refused:
            differences.append("only check: " + shown(case, of_value))
    print(f"{len(cases)} values in {files.count} documents, {len(differences)} differences")
    assert not differences, "\n".join(differences)
