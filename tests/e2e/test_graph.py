"""Which documents extend which: as a graph on the command line, and as the type hierarchy of an editor."""

import json
import pathlib
import re
import subprocess
import shutil

import pytest
from test_adopting import run
from wire import Wire

BASE = "version: '1.0'\nenvironment: base\ncheckpoints:\n  c:\n    type: s3\n  only_here:\n    type: s3\n"
MIDDLE = "extends: base.infra\nenvironment: staging\nstate_backends:\n  s: {type: rocksdb}\n"
TOP = "extends: middle.infra\nenvironment: production\ncheckpoints:\n  c:\n    bucket: b\n"


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / ".git").mkdir()
    for name, text in (("base", BASE), ("middle", MIDDLE), ("top", TOP)):
        (tmp_path / f"{name}.infra").write_text(text)
    return tmp_path


def test_json_has_documents_bases_and_refined_entries(folder):
    graph = json.loads(run("graph", "--format", "json", cwd=folder).stdout)
    assert graph["version"] == 1
    found = {one["path"]: (one["environment"], one["extends"], one["refines"]) for one in graph["documents"]}
    assert found == {
        "base.infra": ("base", None, []),
        "middle.infra": ("staging", "base.infra", []),
        "top.infra": ("production", "middle.infra", ["checkpoints.c"]),
    }


def test_diagrams_have_the_same_edges(folder):
    names = ["base.infra", "middle.infra", "top.infra"]
    wanted = {("middle.infra", "base.infra"), ("top.infra", "middle.infra")}
    for form, arrow in (("mermaid", "-->"), ("dot", "->")):
        text = run("graph", "--format", form, cwd=folder).stdout
        edges = re.findall(rf"n(\d+) {arrow} n(\d+)", text)
        assert {(names[int(a)], names[int(b)]) for a, b in edges} == wanted
        assert "checkpoints.c" not in text
        assert "checkpoints.c" in run("graph", "--entries", "--format", form, cwd=folder).stdout


def test_names_of_files_cannot_add_to_a_diagram(folder):
    (folder / 'a"]; n9 -- x["\n.infra').write_text("version: '1.0'\nenvironment: '\"]; evil [label=\"'\n")
    mermaid = run("graph", cwd=folder).stdout
    assert len(mermaid.splitlines()) == 1 + 4 + 2 and all(line.count('"') in (0, 2) for line in mermaid.splitlines())
    dot = run("graph", "--format", "dot", cwd=folder).stdout
    assert len(dot.splitlines()) == 4 + 4 + 2
    if program := shutil.which("dot"):
        assert subprocess.run([program, "-Tsvg"], input=dot, capture_output=True, text=True).returncode == 0


def ask(server: Wire, method: str, params: dict) -> list:
    return server.request(method, params)["result"]


def names(items: list) -> list:
    return [(item["name"], item["uri"].rsplit("/", 1)[-1]) for item in items]


def test_an_editor_walks_the_hierarchy(folder):
    with Wire() as server:
        initialized = server.initialize({}, workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}])
        assert initialized["capabilities"]["typeHierarchyProvider"] is True
        uri = (folder / "top.infra").as_uri()
        server.open(uri, TOP)

        def prepare(line: int, character: int) -> dict:
            position = {"line": line, "character": character}
            [item] = ask(server, "textDocument/prepareTypeHierarchy", {"textDocument": {"uri": uri}, "position": position})
            return item

        document, entry = prepare(0, 3), prepare(3, 2)
        assert names([document, entry]) == [("top.infra", "top.infra"), ("c", "top.infra")]
        up = ask(server, "typeHierarchy/supertypes", {"item": document})
        assert names(up) == [("middle.infra", "middle.infra")]
        # The entry is refined past the document in between, which does not have it.
        base = ask(server, "typeHierarchy/supertypes", {"item": entry})
        assert names(base) == [("c", "base.infra")]
        assert names(ask(server, "typeHierarchy/subtypes", {"item": base[0]})) == [("c", "top.infra")]
        assert names(ask(server, "typeHierarchy/subtypes", {"item": up[0]})) == [("top.infra", "top.infra")]
        [root] = ask(server, "typeHierarchy/supertypes", {"item": up[0]})
        assert names(ask(server, "typeHierarchy/subtypes", {"item": root})) == [("middle.infra", "middle.infra")]
        assert ask(server, "typeHierarchy/supertypes", {"item": root}) == []
        # An item that nobody was given leads nowhere.
        outside = {**document, "uri": "file:///etc/passwd"}
        assert not ask(server, "typeHierarchy/supertypes", {"item": outside})
