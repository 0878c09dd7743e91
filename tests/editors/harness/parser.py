"""Builds the tree-sitter parser of YAML, which the editors' packages leave out."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .debian import Unavailable

SOURCE = Path(__file__).resolve().parents[3] / "node_modules/@tree-sitter-grammars/tree-sitter-yaml/src"


def yaml_parser(target: Path) -> None:
    """Compiles the parser that the npm workspace has for its own tests into a library."""
    compiler = os.environ.get("CC") or shutil.which("cc")
    if not compiler:
        raise Unavailable("no C compiler (cc), to build the tree-sitter parser of YAML")
    if not SOURCE.is_dir():
        raise Unavailable("the tree-sitter parser of YAML is not there; run `npm ci`")
    sources = [SOURCE / "parser.c", SOURCE / "scanner.c"]
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", f"-I{SOURCE}", *sources, "-o", target], check=True)
