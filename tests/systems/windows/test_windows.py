"""What is different on Windows: how files are named, held and ended, and what its shells leave to programs.

`tests/targets win32-x64` runs these in wine, on a drive C where the case of names means nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import time

import pytest
import wine
from conftest import ENVIRONMENT

HEAD = 'version: "1.0"\nenvironment: test\n'
BASE = HEAD + "state_backends:\n  shared:\n    type: hashmap\n"
OVERLAY = HEAD + "extends: {}\nstate_backends:\n  log:\n    type: changelog\n    base_backend: shared\n# nexflow: ignore-file[changelog-without-storage]\n"
GOOD = HEAD + "state_backends:\n  main:\n    type: hashmap\n"
WRONG = GOOD.replace("hashmap", "hashmapx")
UGLY = GOOD.replace("  main", "    main").replace("    type", "        type")


def codes(found: list[dict]) -> list[str]:
    """What is found, but for the advice to write the names of bases in small letters."""
    return [one["code"] for one in found if one["code"] != "extends-form"]


# Patterns: cmd and PowerShell hand them over as they are.


@pytest.mark.parametrize(
    ("pattern", "checked"),
    [("*.infra", 2), ("*.INFRA", 2), ("?.infra", 2), ("[ab].infra", 2), ("b*", 1), (r".\*.infra", 2), (r"sub\*.infra", 1), ("sub/*.infra", 1)],
)
def test_patterns_mean_the_files_of_a_folder(folder, pattern, checked):
    for name in ("a.infra", "b.infra", "sub/c.infra"):
        folder.write(name, WRONG)
    done = folder.run("check", "--no-env", "--format", "json", pattern)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, checked), done


def test_a_pattern_with_a_drive_is_understood_and_one_that_means_nothing_is_named(folder):
    folder.write("a.infra", GOOD)
    done = folder.run("check", "--no-env", folder.path("*.infra"))
    assert (done.returncode, "1 document" in done.stdout + done.stderr) == (0, True), done
    done = folder.run("check", "--no-env", "*.yaml")
    assert done.returncode == 2 and "*.yaml" in done.stderr, done


# How files are named.


def test_a_verbatim_path_is_read_and_shown_as_people_write_it(folder):
    path = folder.write("a.infra", WRONG)
    done = folder.run("check", "--no-env", "--format", "short", "\\\\?\\" + path)
    assert done.returncode == 1 and "enum-unknown-value" in done.stdout, done
    done = folder.run("doctor")
    assert "C:\\" in done.stdout, done


@pytest.mark.parametrize("spelling", ["c%3A", "C%3A", "c:", "C:", "c%3a"])
def test_every_spelling_of_an_address_means_the_same_file(folder, spelling):
    folder.write("base.infra", BASE)
    folder.write("prod.infra", OVERLAY.format("base.infra"))
    with folder.server() as server:
        uri = folder.uri("prod.infra", spelling)
        server.open(uri, OVERLAY.format("base.infra"))
        # The answer is about the address that the client has.
        assert codes(server.diagnostics(uri, 1)) == []
        at = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 11}}
        found = server.request("textDocument/definition", at)["result"]
        found = found[0] if isinstance(found, list) else found
        assert (found.get("targetUri") or found["uri"]).lower() == folder.uri("base.infra", "c%3a").lower()
        links = server.request("textDocument/documentLink", {"textDocument": {"uri": uri}})["result"]
        targets = [server.request("documentLink/resolve", one)["result"]["target"] if "target" not in one else one["target"] for one in links]
        assert any(target.lower().endswith("/base.infra") for target in targets), links
        assert server.shut_down() == 0


@pytest.mark.parametrize("name", ["base.infra", "BASE.infra", "Base.INFRA", ".\\base.infra", "./base.infra", "SUB/../base.infra"])
def test_the_case_of_a_base_and_its_slashes_mean_nothing(folder, name):
    folder.write("base.infra", BASE)
    folder.write("sub/x.infra", GOOD)
    folder.write("prod.infra", OVERLAY.format(name))
    done = folder.run("check", "--no-env", "--format", "json", "prod.infra")
    assert codes(json.loads(done.stdout)["diagnostics"]) == [], done


def test_one_file_under_two_names_is_one_document(folder):
    folder.write("base.infra", BASE)
    folder.write("prod.infra", OVERLAY.format("BASE.infra"))
    folder.write("dev.infra", OVERLAY.format("base.infra"))
    with folder.server() as server:
        base = folder.uri("base.infra")
        server.open(base, BASE)
        at = {"textDocument": {"uri": base}, "position": {"line": 3, "character": 4}}
        renamed = server.request("textDocument/rename", {**at, "newName": "common"})["result"]
        edited = [one["textDocument"]["uri"] for one in renamed["documentChanges"]]
        names = sorted(uri.lower().rpartition("/")[2] for uri in edited)
        assert names == ["base.infra", "dev.infra", "prod.infra"], renamed
        assert base in edited, "an open document is named as its editor names it"
        references = server.request("textDocument/references", {**at, "context": {"includeDeclaration": True}})["result"]
        assert len(references) == 3, references
        found = server.request("workspace/symbol", {"query": "log"})["result"]
        assert len(found) == 2, found
        assert server.shut_down() == 0


def test_an_edit_of_an_open_base_reaches_what_extends_it_under_another_case(folder):
    folder.write("base.infra", BASE)
    folder.write("prod.infra", OVERLAY.format("BASE.infra"))
    with folder.server() as server:
        prod, base = folder.uri("prod.infra"), folder.uri("Base.infra", "C:")
        server.open(prod, OVERLAY.format("BASE.infra"))
        assert codes(server.diagnostics(prod, 1)) == []
        server.open(base, BASE.replace("shared", "other"))
        server.until(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == prod and codes(m["params"]["diagnostics"]))
        assert server.shut_down() == 0


@pytest.mark.parametrize("name", ["nul.infra", "CON.infra", "com1.infra", "lpt9.infra", "aux.base.infra", "con", "base.infra:stream"])
def test_names_of_devices_are_refused_and_never_waited_for(folder, name):
    folder.write("prod.infra", HEAD + f"extends: '{name}'\n")
    began = time.monotonic()
    done = folder.run("check", "--no-env", "--format", "short", "prod.infra")
    assert done.returncode == 1 and "extends-" in done.stdout, done
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("name", ["C:\\base.infra", "C:base.infra", "\\\\host\\share\\base.infra", "//host/share/base.infra", "\\\\?\\C:\\base.infra"])
def test_a_base_is_never_looked_for_on_another_drive_or_host(folder, name):
    folder.write("prod.infra", HEAD + f"extends: '{name}'\n")
    done = subprocess.run(
        ["wine", wine.PROGRAM, "check", "--no-env", "--format", "short", "prod.infra"], cwd=folder.here, env=ENVIRONMENT, capture_output=True, timeout=120
    )
    assert done.returncode == 1 and b"extends-" in done.stdout, done


def test_paths_may_be_longer_than_260_characters(folder):
    deep = "/".join(["folder-with-a-long-name-%02d" % number for number in range(14)])
    folder.write(f"{deep}/base.infra", BASE)
    path = folder.write(f"{deep}/prod.infra", OVERLAY.format("base.infra").replace("changelog", "changelogx"))
    assert len(path) > 300
    done = folder.run("check", "--no-env", "--format", "short", path)
    assert done.returncode == 1 and "enum-unknown-value" in done.stdout and "extends-" not in done.stdout, done
    done = folder.run("check", "--no-env", "--format", "json", ".")
    assert done.returncode == 1 and len(done.stdout.splitlines()) == 2, done
    folder.write(f"{deep}/ugly.infra", UGLY)
    done = folder.run("fmt", folder.path(f"{deep}/ugly.infra"))
    assert (done.returncode, folder.text(f"{deep}/ugly.infra")) == (0, GOOD.encode()), done
    with folder.server() as server:
        uri = folder.uri(f"{deep}/prod.infra")
        server.open(uri, OVERLAY.format("base.infra"))
        assert codes(server.diagnostics(uri, 1)) == []
        at = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 11}}
        found = server.request("textDocument/definition", at)["result"]
        found = found[0] if isinstance(found, list) else found
        assert (found.get("targetUri") or found["uri"]).lower() == folder.uri(f"{deep}/base.infra", "c%3a").lower()
        found = server.request("workspace/symbol", {"query": "shared"})["result"]
        assert [one["location"]["uri"].lower() for one in found] == [folder.uri(f"{deep}/base.infra", "c%3a").lower()]
        assert server.shut_down() == 0


# Line ends.


def test_line_ends_of_windows_stay(folder):
    folder.write("a.infra", UGLY.replace("\n", "\r\n"))
    folder.write("b.infra", GOOD.replace("hashmap", "HashMap").replace("\n", "\r\n"))
    assert folder.run("fmt", "a.infra").returncode == 0
    assert folder.text("a.infra") == GOOD.replace("\n", "\r\n").encode()
    assert folder.run("check", "--no-env", "--fix", "b.infra").returncode == 0
    assert folder.text("b.infra") == GOOD.replace("\n", "\r\n").encode()
    # Positions are the same with both kinds of line ends.
    folder.write("c.infra", WRONG)
    folder.write("d.infra", WRONG.replace("\n", "\r\n"))
    lines = folder.run("check", "--no-env", "--format", "short", "c.infra", "d.infra").stdout.splitlines()
    places = [line.split(".infra")[1] for line in lines if ".infra:" in line]
    assert len(places) == 2 and places[0] == places[1], lines
    done = folder.run("fmt", "-", stdin=UGLY.replace("\n", "\r\n").encode())
    assert done.stdout == GOOD.replace("\n", "\r\n"), done


# Files that another program holds, and readers that leave.


def test_a_file_that_another_program_holds_is_named_and_the_rest_is_checked(folder):
    folder.write("a.infra", GOOD)
    folder.write("b.infra", WRONG)
    with folder.locked("a.infra", "none"):
        done = folder.run("check", "--no-env", "--format", "short", ".")
        assert done.returncode == 2 and "a.infra" in done.stderr and "enum-unknown-value" in done.stdout, done
    assert folder.run("check", "--no-env", "a.infra").returncode == 0


@pytest.mark.parametrize("others", ["read", "none"])
def test_a_file_that_cannot_be_replaced_keeps_its_text_and_nothing_stays_behind(folder, others):
    folder.write("a.infra", UGLY)
    folder.write("b.infra", UGLY)
    with folder.locked("a.infra", others):
        done = folder.run("fmt", ".")
        assert done.returncode == 2 and "a.infra" in done.stderr, done
        assert folder.text("a.infra") == UGLY.encode()
        # One that cannot be written hinders no other.
        assert folder.text("b.infra") == GOOD.encode()
    assert sorted(os.listdir(folder.here)) == ["a.infra", "b.infra"]
    assert folder.run("fmt", ".").returncode == 0
    assert folder.text("a.infra") == GOOD.encode()


def test_a_base_that_another_program_holds_is_said_and_read_once_it_is_free(folder):
    folder.write("base.infra", BASE)
    folder.write("prod.infra", OVERLAY.format("base.infra"))
    with folder.server() as server:
        uri = folder.uri("prod.infra")
        with folder.locked("base.infra", "none"):
            server.open(uri, OVERLAY.format("base.infra"))
            assert any(code.startswith("extends-") for code in codes(server.diagnostics(uri, 1)))
        server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": folder.uri("base.infra"), "type": 2}]})
        server.until(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri and not codes(m["params"]["diagnostics"]))
        assert server.shut_down() == 0


def test_a_file_that_is_only_to_be_read_stays_as_it_is(folder):
    folder.write("a.infra", UGLY)
    subprocess.run(["wine", "attrib", "+r", folder.path("a.infra")], env=ENVIRONMENT, check=True, capture_output=True)
    done = folder.run("fmt", "a.infra")
    assert done.returncode == 2 and "read-only" in done.stderr, done
    assert folder.text("a.infra") == UGLY.encode()


def test_a_reader_that_leaves_is_no_error(folder):
    for number in range(300):
        folder.write(f"{number}.infra", WRONG)
    read, write = os.pipe()
    process = subprocess.Popen(
        ["wine", wine.PROGRAM, "check", "--no-env", "."], cwd=folder.here, env=ENVIRONMENT, stdout=write, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    os.close(write)
    os.close(read)
    said = process.communicate(timeout=120)[1].decode()
    assert "cannot be written" not in said and "panicked" not in said, said


def test_the_server_ends_when_its_client_is_gone(folder):
    with folder.server() as server:
        server.process.stdin.close()
        assert server.process.wait(60) in (0, 1)
