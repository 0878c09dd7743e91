"""Pictures of the program in a terminal: it runs in a real one, and what it writes is drawn as SVG.

  python3 docs/pictures/terminal.py            draws the pictures that the documentation shows
  python3 docs/pictures/terminal.py --check    says which of them are no longer what the program prints
  python3 docs/pictures/terminal.py --look DIR draws all of them at 80 and 120 columns as PNG, with a Chromium

NEXFLOW_LSP names the program (default: target/debug/nexflow-lsp).
"""

from __future__ import annotations

import argparse
import difflib
import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PICTURES = {
    "check": "check payments.infra",
    "explain": "explain duration-unit-missing",
    "explain-field": "explain checkpoints.main.checkpoint.timeout",
    "fields": "fields checkpoints.<name>.checkpoint",
    "rules": "rules kafka",
}
# What is looked at besides, since people see it too.
MORE = {
    "check-short": "check --format short payments.infra",
    "check-clean": "check clean.infra",
    "explain-list": "explain compression",
    "explain-unknown": "explain duration-unit-mising",
    "explain-change": "explain timers-rocksdb-to-heap",
    "fields-checkpoints": "fields checkpoints",
    "fields-bloom": "fields bloom",
    "rules-s3": "rules s3",
    "render": "render payments.infra",
    "fmt": "fmt --check payments.infra",
    "help": "--help",
    "check-help": "check -h",
    "doctor": "doctor",
}
SHOWN_AT = 80
WIDTHS = (80, 120)

# A cell of the terminal, in the units of the picture.
CELL, LINE, MARGIN, TOP = 8.4, 19, 18, 44
FONT = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
BACKGROUND, TEXT, FAINT = "#1b1f27", "#d8dee9", "#7f8896"
COLOURS = {31: "#f47f86", 32: "#8fce8a", 33: "#e8c47a", 34: "#82aaff", 35: "#d59df0", 36: "#6fc9d8", 37: TEXT}


@dataclass(frozen=True)
class Style:
    colour: str = TEXT
    bold: bool = False
    underlined: bool = False


def program() -> str:
    return os.environ.get("NEXFLOW_LSP", str(ROOT / "target/debug/nexflow-lsp"))


def first_document() -> str:
    """The document that the README begins with."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(r"^```yaml\n(version:.*?)^```$", readme, re.MULTILINE | re.DOTALL).group(1)


def run_in_terminal(arguments: list[str], columns: int) -> str:
    """What the program writes to a terminal of this width."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "payments.infra").write_text(first_document(), encoding="utf-8")
        (Path(folder) / "clean.infra").write_text('version: "1.0"\nenvironment: staging\n', encoding="utf-8")
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color", "PAGER": "cat", "LANG": "C.UTF-8"}
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
            os.execvpe(program(), ["nexflow-lsp", *arguments], environment)
        written = b""
        try:
            while part := os.read(terminal, 65536):
                written += part
        except OSError:
            # That is how a terminal says that its program has ended.
            pass
        os.close(terminal)
        os.waitpid(child, 0)
    return written.decode()


def styled(style: Style, codes: str) -> Style:
    for code in map(int, codes.split(";") if codes else ["0"]):
        if code == 0:
            style = Style()
        elif code == 1:
            style = replace(style, bold=True)
        elif code == 2:
            style = replace(style, colour=FAINT)
        elif code == 4:
            style = replace(style, underlined=True)
        elif code in COLOURS:
            style = replace(style, colour=COLOURS[code])
        else:
            raise ValueError(f"a terminal's attribute that is not drawn: {code}")
    return style


def lines_of(written: str) -> list[list[tuple[str, Style]]]:
    """The pieces of each line, with their styles."""
    lines, style = [], Style()
    for line in written.replace("\r\n", "\n").rstrip("\n").split("\n"):
        pieces = []
        for at, part in enumerate(re.split(r"\x1b\[([\d;]*)m", line)):
            if at % 2:
                style = styled(style, part)
            elif part:
                if "\x1b" in part:
                    raise ValueError(f"an escape sequence that is not drawn: {part!r}")
                pieces.append((part, style))
        lines.append(pieces)
    return lines


def draw(command: str, columns: int) -> str:
    """The picture of a command and what it writes."""
    prompt = [("$ ", Style(FAINT)), (f"nexflow-lsp {command}", Style(bold=True))]
    lines = [prompt, [], *lines_of(run_in_terminal(command.split(), columns))]
    width, height = columns * CELL + 2 * MARGIN, TOP + len(lines) * LINE + MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}">',
        f"<style>text{{font:14px {FONT};white-space:pre}}.b{{font-weight:bold}}.u{{text-decoration:underline}}</style>",
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{MARGIN + 6 + 20 * at}" cy="20" r="6" fill="{fill}"/>' for at, fill in enumerate(("#f47f86", "#e8c47a", "#8fce8a"))),
    ]
    for number, pieces in enumerate(lines):
        column = 0
        for text, style in pieces:
            # Each word has its place, since fonts differ in width.
            for word in re.finditer(r"\S+(?: \S+)*", text):
                classes = "".join(name for name, is_set in (("b", style.bold), ("u", style.underlined)) if is_set)
                drawn.append(
                    f'<text x="{MARGIN + (column + word.start()) * CELL:g}" y="{TOP + number * LINE + 14:g}"'
                    f' textLength="{len(word[0]) * CELL:g}" fill="{style.colour}"'
                    + (f' class="{" ".join(classes)}"' if classes else "")
                    + f">{escape(word[0], quote=False)}</text>"
                )
            column += len(text)
    return "\n".join([*drawn, "</svg>", ""])


def problems() -> list[str]:
    """Of each picture that is out of date, what has changed; and lines for which the terminal has no room."""
    found = []
    for name, command in PICTURES.items():
        path = HERE / f"{name}.svg"
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        now = draw(command, SHOWN_AT)
        if kept != now:
            difference = difflib.unified_diff(kept.splitlines(), now.splitlines(), str(path.relative_to(ROOT)), "the program", n=0, lineterm="")
            found.append("\n".join(list(difference)[:20]))
        for columns in WIDTHS:
            for line in lines_of(run_in_terminal(command.split(), columns)):
                text = "".join(text for text, _ in line)
                if len(text) > columns:
                    found.append(f"`{command}` writes more than {columns} columns: {text}")
    return found


def look(folder: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    folder.mkdir(parents=True, exist_ok=True)
    for columns in WIDTHS:
        for name, command in (PICTURES | MORE).items():
            picture = folder / f"{name}-{columns}.svg"
            picture.write_text(draw(command, columns), encoding="utf-8")
            width, height = re.search(r'width="([\d.]+)" height="([\d.]+)"', picture.read_text(encoding="utf-8")).groups()
            subprocess.run(
                [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--screenshot={picture.with_suffix('.png')}"]
                + [f"--window-size={float(width):.0f},{min(float(height), 2000):.0f}", picture.as_uri()],
                check=True,
                capture_output=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--look", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    if not os.access(program(), os.X_OK):
        sys.exit(f"there is no program {program()}; NEXFLOW_LSP names another one")
    if arguments.look:
        look(arguments.look.resolve())
    elif arguments.check:
        found = problems()
        if found:
            sys.exit("\n".join([*found, "python3 docs/pictures/terminal.py draws the pictures again"]))
    else:
        for name, command in PICTURES.items():
            (HERE / f"{name}.svg").write_text(draw(command, SHOWN_AT), encoding="utf-8")


if __name__ == "__main__":
    main()
