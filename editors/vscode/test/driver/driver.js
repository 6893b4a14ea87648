// Does in the editor what a user would do, and tells the test what came of it, step by step. Each step is sent to the
// address in CONFITURE_TEST_ADDRESS; the answer says that the test has looked.

const {
  commands,
  extensions,
  languages,
  Position,
  Range,
  Selection,
  Uri,
  ViewColumn,
  window,
  workspace,
} = require("vscode");

exports.activate = async () => {
  try {
    await drive();
  } catch (error) {
    await tell("failed", error.stack ?? String(error));
  }
};

async function drive() {
  const ours = extensions.getExtension("confiture.confiture");
  await ours.activate();
  await tell("activated", { version: ours.packageJSON.version, active: ours.isActive });

  const folder = workspace.workspaceFolders[0].uri;
  const file = Uri.joinPath(folder, "migrations/003_order_reference.up.sql");
  const editor = await window.showTextDocument(await workspace.openTextDocument(file));
  await tell("diagnostics", shown(await diagnosed(file)));

  await tell("hover over a table", await hover(file, new Position(1, 14)));
  await tell("hover over a statement", await hover(file, new Position(1, 0)));

  for (const tidy of ["workbench.action.closeSidebar", "workbench.action.closeEditorsToTheLeft"]) {
    await commands.executeCommand(tidy);
  }
  editor.selection = new Selection(3, 0, 3, 0);
  await commands.executeCommand("editor.action.showHover");
  await tell("picture");

  const whole = new Range(0, 0, editor.document.lineCount, 0);
  const hints = await commands.executeCommand("vscode.executeInlayHintProvider", file, whole);
  await tell(
    "hints",
    hints.map((one) =>
      typeof one.label === "string" ? one.label : one.label.map((part) => part.value).join(""),
    ),
  );

  const lenses = await commands.executeCommand("vscode.executeCodeLensProvider", file, 10);
  await tell(
    "lenses",
    lenses.map((one) => one.command?.title),
  );

  const places = await commands.executeCommand("vscode.executeDefinitionProvider", file, new Position(1, 14));
  await tell(
    "definition",
    places.map((one) => workspace.asRelativePath(one.targetUri ?? one.uri)),
  );

  await commands.executeCommand("confiture.previewMigration");
  await tell("preview", page("Preview"));

  const first = await window.showTextDocument(editor.document, ViewColumn.One);
  first.selection = at(languages.getDiagnostics(file).find((one) => code(one) === "breaking-rename"));
  await commands.executeCommand("confiture.openRulePage");
  await tell("rule page", page("breaking-rename"));

  await window.showTextDocument(editor.document, ViewColumn.One);
  await tell("fixed", await cure(file, "require-lock-timeout"));

  await workspace.getConfiguration("confiture").update("server.path", "/nowhere/confiture", true);
  await tell("no program");
  await workspace.getConfiguration("confiture").update("server.path", undefined, true);
  await tell("program again");
  await tell("end");
}

/** The diagnostics of a file, once there are some. */
function diagnosed(file) {
  const ours = () => languages.getDiagnostics(file).filter((one) => one.source === "confiture");
  if (ours().length > 0) {
    return Promise.resolve(ours());
  }
  return new Promise((done) => {
    const subscription = languages.onDidChangeDiagnostics(() => {
      if (ours().length > 0) {
        subscription.dispose();
        done(ours());
      }
    });
  });
}

async function hover(file, position) {
  const hovers = await commands.executeCommand("vscode.executeHoverProvider", file, position);
  return hovers.flatMap((one) => one.contents.map((content) => content.value)).join("\n");
}

/** Applies the preferred fix of a rule's finding, and answers the text that comes of it. */
async function cure(file, rule) {
  const found = languages.getDiagnostics(file).find((one) => code(one) === rule);
  const actions = await commands.executeCommand(
    "vscode.executeCodeActionProvider",
    file,
    found.range,
    "quickfix",
    20,
  );
  const fix =
    actions.find((one) => one.edit !== undefined && one.isPreferred) ?? actions.find((one) => one.edit);
  if (fix === undefined) {
    return { titles: actions.map((one) => one.title) };
  }
  await workspace.applyEdit(fix.edit);
  const document = await workspace.openTextDocument(file);
  return { title: fix.title, text: document.getText() };
}

function shown(diagnostics) {
  return diagnostics
    .map((one) => `${one.range.start.line + 1}: ${code(one)}: ${one.message.split("\n")[0]}`)
    .sort();
}

function code(diagnostic) {
  return typeof diagnostic.code === "object" ? diagnostic.code.value : diagnostic.code;
}

function at(diagnostic) {
  const { start } = diagnostic.range;
  return new Selection(start, start);
}

function page(title) {
  const found = workspace.textDocuments.find(
    (one) => one.uri.scheme === "confiture-page" && one.uri.path.includes(title),
  );
  return found?.getText();
}

async function tell(step, what) {
  const body = JSON.stringify({ step, what });
  await fetch(process.env.CONFITURE_TEST_ADDRESS, { method: "POST", body });
}
