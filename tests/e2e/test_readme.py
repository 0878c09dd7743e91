"""What the README and the documentation show is what the program prints."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
from wire import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"


def test_the_first_document_is_reported_as_the_readme_says(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    document = re.search(r"^```yaml\n(version:.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)
    sample = re.search(r"^```console\n\$ [^\n]* check payments\.infra\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)
    (tmp_path / "payments.infra").write_text(document, encoding="utf-8")
    done = subprocess.run([binary(), "check", "payments.infra"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    said = done.stdout + done.stderr
    assert [line.rstrip() for line in said.splitlines() if line.strip()] == [line for line in sample.splitlines() if line.strip()]


@pytest.mark.skipif(os.name == "nt", reason="the pictures are of a terminal of Unix")
def test_the_pictures_of_the_terminal_are_what_the_program_prints():
    environment = {**os.environ, "NEXFLOW_LSP": binary()}
    done = subprocess.run([sys.executable, PICTURES / "terminal.py", "--check"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_picture_of_the_terminal_is_shown_and_exists():
    shown = set()
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"!\[[^\]]+\]\(([^)]*\.svg)\)", page.read_text(encoding="utf-8")):
            shown.add((page.parent / target).resolve())
    assert shown == set(PICTURES.glob("*.svg"))
    assert len(shown) >= 3
