"""The bounds of the allocator, which the server gives itself by beginning again (docs/adr/0009-allocator.md)."""

import os
import pathlib
import platform

import pytest
from wire import Wire, at

URI = "file:///a.infra"
BOUNDS = {name: None for name in os.environ if name.startswith("MALLOC_") or name == "GLIBC_TUNABLES"}

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc needs bounds")


def environment(server: Wire) -> dict[str, str]:
    # Once glibc has read the bounds, each stands in the environment as a variable of its own.
    text = pathlib.Path(f"/proc/{server.process.pid}/environ").read_text()
    return dict(variable.removeprefix("GLIBC_TUNABLES=").split("=", 1) for variable in text.split("\0") if "=" in variable)


def test_the_server_has_bounds_and_is_the_process_that_was_started():
    with Wire(env=BOUNDS) as server:
        server.initialize()
        found = environment(server)
        assert "glibc.malloc.arena_max" in found
        assert "glibc.malloc.trim_threshold" in found
        assert pathlib.Path(f"/proc/{server.process.pid}/comm").read_text() == "nexflow-lsp\n"
        assert server.shut_down() == 0
        # glibc says on standard error what it does not understand.
        assert server.stderr == b""


@pytest.mark.parametrize("variable", ["MALLOC_ARENA_MAX=7", "GLIBC_TUNABLES=glibc.malloc.arena_max=7"])
def test_what_somebody_has_set_holds(variable):
    name, value = variable.split("=", 1)
    with Wire(env={**BOUNDS, name: value}) as server:
        server.initialize()
        found = environment(server)
        assert found["MALLOC_ARENA_MAX" if name.startswith("MALLOC") else "glibc.malloc.arena_max"] == "7"
        assert "NEXFLOW_LSP_ALLOCATOR" not in found
        assert server.shut_down() == 0


def test_arguments_are_the_same():
    with Wire("--stdio", "--log", "info", env=BOUNDS) as server:
        server.initialize()
        arguments = pathlib.Path(f"/proc/{server.process.pid}/cmdline").read_bytes().split(b"\0")
        assert arguments[1:4] == [b"--stdio", b"--log", b"info"]
        assert server.shut_down() == 0
        assert b"INFO" in server.stderr


def test_a_document_cannot_see_what_was_set():
    head = "version: '1.0'\nenvironment: development\nstreams:\n  a:\n    topic: "
    other = "file:///b.infra"
    with Wire(env={**BOUNDS, "OWN": "x"}) as server:
        server.initialize()
        server.open(URI, head + "${OWN}\n")
        offered = server.request("textDocument/completion", at(URI, 4, 13))["result"]
        labels = {item["label"] for item in (offered if isinstance(offered, list) else offered["items"])}
        assert any("OWN" in label for label in labels)
        assert not any("GLIBC" in label or "ALLOCATOR" in label for label in labels)
        server.open(other, head + "${GLIBC_TUNABLES}-${NEXFLOW_LSP_ALLOCATOR}-${OWN}\n")
        published = server.diagnostics(other, 1)
        assert [item["code"] for item in published].count("env-unresolved") == 2, published
        assert server.shut_down() == 0
