// The language server's life: found, started, watched, started anew.

import { commands, type Disposable, type OutputChannel, Uri, window, workspace } from "vscode";
import {
  type DocumentSelector,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
} from "vscode-languageclient/node";

import { findProgram } from "./program";
import { folderOf, programArguments, programSetting, SECTION, serverSettings } from "./settings";
import { type ServerState, Status } from "./status";

/** The files that hold what the server understands, whatever language other extensions take them for. */
const SELECTOR: DocumentSelector = [
  { scheme: "file", pattern: "**/*.{sql,psql,pgsql}" },
  ...["sql", "postgres", "pgsql"].flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]),
  { scheme: "file", pattern: "**/{confiture,confiture-lint}.{yaml,yml}" },
  { scheme: "file", pattern: "**/confiture-migrations/*.{yaml,yml}" },
  { scheme: "file", pattern: "**/confiture-statistics.json" },
];

/** Shows what a command of the server answered. */
export type ShowAnswer = (command: string, parameters: readonly unknown[], answer: unknown) => Promise<void>;

/** The language server. */
export class Server implements Disposable {
  private client: LanguageClient | undefined;
  private program: string | undefined;
  private readonly status = new Status();
  private readonly trace: OutputChannel;
  /** Starts and stops follow each other, however fast somebody asks. */
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly output: OutputChannel,
    private readonly showAnswer: ShowAnswer,
  ) {
    this.trace = window.createOutputChannel("Confiture Trace");
  }

  /** The program that runs, or would: `undefined` before it was found. */
  get path(): string | undefined {
    return this.program;
  }

  /** Starts the server; a running one is stopped before. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.stopNow()).then(() => this.startNow());
    return this.queue;
  }

  /** Stops the server. */
  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.stopNow());
    return this.queue;
  }

  /** Has the server execute a command of its own, and shows what it answers. */
  async execute(command: string, parameters: readonly unknown[]): Promise<void> {
    if (this.client === undefined || !this.client.isRunning()) {
      void window.showWarningMessage("Confiture: the language server is not running.");
      return;
    }
    try {
      const answer: unknown = await this.client.sendRequest(ExecuteCommandRequest.type, {
        command,
        arguments: [...parameters],
      });
      await this.showAnswer(command, parameters, answer);
    } catch (error) {
      void window.showWarningMessage(`Confiture: ${message(error)}`);
    }
  }

  dispose(): void {
    this.status.dispose();
    this.trace.dispose();
  }

  private async startNow(): Promise<void> {
    this.show({ kind: "starting" });
    const found = await findProgram(programSetting(), folderOf()?.uri.fsPath);
    if (found.kind !== "found") {
      const reason =
        found.kind === "missing"
          ? "the command `confiture` was not found: not on the PATH, and cargo has not installed it."
          : `there is no program at ${found.path}, which the setting confiture.server.path names.`;
      this.show({ kind: "failed", reason: `Confiture: ${reason}` });
      void askForProgram(reason);
      return;
    }
    this.program = found.path;
    this.output.appendLine(`starting ${found.path} lsp ${programArguments().join(" ")}`.trimEnd());
    const client = new LanguageClient(SECTION, "Confiture", this.run(found.path), this.options());
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.show(this.stateOf(client, newState, found.path));
      }
    });
    try {
      await client.start();
    } catch (error) {
      const reason = `${found.path} lsp did not start: ${message(error)}`;
      this.output.appendLine(reason);
      this.show({ kind: "failed", reason: `Confiture: ${reason}` });
      void window.showErrorMessage(`Confiture: ${reason}`, "Show Output").then((choice) => {
        if (choice !== undefined) {
          this.output.show();
        }
      });
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) {
      return;
    }
    try {
      await client.dispose();
    } catch (error) {
      // One that never started, or that hangs, can't be stopped in good order; its process is ended all the same.
      this.output.appendLine(`stopping: ${message(error)}`);
    }
    this.show({ kind: "stopped" });
  }

  private run(command: string): ServerOptions {
    const cwd = folderOf()?.uri.fsPath;
    return { command, args: ["lsp", ...programArguments()], options: cwd === undefined ? {} : { cwd } };
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: SELECTOR,
      diagnosticCollectionName: SECTION,
      initializationOptions: serverSettings(),
      synchronize: { configurationSection: SECTION },
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      middleware: {
        executeCommand: async (command, parameters, next) => {
          const answer: unknown = await next(command, parameters);
          await this.showAnswer(command, parameters, answer);
          return answer;
        },
      },
    };
  }

  private stateOf(client: LanguageClient, state: State, program: string): ServerState {
    switch (state) {
      case State.Running:
        return { kind: "running", version: client.initializeResult?.serverInfo?.version, program };
      case State.Starting:
        return { kind: "starting" };
      case State.Stopped:
        return { kind: "stopped" };
    }
  }

  private show(state: ServerState): void {
    this.status.show(state);
    void commands.executeCommand("setContext", "confiture.running", state.kind === "running");
  }
}

/** Says that there is no program, and what can be done. */
async function askForProgram(reason: string): Promise<void> {
  const install = "How to Install";
  const settings = "Choose the Program";
  const choice = await window.showErrorMessage(`Confiture: ${reason}`, install, settings);
  if (choice === install) {
    await commands.executeCommand("confiture.openWalkthrough");
  } else if (choice === settings) {
    await commands.executeCommand("workbench.action.openSettings", "confiture.server.path");
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The address of a file as the server spells it. */
export function address(uri: Uri): string {
  return uri.toString();
}

/** The last part of a file's address, for titles. */
export function fileName(address: unknown): string | undefined {
  return typeof address === "string" ? Uri.parse(address).path.split("/").at(-1) : undefined;
}

/** Whether a change of settings needs a new server. */
export function onSettings(sections: readonly string[], act: () => void): Disposable {
  return workspace.onDidChangeConfiguration((change) => {
    if (sections.some((section) => change.affectsConfiguration(section))) {
      act();
    }
  });
}
