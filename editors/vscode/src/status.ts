// The item of the status bar: whether the server runs, and how many errors and warnings there are.

import {
  DiagnosticSeverity,
  type Disposable,
  languages,
  MarkdownString,
  StatusBarAlignment,
  type StatusBarItem,
  ThemeColor,
  type Uri,
  window,
} from "vscode";

/** Who made a diagnostic that is ours. */
export const SOURCE = "confiture";

/** How the server is doing. */
export type ServerState =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly version: string | undefined; readonly program: string }
  | { readonly kind: "stopped" }
  /** It can't be run, and why. */
  | { readonly kind: "failed"; readonly reason: string };

interface Counts {
  readonly errors: number;
  readonly warnings: number;
}

/** The item of the status bar. */
export class Status implements Disposable {
  private readonly item: StatusBarItem;
  private readonly subscription: Disposable;
  private readonly counts = new Map<string, Counts>();
  private state: ServerState = { kind: "stopped" };

  constructor() {
    this.item = window.createStatusBarItem("confiture.status", StatusBarAlignment.Left, 0);
    this.item.name = "Confiture";
    this.item.command = "confiture.showMenu";
    this.subscription = languages.onDidChangeDiagnostics((change) => {
      this.count(change.uris);
      this.render();
    });
    this.render();
    this.item.show();
  }

  /** Shows how the server is doing. */
  show(state: ServerState): void {
    this.state = state;
    this.render();
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  /** Counts the files that changed, and no others: a workspace can have thousands. */
  private count(files: readonly Uri[]): void {
    for (const file of files) {
      const own = languages.getDiagnostics(file).filter((one) => one.source === SOURCE);
      const errors = own.filter((one) => one.severity === DiagnosticSeverity.Error).length;
      const warnings = own.filter((one) => one.severity === DiagnosticSeverity.Warning).length;
      if (errors + warnings === 0) {
        this.counts.delete(file.toString());
      } else {
        this.counts.set(file.toString(), { errors, warnings });
      }
    }
  }

  private total(): Counts {
    let [errors, warnings] = [0, 0];
    for (const one of this.counts.values()) {
      errors += one.errors;
      warnings += one.warnings;
    }
    return { errors, warnings };
  }

  private render(): void {
    const { errors, warnings } = this.total();
    const found = `${plural(errors, "error")}, ${plural(warnings, "warning")}`;
    this.item.backgroundColor = undefined;
    switch (this.state.kind) {
      case "starting":
        this.item.text = "$(loading~spin) Confiture";
        this.item.tooltip = "Confiture is starting";
        break;
      case "running":
        this.item.text = `Confiture $(error) ${errors} $(warning) ${warnings}`;
        this.item.tooltip = new MarkdownString(
          `**Confiture** ${this.state.version ?? ""}: ${found}\n\n\`${this.state.program}\``,
        );
        break;
      case "stopped":
        this.item.text = "$(debug-stop) Confiture";
        this.item.tooltip = "Confiture is stopped";
        break;
      case "failed":
        this.item.text = "$(alert) Confiture";
        this.item.tooltip = this.state.reason;
        this.item.backgroundColor = new ThemeColor("statusBarItem.errorBackground");
        break;
    }
    this.item.accessibilityInformation = { label: `Confiture: ${this.state.kind}, ${found}` };
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
