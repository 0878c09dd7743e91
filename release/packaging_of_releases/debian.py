"""Packages for Debian and what is made of it."""

from __future__ import annotations

import gzip
import pathlib

from .common import DESCRIPTION, LICENCE, NAME, OUT, Release, tar


def make(release: Release) -> list[pathlib.Path]:
    made = []
    for target in release.built:
        if target.debian is None:
            continue
        files = {
            f"./usr/bin/{NAME}": (target.program.read_bytes(), 0o755),
            f"./usr/share/doc/{NAME}/copyright": (copyright_file(release), 0o644),
            f"./usr/share/doc/{NAME}/changelog.gz": (packed(release.papers["CHANGELOG.md"], release), 0o644),
        }
        places = {
            f"completions/{NAME}": f"./usr/share/bash-completion/completions/{NAME}",
            f"completions/_{NAME}": f"./usr/share/zsh/vendor-completions/_{NAME}",
            f"completions/{NAME}.fish": f"./usr/share/fish/vendor_completions.d/{NAME}.fish",
        }
        for name, text in release.pages.items():
            if name.startswith("man/"):
                files[f"./usr/share/man/man1/{name[4:]}.gz"] = (packed(text, release), 0o644)
            elif name in places:
                files[places[name]] = (text, 0o644)
        size = sum(len(text) for text, _ in files.values())
        control = (
            f"Package: {NAME}\nVersion: {release.version}\nArchitecture: {target.debian}\n"
            # The oldest version that the symbols of the program are in.
            "Depends: libc6 (>= 2.17), libgcc-s1\n"
            f"Maintainer: The {NAME} maintainers <nobody@invalid>\nInstalled-Size: {-(-size // 1024)}\n"
            f"Section: devel\nPriority: optional\nDescription: {DESCRIPTION}\n"
            " Diagnostics, completion, hover, fixes and formatting for editors that speak the\n"
            " Language Server Protocol, and the same checks on the command line.\n"
        )
        path = OUT / f"{NAME}_{release.version}_{target.debian}.deb"
        path.write_bytes(
            ar(
                {
                    "debian-binary": b"2.0\n",
                    "control.tar.gz": tar({"./control": (control.encode(), 0o644)}, release.time),
                    "data.tar.gz": tar(files, release.time),
                },
                release.time,
            )
        )
        made.append(path)
    return made


def packed(text: bytes, release: Release) -> bytes:
    return gzip.compress(text, 9, mtime=release.time)


def copyright_file(release: Release) -> bytes:
    licences = [release.papers[name] for name in ("LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY-NOTICES.txt")]
    head = f"{NAME} is licensed under {LICENCE}. The texts of both follow, and those of what it contains.\n".encode()
    return b"\n\n".join([head, *licences])


def ar(files: dict[str, bytes], time: int) -> bytes:
    out = b"!<arch>\n"
    for name, text in files.items():
        out += f"{name:<16}{time:<12}{0:<6}{0:<6}{'100644':<8}{len(text):<10}`\n".encode()
        out += text + (b"\n" if len(text) % 2 else b"")
    return out
