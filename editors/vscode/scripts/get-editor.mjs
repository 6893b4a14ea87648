// Brings a real Visual Studio Code for the tests: the npm package code-server, which is one behind a web server.
//
// Its own installation script wants to download parts from elsewhere and to compile all of its native modules, so
// everything is installed without scripts, and what it can't start without is compiled afterwards.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { editorFolder, VERSION } from "../test/editor.mjs";

const NATIVE = ["native-watchdog", "@vscode/spdlog"];

if (process.versions.node.split(".")[0] !== "20") {
  throw new Error(`code-server ${VERSION} needs Node 20, and this is ${process.version}`);
}
const folder = editorFolder();
const vscode = join(folder, "node_modules/code-server/lib/vscode");
if (!existsSync(join(folder, "complete"))) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  npm(folder, "install", "--ignore-scripts", `code-server@${VERSION}`);
  npm(vscode, "install", "--ignore-scripts", "--omit=dev");
  npm(folder, "rebuild", "--ignore-scripts=false", "argon2");
  npm(vscode, "rebuild", "--ignore-scripts=false", ...NATIVE);
  symlinkSync("node_modules", join(vscode, "node_modules.asar"));
  mkdirSync(join(folder, "complete"));
}

// Scripts are off in this folder (.npmrc), and what npm runs inherits that.
function npm(cwd, ...parameters) {
  execFileSync("npm", [...parameters, "--no-audit", "--no-fund"], { cwd, stdio: "inherit" });
}
