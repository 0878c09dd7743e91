"""Descriptions of packages for other collections, made of the templates in release/descriptions.

In a template `{{name}}` stands for one of the values below; `{{sha256 TARGET}}` for the checksum of an archive.
"""

from __future__ import annotations

import pathlib
import re

from .common import DESCRIPTION, OUT, ROOT, TARGETS, Release

TEMPLATES = ROOT / "release/descriptions"


def make(release: Release) -> list[pathlib.Path]:
    if not release.repository:
        print("descriptions: `repository` in Cargo.toml says not where packages are published, and --repository neither")
        return []
    owner, _, name = release.repository.rpartition("/")
    values = {
        "version": release.version,
        "repository": release.repository,
        "slug": f"{owner.rpartition('/')[2]}/{name}",
        "owner": owner.rpartition("/")[2],
        "downloads": f"{release.repository}/releases/download/v{release.version}",
        "description": DESCRIPTION,
        "date": run_date(release),
    }
    for target in TARGETS:
        values[f"archive {target.name}"] = target.archive
        # What is not built has no checksum; a description with a wrong one would be worse than none.
        values[f"sha256 {target.name}"] = release.checksum(target.archive)
    made = []
    for template in sorted(path for path in TEMPLATES.rglob("*") if path.is_file()):
        missing: list[str] = []

        def value(found: re.Match[str]) -> str:
            text = values[found[1]]
            if text is None:
                missing.append(found[1])
            return text or ""

        text = re.sub(r"\{\{([\w-]+(?: [\w-]+)?)\}\}", value, template.read_text())
        relative = template.relative_to(TEMPLATES)
        if missing:
            print(f"{relative}: not written, for lack of {', '.join(missing)}")
            continue
        path = OUT / "descriptions" / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        made.append(path)
    return made


def run_date(release: Release) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(release.time, datetime.timezone.utc).strftime("%Y-%m-%d")
