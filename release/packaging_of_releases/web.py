"""The playground as an archive of static files."""

from __future__ import annotations

import pathlib

from .common import DIST, NAME, OUT, Release, tar


def make(release: Release) -> list[pathlib.Path]:
    folder = DIST / "playground"
    if not (folder / "index.html").exists():
        print("playground: not built, see editors/playground")
        return []
    files = {str(path.relative_to(folder)): (path.read_bytes(), 0o644) for path in folder.rglob("*") if path.is_file()}
    path = OUT / f"{NAME}-playground.tar.gz"
    path.write_bytes(tar(files, release.time))
    return [path]
