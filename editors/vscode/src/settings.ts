// The settings of the section `confiture`, as the server spells them.

import { type Uri, type WorkspaceFolder, window, workspace } from "vscode";

/** The section of the settings that is ours. */
export const SECTION = "confiture";

/** The setting that names the program. */
export const PATH_SETTING = "server.path";

/** The settings that decide how the server is run: a change of them needs a new one. */
export const RUN_SETTINGS: readonly string[] = ["confiture.server.path", "confiture.server.args"];

/** What the server is told when it starts. Later changes reach it as notifications. */
export function serverSettings(): Record<string, unknown> {
  const section = workspace.getConfiguration(SECTION);
  return {
    environment: section.get("environment"),
    pgVersion: section.get("pgVersion"),
    configPath: section.get("configPath"),
    statisticsPath: section.get("statisticsPath"),
    diagnostics: section.get("diagnostics"),
    inlayHints: section.get("inlayHints"),
    codeLens: section.get("codeLens"),
  };
}

/** The program that is to run, as the user wrote it; empty where nothing was. */
export function programSetting(): string {
  return workspace.getConfiguration(SECTION).get<string>(PATH_SETTING, "");
}

/** What stands behind `confiture lsp`. */
export function programArguments(): string[] {
  return workspace.getConfiguration(SECTION).get<string[]>("server.args", []);
}

/** The folder that a file belongs to; of the active editor, or the first, where no file is named. */
export function folderOf(file?: Uri): WorkspaceFolder | undefined {
  const uri = file ?? window.activeTextEditor?.document.uri;
  return (uri && workspace.getWorkspaceFolder(uri)) ?? workspace.workspaceFolders?.[0];
}
