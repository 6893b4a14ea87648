-- Starts the language server in the files that it understands, and offers its commands.
--
-- vim.g.confiture_enabled = false, set before this is loaded, leaves the start to you.

if vim.g.loaded_confiture then
  return
end
vim.g.loaded_confiture = true

local confiture = require('confiture')

-- What a click on a lens does.
vim.lsp.commands['confiture.preview'] = function(command)
  confiture.preview(command.arguments[1])
end
vim.lsp.commands['confiture.dryRun'] = function(command)
  confiture.dry_run(command.arguments[1])
end

vim.api.nvim_create_user_command('ConfiturePreview', function()
  confiture.preview()
end, { desc = 'Show what the migration in this buffer would do' })
vim.api.nvim_create_user_command('ConfitureDryRun', function()
  confiture.dry_run()
end, { desc = 'Run the migration in this buffer on a database and take it back' })
vim.api.nvim_create_user_command('ConfitureLint', function()
  confiture.lint()
end, { desc = 'Lint the project of this buffer into the quickfix list' })

if vim.g.confiture_enabled ~= false then
  confiture.enable()
end
