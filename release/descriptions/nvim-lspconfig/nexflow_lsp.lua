---@brief
---
--- {{repository}}
---
--- Language server of Nexflow L5 infrastructure documents (`*.infra`), which become Apache Flink configuration.
---
--- Neovim does not know the filetype; tell it:
---
--- ```lua
--- vim.filetype.add({
---   extension = { infra = 'nexflow-infra' },
---   pattern = { ['.*%.infra%.ya?ml'] = 'nexflow-infra' },
--- })
--- ```

---@type vim.lsp.Config
return {
  cmd = { 'nexflow-lsp', '--stdio' },
  filetypes = { 'nexflow-infra' },
  root_markers = { 'nexflow.toml', '.env', '.git' },
}
