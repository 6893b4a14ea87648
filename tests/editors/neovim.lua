-- What a user would do in Neovim over a project, printed as text: a line `== step` and what came of it.
--
-- Run as: nvim --clean --headless --cmd 'set rtp^=editors/neovim' -S tests/editors/neovim.lua
-- in the folder of a project; CONFITURE names the program.

local LIMIT = 30000

local function say(step, text)
  io.stdout:write('== ' .. step .. '\n' .. text .. '\n')
end

local function wait(what, condition)
  if not vim.wait(LIMIT, condition, 10) then
    say('failed', 'waited in vain for ' .. what)
    vim.cmd('cquit')
  end
end

local function position(pattern)
  local line = vim.fn.search(pattern, 'cw')
  assert(line > 0, pattern)
  local cursor = vim.api.nvim_win_get_cursor(0)
  return { line = cursor[1] - 1, character = cursor[2] }
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, LIMIT)
  for _, answer in pairs(answers or {}) do
    assert(not answer.err, vim.inspect(answer.err))
    return answer.result
  end
end

local function document()
  return { uri = vim.uri_from_bufnr(0) }
end

local function diagnostics()
  local lines = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    local level = vim.diagnostic.severity[one.severity]
    lines[#lines + 1] = ('%d:%d %s %s'):format(one.lnum + 1, one.col + 1, level, one.code)
  end
  table.sort(lines)
  return table.concat(lines, '\n')
end

local function text_of(file)
  local buffer = vim.fn.bufnr(file)
  if buffer > 0 and vim.api.nvim_buf_is_loaded(buffer) then
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  end
  return table.concat(vim.fn.readfile(file), '\n')
end

if vim.env.CONFITURE_CLASSIC then
  -- As if vim.lsp.config and vim.lsp.enable did not exist, which came with 0.11.
  vim.lsp.config, vim.lsp.enable = nil, nil
end
require('confiture').setup({ cmd = { vim.env.CONFITURE, 'lsp' } })
if vim.env.CONFITURE_CLASSIC then
  require('confiture').enable()
end

local migration = 'migrations/003_order_reference.up.sql'
vim.cmd.edit(migration)
wait('diagnostics', function()
  return #vim.diagnostic.get(0) > 0
end)
say('diagnostics', diagnostics())

local on_table = position([[\<orders\>]])
local hover = request('textDocument/hover', { textDocument = document(), position = on_table })
say('hover over a table', hover and hover.contents.value or '')
local on_statement = { line = on_table.line, character = 0 }
hover = request('textDocument/hover', { textDocument = document(), position = on_statement })
say('hover over a statement', hover and hover.contents.value or '')

local whole = { start = { line = 0, character = 0 }, ['end'] = { line = vim.fn.line('$'), character = 0 } }
local hints = {}
for _, hint in ipairs(request('textDocument/inlayHint', { textDocument = document(), range = whole }) or {}) do
  local label = hint.label
  if type(label) == 'table' then
    label = vim.iter(label):map(function(part) return part.value end):join('')
  end
  hints[#hints + 1] = ('%d %s'):format(hint.position.line + 1, label)
end
say('inlay hints', table.concat(hints, '\n'))

local lenses = {}
for _, lens in ipairs(request('textDocument/codeLens', { textDocument = document() }) or {}) do
  lenses[#lenses + 1] = lens.command and lens.command.title or ''
end
say('lenses', table.concat(lenses, '\n'))

local definition = request('textDocument/definition', { textDocument = document(), position = on_table }) or {}
local places = {}
for _, place in ipairs(definition.uri and { definition } or definition) do
  places[#places + 1] = vim.fn.fnamemodify(vim.uri_to_fname(place.targetUri or place.uri), ':t')
end
say('definition', table.concat(places, '\n'))

-- A quick fix, chosen by the title that its user would choose.
local before = vim.api.nvim_buf_get_changedtick(0)
local titles = {}
vim.api.nvim_win_set_cursor(0, { 2, 25 })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    titles[#titles + 1] = action.title
    return action.title:match('lock_timeout') ~= nil and action.kind == 'quickfix'
  end,
})
wait('the quick fix', function()
  return vim.api.nvim_buf_get_changedtick(0) ~= before
end)
table.sort(titles)
say('actions', table.concat(titles, '\n'))
say('after the quick fix', text_of(migration))
wait('diagnostics of the new text', function()
  return #vim.diagnostic.get(0) > 0 and not diagnostics():find('require-lock-timeout', 1, true)
end)
say('diagnostics after the quick fix', diagnostics())

-- A column that is created in one file and used in others.
vim.cmd.edit('migrations/001_create_shop.up.sql')
wait('the server in the second file', function()
  return #(vim.lsp.get_clients or vim.lsp.get_active_clients)({ bufnr = 0 }) > 0
end)
position([[\<note\>]])
vim.lsp.buf.rename('remark')
wait('the rename', function()
  return text_of('migrations/001_create_shop.up.sql'):find('remark text', 1, true)
    and text_of(migration):find('remark', 1, true)
end)
local renamed = {}
for _, file in ipairs(vim.fn.glob('migrations/*.sql', false, true)) do
  for line in vim.gsplit(text_of(file), '\n') do
    if line:find('remark', 1, true) or line:find('%f[%w]note%f[%W]') then
      renamed[#renamed + 1] = vim.fn.fnamemodify(file, ':t') .. ': ' .. vim.trim(line)
    end
  end
end
say('rename', table.concat(renamed, '\n'))

vim.cmd.edit(migration)
vim.cmd('ConfiturePreview')
wait('the preview', function()
  return vim.bo.filetype == 'markdown'
end)
say('preview', text_of('%'))

say('end', '')
vim.cmd('qall!')
