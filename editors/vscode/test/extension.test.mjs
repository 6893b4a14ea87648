// The packed extension in a real editor, with the real server.
//
// CONFITURE names the program; otherwise it is taken from ../../target/debug. CONFITURE_UPDATE=1 renews the picture.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { test } from "node:test";

import { pack } from "../scripts/vsix.mjs";
import { install, missing, open } from "./editor.mjs";

const ROOT = resolve(import.meta.dirname, "../../..");
const PROGRAM = process.env.CONFITURE ?? join(ROOT, "target/debug/confiture");
const PACKAGE = resolve(import.meta.dirname, "../confiture-0.1.0.vsix");

function reason() {
  if (!existsSync(PROGRAM)) {
    return `there is no program at ${PROGRAM}: cargo build -p confiture`;
  }
  if (!existsSync(PACKAGE)) {
    return `there is no package at ${PACKAGE}: npm run package`;
  }
  return missing();
}

/** The item of the status bar, as a screen reader reads it. */
const STATUS = `document.querySelector('[id="confiture.confiture.confiture.status"]')?.innerHTML ?? ""`;

test("the extension in a real editor", { skip: reason() ?? false, timeout: 90_000 }, async (t) => {
  const data = mkdtempSync(join(tmpdir(), "confiture-vscode-"));
  const steps = new Map();
  const looks = new Map();
  const ended = withResolvers();
  const listener = createServer(async (request, response) => {
    let body = "";
    for await (const some of request) {
      body += some;
    }
    const { step, what } = JSON.parse(body);
    try {
      if (process.env.CONFITURE_VERBOSE !== undefined) {
        console.error(`${step}: ${JSON.stringify(what)}`);
      }
      steps.set(step, what);
      await looks.get(step)?.();
    } catch (error) {
      ended.reject(error);
    }
    response.end();
    if (step === "end") {
      ended.resolve();
    } else if (step === "failed") {
      ended.reject(new Error(what));
    }
  });
  await new Promise((done) => listener.listen(0, "127.0.0.1", done));
  let editor;
  t.after(() => {
    editor?.close();
    listener.close();
    listener.closeAllConnections();
    rmSync(data, { recursive: true, force: true, maxRetries: 10 });
  });

  const workspace = join(data, "shop");
  cpSync(join(ROOT, "examples/shop"), workspace, { recursive: true });
  install(PACKAGE, data);
  install(driver(data), data);
  mkdirSync(join(data, "user/User"), { recursive: true });
  writeFileSync(join(data, "user/User/settings.json"), JSON.stringify({ "workbench.reduceMotion": "on" }));
  const bin = join(data, "bin");
  cpSync(PROGRAM, join(bin, "confiture"));
  editor = await open({
    workspace,
    data,
    environment: {
      CONFITURE_TEST_ADDRESS: `http://127.0.0.1:${listener.address().port}/`,
      PATH: [bin, process.env.PATH].join(delimiter),
      XDG_CACHE_HOME: join(data, "cache"),
    },
  });
  const status = (word) => editor.page.waitFor(`(${STATUS}).includes(${JSON.stringify(word)})`);
  looks.set("diagnostics", () => status("warning"));
  looks.set("picture", async () => {
    await editor.page.waitFor(
      `document.querySelector(".monaco-hover:not(.hidden)")?.innerText.includes("EXCLUSIVE")`,
    );
    if (process.env.CONFITURE_UPDATE !== undefined) {
      writeFileSync(join(ROOT, "docs/images/vscode.png"), await editor.page.picture());
    }
  });
  looks.set("no program", () => status("failed"));
  looks.set("program again", () => status("running"));
  await ended.promise;

  const { diagnostics, hints, lenses, definition } = Object.fromEntries(steps);
  assert.equal(steps.get("activated").active, true);
  assert.ok(
    diagnostics.some((line) => line.startsWith("2: table-rewrite: public.orders is written anew")),
    diagnostics.join("\n"),
  );
  assert.match(steps.get("hover over a table"), /CREATE TABLE public\.orders/);
  assert.match(steps.get("hover over a statement"), /ACCESS EXCLUSIVE/);
  assert.ok(
    hints.some((label) => label.includes("ACCESS EXCLUSIVE")),
    hints.join("\n"),
  );
  assert.ok(lenses.includes("Preview"), lenses.join("\n"));
  assert.equal(definition[0], "migrations/001_create_shop.up.sql");
  assert.match(steps.get("preview"), /orders/);
  assert.match(steps.get("rule page"), /^# breaking-rename/);
  assert.match(steps.get("fixed").text ?? "", /SET (LOCAL )?lock_timeout/);
});

/** The package of the extension that does what a user would do. */
function driver(folder) {
  const source = join(import.meta.dirname, "driver");
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const target = join(folder, "driver.vsix");
  writeFileSync(target, pack(manifest, { "extension/driver.js": readFileSync(join(source, "driver.js")) }));
  return target;
}

function withResolvers() {
  const promise = {};
  promise.promise = new Promise((resolve, reject) => Object.assign(promise, { resolve, reject }));
  return promise;
}
