"""Renames and definitions there and back, for every name in documents that belong together.

What documents mean is worked out by `meaning`, which has another parser and a merge of its own.
"""

import pathlib
import random
import re

import pytest

from fixture import Folder
from meaning import changes, meaning

ROOT = pathlib.Path(__file__).resolve().parents[2]

FAMILY = """
//- .env
# Values for a laptop.
DB_HOST=db.internal
export STORE="payments-checkpoints"
ENDPOINT=https://${STORE}.example
//- base.infra
version: "1.0"
environment: base
secrets:
  ledger:
    provider: vault
    path: secret/data/ledger
    keys: [user, password]
  feed:
    provider: env
    variables: {token: FEED_TOKEN, region: FEED_REGION}
state_backends:
  large: &rocks
    type: rocksdb
    incremental: true
    ttl: {enabled: true, default_ttl: 24h}
    state_ttls: {sessions: 1h, "orders": 2h}
  log:
    type: changelog
    base_backend: "large"
    changelog: {storage: "s3://${STORE}/log/"}
  copy: *rocks
checkpoints:
  large:
    type: s3
    bucket: ${STORE}
    checkpoint: {interval: 60s}
//- staging.infra
version: "1.0"
environment: staging
extends: base.infra
state_backends:
  large:
    state_ttls: {sessions: 30m}
  own: {type: hashmap}
checkpoints:
  large:
    prefix: staging/${DB_HOST:-none}/
    s3: {endpoint: "${ENDPOINT}"}
    auth:
      type: static
      access_key: secret://ledger/user
      secret_key: "secret://ledger/password?version=2"
//- eu/unrelated.infra
version: "1.0"
environment: staging
state_backends:
  large: {type: hashmap}
  own: {type: rocksdb}
checkpoints:
  large: {type: filesystem, path: "file:///tmp/${STORE}"}
//- production.infra
version: "1.0"
environment: production
extends: staging.infra
secrets:
  ledger: {path: secret/data/production/ledger}
state_backends:
  own: {async_snapshots: true}
  log: {base_backend: large}
  second: {type: changelog, base_backend: own}
checkpoints:
  large:
    prefix: production/
    retention: &kept {max_checkpoints: 3}
  other:
    type: s3
    bucket: x-${STORE}-y
    retention: *kept
"""


def fixture(folder: pathlib.Path, pattern: str = "*") -> str:
    """Documents of a folder of this repository as a fixture."""
    wanted = lambda path: path.suffix == ".infra" or path.name in (".env", "nexflow.toml")  # noqa: E731
    files = [path for path in sorted(folder.glob(pattern)) if path.is_file() and wanted(path)]
    return "".join(f"//- {path.name}\n{path.read_text(encoding='utf-8')}" for path in files)


CORPUS = ROOT / "tests" / "corpus"
ALONE = [path for path in sorted(CORPUS.rglob("*.infra")) if not path.name.startswith(("large-cards", "large-energy"))]
FOLDERS = {
    "family": FAMILY,
    "examples": fixture(ROOT / "examples"),
    "cards": fixture(CORPUS / "documents", "large-cards-*"),
    "energy": fixture(CORPUS / "documents", "large-energy-*"),
}


@pytest.fixture(params=[*FOLDERS, *(str(path.relative_to(CORPUS)) for path in ALONE)])
def folder(request, tmp_path):
    text = FOLDERS.get(request.param)
    with Folder(tmp_path, text or "//- a.infra\n") as found:
        if text is None:
            # Byte for byte: line breaks are a part of what must come back.
            found.fixture.files["a.infra"] = (CORPUS / request.param).read_bytes().decode()
            put(found, found.fixture.files)
        yield found


def documents(folder):
    return [name for name in folder.fixture.files if name.endswith(".infra")]


def words(text):
    """Where something that may be a name begins: line, column."""
    return [(number, found.start()) for number, line in enumerate(text.split("\n")) for found in re.finditer(r"[A-Za-z_][\w.-]*", line)]


def occurrences(folder, name):
    """The first place of every name of a document that can be renamed, with the name."""
    folder.open(name)
    seen = {}
    for place in words(folder.text(name)):
        answer = folder.wire.request("textDocument/prepareRename", folder.at(name, *place)).get("result")
        if answer is None or (answer["range"]["start"]["line"], answer["range"]["start"]["character"]) != place:
            continue
        # Names that are written in another way cannot be typed as new ones, so there is no way back to them.
        if not re.fullmatch(r"[\w.-]+", answer["placeholder"], re.ASCII):
            continue
        # The same word may name several things: an entry of each section, a secret and its key.
        found = folder.ask("textDocument/documentHighlight", **folder.at(name, *place))
        first = min((one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found)
        seen.setdefault(first, (answer["placeholder"], place))
    folder.close(name)
    return sorted(seen.values())


def findings(folder):
    """Rule, severity and line of everything that is found, by document. Columns move with the length of a name."""
    found = folder.all_findings()
    return {name: sorted((one["code"], one["severity"], one["range"]["start"]["line"]) for one in items) for name, items in found.items()}


def put(folder, files):
    """Changes files on disk and says so, as an editor does that saves what an edit has touched."""
    touched = [name for name, text in files.items() if folder.text(name) != text]
    for name in touched:
        folder.write(name, files[name])
    folder.changed(*touched)
    return touched


def rename(folder, name, place, new):
    """The files after a rename; the document is open only meanwhile."""
    folder.open(name)
    edit = folder.ask("textDocument/rename", **folder.at(name, *place), newName=new)
    folder.close(name)
    return folder.edited(edit)


def test_every_rename_keeps_the_meaning_and_leads_back(folder, request):
    dice = random.Random(7)
    before, said = meaning(folder.fixture.files), findings(folder)
    tried = 0
    for name in documents(folder):
        for old, place in occurrences(folder, name):
            letters = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(1, 12)))
            new = f"renamed_{letters}"
            new = new.upper() if old.isupper() else new
            after = rename(folder, name, place, new)
            where = f"{name}:{place[0] + 1}: {old} -> {new}"
            touched = put(folder, after)
            assert name in touched, f"{where}: nothing is changed"
            # Nothing but this name has another name, and it has it wherever it stood.
            for document, now in meaning(after).items():
                for path, a, b in changes(before[document], now):
                    assert re.sub(rf"\b{new}\b", old, b) == a, f"{where}: {document} at {path}: `{a}` became `{b}`"
            assert findings(folder) == said, where
            # Every place in which it stands begins where it began, unless the line has others before it.
            back = next(at for at in words(after[name]) if at[0] == place[0] and after[name].split("\n")[at[0]][at[1] :].startswith(new))
            restored = rename(folder, name, back, old)
            assert restored == folder.fixture.files, f"{where}: not the same bytes after the way back"
            put(folder, restored)
            tried += 1
    enough(request, tried)


def test_definitions_and_references_lead_to_each_other(folder, request):
    names = documents(folder)
    for name in names:
        folder.open(name)
    tried = 0
    for name in names:
        for old, place in occurrences_of_open(folder, name):
            at = folder.at(name, *place)
            here = lambda found: {folder.place(one) for one in found or []}  # noqa: E731
            definitions = here(folder.ask("textDocument/definition", **at))
            references = here(folder.ask("textDocument/references", **at, context={"includeDeclaration": True}))
            own = (name, *place, place[0], place[1] + len(old))
            assert own in references, f"{name}:{place[0] + 1}: {old} is not among its own references"
            for document, line, character, *_ in definitions:
                text = folder.text(document).split("\n")[line][character:]
                assert re.match(rf"(export )?{re.escape(old)}(?!\w)", text), f"{name}:{place[0] + 1}: {old} is defined at `{text}`"
                if not document.endswith(".infra"):
                    continue
                back = here(folder.ask("textDocument/references", **folder.at(document, line, character), context={"includeDeclaration": True}))
                assert own in back, f"{name}:{place[0] + 1}: the definition of {old} does not know this use"
            tried += 1
    enough(request, tried)


def enough(request, tried):
    """A test that has tried nothing says nothing; single documents may have no names."""
    assert tried >= 5 or request.node.callspec.params["folder"] not in FOLDERS


def occurrences_of_open(folder, name):
    """Every place of an open document in which a name stands, with the name."""
    for place in words(folder.text(name)):
        answer = folder.wire.request("textDocument/prepareRename", folder.at(name, *place)).get("result")
        if answer and (answer["range"]["start"]["line"], answer["range"]["start"]["character"]) == place:
            yield answer["placeholder"], place
