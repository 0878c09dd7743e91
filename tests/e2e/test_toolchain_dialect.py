"""What is said about documents in the toolchain's dialect, against a restatement of what its parser takes (`toolchain_grammar.py`): no
advice may lead to a document that it refuses, what it refuses is an error, and what it takes is not called one of its refusals."""

import json
import os
import re
import subprocess

import pytest
from lsprotocol import types
from toolchain_grammar import KEYS, SHAPES, UNITS, WORDS, documents, reads, refusals

SEED = int(os.environ.get("NEXFLOW_SEED", "20261130"))
COUNT = int(os.environ.get("NEXFLOW_DOCUMENTS", "2400"))
PROGRAM = os.environ["NEXFLOW_LSP"]
PROJECT = '[infra]\ndialect = "toolchain"\n'


def run(folder, *arguments):
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LLVM_PROFILE_FILE")}
    return subprocess.run([PROGRAM, "check", "--no-env", *arguments, "."], cwd=folder, env=keep, capture_output=True, text=True)


class Checked:
    def __init__(self, text, said, fixed):
        self.text = text
        self.said = said
        self.fixed = fixed
        self.refusals = refusals(text)

    def errors(self):
        return [finding for finding in self.said if finding["severity"] == 1]

    def replaced(self, finding, text):
        """The document with another text in the place of a finding."""
        lines = self.text.splitlines(keepends=True)
        start, end = finding["range"]["start"], finding["range"]["end"]
        if start["line"] != end["line"]:
            return None
        line = lines[start["line"]]
        lines[start["line"]] = line[: start["character"]] + text + line[end["character"] :]
        return "".join(lines)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The documents, what is said about them, and what they become with the safe fixes and with all."""
    folders = [tmp_path_factory.mktemp(name) for name in ("as-written", "safe", "all")]
    texts = list(documents(SEED, COUNT))
    assert len(texts) >= 2000 or "NEXFLOW_DOCUMENTS" in os.environ
    for folder in folders:
        (folder / "nexflow.toml").write_text(PROJECT)
        (folder / "base.infra.txt").write_text("")
        for number, text in enumerate(texts):
            (folder / f"d{number:05}.infra").write_text(text)
    found = {}
    for line in run(folders[0], "--format", "json").stdout.splitlines():
        report = json.loads(line)
        found[report["path"].removeprefix("./")] = report["diagnostics"]
    run(folders[1], "--fix")
    run(folders[2], "--fix", "--unsafe-fixes")
    names = [f"d{number:05}.infra" for number in range(len(texts))]
    assert set(names) <= found.keys()
    return [Checked(text, found[name], [(folder / name).read_text() for folder in folders[1:]]) for name, text in zip(names, texts)]


def test_the_documents_are_of_all_kinds(checked):
    refused = sum(bool(one.refusals) for one in checked)
    assert len(checked) / 5 < refused < len(checked) * 4 / 5
    assert [bool(one.refusals) for one in checked[: len(SHAPES)]] == [False] * 4 + [True] * 4 + [False]


def test_what_the_parser_refuses_is_an_error(checked):
    missed = [(one.refusals, one.text) for one in checked if one.refusals and not one.errors()]
    assert not missed, (len(missed), missed[:3])


def test_what_the_parser_takes_is_not_called_a_refusal(checked):
    codes = ("enum-unknown-value", "required-field-missing", "required-field-empty", "binding-required-field", "binding-type-missing")
    # An empty word is nobody's wish, although the parser takes it where it looks at no word.
    wrong = [(finding, one.text) for one in checked if not one.refusals for finding in one.errors()
             if finding["code"].startswith("toolchain-") or finding["code"] in codes and "``" not in finding["message"]]
    assert not wrong, (len(wrong), wrong[:3])


def test_no_fix_leads_to_a_document_that_the_parser_refuses(checked):
    changed = 0
    for one in checked:
        for after in one.fixed:
            changed += after != one.text
            assert len(refusals(after)) <= len(one.refusals), (one.text, after, refusals(after))
    assert changed > len(checked) / 20


def test_what_a_message_advises_is_taken(checked):
    """Whatever a message names as the right text leads to fewer refusals, or at least to no more."""
    advised = 0
    for one in checked:
        for finding in one.said:
            for right in re.findall(r"(?:Write|Did you mean|Use) `([^`]+)`", finding["message"]):
                after = one.replaced(finding, right)
                if after is None:
                    continue
                advised += 1
                if finding["code"] in ("field-unknown", "section-unknown"):
                    # The value is checked once its key is right.
                    assert any(right.split(".")[-1] in keys for keys in KEYS.values()), (finding["message"], one.text)
                    continue
                assert len(refusals(after)) <= len(one.refusals), (finding["message"], one.text)
                is_word = finding["code"] == "enum-unknown-value" and re.search(r"`(?:security_protocol|start_offset|strategy|write_concern)`", finding["message"])
                if (finding["code"].endswith("-unit") or is_word) and not one.refusals[0].startswith("YAML"):
                    assert len(refusals(after)) < len(one.refusals), (finding["message"], one.text)
    assert advised > COUNT / 10


def test_nothing_of_the_dialect_is_called_deprecated_and_one_hint_tells_of_the_other(checked):
    for one in checked:
        codes = [finding["code"] for finding in one.said]
        assert codes.count("other-dialect") <= 1, one.text
        for finding in one.said:
            assert "deprecated" not in finding["message"].lower(), finding
            assert "secret://" not in finding["message"] or finding["code"] == "toolchain-secret-reference", finding


def test_ignored_keys_are_no_errors(checked):
    for one in checked:
        assert "s3-bucket-name" not in [finding["code"] for finding in one.said], one.text


def value_places(text):
    """The lines whose value can be asked for, with their key and the pattern of their place."""
    path = []
    for number, line in enumerate(text.splitlines()):
        found = re.fullmatch(r"( *)([a-z_]+):(.*)", line)
        if not found:
            return
        depth = len(found[1]) // 2
        path = [*path[:depth], found[2]]
        pattern = tuple("*" if at == 1 and path[0] in ("streams", "persistence") else key for at, key in enumerate(path))
        yield number, line, found, pattern


async def offered(session, text, line, character):
    uri = session.uri("c.infra")
    document = types.TextDocumentItem(uri=uri, language_id="infra", version=1, text=text)
    session.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
    params = types.CompletionParams(text_document=types.TextDocumentIdentifier(uri=uri), position=types.Position(line, character))
    found = await session.client.text_document_completion_async(params)
    session.client.text_document_did_close(types.DidCloseTextDocumentParams(text_document=types.TextDocumentIdentifier(uri=uri)))
    return found.items if isinstance(found, types.CompletionList) else found or []


async def test_what_completion_offers_is_taken(start):
    """Values of a field in the words and units that its code reads, and keys of the dialect only, the dialect's own before anything."""
    session = await start()
    session.write("nexflow.toml", PROJECT)
    values = keys = 0
    for text in list(documents(SEED + 1, 120)):
        lines = text.splitlines()
        for number, line, found, pattern in value_places(text):
            if pattern in WORDS or pattern in UNITS:
                before = line[: found.end(2) + 1] + " "
                asked = "\n".join([*lines[:number], before, *lines[number + 1 :]]) + "\n"
                for item in await offered(session, asked, number, len(before)):
                    value = (item.text_edit.new_text if item.text_edit else item.insert_text or item.label).strip().strip("'\"")
                    if "$" in value:
                        assert "secret://" not in value
                        continue
                    values += 1
                    good = reads(UNITS[pattern], value) if pattern in UNITS else value.lower() in WORDS[pattern]
                    assert good, (pattern, value)
            if pattern[:-1] in KEYS and len(pattern) > 1 and number % 5 == 0:
                asked = "\n".join([*lines[:number], found[1], *lines[number:]]) + "\n"
                items = await offered(session, asked, number, len(found[1]))
                names = [re.split(r"[:\s]", item.label)[0] for item in items]
                keys += len(names)
                assert set(names) <= KEYS[pattern[:-1]], (pattern, set(names) - KEYS[pattern[:-1]])
    assert values > 200 and keys > 200, (values, keys)
