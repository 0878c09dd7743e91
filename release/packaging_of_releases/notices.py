"""The notices of everything that is linked into the program: name, version, licence and the texts that its source brings."""

from __future__ import annotations

import json
import pathlib

from .common import NAME, Target, run

# How files with licences and notices are called.
BEGINNINGS = ("license", "licence", "copying", "copyright", "notice", "unlicense")


def linked(targets: list[Target]) -> list[dict]:
    """The crates in the programs of these targets, without our own."""
    metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1"))
    packages = {f"{package['name']} v{package['version']}": package for package in metadata["packages"]}
    names: set[str] = set()
    for target in targets:
        tree = run("cargo", "tree", "--locked", "-p", NAME, "--edges", "normal", "--prefix", "none", "--target", target.triple, "--format", "{p}")
        names.update(" ".join(line.split()[:2]) for line in tree.splitlines() if line.strip())
    found = [packages[name] for name in sorted(names)]
    return [package for package in found if package["source"] is not None]


def notices(targets: list[Target]) -> str:
    """One text; a licence that several crates bring word for word stands in it once."""
    texts: dict[str, list[str]] = {}
    heads = []
    for package in linked(targets):
        name = f"{package['name']} {package['version']}"
        heads.append(f"{name} ({package['license'] or 'see its text'})")
        folder = pathlib.Path(package["manifest_path"]).parent
        files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.name.lower().startswith(BEGINNINGS)]
        for path in files:
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            texts.setdefault(text, []).append(name)
    parts = ["nexflow-lsp contains the following packages:\n\n" + "\n".join(heads)]
    parts += [f"{', '.join(dict.fromkeys(names))}:\n\n{text}" for text, names in texts.items()]
    rule = "\n\n" + "-" * 80 + "\n\n"
    return rule.join(parts) + "\n"
