"""`diff` and `check --changed` in a project with processes (L1): names that a change unbinds or binds, and processes that change."""

from __future__ import annotations

import json
import pathlib
import re
import shutil

import pytest

from test_diff import ROOT, commit, git, plan, run

EXAMPLE = ROOT / "examples/order-flow"
DEPLOYED = {"development.infra", "production.infra", "staging.infra"}


@pytest.fixture
def project(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "project")
    git(tmp_path / "project", "init", "-q")
    commit(tmp_path / "project")
    return tmp_path / "project"


def replace(folder, ending, old, new):
    for path in folder.rglob(f"*{ending}"):
        path.write_text(re.sub(rf"\b{old}\b", new, path.read_text()))


def changes(folder, *arguments, code=2):
    """The changes by document, each as path, kind, class and the processes that use it."""
    found = {}
    for document in plan(*(arguments or ["HEAD"]), "--no-env", cwd=folder, code=code):
        one = [(each["path"], each["old"], each["new"], each["class"], each.get("usedBy")) for each in document["changes"]]
        found[pathlib.Path(document["uri"]).name] = one
    return found


def kinds(folder, *arguments):
    """The kinds of change, as the text names them."""
    return re.findall(r"\[([\w.-]+)\]", run("diff", *(arguments or ["HEAD"]), "--no-env", cwd=folder).stdout)


def test_a_rename_in_documents_alone_unbinds_what_processes_use(project):
    replace(project, ".infra", "scored_orders", "zebra_orders")
    found = changes(project)
    assert set(found) == {"base.infra", *DEPLOYED}
    users = ["order_intake", "order_settlement"]
    assert all(one == [("streams.zebra_orders", "scored_orders", "zebra_orders", "unknown", users)] for one in found.values())
    assert kinds(project)[0] == "process-binding-removed"
    # Back again, what they use is bound.
    commit(project)
    replace(project, ".infra", "zebra_orders", "scored_orders")
    assert "process-binding-added" in kinds(project)


def test_a_rename_on_both_sides_unbinds_nothing(project):
    for ending in (".infra", ".proc"):
        replace(project, ending, "scored_orders", "zebra_orders")
    for document in changes(project).values():
        assert [(path, users) for path, _, _, _, users in document] == [("streams.zebra_orders", ["order_intake", "order_settlement"])]
    assert not {kind for kind in kinds(project) if kind.startswith("process-")}


def test_an_entry_that_no_process_uses_is_removed_without_a_word_about_processes(project):
    base = project / "src/infra/base.infra"
    base.write_text(base.read_text() + "  # last\n" if "streams:" not in base.read_text() else base.read_text().replace("streams:\n", "streams:\n  unused: {type: kafka, topic: t}\n", 1))
    commit(project)
    git(project, "revert", "--no-edit", "HEAD")
    for document in changes(project, "HEAD~1", "HEAD").values():
        assert [(path, users) for path, _, _, _, users in document] == [("streams.unused", None)]
    assert not {kind for kind in kinds(project, "HEAD~1", "HEAD") if kind.startswith("process-")}


def test_a_process_that_changes_reaches_the_documents_of_its_project(project):
    replace(project, ".proc", "settled_orders", "other_orders")
    found = changes(project)
    assert set(found) == {"base.infra", *DEPLOYED}
    for document in found.values():
        assert sorted(document) == [
            ("streams.other_orders", None, ["order_settlement"], "unknown", ["order_settlement"]),
            ("streams.settled_orders", ["order_settlement"], None, "unknown", None),
        ]
    assert set(kinds(project)) == {"process-binding-removed", "process-uses-changed"}
    commit(project)
    assert changes(project, "HEAD", code=0) == {}
    assert set(changes(project, "HEAD~1", "HEAD")) == {"base.infra", *DEPLOYED}


def test_a_process_with_another_name_leaves_its_settings(project):
    replace(project, ".proc", "order_intake", "intake")
    found = changes(project)
    assert set(found) == DEPLOYED
    assert all(document == [("resources.order_intake", ["order_intake"], None, "unknown", None)] for document in found.values())
    replace(project, ".infra", "order_intake", "intake")
    assert set(kinds(project)) == {"process-renamed"}


def test_comments_and_bodies_of_processes_change_nothing(project):
    for path in project.rglob("*.proc"):
        path.write_text("// emit to nowhere\n" + path.read_text())
    assert changes(project, "HEAD", code=0) == {}
    assert run("check", "--changed", "--allow-empty", "--format", "json", "--no-env", cwd=project).stdout == ""


def test_the_processes_of_another_project_have_no_say(project):
    other = project / "other"
    other.mkdir()
    (other / "nexflow.toml").write_text("")
    (other / "a.proc").write_text("process order_settlement\n    emit to settled_orders\nend\n")
    commit(project)
    (other / "a.proc").write_text("process order_settlement\n    emit to others\nend\n")
    assert changes(project, "HEAD", code=0) == {}


def check(folder, *arguments):
    found = {}
    for line in run("check", "--format", "json", "--no-env", *arguments, cwd=folder).stdout.splitlines():
        report = json.loads(line)
        found[report["path"]] = report["diagnostics"]
    return found


def test_check_changed_is_the_full_check_where_a_process_has_changed(project):
    replace(project, ".proc", "settled_orders", "other_orders")
    full = check(project)
    changed = check(project, "--changed")
    assert {pathlib.Path(path).name for path in changed} == {"base.infra", *DEPLOYED}
    assert changed == {path: full[path] for path in changed}
    assert any(one["code"] == "process-name-unbound" for found in changed.values() for one in found)
