"""What the README shows is what the program prints."""

import pathlib
import re
import subprocess

from wire import binary

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_first_document_is_reported_as_the_readme_says(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    document = re.search(r"^```yaml\n(version:.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)
    sample = re.search(r"^```console\n\$ [^\n]* check payments\.infra\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)
    (tmp_path / "payments.infra").write_text(document, encoding="utf-8")
    done = subprocess.run([binary(), "check", "payments.infra"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    said = done.stdout + done.stderr
    assert [line.rstrip() for line in said.splitlines() if line.strip()] == [line for line in sample.splitlines() if line.strip()]
