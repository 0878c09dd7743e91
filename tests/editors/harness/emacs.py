"""Drives Emacs in a terminal: forms go in through a socket, what a person would see comes back."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pexpect

from .editor import CannotDo, Diagnostic, Editor, wait_for

MODE = Path(__file__).resolve().parents[3] / "editors/emacs"
DRIVER = Path(__file__).resolve().parents[1] / "emacs/driver.el"


def quoted(text: str) -> str:
    """A text as Lisp reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Emacs(Editor):
    """One Emacs without any configuration but the mode of editors/emacs."""

    def start(self) -> None:
        session = self.session
        at = session.folder / "emacs.sock"
        environment = dict(
            session.environment,
            DRIVER_SOCKET=str(at),
            DRIVER_CLIENT=session.program.client,
            DRIVER_MODE=str(MODE),
        )
        self.child = pexpect.spawn(
            str(session.program.install()),
            ["-Q", "-nw", "--load", str(DRIVER)],
            dimensions=(50, 160),
            encoding="utf-8",
            codec_errors="replace",
            env=environment,
            cwd=str(session.workspace),
        )
        self.screen = ""
        self.socket = wait_for("the socket", lambda: self.feed() and self.connect(at), lambda: self.screen[-3000:])
        self.received = b""

    @staticmethod
    def connect(path: Path) -> socket.socket | None:
        """A connection, once Emacs listens; the file is there a moment before."""
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            return None
        connection.settimeout(0.05)
        return connection

    def stop(self) -> None:
        self.child.close(force=True)

    def feed(self) -> bool:
        """Takes in what Emacs draws, so that it is never kept waiting."""
        while True:
            try:
                self.screen += self.child.read_nonblocking(65536, 0)
            except (pexpect.TIMEOUT, pexpect.EOF):
                return True

    def log(self) -> str:
        return str(self.ask('(with-current-buffer "*Messages*" (buffer-string))'))

    def ask(self, form: str) -> object:
        """The value of a form, evaluated in the buffer that is shown."""
        self.socket.sendall(form.replace("\n", " ").encode() + b"\n")
        drawn, confirmed = len(self.screen), False

        def answer() -> bytes | None:
            nonlocal confirmed
            self.feed()
            # Some clients want to know, once, whether documents that are not open may be changed.
            if not confirmed and "Proceed?" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.screen[drawn:]):
                confirmed = True
                self.child.send("y")
            try:
                self.received += self.socket.recv(65536)
            except TimeoutError:
                return None
            return self.received if b"\n" in self.received else None

        line, _, self.received = wait_for(f"an answer to {form}", answer, lambda: self.screen[-3000:]).partition(b"\n")
        found = json.loads(line)
        assert "error" not in found, f"{form}: {found['error']}"
        return found["value"]

    def open(self, name: str) -> None:
        # By keys, for a client may wait with its start for the end of a command.
        self.child.send(f"\x18\x06{self.session.path(name)}\r")
        wait_for(f"{name}", lambda: self.ask("(buffer-file-name)") == str(self.session.path(name)), self.log)
        wait_for(f"a server for {name}", lambda: self.ask("(driver-attached)"), self.log)

    def shown_file(self) -> str:
        return str(Path(str(self.ask("(buffer-file-name)"))).resolve().relative_to(self.session.workspace))

    def text(self) -> str:
        return str(self.ask("(buffer-substring-no-properties (point-min) (point-max))"))

    def cursor(self) -> tuple[int, int]:
        line, column = self.ask("(driver-place (point))")
        return line, column

    def goto(self, line: int, column: int) -> None:
        self.ask(f"(progn (driver-goto {line} {column}) nil)")

    def replace_line(self, line: int, text: str) -> None:
        self.ask(
            f"(progn (driver-goto {line} 0) (delete-region (point) (line-end-position)) (insert {quoted(text)}) nil)"
        )

    def new_line_below(self, line: int, text: str) -> None:
        self.ask(f'(progn (driver-goto {line} 0) (end-of-line) (insert "\\n" {quoted(text)}) nil)')

    def diagnostics(self) -> list[Diagnostic]:
        found = []
        for (line, start), (end_line, end), text, message in self.ask("(driver-diagnostics)"):
            found.append(Diagnostic(line, start, end if end_line == line else start + len(text), text, message))
        return found

    def complete(self, typed: str, wanted: str) -> None:
        self.ask(f"(driver-complete {quoted(typed)} {quoted(wanted)})")

    def hover(self) -> str:
        self.ask("(progn (driver-hover) nil)")
        return str(wait_for("a hover", lambda: self.ask("driver-hover"), self.log))

    def definition(self) -> None:
        self.ask("(progn (driver-definition) nil)")

    def rename(self, name: str) -> None:
        self.ask(f"(progn (driver-rename {quoted(name)}) nil)")

    def code_action(self, title: str) -> None:
        self.ask(f"(progn (driver-code-action {quoted(title)}) nil)")

    def format(self) -> None:
        self.ask("(progn (driver-format) nil)")

    def save(self) -> None:
        self.ask("(progn (save-some-buffers t) nil)")

    def inlay_hints(self) -> list[str]:
        form = "(boundp 'lsp-inlay-hint-enable)" if self.session.program.client == "lsp-mode" else "(fboundp 'eglot-inlay-hints-mode)"
        if not self.ask(form):
            raise CannotDo("has no inlay hints")
        self.ask("(progn (driver-inlay-hints) nil)")
        return list(wait_for("inlay hints", lambda: self.ask("(driver-shown-hints)"), self.log))

    def references(self) -> str:
        return str(self.ask("(driver-references)"))

    def outline(self) -> str:
        return str(wait_for("an outline", lambda: self.ask("(driver-outline)"), self.log))

    def token_kind(self, line: int, column: int) -> str:
        if not self.ask("(driver-tokens-p)"):
            raise CannotDo("has no semantic tokens")
        return str(wait_for("a coloured token", lambda: self.ask(f"(driver-token {line} {column})"), self.log))

    def explain(self) -> str:
        return str(self.ask('(progn (nexflow-infra-explain "") (with-current-buffer "*nexflow explain*" (buffer-string)))'))
