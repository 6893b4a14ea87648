-- Sets Neovim up for its picture in the README: diagnostics, hints between the words, a hover; nothing that varies.
--
-- Run by the test `picture` in a terminal, in a copy of examples/shop; CONFITURE names the program.

vim.o.termguicolors = true
vim.o.background = 'dark'
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.laststatus = 0
vim.o.ruler = false
vim.o.showcmd = false
vim.o.shortmess = vim.o.shortmess .. 'FIW'
vim.o.wrap = false
vim.o.linebreak = true
vim.o.fillchars = 'eob: '

vim.diagnostic.config({
  signs = { text = { [vim.diagnostic.severity.ERROR] = '✖', [vim.diagnostic.severity.WARN] = '▲' } },
  virtual_text = {
    prefix = '■',
    format = function(one)
      return one.code
    end,
  },
  virtual_lines = false,
  underline = true,
})
-- A curly line is more than every terminal, and the picture, can draw.
for _, level in ipairs({ 'Error', 'Warn', 'Info', 'Hint' }) do
  vim.api.nvim_set_hl(0, 'DiagnosticUnderline' .. level, { underline = true })
end

-- The picture's own ground, and hints that can be read on it.
for _, group in ipairs({ 'Normal', 'NormalFloat', 'SignColumn', 'FloatBorder' }) do
  vim.api.nvim_set_hl(0, group, { fg = '#E0E2EA', bg = '#000000' })
end
vim.api.nvim_set_hl(0, 'LspInlayHint', { fg = '#B3945C', italic = true })

require('confiture').setup({ cmd = { vim.env.CONFITURE, 'lsp' } })
vim.cmd.edit('migrations/003_order_reference.up.sql')
vim.wait(30000, function()
  return #vim.diagnostic.get(0) > 0
end, 10)
vim.lsp.inlay_hint.enable(true)
vim.api.nvim_win_set_cursor(0, { 5, 0 })
vim.lsp.buf.hover({ border = 'rounded', max_width = 124, max_height = 22 })
