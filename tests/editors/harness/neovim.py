"""Drives Neovim over its own API; what a person types goes in as keys."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pynvim

from .editor import CannotDo, Diagnostic, Editor, wait_for

PLUGIN = Path(__file__).resolve().parents[3] / "editors/neovim"

# The choice among code actions goes through vim.ui.select, which users replace; so do the tests.
PREPARE = """
vim.ui.select = function(items, options, on_choice)
  local titles = {}
  for i, item in ipairs(items) do
    titles[i] = (options.format_item or tostring)(item)
  end
  _G.test_titles = titles
  for i, title in ipairs(titles) do
    if title:find(_G.test_wanted, 1, true) then
      return on_choice(items[i], i)
    end
  end
end
"""


class Neovim(Editor):
    """One headless Neovim with the plugin as a package and no configuration at all."""

    def start(self) -> None:
        session = self.session
        package = session.folder / "data/nvim/site/pack/nexflow/start"
        package.mkdir(parents=True)
        (package / "nexflow").symlink_to(PLUGIN)
        environment = dict(
            session.environment,
            XDG_CONFIG_HOME=str(session.folder / "config"),
            XDG_DATA_HOME=str(session.folder / "data"),
            XDG_STATE_HOME=str(session.folder / "state"),
            XDG_CACHE_HOME=str(session.folder / "cache"),
        )
        settings = [f"{key}={value}" for key, value in environment.items()]
        # pynvim cannot set the environment or the folder of its child.
        command = ["env", "-i", "-C", str(session.workspace), *settings, str(session.program.install())]
        self.nvim = pynvim.attach("child", argv=[*command, "--embed", "--headless", "-n"])
        self.nvim.exec_lua(PREPARE)

    def stop(self) -> None:
        with contextlib.suppress(Exception):
            self.nvim.command("qall!", async_=True)
        with contextlib.suppress(Exception):
            self.nvim.close()

    def lua(self, code: str, *arguments: object) -> object:
        return self.nvim.exec_lua(code, *arguments)

    def keys(self, keys: str) -> None:
        self.nvim.input(keys)

    def log(self) -> str:
        messages = self.nvim.command_output("messages")
        logs = [path.read_text(errors="replace")[-4000:] for path in self.session.folder.rglob("*lsp.log")]
        return "\n".join([messages, *logs])

    def open(self, name: str) -> None:
        self.nvim.command(f"edit {name}")
        wait_for(
            f"a server that is attached to {name}",
            lambda: self.lua(
                """
                local client = require('nexflow').clients(vim.api.nvim_get_current_buf())[1]
                return client and client.server_capabilities ~= nil and client.initialized
                """
            ),
            self.log,
        )

    def shown_file(self) -> str:
        return str(Path(self.nvim.current.buffer.name).relative_to(self.session.workspace))

    def text(self) -> str:
        return "\n".join(self.nvim.current.buffer[:]) + "\n"

    def line(self, number: int) -> str:
        return self.nvim.current.buffer[number]

    def cursor(self) -> tuple[int, int]:
        return self.place()[1:]

    def place(self) -> tuple[str, int, int]:
        """The file, line and column of the cursor, asked for at once: between two questions the editor may jump."""
        file, line, before = self.lua(
            """
            local line, byte = unpack(vim.api.nvim_win_get_cursor(0))
            return { vim.api.nvim_buf_get_name(0), line - 1, vim.api.nvim_get_current_line():sub(1, byte) }
            """
        )
        return file, line, len(before)

    def goto(self, line: int, column: int) -> None:
        self.nvim.current.window.cursor = (line + 1, len(self.line(line)[:column].encode()))

    def replace_line(self, line: int, text: str) -> None:
        self.goto(line, 0)
        self.type("0C" + text)

    def new_line_below(self, line: int, text: str) -> None:
        self.goto(line, 0)
        self.type("o<C-u>" + text)

    def type(self, keys: str) -> None:
        self.keys(keys + "<Esc>")
        wait_for("normal mode", lambda: self.nvim.api.get_mode()["mode"] == "n")

    def diagnostics(self) -> list[Diagnostic]:
        # With their lines, asked for at once: between two questions the text or the diagnostics may change.
        found = json.loads(
            self.lua(
                """
                local list = {}
                for _, d in ipairs(vim.diagnostic.get(0)) do
                  local text = vim.api.nvim_buf_get_lines(0, d.lnum, d.lnum + 1, false)[1] or ''
                  list[#list + 1] = { text, d.lnum, d.col, d.end_lnum, d.end_col, d.message, d.code or vim.NIL }
                end
                return vim.json and vim.json.encode(list) or vim.fn.json_encode(list)
                """
            )
        )
        return sorted((self.read(*one) for one in found), key=lambda one: (one.line, one.start))

    def read(self, shown: str, line: int, start: int, end_line: int, end: int, message: str, code: str | None) -> Diagnostic:
        text = shown.encode()
        stop = end if end_line == line else len(text)
        # A diagnostic of the text before an edit may end within a character of the text after it.
        columns = [len(text[:byte].decode(errors="replace")) for byte in (start, stop)]
        return Diagnostic(line, *columns, text[start:stop].decode(errors="replace"), f"{message} [{code}]" if code else message)

    def complete(self, typed: str, wanted: str) -> None:
        self.keys("A" + typed.replace("<", "<lt>") + "<C-x><C-o>")

        def position() -> tuple[int, int | None] | None:
            """Which entry it is, and which one is selected; nothing is selected without a menu."""
            # All of it at once: the menu may open or close between two questions.
            info = self.nvim.funcs.complete_info(["items", "pum_visible", "selected"])
            labels = [item["abbr"] or item["word"] for item in info["items"]]
            # A single match is inserted at once, without a menu (`completeopt` has `menu`, not `menuone`).
            if not info["pum_visible"] and len(labels) != 1:
                return None
            at = next((at + 1 for at, label in enumerate(labels) if label.rstrip(":~ ") == wanted), None)
            # The first entry is selected already, unless `completeopt` says otherwise.
            return at and (at, info["selected"] + 1 if info["pum_visible"] else None)

        at, selected = wait_for(
            f"the completion {wanted}",
            position,
            lambda: f"{self.nvim.funcs.complete_info()}\n{self.text()}\n{self.log()}",
        )
        if selected is not None:
            self.keys("<C-n>" * (at - selected) + "<C-p>" * (selected - at) + "<C-y>")
        wait_for("the menu to close", lambda: not self.nvim.funcs.pumvisible())
        self.keys("<Esc>")
        wait_for("normal mode", lambda: self.nvim.api.get_mode()["mode"] == "n")

    def hover(self) -> str:
        self.lua("vim.lsp.buf.hover()")
        return self.popup()

    def popup(self) -> str:
        """The text of the floating window."""

        def look() -> str | None:
            # At once: a window that one question lists may be gone before the next.
            return self.lua(
                """
                for _, window in ipairs(vim.api.nvim_list_wins()) do
                  if vim.api.nvim_win_get_config(window).relative ~= '' then
                    local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
                    return table.concat(lines, '\\n')
                  end
                end
                return nil
                """
            )

        return wait_for("a hover window", look, self.log)

    def screen(self) -> str:
        """What the screen shows, popups and concealed text as a person sees them."""
        return self.lua(
            """
            vim.cmd('redraw!')
            local rows = {}
            for row = 1, vim.o.lines do
              local cells = {}
              for column = 1, vim.o.columns do
                cells[column] = vim.fn.screenstring(row, column)
              end
              rows[row] = table.concat(cells)
            end
            return table.concat(rows, '\\n')
            """
        )

    def definition(self) -> None:
        before = self.place()
        self.lua("vim.lsp.buf.definition()")
        wait_for("another place", lambda: self.place() != before, self.log)

    def rename(self, name: str) -> None:
        self.lua("vim.lsp.buf.rename(...)", name)

    def code_action(self, title: str) -> None:
        self.nvim.exec_lua("_G.test_wanted, _G.test_titles = ..., nil", title)
        self.lua("vim.lsp.buf.code_action()")
        titles = wait_for("code actions", lambda: self.lua("return _G.test_titles"), self.log)
        assert any(title in one for one in titles), f"no action {title!r} among {titles}"

    def format(self) -> None:
        self.lua(
            """
            if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = 60000 })
            else vim.lsp.buf.formatting_sync(nil, 60000) end
            """
        )

    def save(self) -> None:
        self.nvim.command("wall")

    def inlay_hints(self) -> list[str]:
        if not self.lua("return vim.lsp.inlay_hint ~= nil"):
            raise CannotDo("there is no vim.lsp.inlay_hint")
        self.lua("vim.lsp.inlay_hint.enable(true, { bufnr = 0 })")

        def look() -> list[str]:
            labels = self.lua(
                """
                local labels = {}
                for _, hint in ipairs(vim.lsp.inlay_hint.get({ bufnr = 0 })) do
                  local label = hint.inlay_hint.label
                  if type(label) == 'table' then
                    label = table.concat(vim.tbl_map(function(part) return part.value end, label))
                  end
                  labels[#labels + 1] = label
                end
                return labels
                """
            )
            return list(labels)

        return wait_for("inlay hints", look, self.log)

    def listed(self, ask: str) -> str:
        """The entries of the list that a request fills, with their files."""
        self.lua(ask)

        def look() -> str:
            lines = self.lua(
                """
                local lines = {}
                for _, list in ipairs({ vim.fn.getloclist(0), vim.fn.getqflist() }) do
                  for _, entry in ipairs(list) do
                    lines[#lines + 1] = vim.fn.bufname(entry.bufnr) .. ': ' .. entry.text
                  end
                end
                return lines
                """
            )
            return "\n".join(lines)

        return wait_for("a list", look, self.log)

    def references(self) -> str:
        return self.listed("vim.lsp.buf.references()")

    def outline(self) -> str:
        return self.listed("vim.lsp.buf.document_symbol()")

    def token_kind(self, line: int, column: int) -> str:
        if not self.lua("return vim.lsp.semantic_tokens ~= nil"):
            raise CannotDo("there is no vim.lsp.semantic_tokens")
        byte = len(self.line(line)[:column].encode())

        def look() -> str | None:
            tokens = self.lua("return vim.lsp.semantic_tokens.get_at_pos(0, ...)", line, byte)
            return tokens[0]["type"] if tokens else None

        return wait_for("a semantic token", look, self.log)

    def explain(self) -> str:
        self.nvim.command("Nexflow explain")
        return self.popup()

    def health(self) -> str:
        self.nvim.command("checkhealth nexflow")

        def report() -> str | None:
            text = self.text()
            return text if "nexflow-lsp" in text else None

        return wait_for("the report", report, self.text)
