-- Documents of Nexflow L5: `*.infra`, and `*.infra.yaml` or `*.infra.yml` where a tool insists on a YAML suffix.
if vim.filetype and vim.filetype.add then
  vim.filetype.add({
    extension = { infra = 'nexflow-infra' },
    pattern = {
      ['.*%.infra%.yaml'] = { 'nexflow-infra', { priority = 10 } },
      ['.*%.infra%.yml'] = { 'nexflow-infra', { priority = 10 } },
    },
  })
end

-- Neovim 0.7 does not consult that table unless it is told to.
if vim.fn.has('nvim-0.8') == 0 then
  vim.api.nvim_create_autocmd({ 'BufNewFile', 'BufRead' }, {
    group = vim.api.nvim_create_augroup('nexflow_filetype', { clear = true }),
    pattern = { '*.infra', '*.infra.yaml', '*.infra.yml' },
    command = 'set filetype=nexflow-infra',
  })
end
