"""The extension for VS Code: one package for each system with the program in it, and one for all others."""

from __future__ import annotations

import pathlib

from .common import DIST, OUT, Release, run


def make(release: Release) -> list[pathlib.Path]:
    script = ["node", "editors/vscode/scripts/package.mjs", "--out", str(OUT)]
    any_size = ["--any-size"] if release.any_size else []
    module = DIST / "web/nexflow_web.wasm"
    wasm = ["--wasm", str(module)] if module.exists() else []
    run(*script, *wasm)
    if wasm:
        run(*script, "--target", "web", *wasm)
    for target in release.built:
        run(*script, "--target", target.name, "--server", str(target.program), *any_size)
    return sorted(OUT.glob("*.vsix"))
