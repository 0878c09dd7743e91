"""The table in docs/editors.md, from what the tests saw."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .programs import PROGRAMS, Program

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/editors.md"
BEGIN = "<!-- what the tests saw: begin -->"
END = "<!-- what the tests saw: end -->"

# Rows of the table in their order; a test names its row by the key.
FEATURES = {
    "diagnostics": "Diagnostics, at the right place",
    "diagnostics-follow": "Diagnostics follow an edit",
    "diagnostics-base": "Diagnostics follow an unsaved edit in the base document",
    "emoji": "Positions right after an emoji",
    "crlf": "Files with CRLF line ends stay so",
    "completion-key": "Completion of a field, accepted",
    "completion-value": "Completion of a value, accepted",
    "hover": "Hover",
    "definition-base": "Definition: the base document",
    "definition-env": "Definition: the line in `.env`",
    "references": "References, over several files",
    "rename": "Rename, over several files",
    "code-action": "Quick fix",
    "format": "Format the document",
    "symbols": "Outline of the document",
    "inlay-hints": "Inlay hints",
    "semantic-tokens": "Semantic tokens",
    "status": "The server's own requests (status, explain)",
    "health": "The editor's own check of the installation",
}


@dataclass
class Record:
    """What each program was seen to do."""

    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def can(self, program: Program, feature: str) -> None:
        self.note(program, feature, "yes")

    def cannot(self, program: Program, feature: str, reason: str) -> None:
        self.note(program, feature, "no")
        self.reasons[program.key, feature] = reason

    def unknown(self, program: Program, feature: str) -> None:
        self.note(program, feature, "?")

    def note(self, program: Program, feature: str, what: str) -> None:
        if feature not in FEATURES:
            raise KeyError(f"{feature} is no row of the table")
        self.seen.setdefault((program.key, feature), set()).add(what)

    def cell(self, program: Program, feature: str) -> str:
        seen = self.seen.get((program.key, feature), {"?"})
        for what in ("?", "no", "yes"):
            if what in seen:
                return what
        return "?"

    def render(self) -> str:
        """The table, and below it why an editor cannot do a thing."""
        notes: list[str] = []
        lines = ["| |" + "".join(f" {program.title} |" for program in PROGRAMS), "|---|" + "---|" * len(PROGRAMS)]
        for feature, title in FEATURES.items():
            cells = []
            for program in PROGRAMS:
                cell = self.cell(program, feature)
                if cell == "no":
                    note = self.reasons[program.key, feature]
                    if note not in notes:
                        notes.append(note)
                    cell = f"no ({notes.index(note) + 1})"
                cells.append(f" {cell} |")
            lines.append(f"| {title} |" + "".join(cells))
        lines.append("")
        lines += [f"{number}. {note}" for number, note in enumerate(notes, 1)]
        return "\n".join(lines).rstrip() + "\n"

    def settle(self, action: str) -> str | None:
        """Writes the table, or compares it; says what is wrong."""
        text = DOCUMENT.read_text()
        before, rest = text.split(BEGIN)
        present, after = rest.split(END)
        table = self.render()
        if "?" in {self.cell(program, feature) for program in PROGRAMS for feature in FEATURES}:
            open_cells = [f"{p.key} {f}" for p in PROGRAMS for f in FEATURES if self.cell(p, f) == "?"]
            return f"the table in docs/editors.md needs a full run; nothing was seen of: {', '.join(open_cells)}"
        if action == "write":
            DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{after}")
            return None
        if present.strip() != table.strip():
            return f"docs/editors.md says something else than the tests saw; write it with --table=write\n{table}"
        return None
