"""What all kinds of packages share."""

from __future__ import annotations

import dataclasses
import functools
import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIST = ROOT / "target/dist"
OUT = ROOT / "target/packages"
NAME = "nexflow-lsp"
DESCRIPTION = "Language server and checker for Nexflow L5 infrastructure documents (*.infra)"
LICENCE = "MIT OR Apache-2.0"


@dataclasses.dataclass(frozen=True)
class Target:
    """A system that there is a program for; release/targets.sh builds the same ones."""

    name: str
    triple: str
    # Tag of wheels.
    wheel: str
    # `os`, `cpu` and `libc` of npm.
    npm: tuple[str, str, str | None]
    # Architecture of Debian, where there is a package.
    debian: str | None = None

    @property
    def file(self) -> str:
        return f"{NAME}.exe" if "windows" in self.triple else NAME

    @property
    def program(self) -> pathlib.Path:
        return DIST / self.name / self.file

    @property
    def archive(self) -> str:
        return f"{NAME}-{self.triple}.{'zip' if 'windows' in self.triple else 'tar.gz'}"


TARGETS = [
    Target("linux-x64", "x86_64-unknown-linux-gnu", "manylinux_2_17_x86_64.manylinux2014_x86_64", ("linux", "x64", "glibc"), "amd64"),
    Target("linux-arm64", "aarch64-unknown-linux-gnu", "manylinux_2_17_aarch64.manylinux2014_aarch64", ("linux", "arm64", "glibc"), "arm64"),
    Target("alpine-x64", "x86_64-unknown-linux-musl", "musllinux_1_1_x86_64", ("linux", "x64", "musl")),
    Target("win32-x64", "x86_64-pc-windows-gnu", "win_amd64", ("win32", "x64", None)),
    Target("darwin-arm64", "aarch64-apple-darwin", "macosx_11_0_arm64", ("darwin", "arm64", None)),
    Target("darwin-x64", "x86_64-apple-darwin", "macosx_11_0_x86_64", ("darwin", "x64", None)),
]


def run(*command: str, **options) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, **options)
    return done.stdout


class Release:
    """One version of the program with all that goes into its packages."""

    def __init__(self, built: list[Target], repository: str | None, any_size: bool):
        workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]
        self.built = built
        self.any_size = any_size
        self.version: str = workspace["version"]
        self.repository: str = repository if repository is not None else workspace["repository"]
        # Of the commit: the same sources give the same packages.
        self.time = int(run("git", "log", "-1", "--format=%ct").strip())

    @functools.cached_property
    def pages(self) -> dict[str, bytes]:
        """Manual pages and completions, which the program itself prints."""
        own = [target.program for target in self.built if target.name in ("linux-x64", "alpine-x64")]
        program = str(own[0]) if own else str(ROOT / "target/debug" / NAME)
        found: dict[str, bytes] = {}
        with tempfile.TemporaryDirectory() as folder:
            run(program, "man", "--to", folder)
            for page in sorted(pathlib.Path(folder).iterdir()):
                found[f"man/{page.name}"] = page.read_bytes()
        for shell, name in [("bash", NAME), ("zsh", f"_{NAME}"), ("fish", f"{NAME}.fish"), ("powershell", f"_{NAME}.ps1"), ("elvish", f"{NAME}.elv")]:
            found[f"completions/{name}"] = run(program, "completions", shell).encode()
        return found

    @functools.cached_property
    def papers(self) -> dict[str, bytes]:
        """What stands beside the program in every archive."""
        from .notices import notices

        names = ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "CHANGELOG.md"]
        found = {name: (ROOT / name).read_bytes() for name in names}
        found["THIRD-PARTY-NOTICES.txt"] = notices(self.built).encode()
        return found

    @functools.cached_property
    def bill(self) -> dict[str, bytes]:
        """The bill of materials."""
        path = DIST / f"{NAME}.cdx.json"
        if not path.exists():
            run("release/sbom", str(path))
        return {f"{NAME}.cdx.json": path.read_bytes()}

    def checksum(self, name: str) -> str | None:
        path = OUT / name
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None

    def write_checksums(self) -> None:
        """SHA256SUMS of all packages, and a file for each archive as installers want it."""
        lines = []
        for path in sorted(OUT.iterdir()):
            if path.is_file() and path.name != "SHA256SUMS" and path.suffix != ".sha256":
                line = f"{self.checksum(path.name)}  {path.name}\n"
                lines.append(line)
                if path.name.endswith((".tar.gz", ".zip")):
                    path.with_name(f"{path.name}.sha256").write_text(line)
        (OUT / "SHA256SUMS").write_text("".join(lines))


def tar(files: dict[str, tuple[bytes, int]], time: int) -> bytes:
    """A compressed archive of files, each with its text and mode."""
    out = io.BytesIO()
    # The header of gzip has a time too.
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=time, compresslevel=9, filename="") as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
            folders: set[str] = set()
            for name in sorted(files):
                for parent in reversed(pathlib.PurePosixPath(name).parents):
                    if str(parent) not in (".", *folders):
                        folders.add(str(parent))
                        entry = tarfile.TarInfo(str(parent))
                        entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, time
                        archive.addfile(entry)
                text, mode = files[name]
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode, entry.mtime = len(text), mode, time
                archive.addfile(entry, io.BytesIO(text))
    return out.getvalue()


def write_zip(path: pathlib.Path, files: dict[str, tuple[bytes, int]], time: int, order: list[str] | None = None) -> None:
    """A zip of files, each with its text and mode."""
    import datetime

    when = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).timetuple()[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in order or sorted(files):
            text, mode = files[name]
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Files of Unix, with their modes.
            entry.create_system, entry.external_attr = 3, (0o100000 | mode) << 16
            archive.writestr(entry, text)


def as_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()
