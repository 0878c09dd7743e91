"""The editors that the tests drive: which version, from where, and how each is started."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import debian


@dataclass(frozen=True)
class Program:
    """One version of one editor."""

    key: str
    """Name in the tests, in `--editor`, and the key of the table's column."""
    title: str
    """What the table calls it."""
    family: str
    """neovim, helix or emacs."""
    suite: str
    packages: tuple[tuple[str, str], ...] = field(repr=False)
    version: str
    client: str = ""
    """Emacs: which LSP client is used."""

    def install(self) -> Path:
        """The program, unpacked when it is not there yet. Raises `debian.Unavailable`."""
        with debian.alone():
            return _install(self.family, self.suite, self.packages)


@cache
def _install(family: str, suite: str, packages: tuple[tuple[str, str], ...]) -> Path:
    name = {"neovim": "nvim", "helix": "hx", "emacs": "emacs-nox"}[family]
    folder = debian.unpack(family, suite, dict(packages), f"usr/bin/{name}")
    program = folder / "usr/bin" / name
    if family == "neovim":
        settings = {"VIMRUNTIME": f"{folder}/usr/share/nvim/runtime"}
        return debian.starter(folder, program, settings, ["--cmd", f"set runtimepath+={folder}/usr/lib/nvim"])
    if family == "helix":
        return debian.starter(folder, program, {"HELIX_RUNTIME": f"{folder}/usr/lib/hx/runtime"}, [])
    share = next(path for path in sorted((folder / "usr/share/emacs").iterdir()) if path.name[0].isdigit())
    dump = next((folder / "usr/libexec/emacs" / share.name).rglob("*.pdmp"))
    packages_lisp = sorted((folder / "usr/share/emacs/site-lisp/elpa-src").iterdir())
    settings = {
        "EMACSLOADPATH": ":".join(str(path) for path in [*packages_lisp, share / "lisp"]),
        "EMACSDATA": f"{share}/etc",
        "EMACSDOC": f"{share}/etc",
        "EMACSPATH": str(dump.parent),
    }
    # Emacs looks for its dump beside the program, also when it starts itself.
    beside = program.with_suffix(".pdmp")
    if not beside.exists():
        beside.symlink_to(dump)
    starter = debian.starter(folder, program, settings, [])
    compiled = folder / ".compiled"
    if not compiled.exists():
        # Debian compiles Lisp packages when it installs them. Uncompiled, lsp-mode takes seconds to start.
        folders = " ".join(f'"{path}"' for path in packages_lisp)
        form = f"(dolist (folder '({folders})) (byte-recompile-directory folder 0))"
        subprocess.run([starter, "-Q", "--batch", "--eval", form], check=True, capture_output=True)
        compiled.touch()
    return starter


EMACS_28 = (("emacs-nox", "1:28.2*"), ("elpa-eglot", "1.9*"), ("elpa-lsp-mode", "8.0.0*"))
EMACS_30 = (("emacs-nox", "1:30.1*"), ("elpa-lsp-mode", "9.0.0*"))

PROGRAMS = [
    Program("neovim-0.7", "Neovim 0.7.2", "neovim", "bookworm", (("neovim", "0.7.2*"),), "0.7.2"),
    Program("neovim-0.10", "Neovim 0.10.4", "neovim", "trixie", (("neovim", "0.10.4*"),), "0.10.4"),
    Program("neovim-0.12", "Neovim 0.12.4", "neovim", "sid", (("neovim", "0.12.4*"),), "0.12.4"),
    Program("helix-25.01", "Helix 25.01.1", "helix", "trixie", (("hx", "25.01.1*"),), "25.01.1"),
    Program("helix-25.07", "Helix 25.07.1", "helix", "sid", (("hx", "25.07.1*"),), "25.07.1"),
    Program("emacs-28-eglot", "Emacs 28.2, eglot 1.9", "emacs", "bookworm", EMACS_28, "28.2", "eglot"),
    Program("emacs-30-eglot", "Emacs 30.1, its own eglot", "emacs", "trixie", EMACS_30, "30.1", "eglot"),
    Program("emacs-30-lsp-mode", "Emacs 30.1, lsp-mode 9.0", "emacs", "trixie", EMACS_30, "30.1", "lsp-mode"),
]
