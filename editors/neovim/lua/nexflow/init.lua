--- Starts the language server for Nexflow L5 infrastructure documents, and what a configuration may want to call.
local M = {}

local NAME = 'nexflow_lsp'
local FILETYPE = 'nexflow-infra'

--- The user's options, see |g:nexflow|. They are read at each start, so that they may be set at any time before.
---@return table
function M.options()
  return vim.tbl_extend('keep', vim.g.nexflow or {}, { autostart = true, treesitter = true })
end

--- The configuration of the server: what lsp/nexflow_lsp.lua says (and, from 0.11, what else is configured under its name), with
--- the user's options over it.
---@return table
local function configuration()
  local config
  if vim.lsp.config then
    config = vim.deepcopy(vim.lsp.config[NAME])
  else
    config = dofile(vim.api.nvim_get_runtime_file('lsp/nexflow_lsp.lua', false)[1])
  end
  local options = M.options()
  if options.cmd then
    config.cmd = options.cmd
  end
  if options.settings then
    config.settings = { nexflow = { infra = options.settings } }
  end
  return config
end

--- The folder that the server is started for. The widest sign first: a document may extend one that lies outside its own
--- project, but inside the same repository.
---@param path string
---@return string
local function root_of(path)
  local folder = vim.fn.fnamemodify(path, ':p:h')
  for _, sign in ipairs({ '.git', 'nexflow.toml', '.env' }) do
    local from = vim.fn.escape(folder, ' ,;') .. ';'
    local found = vim.fn.finddir(sign, from)
    if found == '' then
      found = vim.fn.findfile(sign, from)
    end
    if found ~= '' then
      return vim.fn.fnamemodify(found, ':p'):gsub('/$', ''):match('^(.*)/[^/]*$') or folder
    end
  end
  return folder
end

--- Clients of the server, those of one buffer or all.
---@param buffer integer|nil
---@return table[]
function M.clients(buffer)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  if buffer and vim.fn.has('nvim-0.8') == 0 then
    return vim.tbl_filter(function(client)
      return client.name == NAME
    end, vim.tbl_values(vim.lsp.buf_get_clients(buffer)))
  end
  return vim.tbl_filter(function(client)
    return client.name == NAME
  end, get(buffer and { bufnr = buffer } or nil))
end

--- Sends the server's own request; `on_answer` gets its result, and is not called when there is none to ask. A failure is shown
--- where `on_failure` does not take it.
---@param method string
---@param params table
---@param on_answer fun(result: any)
---@param buffer integer
---@param on_failure fun(result: nil, failure: table)|nil
---@return boolean asked
function M.request(method, params, on_answer, buffer, on_failure)
  local client = M.clients(buffer)[1]
  if not client then
    return false
  end
  local function handler(failure, result)
    if failure and on_failure then
      on_failure(nil, failure)
    elseif failure then
      vim.notify('nexflow-lsp: ' .. (failure.message or vim.inspect(failure)), vim.log.levels.ERROR)
    else
      on_answer(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, handler, buffer)
  else
    client.request(method, params, handler, buffer)
  end
  return true
end

--- Whether the server of this buffer offers an extension of the protocol (`status`, `explain`, `render`, `import`).
---@param buffer integer
---@param extension string
---@return boolean
function M.offers(buffer, extension)
  local client = M.clients(buffer)[1]
  local experimental = client and client.server_capabilities.experimental
  local nexflow = type(experimental) == 'table' and experimental.nexflow
  return type(nexflow) == 'table' and nexflow[extension] == true
end

--- One line about a document for a status line: its environment, its base, and how many variables have no value.
---@param buffer integer|nil
---@return string
function M.status(buffer)
  local status = vim.b[buffer or vim.api.nvim_get_current_buf()].nexflow_status
  if not status then
    return ''
  end
  local parts = {}
  if status.environment then
    parts[#parts + 1] = status.environment
  end
  if status.base then
    parts[#parts + 1] = '< ' .. status.base
  end
  if (status.unresolved or 0) > 0 then
    parts[#parts + 1] = status.unresolved .. ' unresolved'
  end
  return table.concat(parts, '  ')
end

--- Asks for the status of a document and keeps it in `b:nexflow_status`.
---@param buffer integer
local function refresh_status(buffer)
  if not vim.api.nvim_buf_is_loaded(buffer) or not M.offers(buffer, 'status') then
    return
  end
  M.request('nexflow/status', { textDocument = { uri = vim.uri_from_bufnr(buffer) } }, function(result)
    if vim.api.nvim_buf_is_loaded(buffer) and type(result) == 'table' then
      vim.b[buffer].nexflow_status = result
      vim.cmd('redrawstatus')
    end
  end, buffer)
end

--- What older versions of Neovim do not set by themselves when a server attaches.
---@param client table
---@param buffer integer
local function on_attach(client, buffer)
  local capabilities = client.server_capabilities or client.resolved_capabilities
  local function set(option, value, wanted)
    if wanted and vim.api.nvim_buf_get_option(buffer, option) == '' then
      vim.api.nvim_buf_set_option(buffer, option, value)
    end
  end
  set('omnifunc', 'v:lua.vim.lsp.omnifunc', capabilities.completionProvider)
  set('tagfunc', 'v:lua.vim.lsp.tagfunc', capabilities.definitionProvider)
  set('formatexpr', 'v:lua.vim.lsp.formatexpr()', capabilities.documentRangeFormattingProvider)
end

--- Starts the server for a buffer, or attaches the one that runs for the same folder already.
---@param buffer integer|nil
function M.start(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local name = vim.api.nvim_buf_get_name(buffer)
  -- A buffer of a plugin (fugitive://, diffview://) is no document on disk.
  if vim.bo[buffer].buftype ~= '' or name:match('^%a[%w+.-]+://') then
    return
  end
  local config = configuration()
  if vim.fn.executable(config.cmd[1]) == 0 then
    vim.notify_once(
      ('nexflow: %s is not on the PATH; install it or name it in g:nexflow.cmd (:checkhealth nexflow)'):format(config.cmd[1]),
      vim.log.levels.WARN
    )
    return
  end
  config.name = NAME
  config.root_dir = root_of(name ~= '' and name or vim.fn.getcwd() .. '/untitled.infra')
  config.on_attach = on_attach
  if vim.lsp.start then
    vim.api.nvim_buf_call(buffer, function()
      vim.lsp.start(config)
    end)
    return
  end
  for _, client in ipairs(M.clients()) do
    if client.config.root_dir == config.root_dir then
      vim.lsp.buf_attach_client(buffer, client.id)
      return
    end
  end
  config.workspace_folders = { { uri = vim.uri_from_fname(config.root_dir), name = config.root_dir } }
  local id = vim.lsp.start_client(config)
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

--- Stops the server and starts it again for every document that is open.
function M.restart()
  local stopping = M.clients()
  for _, client in ipairs(stopping) do
    -- Without buffers Neovim asks nothing more of a server that is shutting down, which would answer with an error.
    for buffer in pairs(client.attached_buffers or {}) do
      vim.lsp.buf_detach_client(buffer, client.id)
    end
    if vim.fn.has('nvim-0.11') == 1 then
      client:stop()
    else
      client.stop()
    end
  end
  local function start_again()
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == FILETYPE then
        M.start(buffer)
      end
    end
  end
  -- Until its process has ended, a client would be taken again instead of a new one.
  local function stopped()
    return #vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, stopping) == 0
  end
  -- Stopping is a request and an answer; a server that does not answer is not waited for.
  vim.wait(2000, stopped, 20)
  start_again()
end

--- Uses the tree-sitter parser of YAML, where there is one, for highlighting with this plugin's queries.
---@param buffer integer
local function start_treesitter(buffer)
  if vim.fn.has('nvim-0.9') == 0 or not M.options().treesitter then
    return
  end
  local parser = vim.api.nvim_get_runtime_file('parser/yaml.*', false)[1]
  if not parser then
    return
  end
  -- A language of its own, with the same parser: the queries for ordinary YAML stay as they are.
  local added = pcall(vim.treesitter.language.add, 'nexflow_infra', {
    path = parser,
    symbol_name = 'yaml',
    filetype = FILETYPE,
  })
  if added and vim.treesitter.language.register then
    vim.treesitter.language.register('nexflow_infra', FILETYPE)
  end
  if added and #vim.api.nvim_get_runtime_file('queries/nexflow_infra/highlights.scm', false) > 0 then
    pcall(vim.treesitter.start, buffer, 'nexflow_infra')
  end
end

--- Called once by the plugin: documents get their server from here on.
function M.autostart()
  local group = vim.api.nvim_create_augroup('nexflow', { clear = true })
  local has_enable = vim.lsp.enable ~= nil and vim.lsp.config ~= nil
  if has_enable and M.options().autostart then
    local options = M.options()
    vim.lsp.config(NAME, {
      cmd = options.cmd,
      settings = options.settings and { nexflow = { infra = options.settings } } or nil,
    })
    vim.lsp.enable(NAME)
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = FILETYPE,
    callback = function(event)
      start_treesitter(event.buf)
      if not has_enable and M.options().autostart then
        M.start(event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd('DiagnosticChanged', {
    group = group,
    callback = function(event)
      local buffer = tonumber(event.buf) or 0
      if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == FILETYPE then
        refresh_status(buffer)
      end
    end,
  })
end

return M
