"""What every editor of the tests can be asked for, in terms that no editor dictates.

Positions are zero-based lines and columns in Unicode code points, whatever the editor and the protocol count in. Each driver gets
an answer the way a person would see it: from the buffer, the popup, the screen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from .programs import Program

Seen = TypeVar("Seen")

# No test passes sooner or later with this; it is how long a hang takes to be called one.
PATIENCE = float(os.environ.get("NEXFLOW_EDITOR_PATIENCE", "60"))


class CannotDo(Exception):
    """The editor has no such feature; the text says how that was seen."""


class Gone(AssertionError):
    """The awaited thing did not come."""


@dataclass(frozen=True)
class Diagnostic:
    """A diagnostic as the editor shows it."""

    line: int
    start: int
    end: int
    text: str
    """What is marked."""
    message: str
    """What is said, with the rule's id where the editor shows it."""


@dataclass
class Session:
    """Where an editor runs: a home and a workspace of its own, and the server under test first on its PATH."""

    program: Program
    folder: Path
    workspace: Path
    environment: dict[str, str] = field(repr=False)

    def path(self, name: str) -> Path:
        """A document of the workspace."""
        return self.workspace / name


def wait_for(what: str, look: Callable[[], Seen | None], otherwise: Callable[[], object] = lambda: "") -> Seen:
    """What `look` sees, as soon as it sees something; fails after PATIENCE with what `otherwise` tells."""
    end = time.monotonic() + PATIENCE
    pause = 0.01
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise Gone(f"{what} was not seen in {PATIENCE:.0f} s\n{otherwise()}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


class Editor:
    """An editor with the workspace; one process per test."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def start(self) -> None:
        """Starts the program with no document open."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends the program, whatever state it is in."""
        raise NotImplementedError

    def open(self, name: str) -> None:
        """Opens a document of the workspace and waits until the server answers for it."""
        raise NotImplementedError

    def shown_file(self) -> str:
        """The document that is shown, relative to the workspace."""
        raise NotImplementedError

    def text(self) -> str:
        """The text of the buffer, lines joined by newlines whatever the file has."""
        raise NotImplementedError

    def cursor(self) -> tuple[int, int]:
        """Line and column of the cursor."""
        raise NotImplementedError

    def goto(self, line: int, column: int) -> None:
        """Moves the cursor."""
        raise NotImplementedError

    def replace_line(self, line: int, text: str) -> None:
        """Edits a line as a person would, without saving."""
        raise NotImplementedError

    def new_line_below(self, line: int, text: str) -> None:
        """Adds a line, and leaves the cursor in it."""
        raise NotImplementedError

    def diagnostics(self) -> list[Diagnostic]:
        """The diagnostics of the document that is shown, in order."""
        raise NotImplementedError

    def complete(self, typed: str, wanted: str) -> None:
        """Types at the end of the cursor's line, asks for completion and accepts the entry with this label."""
        raise NotImplementedError

    def hover(self) -> str:
        """The text that pops up for the cursor's place."""
        raise NotImplementedError

    def definition(self) -> None:
        """Goes to the definition."""
        raise NotImplementedError

    def rename(self, name: str) -> None:
        """Renames what is at the cursor, everywhere."""
        raise NotImplementedError

    def code_action(self, title: str) -> None:
        """Applies the code action whose title contains this text."""
        raise NotImplementedError

    def format(self) -> None:
        """Formats the whole document."""
        raise NotImplementedError

    def save(self) -> None:
        """Writes every changed buffer to its file."""
        raise NotImplementedError

    def inlay_hints(self) -> list[str]:
        """The hints shown within the document's text."""
        raise CannotDo("no such feature")

    def references(self) -> str:
        """The list of references to what is at the cursor, as text."""
        raise NotImplementedError

    def outline(self) -> str:
        """The list of the document's symbols, as text."""
        raise NotImplementedError

    def token_kind(self, line: int, column: int) -> str:
        """How the server's semantic tokens colour a place."""
        raise CannotDo("has no semantic tokens")

    def explain(self) -> str:
        """What the server's own `nexflow/explain` says about the field at the cursor."""
        raise CannotDo("sends no requests of a server's own")

    def health(self) -> str:
        """What the editor's own check of the installation says."""
        raise CannotDo("has no check of its own for a language server")
