"""The documents in `examples/`: clean as they are, and the right thing is said, and nothing absurd, when a line is missing or
misspelled in one of them.

What is right is written down here: what each field that is needed makes somebody say when it is gone. Whether a text is YAML,
and which keys it has, is asked a parser that is not the server's. *Absurd* is

* a syntax error in a text that is YAML, or none in a text that is not,
* anything about a place that has nothing to do with the change: whose key was there before, in the same block with the same
  neighbours, and is not named by what was taken away,
* anything at all when a field is gone that nobody needs.
"""

import pathlib
import re

import pytest
import yaml

from fixture import Folder
from meaning import Loader
from test_round_trips import FOLDERS, put

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_file())

# What is said when a field is missing, by the end of its path; nothing where it is not listed.
NEEDED = [
    (r"(version|environment)", "header-missing"),
    (r"state_backends\.\w+\.type", "backend-type-missing"),
    (r"state_backends\.\w+\.redis\.uri", "external-store-incomplete"),
    (r"state_backends\.\w+\.ignite\.(config_path|cache_name)", "external-store-incomplete"),
    (r"state_backends\.\w+\.(redis|ignite)", "external-without-store"),
    (r"state_backends\.\w+\.incremental", "full-snapshots-in-production"),
    (r"state_backends\.\w+\.base_backend", "changelog-without-base"),
    (r"state_backends\.\w+\.changelog(\.storage)?", "changelog-without-storage"),
    (r"checkpoints\.\w+\.type", "checkpoint-type-missing"),
    (r"checkpoints\.\w+\.(bucket|path|container)", "checkpoint-location-missing"),
    (r"checkpoints\.\w+\.azure(\.account_name)?", "azure-account-missing"),
    (r"checkpoints\.\w+\.azure\.auth_type", "azure-without-credentials"),
    (r"checkpoints\.\w+\.kerberos\.(principal|keytab)", "kerberos-incomplete"),
    (r"checkpoints\.\w+\.auth\.(access_key|secret_key)", "s3-static-without-keys"),
    (r"checkpoints\.\w+\.auth\.key_file", "gcs-service-account-without-key"),
    (r"checkpoints\.\w+\.encryption\.type", "required-field-missing"),
    (r"checkpoints\.\w+\.encryption\.kms_key_id", "sse-kms-without-key"),
    (r"checkpoints\.\w+\.recovery\.restart\.strategy", "restart-strategy-missing"),
]

# What may be said about a text that is no YAML, and about none that is.
SYNTAX = {rule["id"] for rule in yaml.safe_load((ROOT / "server" / "catalog" / "data" / "rules" / "syntax.yaml").read_text())}
# The same key twice is said by the parser of Python only on request.
SYNTAX.discard("duplicate-key")


def needed(path: str) -> str | None:
    return next((code for pattern, code in NEEDED if re.fullmatch(pattern, path)), None)


@pytest.fixture
def folder(tmp_path):
    with Folder(tmp_path, FOLDERS["examples"]) as found:
        yield found


def said(folder, name, text):
    """What is found in all documents once one file has another text."""
    put(folder, {**folder.fixture.files, name: text})
    found = folder.all_findings()
    put(folder, folder.fixture.files)
    return {document: items for document, items in found.items() if items}


def codes(found):
    return {document: sorted(one["code"] for one in items) for document, items in found.items()}


def tree(text):
    """Every key of a text by its path, with its line and its value; `None` when it is no YAML."""
    keys = {}

    def walk(node, path):
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*path, key.value)
                if below in keys:
                    below = (*path, f"{key.value}, again")
                keys.setdefault(below, (key.start_mark.line, value.value if isinstance(value, yaml.ScalarNode) else None))
                walk(value, below)

    try:
        walk(yaml.compose(text, Loader), ())
    except yaml.YAMLError:
        return None
    return keys


def leaves(keys):
    """The paths under which stands a scalar or a list."""
    return [path for path in keys if not any(len(other) > len(path) and other[: len(path)] == path for other in keys)]


def words(line):
    """The words of a line, those inside of references included."""
    return set(re.findall(r"[\w-]+", line.split(" #")[0]))


def explained(one, document, name, line, before, after, found_in):
    """Whether a finding has to do with the line that was changed."""
    marked = re.findall(r"`([^`]*)`", one["message"])
    named = {word for text in marked for word in (text, *re.findall(r"[\w.-]+", text))}
    if named & words(line):
        return True
    if document == name:
        was, now = before, after
    else:
        was = now = found_in[document]
    at = one["range"]["start"]["line"]
    here = max((path for path, (number, _) in now.items() if number <= at), key=lambda path: now[path][0], default=())
    if here not in was:
        # The key stands in another block than before.
        return True
    changed = {path for path in before.keys() ^ after.keys()} | {path for path in before.keys() & after.keys() if before[path][1] != after[path][1]}
    # The block of something that has gone or come; the document as a whole when its base has gone.
    return any(path[:-1] in (here, here[:-1]) or here[: len(path) - 1] == path[:-1] and len(path) > 1 for path in changed) or ("extends",) in changed


def test_the_examples_are_clean(folder):
    assert all(items == [] for items in folder.all_findings().values())
    assert {"base.infra", "development.infra", "staging.infra", "production.infra", ".env", "nexflow.toml"} <= set(FILES)


def test_the_rules_about_syntax_are_known():
    assert {"bad-indentation", "invalid-yaml"} <= SYNTAX and "field-unknown" not in SYNTAX


@pytest.mark.parametrize("name", FILES)
def test_when_a_line_is_missing_nothing_absurd_is_said(folder, name):
    text = folder.fixture.files[name]
    lines = text.split("\n")
    before = tree(text) if name.endswith(".infra") else {}
    found_in = {document: tree(content) for document, content in folder.fixture.files.items() if document.endswith(".infra")}
    for number, line in enumerate(lines):
        changed = "\n".join(lines[:number] + lines[number + 1 :])
        found = said(folder, name, changed)
        where = f"{name}:{number + 1}: {line!r} is missing: {codes(found)}"
        if not line.strip() or line.lstrip().startswith("#"):
            assert found == {}, where
            continue
        if name == ".env":
            variable = line.split("=")[0]
            users = {document for document, content in folder.fixture.files.items() if f"${{{variable}}}" in content}
            assert set(found) == users and all(set(of) == {"env-unresolved"} for of in codes(found).values()), where
            continue
        if not name.endswith(".infra"):
            assert found == {}, where
            continue
        after = tree(changed)
        syntax = [one for one in found.get(name, []) if one["code"] in SYNTAX]
        if after is None:
            assert syntax and all(one["range"]["start"]["line"] >= number - 1 for one in syntax), where
            continue
        assert not syntax, where
        for document, items in found.items():
            for one in items:
                assert explained(one, document, name, line, before, after, found_in), f"{where}\n{one['code']}: {one['message']}"


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".infra")])
def test_when_a_field_is_missing_the_one_right_thing_is_said(folder, name):
    """Lines that hold one field and its value: what is left is a document without the field, no other."""
    text = folder.fixture.files[name]
    lines, keys = text.split("\n"), tree(text)
    is_base = "environment: base" in text
    tried = 0
    for path in leaves(keys):
        number = keys[path][0]
        line = lines[number]
        if keys[path][1] is None and not re.search(r"[\[{]", line):
            # A list over several lines.
            continue
        alone = sum(other[:-1] == path[:-1] for other in keys) == 1
        found = codes(said(folder, name, "\n".join(lines[:number] + lines[number + 1 :])))
        where = f"{name}:{number + 1}: without {'.'.join(path)}: {found}"
        if path == ("extends",):
            # What was inherited is missing now, and nothing else is said.
            assert set(found) == {name} and all(code.endswith("-missing") for code in found[name]), where
            continue
        code = needed(".".join(path))
        if code == "header-missing" and "extends" in text:
            code = None
        if code == "full-snapshots-in-production" and not is_base and "environment: production" not in text:
            code = None
        if alone:
            # The block is empty then, and lacks what it lacks.
            code = code or needed(".".join(path[:-1])) or "empty-value"
        if is_base and code not in (None, "header-missing", "empty-value"):
            # A base need not be whole; what it leaves open is missing in the documents that extend it.
            assert name not in found and found and all(set(of) == {code} for of in found.values()), where
        else:
            assert found == ({name: [code]} if code else {}), where
        tried += 1
    assert tried > 5


def swapped(word):
    """The word with two letters in the middle the other way round: the most frequent slip of all."""
    middle = len(word) // 2
    at = next((at for at in [*range(middle, len(word) - 1), *range(middle)] if word[at] != word[at + 1]), None)
    return None if at is None else word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".infra")])
def test_when_a_key_is_misspelled_it_is_said_at_the_key_and_what_was_meant(folder, name):
    text = folder.fixture.files[name]
    lines, keys = text.split("\n"), tree(text)
    found_in = {document: tree(content) for document, content in folder.fixture.files.items() if document.endswith(".infra")}
    for path, (number, _) in keys.items():
        wrong = swapped(path[-1])
        start = lines[number].find(path[-1])
        if wrong is None or len(path[-1]) < 4:
            continue
        changed = "\n".join([*lines[:number], lines[number].replace(path[-1], wrong, 1), *lines[number + 1 :]])
        found = said(folder, name, changed)
        where = f"{name}:{number + 1}: {'.'.join(path)} is spelled {wrong}: {codes(found)}"
        at = [one for one in found.get(name, []) if one["range"]["start"] == {"line": number, "character": start}]
        rest = {document: [one for one in items if one not in at] for document, items in found.items()}
        rest = {document: items for document, items in rest.items() if items}
        is_chosen = len(path) == 2 and path[0] in ("state_backends", "checkpoints", "secrets") or path[-2:-1] == ("state_ttls",)
        if is_chosen:
            # Any name is right. What is missing under the new name, and who looks for the old one, is to be said.
            for document, items in found.items():
                for one in items:
                    assert explained(one, document, name, lines[number] + " " + wrong, keys, tree(changed), found_in), where
            continue
        assert [one["code"] for one in at] == ["section-unknown" if len(path) == 1 else "field-unknown"], where
        assert f"Did you mean `{path[-1]}`" in at[0]["message"], f"{where}: {at[0]['message']}"
        # Besides, what its absence means, once in a document.
        code = needed(".".join(path))
        for document, items in rest.items():
            if len(path) == 1 and path != ("version",) and path != ("environment",):
                assert all(one["code"].endswith(("-missing", "-unknown")) for one in items), where
            else:
                assert [one["code"] for one in items] == [code], where
