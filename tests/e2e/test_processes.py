"""Names that processes (L1) use and documents (L5) bind: the ways between them, renames there and back, and what one rename on one
side alone brings to light."""

import json
import pathlib
import re
import shutil
import subprocess
from urllib.parse import unquote, urlparse

import pytest

from fixture import Folder
from wire import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/order-flow"
DOCUMENTS = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.infra"))
PROCESSES = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.proc"))

# The names that the processes of the example use, with the section whose entry each means, written down from the processes.
NAMES = {
    "incoming_orders": "streams",
    "scored_orders": "streams",
    "settled_orders": "streams",
    "late_orders": "streams",
    "customers": "lookups",
    "settlement_confirmations": "completions",
    "failed_orders": "dead_letters",
    "order_checkpoints": "checkpoints",
    "orders_per_customer": "state_ttls",
    "order_intake": "resources",
    "order_settlement": "resources",
}
DEPLOYED = ["development.infra", "production.infra", "staging.infra"]


def project(opened: bool = True) -> str:
    """The files of the example as a fixture."""
    names = [*DOCUMENTS, *PROCESSES, "nexflow.toml", ".env"]
    word = {name: "open " if opened and name.endswith((".infra", ".proc")) else "" for name in names}
    return "".join(f"//- {word[name]}{name}\n{(EXAMPLE / name).read_text(encoding='utf-8')}" for name in names)


def found(folder: pathlib.Path) -> list[tuple[str, str, str]]:
    """What `check` finds about processes: file, rule, and the token."""
    run = subprocess.run([binary(), "check", "--no-env", "--format", "json", "."], cwd=folder, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    out = []
    for report in map(json.loads, run.stdout.splitlines()):
        path = pathlib.Path(unquote(urlparse(report["uri"]).path))
        lines = path.read_text(encoding="utf-8").splitlines()
        for one in report["diagnostics"]:
            start, end = one["range"]["start"], one["range"]["end"]
            if one["code"].startswith("process-"):
                out.append((path.name, one["code"], lines[start["line"]][start["character"] : end["character"]]))
    return sorted(out)


def copy(folder: pathlib.Path) -> pathlib.Path:
    shutil.copytree(EXAMPLE, folder / "project")
    return folder / "project"


def rename_in(folder: pathlib.Path, ending: str, old: str, new: str) -> None:
    """Replaces a word in all files of one side, comments apart."""
    for path in folder.rglob(f"*{ending}"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        lines = [line if re.match(r"\s*(#|//)", line) else re.sub(rf"\b{old}\b", new, line) for line in lines]
        path.write_text("".join(lines), encoding="utf-8")


def test_the_example_is_clean(tmp_path):
    assert found(copy(tmp_path)) == []


def expected(section: str, old: str, new: str, in_process: bool) -> list[tuple[str, str, str]]:
    """What a rename on one side alone must bring to light."""
    document, process = (old, new) if in_process else (new, old)
    if section == "resources":
        return sorted((name, "process-unknown", document) for name in DEPLOYED)
    if section == "state_ttls":
        return [("base.infra", "process-state-unknown", document)]
    # Of the deployed documents each section that it has itself, or else what it extends.
    own = section == "checkpoints"
    unbound = [(name, "process-name-unbound", section if own else "base.infra") for name in DEPLOYED]
    return sorted([*unbound, ("base.infra", "process-binding-unused", document)])


@pytest.mark.parametrize("in_process", [True, False], ids=["process", "document"])
@pytest.mark.parametrize("name", NAMES)
def test_a_rename_on_one_side_gives_exactly_the_right_finding(tmp_path, name, in_process):
    folder = copy(tmp_path)
    new = "zebra_crossing"
    rename_in(folder, ".proc" if in_process else ".infra", name, new)
    assert found(folder) == expected(NAMES[name], name, new, in_process)


def meanings(texts: dict[str, str]) -> tuple[list, list]:
    """What both sides name, each with its file: by words alone, for this oracle knows neither YAML nor L1."""
    sides: tuple[list, list] = ([], [])
    for name, text in sorted(texts.items()):
        side = sides[name.endswith(".proc")]
        for line in text.splitlines():
            if not re.match(r"\s*(#|//)", line):
                side += [(name, word) for word in re.findall(r"\w+", line)]
    return sides


def place(folder: Folder, ending: str, name: str) -> tuple[str, int, int]:
    """A place where a name stands as a name: a key of a document, or a word behind a word of L1."""
    key = rf"^\s*{name}(?=:)" if ending == ".infra" else rf"(?:from|to|using|dead_letter|process|local) {name}\b"
    for file in folder.fixture.files:
        for number, line in enumerate(folder.text(file).splitlines() if file.endswith(ending) else []):
            if found := re.search(key, line):
                return file, number, found.end() - 1
    # `late data to x` and a checkpoint's `to x` stand in lines of their own.
    raise AssertionError(name)


@pytest.mark.parametrize("ending", [".infra", ".proc"])
@pytest.mark.parametrize("opened", [True, False], ids=["open", "closed"])
def test_renames_there_and_back_change_both_sides_and_nothing_else(tmp_path, ending, opened):
    with Folder(tmp_path, project(opened)) as folder:
        before = {name: folder.text(name) for name in folder.fixture.files}
        for name in NAMES:
            file, line, character = place(folder, ending, name)
            if not opened:
                folder.open(file)
            edit = folder.ask("textDocument/rename", **folder.at(file, line, character), newName="zebra_crossing")
            there = folder.edited(edit)
            replaced = {file: re.sub(rf"\b{name}\b", "zebra_crossing", text) for file, text in before.items()}
            assert meanings(there) == meanings(replaced), name
            if not opened:
                folder.close(file)


def test_all_ways_lead_from_one_side_to_the_other(tmp_path):
    with Folder(tmp_path, project()) as folder:
        for name, section in NAMES.items():
            answers = []
            for ending in (".infra", ".proc"):
                at = folder.at(*place(folder, ending, name))
                found = folder.ask("textDocument/references", **at, context={"includeDeclaration": True})
                answers.append(sorted(folder.place(one) for one in found))
                target = folder.ask("textDocument/definition", **at)
                assert any(one["uri"].endswith(".proc" if ending == ".infra" else ".infra") for one in target), name
                shown = folder.ask("textDocument/hover", **at)["contents"]["value"]
                assert "Used by process" in shown and "order_" in shown, shown
            # Both sides know the same places: each word of this name that is no comment.
            words = [
                (file, number, word.start(), number, word.end())
                for file in folder.fixture.files
                for number, line in enumerate(folder.text(file).splitlines())
                if not re.match(r"\s*(#|//)", line)
                for word in re.finditer(rf"\b{name}\b", line)
            ]
            assert answers[0] == answers[1] == sorted(words), (name, section)
            marks = folder.ask("textDocument/documentHighlight", **at)
            assert marks and all(mark["kind"] in (2, 3) for mark in marks)


def test_a_source_keeps_the_name_that_the_process_calls_it(tmp_path):
    text = """
    //- nexflow.toml
    //- open a.infra
    streams:
      $0orders: {type: kafka}
      trades: {type: kafka}
    //- open a.proc
    process settling
        receive orders
            schema order
        receive trades
        join orders with others
            on id
    end
    """
    with Folder(tmp_path, text) as folder:
        there = folder.rename("incoming")
        assert "receive orders from incoming\n" in there["a.proc"] and "join orders" in there["a.proc"]
        at = folder.at("a.infra", 2, 3)
        there = folder.edited(folder.ask("textDocument/rename", **at, newName="deals"))
        assert "receive deals\n" in there["a.proc"]


@pytest.mark.parametrize("new", ["events", "in-coming", "trades"])
def test_a_name_that_processes_cannot_use_is_refused(tmp_path, new):
    text = """
    //- nexflow.toml
    //- open a.infra
    streams:
      $0orders: {type: kafka}
    //- a.proc
    process settling
        receive orders
        emit to trades
    end
    """
    with Folder(tmp_path, text) as folder:
        assert f"`{new}`" in folder.refused("textDocument/rename", newName=new)


def test_findings_follow_what_is_typed_in_a_process(tmp_path):
    with Folder(tmp_path, project()) as folder:
        staging = "src/infra/staging.infra"
        settlement = "src/flow/order_settlement.proc"
        assert folder.codes(staging) == []
        text = folder.text(settlement)
        folder.type(settlement, text.replace("emit to settled_orders", "emit to setled_orders"))
        [finding] = folder.findings(staging)
        assert finding["code"] == "process-name-unbound" and "Did you mean `settled_orders`?" in finding["message"]
        assert finding["relatedInformation"][0]["location"]["uri"] == folder.uri(settlement)
        folder.type(settlement, text)
        assert folder.codes(staging) == []
        folder.write(settlement, text.replace("process order_settlement", "process settlement"))
        folder.close(settlement)
        folder.changed(settlement)
        folder.all_findings()
        assert folder.codes(staging) == ["process-unknown"]


def test_what_processes_use_and_nobody_binds_is_offered_first(tmp_path):
    text = """
    //- nexflow.toml
    //- open a.infra
    version: "1.0"
    streams:
      orders: {type: kafka}
      $0
    //- open a.proc
    process settling
        receive orders
        emit to settled
        dead_letter lost
    end
    """
    with Folder(tmp_path, text) as folder:
        # This answer waits until the process files have been read.
        folder.ask("workspace/symbol", query="")
        labels = folder.labels()
        assert labels[0] == "settled" and "lost" not in labels and "orders" not in labels


def test_lenses_count_processes(tmp_path):
    with Folder(tmp_path, project(), settings={"infra": {"codeLens": True}}) as folder:
        base = "src/infra/base.infra"
        titles = {}
        for lens in folder.ask("textDocument/codeLens", textDocument={"uri": folder.uri(base)}):
            start, end = lens["range"]["start"], lens["range"]["end"]
            name = folder.text(base).splitlines()[start["line"]][start["character"] : end["character"]]
            titles[name] = folder.ask("codeLens/resolve", **lens)["command"]["title"]
        assert titles["scored_orders"] == "used by 2 processes"
        assert titles["customers"] == "used by 1 process"
        assert titles["order_checkpoints"].startswith("used by 2 processes · refined by ")


@pytest.mark.parametrize("wanted", [True, False])
def test_process_files_are_asked_for_only_where_the_user_wants_it(tmp_path, wire, wanted):
    names = ["synchronization", "definition", "references", "documentHighlight", "hover", "rename"]
    capabilities = {"textDocument": {name: {"dynamicRegistration": True} for name in names}}
    wire.initialize(capabilities, rootUri=tmp_path.as_uri(), initializationOptions={"infra": {"processFiles": wanted}})
    wire.request("workspace/symbol", {"query": ""})
    expected = {f"textDocument/{name}" for name in ("didOpen", "didChange", "didClose", "didSave", "definition", "references", "documentHighlight", "hover", "rename")}

    def methods():
        asked = [one for one in wire.seen if one.get("method") == "client/registerCapability"]
        return {
            one["method"]
            for message in asked
            for one in message["params"]["registrations"]
            if ".proc" in json.dumps(one.get("registerOptions") or {}) and "documentSelector" in (one.get("registerOptions") or {})
        }

    # The server asks beside its answers, so that an answer may come first.
    while wanted and not methods() >= expected:
        wire.until(lambda message: message.get("method") == "client/registerCapability")
    assert methods() == (expected if wanted else set())


def test_the_graph_has_each_name_that_a_process_uses(tmp_path):
    folder = copy(tmp_path)

    def graph(form: str) -> str:
        command = [binary(), "graph", "--processes", "--format", form, "."]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout

    found = json.loads(graph("json"))
    assert found["processes"] == ["order_intake", "order_settlement"]
    edges = {(one["process"], one["name"], one["direction"]) for one in found["edges"]}
    assert edges == {
        ("order_intake", "incoming_orders", "in"),
        ("order_intake", "late_orders", "out"),
        ("order_intake", "customers", "in"),
        ("order_intake", "scored_orders", "out"),
        ("order_intake", "failed_orders", "out"),
        ("order_intake", "order_checkpoints", "out"),
        ("order_settlement", "scored_orders", "in"),
        ("order_settlement", "settled_orders", "out"),
        ("order_settlement", "settlement_confirmations", "out"),
        ("order_settlement", "failed_orders", "out"),
        ("order_settlement", "order_checkpoints", "out"),
    }
    for form, arrow in (("mermaid", "-->"), ("dot", "->")):
        assert len(re.findall(rf"[np]\d+ {arrow} [np]\d+", graph(form))) == len(edges)
