"""An archive for each system: what Mason, cargo-binstall, Homebrew, Scoop and pipelines download."""

from __future__ import annotations

import pathlib

from .common import OUT, Release, tar, write_zip


def make(release: Release) -> list[pathlib.Path]:
    made = []
    for target in release.built:
        beside = {**release.papers, **release.bill, **release.pages}
        files = {name: (text, 0o644) for name, text in beside.items()}
        files[target.file] = (target.program.read_bytes(), 0o755)
        path = OUT / target.archive
        if path.suffix == ".zip":
            write_zip(path, files, release.time)
        else:
            path.write_bytes(tar(files, release.time))
        made.append(path)
    return made
