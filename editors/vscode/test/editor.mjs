// A real editor for tests: code-server, and a browser without a window that is its user.

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";

/** The version of code-server: the newest that runs on Node 20. */
export const VERSION = "4.100.3";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

/** Where `npm run get-editor` puts code-server. */
export function editorFolder() {
  return resolve(import.meta.dirname, "../../../target/editors/code-server");
}

/** Why there is no editor to test with; nothing where there is one. */
export function missing() {
  if (!existsSync(join(editorFolder(), "complete"))) {
    return "code-server is not installed: npm run get-editor brings it";
  }
  return browser() === undefined ? `none of ${BROWSERS.join(", ")} is installed` : undefined;
}

function browser() {
  const folders = (process.env.PATH ?? "").split(":");
  return BROWSERS.find((name) => folders.some((folder) => existsSync(join(folder, name))));
}

const entry = () => join(editorFolder(), "node_modules/code-server/out/node/entry.js");

/** Installs a package into the editor that keeps its data in a folder. */
export function install(vsix, data) {
  execFileSync(process.execPath, [entry(), ...folders(data), "--install-extension", vsix], { stdio: "pipe" });
}

function folders(data) {
  return ["--user-data-dir", join(data, "user"), "--extensions-dir", join(data, "extensions")];
}

/** An editor with a folder open, and the page in which it is seen. */
export async function open({ workspace, data, environment }) {
  const port = await freePort();
  const parameters = ["--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--disable-telemetry"];
  const more = ["--disable-update-check", "--disable-workspace-trust", "--config", join(data, "config.yaml")];
  const server = spawn(process.execPath, [entry(), ...parameters, ...more, ...folders(data)], {
    // So that the editor takes this environment as it is, and asks no login shell for another.
    env: { ...process.env, ...environment, VSCODE_CLI: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that all of its processes can be ended.
    detached: true,
  });
  const page = new Page(join(data, "browser"));
  const close = () => {
    page.close();
    process.kill(-server.pid, "SIGKILL");
  };
  try {
    await printed(server.stdout, "HTTP server listening");
    await page.open(`http://127.0.0.1:${port}/?folder=${workspace}`);
    return { page, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Waits until a program prints something. */
function printed(stream, words) {
  return new Promise((done, failed) => {
    let all = "";
    stream.on("data", (some) => {
      all += some;
      if (all.includes(words)) {
        done();
      }
    });
    stream.on("end", () => failed(new Error(`ended without "${words}":\n${all}`)));
  });
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** A page of a browser, spoken to over a pipe in the browser's own protocol. */
class Page {
  #browser;
  #answers = new Map();
  #last = 0;
  #rest = "";
  #session;

  constructor(profile) {
    const look = ["--headless=new", "--window-size=1180,700", "--no-first-run", `--user-data-dir=${profile}`];
    const flags = ["--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"];
    this.#browser = spawn(browser(), [...look, ...flags, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#browser.stdio[4].setEncoding("utf8");
    this.#browser.stdio[4].on("data", (some) => this.#receive(some));
  }

  /** Goes to an address. */
  async open(url) {
    const { targetId } = await this.#send("Target.createTarget", { url });
    const { sessionId } = await this.#send("Target.attachToTarget", { targetId, flatten: true });
    this.#session = sessionId;
  }

  /** What an expression of JavaScript is in the page; promises are awaited. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Waits until an expression is true in the page; looks again whenever the page changes. */
  waitFor(expression) {
    return this.evaluate(`new Promise((done) => {
      const look = () => (${expression}) && (watch.disconnect(), done(true));
      const watch = new MutationObserver(look);
      watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    })`);
  }

  /** A picture of the page, as PNG, once nothing moves in it. */
  async picture() {
    await this.evaluate("Promise.all(document.getAnimations().map((one) => one.finished)).then(() => true)");
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }

  close() {
    process.kill(-this.#browser.pid, "SIGKILL");
  }

  #send(method, params) {
    const id = ++this.#last;
    const message = { id, method, params, ...(this.#session ? { sessionId: this.#session } : {}) };
    this.#browser.stdio[3].write(`${JSON.stringify(message)}\0`);
    return new Promise((done, failed) => this.#answers.set(id, { done, failed }));
  }

  #receive(some) {
    const messages = (this.#rest + some).split("\0");
    this.#rest = messages.pop();
    for (const { id, result, error } of messages.map((text) => JSON.parse(text))) {
      const waiting = this.#answers.get(id);
      this.#answers.delete(id);
      if (error) {
        waiting?.failed(new Error(error.message));
      } else {
        waiting?.done(result);
      }
    }
  }
}
