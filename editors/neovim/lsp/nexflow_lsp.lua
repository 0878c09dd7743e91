---@brief
---
--- https://github.com/nexflow/nexflow-lsp
---
--- `nexflow-lsp` is the language server of Nexflow L5 infrastructure documents (`*.infra`): diagnostics, completion, hover,
--- navigation, rename, fixes and formatting for documents that become Apache Flink configuration.
---
--- The file type is `nexflow-infra`; without the plugin of the same project, tell Neovim about it:
---
--- ```lua
--- vim.filetype.add({ extension = { infra = 'nexflow-infra' } })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'nexflow-lsp', '--stdio' },
  filetypes = { 'nexflow-infra' },
  -- The widest folder first: a document may extend one that lies outside its own project, but inside the same repository.
  root_dir = function(buffer, on_root)
    on_root(vim.fs.root(buffer, '.git') or vim.fs.root(buffer, 'nexflow.toml') or vim.fs.root(buffer, '.env'))
  end,
  -- Diagnostics are pushed. A Neovim that pulls them (0.12) does not ask again for an open document when another one that it
  -- extends has changed.
  before_init = function(params)
    params.capabilities.textDocument.diagnostic = nil
  end,
  settings = { nexflow = vim.empty_dict() },
}
