"""Wheels that bring the program: `pip install`, `uvx`, `pipx`, and hooks of pre-commit in the language `python`."""

from __future__ import annotations

import base64
import hashlib
import pathlib

from .common import DESCRIPTION, LICENCE, NAME, OUT, ROOT, Release, write_zip


def make(release: Release) -> list[pathlib.Path]:
    made = []
    for target in release.built:
        base = f"nexflow_lsp-{release.version}"
        info = f"{base}.dist-info"
        tags = "".join(f"Tag: py3-none-{tag}\n" for tag in target.wheel.split("."))
        metadata = (
            f"Metadata-Version: 2.4\nName: {NAME}\nVersion: {release.version}\nSummary: {DESCRIPTION}\n"
            f"License-Expression: {LICENCE}\nLicense-File: LICENSE-MIT\nLicense-File: LICENSE-APACHE\n"
            "License-File: THIRD-PARTY-NOTICES.txt\nRequires-Python: >=3.8\n"
            "Classifier: Environment :: Console\nClassifier: Topic :: Software Development :: Quality Assurance\n"
        )
        if release.repository:
            metadata += f"Project-URL: Source, {release.repository}\n"
        metadata += f"Description-Content-Type: text/markdown\n\n{(ROOT / 'README.md').read_text()}"
        files = {
            f"{base}.data/scripts/{target.file}": (target.program.read_bytes(), 0o755),
            f"{info}/METADATA": (metadata.encode(), 0o644),
            f"{info}/WHEEL": (f"Wheel-Version: 1.0\nGenerator: {NAME} {release.version}\nRoot-Is-Purelib: false\n{tags}".encode(), 0o644),
            # PEP 770: where the bill of materials of a wheel stands.
            f"{info}/sboms/{NAME}.cdx.json": (next(iter(release.bill.values())), 0o644),
        }
        for name in ("LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-NOTICES.txt"):
            files[f"{info}/licenses/{name}"] = (release.papers[name], 0o644)
        record = "".join(f"{name},sha256={digest(text)},{len(text)}\n" for name, (text, _) in sorted(files.items()))
        files[f"{info}/RECORD"] = (f"{record}{info}/RECORD,,\n".encode(), 0o644)
        path = OUT / f"{base}-py3-none-{target.wheel}.whl"
        # The description of the package stands at the end, as the format recommends.
        order = sorted(files, key=lambda name: (".dist-info/" in name, name))
        write_zip(path, files, release.time, order)
        made.append(path)
    return made


def digest(text: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
