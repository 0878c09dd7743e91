"""The packages of a release, one module for each kind."""

from __future__ import annotations

import argparse

from . import archives, debian, descriptions, npm, vsix, web, wheels
from .common import DIST, OUT, Release, TARGETS

KINDS = {
    "archives": archives.make,
    "wheels": wheels.make,
    "npm": npm.make,
    "deb": debian.make,
    "vsix": vsix.make,
    "web": web.make,
    # Last, for they hold the checksums of the others.
    "descriptions": descriptions.make,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="release/package")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--repository", help="where the packages are published")
    parser.add_argument("--any-size", action="store_true", help="for tests: programs may be debug builds")
    chosen = parser.parse_args(arguments)
    if unknown := [kind for kind in chosen.kinds if kind not in KINDS]:
        parser.error(f"unknown kind {unknown[0]}; known are {', '.join(KINDS)}")
    built = [target for target in TARGETS if target.program.exists()]
    if not built:
        parser.error(f"nothing is built in {DIST}; run release/targets")
    for target in TARGETS:
        if target not in built:
            print(f"{target.name}: not built, so that there is no package of it")
    OUT.mkdir(parents=True, exist_ok=True)
    release = Release(built, chosen.repository, chosen.any_size)
    for kind, make in KINDS.items():
        if not chosen.kinds or kind in chosen.kinds:
            for path in make(release):
                print(f"{path.relative_to(OUT)}  {path.stat().st_size:,} bytes")
    release.write_checksums()
    return 0
