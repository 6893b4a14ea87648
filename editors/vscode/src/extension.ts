// The extension: starts the server, and offers commands. What the user sees of SQL comes from the server.

import { commands, type ExtensionContext, type QuickPickItem, window } from "vscode";

import { lintWorkspace } from "./lint";
import { Pages } from "./pages";
import { openRulePage } from "./rules";
import { address, fileName, onSettings, Server } from "./server";
import { RUN_SETTINGS } from "./settings";

/** Called by the editor when one of the activation events happens. */
export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel("Confiture");
  const pages = new Pages();
  const server = new Server(output, (command, parameters, answer) =>
    showAnswer(pages, command, parameters, answer),
  );
  running = server;
  const run = new Commands(server, pages);
  context.subscriptions.push(
    output,
    pages,
    server,
    onSettings(RUN_SETTINGS, () => void server.restart()),
    commands.registerCommand("confiture.showMenu", showMenu),
    commands.registerCommand("confiture.restartServer", () => server.restart()),
    commands.registerCommand("confiture.showOutput", () => output.show()),
    commands.registerCommand("confiture.previewMigration", () => run.onFile("confiture.preview")),
    commands.registerCommand("confiture.dryRunMigration", () => run.onFile("confiture.dryRun")),
    commands.registerCommand("confiture.openRulePage", () => run.withProgram(openRulePage)),
    commands.registerCommand("confiture.lintWorkspace", () => run.withProgram(lintWorkspace)),
    commands.registerCommand("confiture.openWalkthrough", () =>
      commands.executeCommand("workbench.action.openWalkthrough", `${context.extension.id}#start`, false),
    ),
  );
  await server.restart();
}

let running: Server | undefined;

/** Called by the editor before it closes. */
export async function deactivate(): Promise<void> {
  await running?.stop();
}

/** What commands do. */
class Commands {
  constructor(
    private readonly server: Server,
    private readonly pages: Pages,
  ) {}

  /** Has the server execute a command on the file of the active editor. */
  async onFile(command: string): Promise<void> {
    const document = window.activeTextEditor?.document;
    if (document === undefined) {
      void window.showInformationMessage("Confiture: open a migration first.");
      return;
    }
    await this.server.execute(command, [address(document.uri)]);
  }

  /** Does what needs the program, where there is one. */
  async withProgram(act: (program: string, pages: Pages) => Promise<void>): Promise<void> {
    const program = this.server.path;
    if (program === undefined) {
      await this.server.restart();
      return;
    }
    try {
      await act(program, this.pages);
    } catch (error) {
      void window.showErrorMessage(`Confiture: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Shows what a command of the server answered, where that is a page. Sentences the server shows itself. */
async function showAnswer(
  pages: Pages,
  command: string,
  parameters: readonly unknown[],
  answer: unknown,
): Promise<void> {
  if (command === "confiture.preview" && typeof answer === "string") {
    await pages.show(`Preview of ${fileName(parameters[0]) ?? "the migration"}`, answer);
  }
}

interface MenuItem extends QuickPickItem {
  readonly command: string;
}

const MENU: readonly MenuItem[] = [
  { label: "$(eye) Preview this migration", command: "confiture.previewMigration" },
  { label: "$(beaker) Dry-run this migration", command: "confiture.dryRunMigration" },
  { label: "$(checklist) Lint the workspace", command: "confiture.lintWorkspace" },
  { label: "$(book) Open the page of a rule", command: "confiture.openRulePage" },
  { label: "$(warning) Show all problems", command: "workbench.actions.view.problems" },
  { label: "$(output) Show output", command: "confiture.showOutput" },
  { label: "$(refresh) Restart the language server", command: "confiture.restartServer" },
];

async function showMenu(): Promise<void> {
  const chosen = await window.showQuickPick(MENU, { placeHolder: "Confiture" });
  if (chosen !== undefined) {
    await commands.executeCommand(chosen.command);
  }
}
