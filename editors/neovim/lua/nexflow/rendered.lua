--- What a document becomes, in a buffer beside it that follows each edit, and the way back.
local nexflow = require('nexflow')

local M = {}

--- The forms, with the file types of their texts.
M.forms = { flink = 'conf', l5 = 'nexflow-infra', conf = 'yaml', args = 'sh', flinkdeployment = 'yaml' }

--- Views by their buffers: the buffer of the document, the form, and the server's last answer.
---@type table<integer, table>
local views = {}

---@param text string
local function warn(text)
  vim.notify('nexflow: ' .. text, vim.log.levels.WARN)
end

---@param buffer integer
---@param lines string[]
local function set_lines(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
end

--- The depth of folding of each line, which 'foldexpr' asks for.
---@param answer table
---@return integer[]
local function fold_levels(answer)
  local levels = {}
  for _, fold in ipairs(answer.folds or {}) do
    for line = fold.startLine + 1, fold.endLine + 1 do
      levels[line] = (levels[line] or 0) + 1
    end
  end
  return levels
end

--- Reads a view again. What is edited while the server answers is asked for once more afterwards.
---@param buffer integer
local function refresh(buffer)
  local view = views[buffer]
  if not view or not vim.api.nvim_buf_is_loaded(view.source) then
    return
  end
  if view.asked then
    view.again = true
    return
  end
  view.asked = true
  local params = { textDocument = { uri = vim.uri_from_bufnr(view.source) }, as = view.form }
  local function on_answer(answer, failure)
    view.asked = false
    if views[buffer] ~= view or not vim.api.nvim_buf_is_valid(buffer) then
      return
    end
    if type(answer) == 'table' then
      view.answer = answer
      view.levels = fold_levels(answer)
      set_lines(buffer, vim.split((answer.text:gsub('\n$', '')), '\n', { plain = true }))
    elseif failure then
      -- What the document does not have at the moment may come back with the next edit.
      view.answer = nil
      view.levels = {}
      set_lines(buffer, { '# ' .. (failure.message or 'it cannot be shown') })
    end
    if view.again then
      view.again = false
      refresh(buffer)
    end
  end
  if not nexflow.request('nexflow/render', params, on_answer, view.source, on_answer) then
    view.asked = false
  end
end

--- Reads all views again: a document may be extended by another one.
local function refresh_all()
  for buffer in pairs(views) do
    refresh(buffer)
  end
end

--- An edit of a document that others extend is sent a little later than it is made.
local later
local function edited()
  if vim.bo.filetype ~= 'nexflow-infra' then
    return
  end
  refresh_all()
  if later then
    later:stop()
  end
  later = vim.defer_fn(refresh_all, 400)
end

--- Goes to where the line at the cursor is written.
function M.follow()
  local view = views[vim.api.nvim_get_current_buf()]
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local answer = view and view.answer or {}
  local origins = answer.origins or {}
  for at = 1, #origins, 3 do
    if origins[at] == line then
      local window = vim.fn.bufwinid(view.source)
      if window ~= -1 then
        vim.api.nvim_set_current_win(window)
      end
      local target = vim.uri_to_bufnr(answer.sources[origins[at + 1] + 1].uri)
      if target ~= vim.api.nvim_get_current_buf() then
        vim.bo[target].buflisted = true
        vim.api.nvim_win_set_buf(0, target)
      end
      vim.api.nvim_win_set_cursor(0, { origins[at + 2] + 1, 0 })
      vim.cmd('normal! ^zv')
      return
    end
  end
  warn('this line is written nowhere')
end

--- 'foldexpr' of views.
---@return integer
function M.fold_level()
  local view = views[vim.api.nvim_get_current_buf()]
  return view and view.levels and view.levels[vim.v.lnum] or 0
end

---@param source integer
---@param form string
---@return integer|nil
local function shown_already(source, form)
  for buffer, view in pairs(views) do
    if view.source == source and view.form == form and vim.fn.bufwinid(buffer) ~= -1 then
      return buffer
    end
  end
end

---@param source integer
---@param form string
local function open(source, form)
  local buffer = vim.api.nvim_create_buf(false, true)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(source), ':t')
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  pcall(vim.api.nvim_buf_set_name, buffer, ('nexflow-view://%d/%s (%s)'):format(source, name, form))
  views[buffer] = { source = source, form = form }
  local window = vim.api.nvim_get_current_win()
  vim.cmd('rightbelow vsplit')
  vim.api.nvim_win_set_buf(0, buffer)
  vim.bo[buffer].filetype = M.forms[form]
  vim.wo.wrap = false
  vim.wo.foldmethod = 'expr'
  vim.wo.foldexpr = "v:lua.require'nexflow.rendered'.fold_level()"
  vim.wo.foldlevel = 99
  for _, key in ipairs({ '<CR>', 'gd', '<C-]>' }) do
    vim.api.nvim_buf_set_keymap(buffer, 'n', key, "<Cmd>lua require('nexflow.rendered').follow()<CR>", { noremap = true, silent = true })
  end
  vim.api.nvim_set_current_win(window)
  local group = vim.api.nvim_create_augroup('nexflow_rendered', { clear = true })
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'TextChangedP', 'BufWritePost' }, { group = group, callback = edited })
  vim.api.nvim_create_autocmd('BufWipeout', {
    group = group,
    callback = function(event)
      views[event.buf] = nil
      for other, view in pairs(views) do
        if view.source == event.buf then
          views[other] = nil
        end
      end
    end,
  })
  refresh(buffer)
end

--- Shows what the document of this buffer becomes, beside it.
---@param form string|nil
function M.show(form)
  form = form or 'flink'
  local source = vim.api.nvim_get_current_buf()
  if not M.forms[form] then
    local forms = vim.tbl_keys(M.forms)
    table.sort(forms)
    return warn(('there is no form %s; there are %s'):format(form, table.concat(forms, ', ')))
  end
  if #nexflow.clients(source) == 0 then
    return warn('no server is attached to this buffer')
  end
  if not nexflow.offers(source, 'render') then
    return warn('this server does not render documents; its version is too old')
  end
  local shown = shown_already(source, form)
  if shown then
    return refresh(shown)
  end
  open(source, form)
end

--- Puts options of Flink that stand in a register into the buffer, as a document.
---@param register string|nil
function M.import(register)
  local buffer = vim.api.nvim_get_current_buf()
  if #nexflow.clients(buffer) == 0 or not nexflow.offers(buffer, 'import') then
    return warn('no server that imports options is attached to this buffer')
  end
  local text = vim.fn.getreg(register or '"')
  nexflow.request('nexflow/import', { text = text }, function(answer)
    if type(answer) ~= 'table' then
      return warn('the register holds no options of Flink')
    end
    local lines = vim.split((answer.text:gsub('\n$', '')), '\n', { plain = true })
    local all = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
    if vim.trim(table.concat(all, '\n')) == '' then
      -- An empty document takes all of it; elsewhere it stands below the cursor.
      vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
    else
      local line = vim.api.nvim_win_get_cursor(0)[1]
      vim.api.nvim_buf_set_lines(buffer, line, line, false, lines)
    end
    local left = answer.withoutField or {}
    if #left > 0 then
      warn(('%d options have no field of L5; they stand as comments at the end'):format(#left))
    end
  end, buffer)
end

return M
