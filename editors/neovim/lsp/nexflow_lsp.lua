---@brief
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
  -- Before 0.12 diagnostics are pushed: those versions pull them, but cannot be asked to do it again when a document changes that
  -- another one extends.
  before_init = function(params)
    if vim.fn.has('nvim-0.12') == 0 then
      params.capabilities.textDocument.diagnostic = nil
    end
  end,
  handlers = {
    -- Neovim's own handler asks for the diagnostics of the workspace, and passes over the documents that are open.
    ['workspace/diagnostic/refresh'] = function(_, _, context)
      local client = vim.lsp.get_client_by_id(context.client_id)
      -- Under its identifier, for Neovim keeps what it gets apart by that.
      local provider = client and client.server_capabilities.diagnosticProvider
      for buffer in pairs(provider and client.attached_buffers or {}) do
        if vim.api.nvim_buf_is_loaded(buffer) then
          client:request('textDocument/diagnostic', {
            identifier = provider.identifier,
            textDocument = { uri = vim.uri_from_bufnr(buffer) },
          }, nil, buffer)
        end
      end
      return vim.NIL
    end,
  },
  settings = { nexflow = { infra = vim.empty_dict() } },
}
