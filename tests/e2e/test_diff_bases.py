"""`diff` where a document extends one that cannot be read in one of the two states, or in neither."""

from __future__ import annotations

import json
import pathlib

import pytest

from test_diff import BASE, DERIVED, commit, git, run, write


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_base_that_one_state_lacks_is_reported(tmp_path, when):
    write(tmp_path, derived=DERIVED, **({} if when == "before" else {"base": BASE}))
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    if when == "before":
        write(tmp_path, base=BASE)
    else:
        (tmp_path / "base.infra").unlink()
    done = run("diff", "HEAD", "--format", "json", cwd=tmp_path, code=1)
    assert f"derived.infra: no file `base.infra`, which it extends, {when} the change" in done.stderr
    # Nothing that it inherits is called new or gone.
    assert [pathlib.Path(document["uri"]).name for document in json.loads(done.stdout)["documents"]] == ["base.infra"]


def test_a_base_that_both_states_lack_is_said_and_the_rest_compared(tmp_path):
    write(tmp_path, derived=DERIVED)
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    write(tmp_path, derived=DERIVED.replace("rocksdb", "hashmap"))
    done = run("diff", "HEAD", "--format", "json", cwd=tmp_path, code=2)
    assert "no file `base.infra`, which it extends, before and after the change: compared without it" in done.stderr
    [document] = json.loads(done.stdout)["documents"]
    assert [change["path"] for change in document["changes"]] == ["state_backends.main.type"]
