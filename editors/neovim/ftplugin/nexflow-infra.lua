-- Settings of a document's buffer.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

local set = vim.opt_local

set.comments = ':#'
set.commentstring = '# %s'
-- A comment goes on with a new line; other text is never broken, which would change its meaning.
set.formatoptions:remove('t')
set.formatoptions:append('croql')

set.expandtab = true
set.shiftwidth = 2
set.softtabstop = 2
set.tabstop = 2

-- `write-buffer`, `s3.bucket` and the like are not one word, `write_buffer_size` is.
set.iskeyword = '@,48-57,_'

-- `%` goes between the brackets of flow collections and variables, and, with matchit, between region marks.
set.matchpairs = '(:),{:},[:]'
vim.b.match_words = [[#\s*#\?region\>:#\s*#\?endregion\>]]
vim.b.match_ignorecase = 0

-- `gf` on the value of `extends`.
set.include = [[^\s*extends:\s*]]
set.suffixesadd = '.infra'

vim.b.undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< tabstop<'
  .. ' iskeyword< matchpairs< include< suffixesadd<'
  .. ' | unlet! b:match_words b:match_ignorecase b:nexflow_status'
