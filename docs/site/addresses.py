"""Which public addresses the project's texts link to: documents of other products, and none that would have to be the project's own,
since it has no public address yet."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Hosts whose documents are cited, and owners on github.com whose code is.
CITED = {
    "cloud.google.com",
    "docs.aws.amazon.com",
    "docs.azure.cn",
    "docs.rs",
    "access.crunchydata.com",
    "issues.apache.org",
    "keepachangelog.com",
    "kubernetes.io",
    "learn.microsoft.com",
    "nightlies.apache.org",
    "pre-commit.com",
    "rustup.rs",
    "semver.org",
    "www.mongodb.com",
}
OWNERS = {"Chandra-mohn", "apache", "gitlabhq", "kubernetes", "reviewdog", "yaml"}


def addresses(text):
    # What stands in code is an example.
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    return re.findall(r"https?://[^\s)>\"'\]|]+", text)


def main():
    listed = subprocess.run(["git", "ls-files", "*.md", "Cargo.toml", "editors/vscode/package.json", "templates", ".github", ".pre-commit-hooks.yaml"], cwd=ROOT, capture_output=True, text=True, check=True)
    wrong = []
    for name in listed.stdout.splitlines():
        for address in addresses((ROOT / name).read_text(encoding="utf-8")):
            _, _, host, *path = address.split("/")
            owner = path[0] if path else ""
            if host == "github.com" and owner in OWNERS or host in CITED:
                continue
            wrong.append(f"{name}: {address}")
    if wrong:
        sys.exit("addresses that the project neither owns nor cites:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
