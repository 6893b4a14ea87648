-- Confiture in Neovim: which files the language server is for, how it is started, and what its commands show.

local M = {}

--- The program and its arguments. setup{} changes it.
M.command = { 'confiture', 'lsp' }

--- The file types that may hold what the server understands; `M.root` looks closer.
M.filetypes = { 'sql', 'pgsql', 'yaml', 'json' }

-- Files of these types are the server's in these cases only.
local of_type = {
  yaml = function(path)
    local name, folder = vim.fs.basename(path), vim.fs.basename(vim.fs.dirname(path))
    return name:match('^confiture%.ya?ml$')
      or name:match('^confiture%-lint%.ya?ml$')
      or folder == 'confiture-migrations'
  end,
  json = function(path)
    return vim.fs.basename(path) == 'confiture-statistics.json'
  end,
}

local markers = { 'confiture.yaml', 'confiture.yml', 'confiture-lint.yaml', 'confiture-lint.yml', '.git' }

--- The folder of the project that a buffer belongs to; nil where the buffer is nothing for the server.
function M.root(buffer)
  local path = vim.api.nvim_buf_get_name(buffer)
  local is_ours = of_type[vim.bo[buffer].filetype]
  if is_ours and not is_ours(path) then
    return nil
  end
  local folder = path ~= '' and vim.fs.dirname(path) or vim.fn.getcwd()
  for _, marker in ipairs(markers) do
    local found = vim.fs.find(marker, { path = folder, upward = true })[1]
    if found then
      return vim.fs.dirname(found)
    end
  end
  return folder
end

--- Changes how the server is started: `cmd` is the program and its arguments, `settings` are those of the manual's page
--- on editors, such as { pgVersion = 16, inlayHints = false }.
function M.setup(options)
  options = options or {}
  M.command = options.cmd or M.command
  M.settings = options.settings
  if vim.lsp.config then
    vim.lsp.config('confiture', {
      cmd = M.command,
      init_options = options.settings,
      settings = options.settings and { confiture = options.settings },
    })
  end
end

--- Has the server attach to the buffers that it is for, now and later.
function M.enable()
  if vim.lsp.config and vim.lsp.enable then
    vim.lsp.enable('confiture')
    return
  end
  vim.api.nvim_create_autocmd('FileType', {
    pattern = M.filetypes,
    callback = function(event)
      M.attach(event.buf)
    end,
  })
end

--- Attaches the server to a buffer by hand, as Neovim 0.8 to 0.10 need it.
function M.attach(buffer)
  local root = M.root(buffer)
  if not root then
    return nil
  end
  local client
  vim.api.nvim_buf_call(buffer, function()
    client = vim.lsp.start({
      name = 'confiture',
      cmd = M.command,
      root_dir = root,
      init_options = M.settings or vim.empty_dict(),
      settings = M.settings and { confiture = M.settings } or vim.empty_dict(),
    })
  end)
  return client
end

local function client_of(buffer)
  local clients = (vim.lsp.get_clients or vim.lsp.get_active_clients)({ bufnr = buffer, name = 'confiture' })
  return clients[1]
end

-- Asks the server to execute a command on a file, and hands on what it answers.
local function execute(command, uri, show)
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if not client then
    vim.notify('Confiture: the language server is not at work in this buffer', vim.log.levels.WARN)
    return
  end
  local params = { command = command, arguments = { uri or vim.uri_from_bufnr(buffer) } }
  local function answered(err, result)
    if err then
      vim.notify('Confiture: ' .. err.message, vim.log.levels.WARN)
    elseif type(result) == 'string' then
      show(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, answered, buffer)
  else
    client.request('workspace/executeCommand', params, answered, buffer)
  end
end

--- Shows in a split what a migration would do: of the current buffer, or of the file at an address.
function M.preview(uri)
  execute('confiture.preview', uri, function(markdown)
    vim.cmd('botright new')
    local page = vim.api.nvim_get_current_buf()
    vim.bo[page].buftype = 'nofile'
    vim.bo[page].bufhidden = 'wipe'
    vim.bo[page].swapfile = false
    vim.api.nvim_buf_set_lines(page, 0, -1, false, vim.split(markdown, '\n'))
    vim.bo[page].modifiable = false
    vim.bo[page].filetype = 'markdown'
  end)
end

--- Runs a migration on a database and takes it back. What comes of it, the server says itself.
function M.dry_run(uri)
  execute('confiture.dryRun', uri, function() end)
end

--- Runs `confiture lint` over the project of the current buffer, and fills the quickfix list with what it finds.
function M.lint()
  local root = M.root(0) or vim.fn.getcwd()
  local command = { M.command[1], 'lint', root, '--format', 'json' }
  local is_read, report = pcall(vim.json.decode, table.concat(vim.fn.systemlist(command), '\n'))
  if not is_read then
    vim.notify('Confiture: ' .. table.concat(command, ' ') .. ' failed', vim.log.levels.ERROR)
    return
  end
  local types = { error = 'E', warning = 'W', info = 'I' }
  local items = {}
  for _, one in ipairs(report.findings) do
    items[#items + 1] = {
      filename = one.file,
      lnum = one.range.start.line,
      col = one.range.start.column,
      text = one.rule .. ': ' .. one.message,
      type = types[one.severity],
    }
  end
  vim.fn.setqflist({}, ' ', { title = 'confiture lint', items = items })
  vim.cmd('botright cwindow')
end

return M
