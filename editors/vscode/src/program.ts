// Finds the `confiture` program that speaks the language server protocol.

import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** Where the program was looked for, and what came of it. */
export type Search =
  | { readonly kind: "found"; readonly path: string }
  /** The setting names a file that isn't there or can't be run. */
  | { readonly kind: "unusable"; readonly path: string }
  | { readonly kind: "missing" };

/** The program that a setting names; where it names none, the first on the PATH, else cargo's own. */
export async function findProgram(setting: string, workspace: string | undefined): Promise<Search> {
  if (setting.trim() !== "") {
    const path = expand(setting.trim(), workspace);
    return (await isProgram(path)) ? { kind: "found", path } : { kind: "unusable", path };
  }
  const name = process.platform === "win32" ? "confiture.exe" : "confiture";
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const folders = [...onPath, join(homedir(), ".cargo", "bin")];
  for (const path of folders.map((folder) => join(folder, name))) {
    if (await isProgram(path)) {
      return { kind: "found", path };
    }
  }
  return { kind: "missing" };
}

function expand(setting: string, workspace: string | undefined): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how settings spell it.
  const path = setting.replaceAll("${workspaceFolder}", workspace ?? "").replace(/^~(?=[/\\])/, homedir());
  return isAbsolute(path) || workspace === undefined ? path : join(workspace, path);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
