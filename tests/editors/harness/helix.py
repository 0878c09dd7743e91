"""Drives Helix by keys in a pseudo-terminal.

Helix has no interface but its screen. Text and positions are not read from there, though: a selection is piped into a file, and
what lies between the start of the document and the cursor says where the cursor is. Popups and messages are read from the screen.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pexpect
import pyte

from .editor import CannotDo, Diagnostic, Editor, wait_for

SETTINGS = Path(__file__).resolve().parents[3] / "editors/helix/languages.toml"

ROWS, COLUMNS = 50, 200
ESCAPE, ENTER, CLEAR = "\x1b", "\r", "\x15"
NEXT, ASK = "\x0e", "\x18"


class Screen(pyte.Screen):
    """A terminal's screen; three escape sequences of Helix have forms that pyte does not know."""

    def report_device_status(self, *args: object, **options: object) -> None:
        pass

    def report_device_attributes(self, *args: object, **options: object) -> None:
        pass

    def select_graphic_rendition(self, *attributes: int, **options: object) -> None:
        super().select_graphic_rendition(*attributes)


class Helix(Editor):
    """One Helix with the settings of editors/helix and no others."""

    def start(self) -> None:
        session = self.session
        settings = session.folder / "config/helix"
        settings.mkdir(parents=True)
        shutil.copy(SETTINGS, settings)
        # What is typed is what the tests say, without brackets that Helix adds.
        (settings / "config.toml").write_text("[editor]\nauto-pairs = false\n")
        self.log_file = session.folder / "helix.log"
        self.dumps = 0
        self.screen = Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.screen)
        environment = dict(
            session.environment,
            XDG_CONFIG_HOME=str(session.folder / "config"),
            XDG_CACHE_HOME=str(session.folder / "cache"),
            COLORTERM="truecolor",
        )
        self.child = pexpect.spawn(
            str(session.program.install()),
            ["-v", "--log", str(self.log_file)],
            dimensions=(ROWS, COLUMNS),
            encoding="utf-8",
            codec_errors="replace",
            env=environment,
            cwd=str(session.workspace),
        )
        wait_for("the mode line", lambda: self.feed() and "NOR" in self.status_line(), self.shown)

    def stop(self) -> None:
        self.child.close(force=True)

    # The terminal.

    def feed(self) -> bool:
        """Takes in what Helix has written."""
        while True:
            try:
                self.stream.feed(self.child.read_nonblocking(65536, 0.01))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return True

    def settled(self) -> None:
        """Returns when Helix has written nothing for a moment."""
        quiet_since, last = time.monotonic(), self.shown()
        while time.monotonic() - quiet_since < 0.15:
            self.feed()
            now = self.shown()
            if now != last:
                quiet_since, last = time.monotonic(), now

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display]

    def shown(self) -> str:
        return "\n".join(self.rows())

    def colour(self, word: str) -> str | None:
        """The colour of the first character of a word, where it first stands on the screen."""
        for number, row in enumerate(self.screen.display):
            at = row.find(word)
            if at >= 0:
                return self.screen.buffer[number][at].fg
        return None

    def status_line(self) -> str:
        return self.rows()[ROWS - 2]

    def log(self) -> str:
        text = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
        return f"{self.shown()}\n{text[-6000:]}"

    def keys(self, keys: str) -> None:
        self.child.send(keys)

    def escape(self) -> None:
        """Back to normal mode. A key that follows Escape at once would be taken for Alt and that key."""
        self.keys(ESCAPE)
        self.settled()
        wait_for("normal mode", lambda: self.feed() and "NOR" in self.status_line(), self.shown)

    def command(self, line: str) -> None:
        self.keys(f":{line}{ENTER}")

    def selected(self) -> str:
        """The text of the selection."""
        self.dumps += 1
        dump = self.session.folder / f"dump{self.dumps}"
        self.command(f"pipe-to cat >{dump}.part; mv {dump}.part {dump}")
        wait_for("the selection", lambda: self.feed() and dump.exists(), self.shown)
        return dump.read_bytes().decode().replace("\r\n", "\n")

    def sent(self, method: str) -> int:
        """How often a message went to the server."""
        if not self.log_file.exists():
            return 0
        return len(re.findall(rf'"method":"{re.escape(method)}"', self.log_file.read_text(errors="replace")))

    def change(self, keys: str) -> None:
        """Sends keys that change the text, and waits until the server has been told."""
        before = self.sent("textDocument/didChange")
        self.keys(keys)
        wait_for("the change to be sent", lambda: self.feed() and self.sent("textDocument/didChange") > before, self.log)

    def type(self, text: str) -> None:
        """Types no faster than Helix tells the server: 25.01 sends changes that follow one another at once in any order."""
        for character in text:
            self.change(character)

    # What a person does.

    def open(self, name: str) -> None:
        self.command(f"open {name}")
        uri = json.dumps(self.session.path(name).as_uri())[1:-1]
        wait_for(
            f"a server for {name}",
            lambda: self.feed()
            and self.log_file.exists()
            and re.search(rf'textDocument/didOpen.*{re.escape(uri)}', self.log_file.read_text(errors="replace")),
            self.log,
        )
        self.settled()

    def shown_file(self) -> str:
        self.settled()
        found = re.search(r"(?:NOR|INS|SEL)\s+(?:⣾|⣽|⣻|⢿|⡿|⣟|⣯|⣷)?\s*(\S+)", self.status_line())
        assert found, self.status_line()
        return found[1]

    def text(self) -> str:
        self.keys("%")
        return self.selected()

    def cursor(self) -> tuple[int, int]:
        self.keys(";vgg")
        before = self.selected()[:-1]
        # v ends the extending of the selection, Alt and ; turns it around, and ; leaves the cursor alone of it.
        self.keys("v\x1b;;")
        return before.count("\n"), len(before.rpartition("\n")[2])

    def goto(self, line: int, column: int) -> None:
        self.keys(f"{line + 1}gggh" + (f"{column}l" if column else ""))

    def replace_line(self, line: int, text: str) -> None:
        self.goto(line, 0)
        self.change("glvghc")
        self.type(text)
        self.escape()

    def new_line_below(self, line: int, text: str) -> None:
        self.goto(line, 0)
        # Helix indents the new line as the one above.
        self.change("o")
        self.type(text.lstrip())
        self.escape()
        self.keys("x")
        assert self.selected() == text + "\n"

    def diagnostics(self) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        self.escape()
        lines = self.text().splitlines()
        self.keys("gg")
        while True:
            self.keys("]d")
            self.settled()
            message = self.beside(lines)
            text = self.selected()
            # Forwards, then turned around: the cursor is at the start.
            self.keys("\x1b:\x1b;")
            line, start = self.cursor()
            one = Diagnostic(line, start, start + len(text), text, message)
            if (line, start) == (0, 0) or (found and (found[-1].line, found[-1].start) >= (line, start)):
                return found
            found.append(one)

    def beside(self, lines: list[str]) -> str:
        """What the screen shows beside the document's own text: messages in a corner, at the end of a line or below it."""
        extra = []
        for row in self.rows()[: ROWS - 2]:
            numbered = re.match(r"^\S?\s+(\d+)  (.*)$", row)
            line = lines[int(numbered[1]) - 1] if numbered and int(numbered[1]) <= len(lines) else None
            extra.append(row if line is None else numbered[2].removeprefix(line))
        return re.sub(r"\s+", " ", " ".join(extra)).strip(" ~")

    def row_of(self, pattern: str) -> int | None:
        """The first row below the cursor that has this text."""
        self.feed()
        for row in range(self.screen.cursor.y + 1, ROWS - 2):
            if re.search(pattern, self.rows()[row]):
                return row
        return None

    def complete(self, typed: str, wanted: str) -> None:
        self.keys("A")
        self.type(typed)
        self.settled()
        self.keys(ASK)
        row = wait_for(f"the completion {wanted}", lambda: self.row_of(rf"(^|\s){re.escape(wanted)}(\s|:|$)"), self.log)
        self.keys(NEXT * (row - self.screen.cursor.y))
        self.settled()
        self.keys(ENTER)
        self.settled()
        self.escape()

    def hover(self) -> str:
        self.settled()
        before = self.shown()
        self.keys(" k")
        wait_for("a hover", lambda: self.feed() and " Space " not in self.shown() and self.changed(before) > 2, self.log)
        self.settled()
        return self.shown()

    def changed(self, before: str) -> int:
        """How many rows look different now."""
        return sum(a != b for a, b in zip(before.splitlines(), self.shown().splitlines(), strict=False))

    def definition(self) -> None:
        before = (self.shown_file(), self.cursor())
        self.keys("gd")
        wait_for("another place", lambda: (self.shown_file(), self.cursor()) != before, self.log)

    def rename(self, name: str) -> None:
        self.keys(" r")
        wait_for("the prompt for a name", lambda: self.feed() and "rename-to:" in self.shown(), self.log)
        self.keys(f"{CLEAR}{name}{ENTER}")
        self.settled()

    def code_action(self, title: str) -> None:
        self.keys(" a")
        row = wait_for(f"the action {title}", lambda: self.row_of(re.escape(title)), self.log)
        first = self.screen.cursor.y + 1
        self.keys(NEXT * (row - first) + ENTER)
        self.settled()

    def format(self) -> None:
        self.command("format")

    def save(self) -> None:
        self.command("write-all")
        self.settled()

    def announced(self, capability: str) -> bool:
        """Whether Helix told the server, in its first request, that it knows a feature."""
        first = re.search(r'-> (\{"jsonrpc":"2.0","method":"initialize".*\})', self.log_file.read_text(errors="replace"))
        assert first, self.log()
        return capability in json.loads(first[1])["params"]["capabilities"]["textDocument"]

    def inlay_hints(self) -> list[str]:
        lines = self.text().splitlines()
        self.command("set lsp.display-inlay-hints true")

        def look() -> list[str] | None:
            self.settled()
            # A hint stands in the text, so that a line no longer begins as it does in the document.
            shown = [re.sub(r"^\S?\s+\d+  ", "", row) for row in self.rows()]
            changed = [row for row in shown if "CHECKPOINT_BUCKET" in row and row not in lines]
            return changed or None

        return wait_for("inlay hints", look, self.log)

    def picker(self, keys: str, *expected: str) -> str:
        """What a picker shows."""
        self.keys(keys)
        wait_for(f"{expected} in a picker", lambda: self.feed() and all(one in self.shown() for one in expected), self.log)
        self.settled()
        return self.shown()

    def references(self) -> str:
        return self.picker("gr", "base.infra", ".env")

    def outline(self) -> str:
        # The picker has a border, the document behind it has none.
        return self.picker(" s", "checkpoints", "│")

    def token_kind(self, line: int, column: int) -> str:
        if self.announced("semanticTokens"):
            raise AssertionError("Helix knows semantic tokens now: read them")
        raise CannotDo("has no semantic tokens")

    def health(self) -> str:
        child = pexpect.spawn(
            str(self.session.program.install()),
            ["--health", "nexflow-infra"],
            encoding="utf-8",
            env=dict(self.session.environment, XDG_CONFIG_HOME=str(self.session.folder / "config")),
        )
        child.expect(pexpect.EOF)
        return re.sub(r"\x1b\[[0-9;]*m", "", child.before)
