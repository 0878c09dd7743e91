"""Makes the folder in which an editor runs, and the editor in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .editor import Editor, Session
from .programs import Program

REPOSITORY = Path(__file__).resolve().parents[3]
WORKSPACE = Path(__file__).resolve().parents[1] / "workspace"


def server() -> Path:
    """The server under test: NEXFLOW_LSP, else the debug build."""
    if named := os.environ.get("NEXFLOW_LSP"):
        return Path(named).resolve()
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    if not target.is_absolute():
        target = REPOSITORY / target
    return target / "debug/nexflow-lsp"


def begin(program: Program, folder: Path) -> Editor:
    """An editor that runs, with a copy of the workspace; no setting of the person who runs the tests reaches it."""
    workspace = folder / "ws"
    shutil.copytree(WORKSPACE, workspace)
    (workspace / ".gitattributes").unlink()
    # The root that the editors look for.
    subprocess.run(["git", "init", "-q", workspace], check=True)
    programs = folder / "bin"
    programs.mkdir()
    (programs / "nexflow-lsp").symlink_to(server())
    environment = {
        "HOME": str(folder),
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "TMPDIR": str(folder),
    }
    editor = driver(program)(Session(program, folder, workspace, environment))
    editor.start()
    return editor


def driver(program: Program) -> type[Editor]:
    """The class that drives this program."""
    if program.family == "neovim":
        from .neovim import Neovim

        return Neovim
    if program.family == "helix":
        from .helix import Helix

        return Helix
    from .emacs import Emacs

    return Emacs


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """A temporary folder with a short name, for the path of a Unix socket may have 107 bytes only."""
    with tempfile.TemporaryDirectory(prefix="nx", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()
