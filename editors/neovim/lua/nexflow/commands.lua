--- The command `:Nexflow`: one name, with what to do as its first word.
local nexflow = require('nexflow')

local M = {}

---@param text string
local function warn(text)
  vim.notify('nexflow: ' .. text, vim.log.levels.WARN)
end

--- The server's program, as it is configured.
---@return string[]
function M.program()
  local client = nexflow.clients()[1]
  local cmd = client and client.config.cmd
  if type(cmd) ~= 'table' then
    cmd = nexflow.options().cmd
  end
  if type(cmd) ~= 'table' and vim.lsp.config then
    cmd = (vim.lsp.config.nexflow_lsp or {}).cmd
  end
  return type(cmd) == 'table' and cmd or { 'nexflow-lsp', '--stdio' }
end

--- Position of the cursor as the server counts it.
---@param client table
---@return table
local function position_params(client)
  local encoding = client.offset_encoding or 'utf-16'
  return vim.lsp.util.make_position_params(0, encoding)
end

--- Ids of the rules that have something to say about the cursor's line, those at the cursor first.
---@return string[]
local function rules_here()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local found = vim.diagnostic.get(0, { lnum = cursor[1] - 1 })
  local function distance(diagnostic)
    local last = diagnostic.end_lnum == diagnostic.lnum and diagnostic.end_col or math.huge
    if cursor[2] < diagnostic.col then
      return diagnostic.col - cursor[2]
    end
    return math.max(0, cursor[2] - last)
  end
  table.sort(found, function(a, b)
    return distance(a) < distance(b)
  end)
  local codes = {}
  for _, diagnostic in ipairs(found) do
    local lsp = diagnostic.user_data and diagnostic.user_data.lsp
    local code = diagnostic.code or (lsp and lsp.code)
    if type(code) == 'string' then
      codes[#codes + 1] = code
    end
  end
  return codes
end

---@param explanation table
local function show(explanation)
  local lines = vim.split(explanation.markdown, '\n', { plain = true })
  vim.lsp.util.open_floating_preview(lines, 'markdown', { focus_id = 'nexflow', border = 'rounded', max_width = 100 })
end

--- Explains a rule by its id; without one, the rule at the cursor, else the field there.
local function explain(rule)
  local buffer = vim.api.nvim_get_current_buf()
  local client = nexflow.clients(buffer)[1]
  if not client then
    return warn('no server is attached to this buffer')
  end
  if not nexflow.offers(buffer, 'explain') then
    return warn('this server does not explain rules; its version is too old')
  end
  local wanted = rule or rules_here()[1]
  local params = wanted and { rule = wanted } or position_params(client)
  nexflow.request('nexflow/explain', params, function(result)
    if type(result) ~= 'table' then
      warn(wanted and ('there is no rule ' .. wanted) or 'there is neither a rule nor a field at the cursor')
    else
      show(result)
    end
  end, buffer)
end

--- Runs a kind of code action; `apply` is false for those that a person chooses among.
local function code_action(kind, apply)
  if #nexflow.clients(vim.api.nvim_get_current_buf()) == 0 then
    return warn('no server is attached to this buffer')
  end
  local options = { context = { only = { kind }, diagnostics = {} } }
  if vim.fn.has('nvim-0.8') == 1 then
    options.apply = apply
    return vim.lsp.buf.code_action(options)
  end
  vim.lsp.buf.code_action(options.context)
end

local subcommands = {
  explain = {
    run = function(arguments)
      explain(arguments[1])
    end,
    complete = rules_here,
  },
  fixall = {
    run = function()
      code_action('source.fixAll.nexflow', true)
    end,
  },
  profile = {
    run = function()
      code_action('refactor.rewrite.nexflow.profile', false)
    end,
  },
  render = {
    run = function(arguments)
      require('nexflow.rendered').show(arguments[1])
    end,
    complete = function()
      return vim.tbl_keys(require('nexflow.rendered').forms)
    end,
  },
  import = {
    run = function(arguments)
      require('nexflow.rendered').import(arguments[1])
    end,
  },
  restart = {
    run = function()
      nexflow.restart()
    end,
  },
  start = {
    run = function()
      nexflow.start()
    end,
  },
  stop = {
    run = function()
      for _, client in ipairs(nexflow.clients()) do
        if vim.fn.has('nvim-0.11') == 1 then
          client:stop()
        else
          client.stop()
        end
      end
    end,
  },
  status = {
    run = function()
      local text = nexflow.status()
      vim.notify(text ~= '' and text or 'nothing is known about this document')
    end,
  },
  version = {
    run = function()
      local program = M.program()[1]
      if vim.fn.executable(program) == 0 then
        return warn(program .. ' is not on the PATH')
      end
      vim.notify(vim.trim(vim.fn.system({ program, '--version' })))
    end,
  },
  log = {
    run = function()
      vim.cmd('tabedit ' .. vim.fn.fnameescape(vim.lsp.get_log_path and vim.lsp.get_log_path() or vim.lsp.log.get_filename()))
    end,
  },
}

---@param arguments string[]
function M.run(arguments)
  local name = arguments[1] or 'status'
  local subcommand = subcommands[name]
  if not subcommand then
    return warn(('unknown: %s; there are %s'):format(name, table.concat(M.complete('Nexflow '), ', ')))
  end
  subcommand.run(vim.list_slice(arguments, 2))
end

---@param line string
---@return string[]
function M.complete(line)
  local words = vim.split(line, '%s+')
  local start = words[#words]
  local candidates
  if #words <= 2 then
    candidates = vim.tbl_keys(subcommands)
  else
    local subcommand = subcommands[words[2]]
    candidates = subcommand and subcommand.complete and subcommand.complete() or {}
  end
  table.sort(candidates)
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, start)
  end, candidates)
end

return M
