// `confiture lint` over a whole folder, as a task in the terminal.

import {
  ProcessExecution,
  type Task,
  TaskRevealKind,
  tasks,
  Task as VsTask,
  window,
  workspace,
} from "vscode";

import { SOURCE } from "./status";

/** Runs `confiture lint` in a folder of the workspace: the one there is, or the one that is chosen. */
export async function lintWorkspace(program: string): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  const folder = folders.length > 1 ? await window.showWorkspaceFolderPick() : folders[0];
  if (folder === undefined) {
    if (folders.length === 0) {
      void window.showInformationMessage("Confiture: open a folder to lint it.");
    }
    return;
  }
  const execution = new ProcessExecution(program, ["lint", "--color", "always"], { cwd: folder.uri.fsPath });
  const task: Task = new VsTask({ type: SOURCE }, folder, "lint", SOURCE, execution);
  task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true, focus: false };
  await tasks.executeTask(task);
}
