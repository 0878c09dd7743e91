"""A drive C of wine, and the program for Windows on it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

SYSTEMS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SYSTEMS), str(SYSTEMS.parent / "e2e")]

import wine  # noqa: E402
from wire import Wire  # noqa: E402

PREFIX = pathlib.Path(os.environ.get("WINEPREFIX", wine.ROOT / ".cache/wine"))
# Several processes may run these tests.
LOCK = str(PREFIX / f"drive_c/lock-{os.getpid()}.exe")
ENVIRONMENT = {**os.environ, "WINEPREFIX": str(PREFIX), "WINEDEBUG": "-all", "NEXFLOW_LSP_TEST": "1"}


class Folder:
    """A folder on drive C: its files by their names, and how Windows names it."""

    def __init__(self, here: pathlib.Path):
        self.here = here

    def path(self, name: str = "") -> str:
        """As Windows writes it."""
        return "C:\\" + str((self.here / name).relative_to(PREFIX / "drive_c")).replace("/", "\\")

    def uri(self, name: str = "", drive: str = "c%3A") -> str:
        """As an editor writes it; VS Code does so with `c%3A`."""
        return f"file:///{drive}/" + (self.here / name).relative_to(PREFIX / "drive_c").as_posix()

    def write(self, name: str, text: str | bytes) -> str:
        file = self.here / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def text(self, name: str) -> bytes:
        return (self.here / name).read_bytes()

    def run(self, *words: str, stdin: bytes = b"", cwd: str = "") -> subprocess.CompletedProcess:
        """Runs the program in the folder."""
        command = ["wine", wine.PROGRAM, *words]
        done = subprocess.run(command, cwd=self.here / cwd, env=ENVIRONMENT, input=stdin, capture_output=True, timeout=120)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert "\\\\?\\" not in done.stdout + done.stderr, "a path is shown as Windows answers, and not as people write it"
        return done

    @contextlib.contextmanager
    def server(self, **params):
        """A server that knows this folder."""
        with Wire(wine.PROGRAM, "--stdio", program="wine", env=ENVIRONMENT) as server:
            server.initialize(
                {"workspace": {"workspaceEdit": {"documentChanges": True}}},
                # The number of this process means nothing, or another one, in wine.
                processId=None,
                workspaceFolders=[{"uri": self.uri(), "name": "folder"}],
                **params,
            )
            yield server
            assert b"\\\\?\\" not in server.stderr
            assert not any("\\\\\\\\?" in str(message) or "%3F" in str(message) for message in server.seen)

    @contextlib.contextmanager
    def locked(self, name: str, others: str):
        """Another program has the file; `others` may `read` it, or do `none`."""
        command = ["wine", LOCK, self.path(name), others]
        holder = subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert holder.stdout.readline().strip() == b"locked"
        yield
        holder.stdin.close()
        holder.wait(60)


@pytest.fixture(scope="session")
def drive():
    wine.complete(PREFIX)
    drive = PREFIX / "drive_c"
    source = pathlib.Path(__file__).with_name("lock.c")
    subprocess.run(["x86_64-w64-mingw32-gcc", "-municode", "-o", LOCK, source], check=True)
    yield drive
    pathlib.Path(LOCK).unlink()


@pytest.fixture
def folder(drive):
    here = pathlib.Path(tempfile.mkdtemp(prefix="t", dir=drive))
    yield Folder(here)
    shutil.rmtree(here)
