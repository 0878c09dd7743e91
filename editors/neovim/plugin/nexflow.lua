-- What has to be there before the first document is opened: the server's start, and one command.
if vim.g.loaded_nexflow then
  return
end
vim.g.loaded_nexflow = true

if vim.fn.has('nvim-0.7') == 0 then
  vim.api.nvim_err_writeln('nexflow: Neovim 0.7 or later is needed')
  return
end

vim.api.nvim_create_user_command('Nexflow', function(command)
  require('nexflow.commands').run(command.fargs)
end, {
  nargs = '*',
  desc = 'Nexflow infrastructure documents: see :help :Nexflow',
  complete = function(_, line)
    return require('nexflow.commands').complete(line)
  end,
})

require('nexflow').autostart()
