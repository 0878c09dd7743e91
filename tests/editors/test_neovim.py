"""What the Neovim plugin does beside the features of the server."""

from __future__ import annotations

import pytest

from harness.editor import Editor, wait_for
from harness.neovim import Neovim
from harness.programs import PROGRAMS

pytestmark = pytest.mark.parametrize(
    "program", [pytest.param(one, id=one.key) for one in PROGRAMS if one.family == "neovim"]
)


@pytest.fixture
def neovim(editor: Editor) -> Neovim:
    assert isinstance(editor, Neovim)
    return editor


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.infra", "nexflow-infra"),
        ("a.infra.yaml", "nexflow-infra"),
        ("a.infra.yml", "nexflow-infra"),
        ("a.yaml", "yaml"),
        ("infra.yaml", "yaml"),
    ],
)
def test_the_file_type_is_known_by_the_name(neovim: Neovim, name: str, wanted: str) -> None:
    neovim.nvim.command(f"edit {name}")
    assert neovim.nvim.eval("&filetype") == wanted


def test_the_buffer_is_set_up_for_editing(neovim: Neovim) -> None:
    neovim.open("base.infra")
    assert neovim.nvim.eval("[&commentstring, &shiftwidth, &expandtab, &tabstop]") == ["# %s", 2, 1, 2]
    # YAML's own indentation: a level deeper after a key without a value.
    neovim.keys("ggO" + "a:" + "<CR>" + "b: 1" + "<Esc>")
    wait_for("the text", lambda: neovim.text().startswith("a:\n  b: 1\n"), neovim.text)
    neovim.nvim.command("set filetype=text")
    assert neovim.nvim.eval("&commentstring") != "# %s", "the settings stay behind"


def test_percent_goes_between_the_braces_of_a_variable(neovim: Neovim) -> None:
    neovim.open("base.infra")
    line = next(n for n, text in enumerate(neovim.text().splitlines()) if "${" in text)
    text = neovim.text().splitlines()[line]
    neovim.goto(line, text.index("{"))
    neovim.keys("%")
    wait_for("the closing brace", lambda: neovim.cursor() == (line, text.index("}")), neovim.cursor)


def test_the_server_formats_by_gq_and_finds_by_tags(neovim: Neovim) -> None:
    neovim.open("untidy.infra")
    wait_for("formatexpr", lambda: "vim.lsp.formatexpr" in neovim.nvim.eval("&formatexpr"))
    assert "vim.lsp.tagfunc" in neovim.nvim.eval("&tagfunc")
    assert "vim.lsp.omnifunc" in neovim.nvim.eval("&omnifunc")
    neovim.keys("gggqG")
    wait_for("the tidy document", lambda: "    type: rocksdb\n    incremental: true\n" in neovim.text(), neovim.text)


def test_the_server_can_be_restarted(neovim: Neovim) -> None:
    neovim.open("production.infra")
    first = neovim.lua("return require('nexflow').clients(0)[1].id")
    wait_for("a diagnostic", neovim.diagnostics)
    neovim.nvim.command("Nexflow restart")

    def other() -> bool:
        return bool(neovim.lua("local c = require('nexflow').clients(0)[1]; return c ~= nil and c.id ~= ...", first))

    wait_for("another server", other, neovim.log)
    wait_for("a diagnostic", neovim.diagnostics, neovim.log)
    assert len(neovim.diagnostics()) == 1


def test_the_command_completes_its_words(neovim: Neovim) -> None:
    neovim.open("base.infra")
    words = neovim.nvim.funcs.getcompletion("Nexflow ", "cmdline")
    assert {"explain", "fixall", "restart", "status"} <= set(words)
    assert neovim.nvim.funcs.getcompletion("Nexflow res", "cmdline") == ["restart"]
    neovim.nvim.command("Nexflow nonsense")
    assert "unknown: nonsense" in neovim.nvim.command_output("messages")


def test_two_documents_of_a_folder_share_a_server(neovim: Neovim) -> None:
    neovim.open("base.infra")
    neovim.open("production.infra")
    assert neovim.lua("return #require('nexflow').clients()") == 1


def test_the_help_is_complete(neovim: Neovim) -> None:
    folder = neovim.session.folder / "help"
    folder.mkdir()
    source = neovim.lua("return vim.api.nvim_get_runtime_file('doc/nexflow.txt', false)[1]")
    (folder / "nexflow.txt").write_text(open(source).read())
    neovim.nvim.command(f"helptags {folder}")
    tags = {line.split("\t")[0] for line in (folder / "tags").read_text().splitlines()}
    assert {"nexflow", ":Nexflow", "g:nexflow", "nexflow-status"} <= tags


def test_a_missing_program_is_one_clear_message(neovim: Neovim) -> None:
    (neovim.session.folder / "bin/nexflow-lsp").unlink()
    neovim.nvim.command("edit base.infra")
    neovim.nvim.command("checkhealth nexflow")
    report = wait_for("the report", lambda: text if "is not executable" in (text := neovim.text()) else None, neovim.text)
    assert "PATH" in report
    neovim.nvim.command("buffer base.infra")
    assert neovim.lua("return #require('nexflow').clients()") == 0
    assert neovim.nvim.eval("&filetype") == "nexflow-infra"
