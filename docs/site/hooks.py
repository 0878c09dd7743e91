"""What the site needs beyond the Markdown of the repository: links to files that are not documentation have nowhere to lead while the
repository has no public address, so their words stay without a link."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:)([^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown, page, config, files):
    folder = (DOCS / page.file.src_path).parent

    def replace(match):
        words, path = match.group(1), match.group(2)
        target = (folder / path).resolve()
        if target.is_relative_to(DOCS) and not target.is_relative_to(DOCS / "site") and not target.is_dir():
            return match.group(0)
        # A file of the repository that is gone is a mistake like any other.
        if not target.exists():
            raise SystemExit(f"{page.file.src_path}: there is no {path}")
        return words

    fences = re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else LINK.sub(replace, part) for part in fences)
