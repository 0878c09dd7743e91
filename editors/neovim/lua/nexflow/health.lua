--- `:checkhealth nexflow`: is everything there that the server needs?
local M = {}

-- The names changed with 0.10; those of before stay for older versions.
local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local info = health.info or health.report_info
local warn = health.warn or health.report_warn
local fail = health.error or health.report_error

local function check_neovim()
  local version = vim.version()
  local text = ('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch)
  if vim.fn.has('nvim-0.11') == 1 then
    ok(text .. ': the server is started by vim.lsp.enable()')
  elseif vim.fn.has('nvim-0.8') == 1 then
    ok(text .. ': the server is started by vim.lsp.start()')
  else
    ok(text .. ': the server is started by vim.lsp.start_client()')
    info('semantic tokens need 0.9, inlay hints 0.10')
  end
end

local function check_program()
  local program = require('nexflow.commands').program()[1]
  if vim.fn.executable(program) == 0 then
    fail(program .. ' is not executable', {
      'Install nexflow-lsp, so that it is on the PATH of Neovim',
      "or name it: vim.g.nexflow = { cmd = { '/path/to/nexflow-lsp', '--stdio' } }",
    })
    return
  end
  local answer = vim.fn.system({ program, '--version' })
  if vim.v.shell_error == 0 then
    ok(('%s (%s)'):format(vim.trim(answer), vim.fn.exepath(program)))
  else
    fail(program .. ' --version failed: ' .. vim.trim(answer))
  end
end

local function check_clients()
  local clients = require('nexflow').clients()
  if #clients == 0 then
    info('no server runs; one is started when a document (*.infra) is opened')
  end
  for _, client in ipairs(clients) do
    ok(('server %d runs for %s'):format(client.id, client.config.root_dir or 'single documents'))
  end
end

local function check_documents()
  local name = 'health.infra'
  local detected
  if vim.filetype and vim.filetype.match and vim.fn.has('nvim-0.8') == 1 then
    detected = vim.filetype.match({ filename = name })
  else
    local listed = vim.fn.execute('autocmd BufRead *.infra')
    detected = listed:find('nexflow%-infra') and 'nexflow-infra' or nil
  end
  if detected == 'nexflow-infra' then
    ok('*.infra is recognised')
  else
    fail('*.infra is not recognised as nexflow-infra, but as ' .. tostring(detected), {
      'Is `:filetype` on, and does another plugin claim *.infra?',
    })
  end
  if vim.fn.has('nvim-0.9') == 1 then
    if #vim.api.nvim_get_runtime_file('parser/yaml.*', false) > 0 then
      ok('the tree-sitter parser of YAML is there')
    else
      warn('no tree-sitter parser of YAML; highlighting is by pattern', { 'nvim-treesitter: :TSInstall yaml' })
    end
  end
end

function M.check()
  start('nexflow')
  check_neovim()
  check_program()
  check_documents()
  check_clients()
end

return M
