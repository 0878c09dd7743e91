"""Packages of npm: one that people install, and one for each system, of which npm chooses by `os`, `cpu` and `libc`."""

from __future__ import annotations

import pathlib

from .common import DESCRIPTION, LICENCE, NAME, OUT, ROOT, Release, as_json, tar


def make(release: Release) -> list[pathlib.Path]:
    common = {"version": release.version, "license": LICENCE, "engines": {"node": ">=18"}}
    if release.repository:
        common["repository"] = {"type": "git", "url": f"git+{release.repository}.git"}
    made = []
    for target in release.built:
        system, processor, libc = target.npm
        manifest = {
            "name": f"{NAME}-{target.name}",
            **common,
            "description": f"The program of {NAME} for {target.name}",
            "os": [system],
            "cpu": [processor],
            **({"libc": [libc]} if libc else {}),
            "preferUnplugged": True,
        }
        files = {
            "package/package.json": (as_json(manifest), 0o644),
            f"package/{target.file}": (target.program.read_bytes(), 0o755),
        }
        for name in ("LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-NOTICES.txt"):
            files[f"package/{name}"] = (release.papers[name], 0o644)
        made.append(write(release, manifest["name"], files))
    manifest = {
        "name": NAME,
        **common,
        "description": DESCRIPTION,
        "keywords": ["nexflow", "flink", "language-server", "linter"],
        "bin": {NAME: "bin.js"},
        "optionalDependencies": {f"{NAME}-{target.name}": release.version for target in release.built},
    }
    files = {
        "package/package.json": (as_json(manifest), 0o644),
        "package/bin.js": ((ROOT / "release/npm/bin.cjs").read_bytes(), 0o755),
        "package/README.md": (release.papers["README.md"], 0o644),
        "package/LICENSE-MIT": (release.papers["LICENSE-MIT"], 0o644),
        "package/LICENSE-APACHE": (release.papers["LICENSE-APACHE"], 0o644),
    }
    made.append(write(release, NAME, files))
    return made


def write(release: Release, name: str, files: dict[str, tuple[bytes, int]]) -> pathlib.Path:
    path = OUT / f"{name}-{release.version}.tgz"
    path.write_bytes(tar(files, release.time))
    return path
