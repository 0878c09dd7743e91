"""What the Neovim plugin does beside the features of the server."""

from __future__ import annotations

import pytest
from conftest import not_here

from harness.debian import Unavailable
from harness.editor import Editor, wait_for
from harness.neovim import Neovim
from harness.parser import yaml_parser

pytestmark = pytest.mark.programs(family="neovim")
PRODUCTION = "production.infra"


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
    wait_for("the tidy document", lambda: "\n    type: rocksdb\n" in neovim.text(), neovim.text)


# 0.7 shows the address of a link, and its screen cannot be read without a terminal.
@pytest.mark.programs(family="neovim", version=("0.10.4", "0.12.4"))
def test_a_hover_shows_words_and_no_markup(neovim: Neovim) -> None:
    neovim.nvim.command("set columns=100 lines=40")
    for file, word, wanted in (
        ("base.infra", "compression", "LZ4: fast"),
        # What .env has in its second line.
        (PRODUCTION, "CHECKPOINT_BUCKET", "acme-checkpoints from .env, line 2"),
    ):
        neovim.open(file)
        line, text = next((n, text) for n, text in enumerate(neovim.text().splitlines()) if word in text)
        neovim.goto(line, text.index(word))
        neovim.hover()
        wait_for(wanted, lambda wanted=wanted: wanted in neovim.screen(), neovim.screen)
        shown = neovim.screen()
        for mark in ("**", "](", "file:", "&lt;", "\\<", "```", "<br"):
            assert mark not in shown, shown
        neovim.nvim.command("fclose!")


def test_the_server_can_be_restarted(neovim: Neovim) -> None:
    neovim.open("production.infra")
    first = neovim.lua("return require('nexflow').clients(0)[1].id")
    wait_for("a diagnostic", neovim.diagnostics)
    neovim.nvim.command("Nexflow restart")

    def other() -> bool:
        return bool(neovim.lua("local c = require('nexflow').clients(0)[1]; return c ~= nil and c.id ~= ...", first))

    wait_for("another server", other, neovim.log)
    # For a moment there may be those of both servers, or none.
    wait_for("one diagnostic", lambda: len(neovim.diagnostics()) == 1, neovim.log)


def test_the_command_completes_its_words(neovim: Neovim) -> None:
    neovim.open("base.infra")
    words = neovim.nvim.funcs.getcompletion("Nexflow ", "cmdline")
    assert {"explain", "fixall", "restart", "status"} <= set(words)
    assert neovim.nvim.funcs.getcompletion("Nexflow res", "cmdline") == ["restart"]
    neovim.nvim.command("Nexflow nonsense")
    assert "unknown: nonsense" in neovim.nvim.command_output("messages")


def view_text(neovim: Neovim, form: str) -> str:
    """The text of the window that shows a document in a form."""
    return neovim.lua(
        """
        for _, window in ipairs(vim.api.nvim_list_wins()) do
          local buffer = vim.api.nvim_win_get_buf(window)
          if vim.api.nvim_buf_get_name(buffer):find('(' .. ... .. ')', 1, true) then
            return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\\n')
          end
        end
        return ''
        """,
        form,
    )


def test_what_flink_gets_stands_beside_the_document_and_follows_edits(neovim: Neovim) -> None:
    neovim.open("production.infra")
    neovim.nvim.command("Nexflow render")
    wait_for("the options", lambda: "execution.checkpointing.interval" in view_text(neovim, "flink"), neovim.log)
    # The cursor stays in the document, and the view follows what is typed there.
    assert neovim.shown_file() == "production.infra"
    line = next(n for n, text in enumerate(neovim.text().splitlines()) if "retain_on_cancellation" in text)
    neovim.replace_line(line, "      externalized: delete_on_cancellation")
    wait_for("the edit", lambda: "DELETE_ON_CANCELLATION" in view_text(neovim, "flink"), neovim.log)
    # It follows what is typed in a base as well.
    neovim.open("base.infra")
    line = next(n for n, text in enumerate(neovim.text().splitlines()) if "interval:" in text)
    neovim.replace_line(line, "      interval: 75s")
    wait_for("the edit of the base", lambda: "75 s" in view_text(neovim, "flink"), neovim.log)

    # A line leads to where it is written, and blocks fold.
    neovim.nvim.command("buffer production.infra")
    neovim.nvim.command("wincmd l")
    assert neovim.nvim.eval("&buftype . &modifiable") == "nofile0"
    row = next(n for n, text in enumerate(neovim.text().splitlines()) if "execution.checkpointing.interval" in text)
    assert neovim.nvim.funcs.foldlevel(row + 1) >= 1
    neovim.goto(row, 0)
    neovim.keys("<CR>")
    wait_for("the base", lambda: neovim.place()[0].endswith("base.infra"), neovim.log)
    assert "interval: 75s" in neovim.line(neovim.cursor()[0])


def test_the_merged_document_and_what_cannot_be_shown(neovim: Neovim) -> None:
    neovim.open("production.infra")
    neovim.nvim.command("Nexflow render l5")
    wait_for("the merged document", lambda: "incremental: true" in view_text(neovim, "l5"), neovim.log)
    assert "extends" not in view_text(neovim, "l5")
    neovim.nvim.command("Nexflow render nonsense")
    assert "there is no form nonsense" in neovim.nvim.command_output("messages")
    assert neovim.nvim.funcs.getcompletion("Nexflow render f", "cmdline") == ["flink", "flinkdeployment"]
    neovim.nvim.command("bwipeout! production.infra")


def test_options_of_flink_are_pasted_as_a_document(neovim: Neovim) -> None:
    neovim.open("fresh.infra")
    neovim.nvim.funcs.setreg('"', "execution.checkpointing.interval: 3 min\ns3.secret-key: c4n4ry\nmy.own: 1\n")
    neovim.nvim.command("Nexflow import")
    wait_for("the document", lambda: "interval: 3m" in neovim.text(), neovim.log)
    assert "my.own" in neovim.text() and "c4n4ry" not in neovim.text()
    wait_for("the message", lambda: "stand as comments" in neovim.nvim.command_output("messages"))


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


def test_the_queries_colour_a_document(neovim: Neovim) -> None:
    if neovim.nvim.funcs.has("nvim-0.9") == 0:
        neovim.open("base.infra")
        assert neovim.nvim.eval("&syntax") == "nexflow-infra", "highlighting is by pattern there"
        return
    parsers = neovim.session.folder / "data/nvim/site/parser"
    parsers.mkdir(parents=True)
    try:
        yaml_parser(parsers / "yaml.so")
    except Unavailable as reason:
        not_here(str(reason))
    neovim.open("base.infra")

    def captures(text: str) -> set[str]:
        line = next(n for n, one in enumerate(neovim.text().splitlines()) if text in one)
        column = neovim.text().splitlines()[line].index(text) + 1
        found = neovim.lua("return vim.treesitter.get_captures_at_pos(0, ...)", line, column)
        return {one["capture"] for one in found}

    assert neovim.lua("return vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil")
    neovim.lua("vim.treesitter.get_parser(0):parse(true)")
    assert captures("CHECKPOINT_BUCKET") - {"string", "spell", "nospell"}, "a variable is not told from text"
    assert captures("compression")
    assert captures("LZ4")
    assert neovim.lua("return #vim.treesitter.query.get('nexflow_infra', 'folds').captures") > 0
    # Ordinary YAML keeps its own queries.
    assert neovim.lua("return vim.treesitter.language.get_lang('yaml')") != "nexflow_infra"


def test_documents_that_are_not_open_are_checked_where_neovim_asks_for_them(neovim: Neovim) -> None:
    if not neovim.lua("return vim.lsp.buf.workspace_diagnostics ~= nil"):
        return
    neovim.open("base.infra")
    neovim.lua("vim.lsp.buf.workspace_diagnostics()")

    def files() -> set[str]:
        names = neovim.lua(
            """
            return vim.tbl_map(function(one)
              return vim.fs.basename(vim.api.nvim_buf_get_name(one.bufnr))
            end, vim.diagnostic.get())
            """
        )
        return set(names) if "production.infra" in names else set()

    wait_for("a diagnostic of a document that is not open", files, neovim.log)
