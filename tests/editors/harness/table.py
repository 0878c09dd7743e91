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
    "emoji-edit": "Typing and completion after an emoji",
    "crlf": "Files with CRLF line ends stay so",
    "crlf-edits": "A quick fix in a file with CRLF line ends",
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
    "status": "The server's own request for an explanation",
    "health": "The editor's own check of the installation (`:checkhealth`, `--health`)",
}


@dataclass
class Record:
    """What each program was seen to do."""

    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, program: str, feature: str, what: str, reason: str) -> None:
        """One verdict of one test: yes, no (with its reason), or ? for a test that did not get that far."""
        if feature not in FEATURES:
            raise KeyError(f"{feature} is no row of the table")
        self.seen.setdefault((program, feature), set()).add(what)
        if what == "no":
            self.reasons[program, feature] = reason

    def cell(self, program: Program, feature: str) -> str:
        seen = self.seen.get((program.key, feature), {"?"})
        for what in ("?", "no", "yes"):
            if what in seen:
                return what
        return "?"

    def rows(self) -> list[str]:
        """The features of which anything was seen; the server may not offer all of them."""
        return [feature for feature in FEATURES if any((program.key, feature) in self.seen for program in PROGRAMS)]

    def gaps(self) -> list[str]:
        """What a program should have shown and did not, because it is missing or a test failed."""
        rows = [feature for feature in self.rows() if any(self.cell(program, feature) != "?" for program in PROGRAMS)]
        return [f"{feature} in {program.title}" for feature in rows for program in PROGRAMS if self.cell(program, feature) == "?"]

    def render(self) -> str:
        """The table, and below it why an editor cannot do a thing."""
        notes: list[str] = []
        lines = ["| |" + "".join(f" {program.title} |" for program in PROGRAMS), "|---|" + "---|" * len(PROGRAMS)]
        for feature in self.rows():
            cells = [self.cell(program, feature) for program in PROGRAMS]
            if set(cells) == {"?"}:
                continue
            for at, program in enumerate(PROGRAMS):
                if cells[at] == "no":
                    note = f"{program.title}: {self.reasons[program.key, feature]}."
                    notes.append(note)
                    cells[at] = f"no ({len(notes)})"
            lines.append(f"| {FEATURES[feature]} | " + " | ".join(cells) + " |")
        lines.append("")
        lines += [f"{number}. {note}" for number, note in enumerate(notes, 1)]
        return "\n".join(lines).rstrip() + "\n"

    def settle(self, action: str) -> str | None:
        """Writes the table, or compares it; says what is wrong."""
        if gaps := self.gaps():
            # What is missing is reported by the tests themselves.
            return f"docs/editors.md is not written; nothing was seen of: {', '.join(gaps)}" if action == "write" else None
        text = DOCUMENT.read_text()
        before, rest = text.split(BEGIN)
        present, after = rest.split(END)
        table = self.render()
        if action == "write":
            DOCUMENT.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{after}")
        elif present.strip() != table.strip():
            return f"docs/editors.md says something else than the tests saw; write it with --table=write\n{table}"
        return None
