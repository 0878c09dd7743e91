"""What the Emacs mode does beside the features of the server."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import not_here

from harness.debian import Unavailable
from harness.editor import Editor
from harness.emacs import MODE, Emacs
from harness.programs import Program

pytestmark = pytest.mark.programs(family="emacs", client="eglot")


@pytest.fixture
def emacs(editor: Editor) -> Emacs:
    assert isinstance(editor, Emacs)
    return editor


def test_the_mode_compiles_without_a_warning(program: Program, tmp_path: Path) -> None:
    try:
        start = program.install()
    except Unavailable as reason:
        not_here(str(reason))
    shutil.copy(MODE / "nexflow-infra-mode.el", tmp_path)
    command = [start, "-Q", "--batch", "--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile"]
    done = subprocess.run([*command, "nexflow-infra-mode.el"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["a.infra", "a.infra.yaml", "a.infra.yml"])
def test_the_mode_is_known_by_the_name(emacs: Emacs, name: str) -> None:
    assert emacs.ask(f'(format "%s" (assoc-default "{name}" auto-mode-alist (function string-match)))') == "nexflow-infra-mode"


def indented(emacs: Emacs, text: str, times: int = 1) -> str:
    """The last line after the tab key was pressed in it."""
    lisp = text.replace("\n", "\\n")
    press = "(setq last-command nil)" + " (setq this-command 'tab) (nexflow-infra-indent-line) (setq last-command 'tab)" * times
    form = f'(with-temp-buffer (nexflow-infra-mode) (insert "{lisp}") {press} (buffer-substring (line-beginning-position) (point-max)))'
    return str(emacs.ask(form))


def test_a_line_after_a_key_is_a_level_deeper(emacs: Emacs) -> None:
    assert indented(emacs, "a:\n  b:\n") == "    "
    assert indented(emacs, "a:\n  b: 1\n") == "  "
    assert indented(emacs, "a:\n  b: |\n") == "    "
    assert indented(emacs, "a:\n  b: # why\n") == "    "
    assert indented(emacs, "") == ""


def test_the_key_pressed_again_goes_outwards(emacs: Emacs) -> None:
    assert indented(emacs, "a:\n  b:\n", 2) == "  "
    assert indented(emacs, "a:\n  b:\n", 3) == ""
    assert indented(emacs, "a:\n  b:\n", 4) == "    "


def test_a_line_with_a_depth_that_means_something_keeps_it(emacs: Emacs) -> None:
    assert indented(emacs, "a:\n  b: 1\nc: 2") == "c: 2"
    assert indented(emacs, "a:\n  b: 1\n   c: 2") == "  c: 2"


def test_comments_are_those_of_yaml(emacs: Emacs) -> None:
    form = '(with-temp-buffer (nexflow-infra-mode) (insert "a: 1") (comment-region (point-min) (point-max)) (buffer-string))'
    assert emacs.ask(form) == "# a: 1"
