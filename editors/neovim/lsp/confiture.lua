-- The language server, for Neovim 0.11 and later: found by vim.lsp.enable('confiture').

local confiture = require('confiture')

return {
  cmd = confiture.command,
  filetypes = confiture.filetypes,
  root_dir = function(buffer, start)
    local root = confiture.root(buffer)
    if root then
      start(root)
    end
  end,
  init_options = vim.empty_dict(),
}
