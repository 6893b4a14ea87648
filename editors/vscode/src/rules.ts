// The pages of rules: what the program says about them, so that no network is needed.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { languages, type QuickPickItem, window } from "vscode";

import type { Pages } from "./pages";
import { folderOf } from "./settings";
import { SOURCE } from "./status";

const execute = promisify(execFile);

/** What `confiture rules --format json` says of each rule, as far as it is shown. */
interface Rule {
  readonly name: string;
  readonly summary: string;
}

/** Shows the page of a rule: of a diagnostic at the cursor where there is one, else of any that is chosen. */
export async function openRulePage(program: string, pages: Pages): Promise<void> {
  const here = rulesAtCursor();
  const items: QuickPickItem[] = here.length > 0 ? here.map((label) => ({ label })) : await allRules(program);
  const chosen = items.length === 1 ? items[0] : await window.showQuickPick(items, { placeHolder: "Rule" });
  if (chosen === undefined) {
    return;
  }
  const { stdout } = await execute(program, ["explain", "--color", "never", chosen.label], options());
  await pages.show(chosen.label, stdout);
}

function rulesAtCursor(): string[] {
  const editor = window.activeTextEditor;
  if (editor === undefined) {
    return [];
  }
  const names = languages
    .getDiagnostics(editor.document.uri)
    .filter((one) => one.source === SOURCE && one.range.contains(editor.selection.active))
    .map((one) => (typeof one.code === "object" ? one.code.value : one.code))
    // Problems such as E012 have codes too, but no pages.
    .filter((code): code is string => typeof code === "string" && code.includes("-"));
  return [...new Set(names)];
}

async function allRules(program: string): Promise<QuickPickItem[]> {
  const { stdout } = await execute(program, ["rules", "--format", "json"], options());
  const rules = JSON.parse(stdout) as readonly Rule[];
  return rules.map(({ name, summary }) => ({ label: name, detail: summary }));
}

function options(): { cwd?: string; maxBuffer: number } {
  const cwd = folderOf()?.uri.fsPath;
  return { maxBuffer: 16 * 1024 * 1024, ...(cwd === undefined ? {} : { cwd }) };
}
