/** A new session at the foot, step by step: which agent, which folder, and its first prompt. */
import { escapeControls } from "../domain/sanitize.ts";
import { nextRow } from "../view/next_row.ts";
import { tildePath } from "../view/names.ts";
import type { KeyHint } from "./foot.ts";
import type { DashboardPage, PageKey } from "./page.ts";
import { PromptPage } from "./prompt_page.ts";
import { cutRow, span } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { KeyPress, TerminalSize, TextRow } from "./terminal_port.ts";
import { TextField } from "./text_field.ts";

export interface NewSessionOptions {
  /** At least one. */
  readonly agents: readonly string[];
  /** Where it works unless another one is typed; empty: where the agent's sessions usually do. */
  readonly folder: string;
  /** The user's home folder. */
  readonly home: string | undefined;
}

export class NewSessionPage implements DashboardPage {
  readonly place = "foot";
  readonly #options: NewSessionOptions;
  #agent: string;
  readonly #folder: TextField;
  #step: "agent" | "folder" | "prompt";
  #prompt: PromptPage | undefined;
  #note = "";

  constructor(options: NewSessionOptions) {
    const { agents, folder, home } = options;
    this.#options = options;
    this.#agent = agents[0] ?? "";
    this.#folder = new TextField("folder:", folder === "" ? "" : tildePath(folder, home));
    this.#step = agents.length > 1 ? "agent" : "folder";
  }

  /** Whether it was opened for these. */
  isFor({ agents, folder }: NewSessionOptions): boolean {
    return folder === this.#options.folder && agents.join() === this.#options.agents.join();
  }

  get hints(): readonly KeyHint[] {
    return this.#prompt?.hints ?? [["Enter", "next"], ["Esc", "back"]];
  }

  rows(area: TerminalSize): readonly TextRow[] {
    const { columns } = area;
    const { agents } = this.#options;
    if (this.#step === "prompt" && this.#prompt !== undefined) return this.#prompt.rows(area);
    if (this.#step === "folder") {
      const note = this.#note === "" ? [] : [cutRow([span(` ${this.#note}`, TONE_STYLES.attention)], columns)];
      return [...note, this.#folder.row(columns)];
    }
    const names = agents.flatMap((name, at) => [
      ...(at === 0 ? [] : [span("  ")]),
      span(escapeControls(name), name === this.#agent ? MARKED : DIM),
    ]);
    const place = `${agents.indexOf(this.#agent) + 1}/${agents.length}`;
    const all: TextRow = [span(" agent: ", BOLD), ...names, span("  Tab another, Enter takes it", DIM)];
    const one: TextRow = [span(" agent: ", BOLD), span(escapeControls(this.#agent), MARKED), span(` ${place}`, DIM)];
    const isWide = agents.join("  ").length + 40 <= columns;
    return [cutRow(isWide ? all : one, columns)];
  }

  key(press: KeyPress): PageKey {
    switch (this.#step) {
      case "agent":
        return this.#agentKey(press);
      case "folder":
        return this.#folderKey(press);
      case "prompt":
        return this.#promptKey(press);
    }
  }

  #agentKey({ key, alone }: KeyPress): PageKey {
    const rows = this.#options.agents.map((id) => ({ id }));
    const by = ["Tab", "Right", "Down", "j", "l"].includes(key)
      ? 1
      : ["Shift+Tab", "Left", "Up", "k", "h"].includes(key)
      ? -1
      : 0;
    if (key === "Escape") return "back";
    if (key === "Enter" && alone) this.#step = "folder";
    // Behind the last comes the first.
    else if (key === "Tab" && this.#agent === rows.at(-1)?.id) this.#agent = rows[0]?.id ?? "";
    else if (by !== 0) this.#agent = nextRow(rows, this.#agent, by)?.id ?? "";
    return "taken";
  }

  #folderKey(press: KeyPress): PageKey {
    const does = this.#folder.key(press);
    this.#note = "";
    if (does === "taken") return "taken";
    if (does === "back") {
      if (this.#options.agents.length < 2) return "back";
      this.#step = "agent";
      return "taken";
    }
    const cwd = this.#path(this.#folder.text.trim());
    if (cwd !== "" && !cwd.startsWith("/")) {
      this.#note = "an absolute path, or one that begins with ~/; empty: the agent's own folder";
      return "taken";
    }
    const where = cwd === "" ? "" : ` in ${tildePath(cwd, this.#options.home)}`;
    const target = { agent: this.#agent, ...(cwd === "" ? {} : { cwd }) };
    const label = `a new session with ${escapeControls(this.#agent)}${where}:`;
    this.#prompt ??= new PromptPage(label, target);
    this.#prompt.aim(label, target);
    this.#step = "prompt";
    return "taken";
  }

  #promptKey(press: KeyPress): PageKey {
    const does = this.#prompt?.key(press) ?? "back";
    if (does === "back") {
      this.#step = "folder";
      return "taken";
    }
    // What is refused comes back with all of its steps: the folder may be what is wrong.
    return typeof does === "object" && does.effect.kind === "submit"
      ? { effect: { ...does.effect, page: this } }
      : does;
  }

  refused(why: string): void {
    this.#prompt?.refused(why);
  }

  paste(text: string): void {
    if (this.#step === "prompt") this.#prompt?.paste(text);
    if (this.#step === "folder") this.#folder.insert(text);
  }

  #path(text: string): string {
    const { home } = this.#options;
    return home !== undefined && (text === "~" || text.startsWith("~/")) ? home + text.slice(1) : text;
  }
}
