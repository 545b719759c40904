/**
 * Prompts that are typed or on their way. They are kept in this tab until the daemon has them, so that a reload loses none;
 * each goes with one key, so that what is sent again counts once.
 */
import { keepInTab, keptInTab } from "./tab_kept.ts";

const KEPT = "agent-console.prompts";
/** The daemon remembers the keys of many changes, not of all: what is on its way for longer is sent by the person alone, ms. */
const SURE_MS = 3_600_000;

/** Where a prompt is typed that opens a session. */
export const NEW_SESSION = "";

export interface KeptPrompt {
  readonly key: string;
  /** Its session, or {@link NEW_SESSION}. */
  readonly place: string;
  /** For a new session. */
  readonly agent: string | undefined;
  readonly text: string;
  /** ms */
  readonly at: number;
}

export class PromptDesk {
  readonly #drafts: Map<string, string>;
  #sent: readonly KeptPrompt[];

  constructor() {
    const { drafts, sent } = kept();
    this.#drafts = new Map(drafts);
    this.#sent = sent;
    for (const { key, at } of sent) if (Date.now() - at > SURE_MS) this.giveBack(key);
  }

  /** Those that the daemon has not acknowledged, oldest first. */
  get sent(): readonly KeptPrompt[] {
    return this.#sent;
  }

  draft(place: string): string {
    return this.#drafts.get(place) ?? "";
  }

  type(place: string, text: string): void {
    if (text === "") this.#drafts.delete(place);
    else this.#drafts.set(place, text);
    this.#keep();
  }

  /** What was typed there goes; undefined where that is nothing. */
  send(place: string, agent?: string): KeptPrompt | undefined {
    const text = this.draft(place);
    if (text.trim() === "") return undefined;
    const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const sent = { key, place, text, at: Date.now(), agent };
    this.#sent = [...this.#sent, sent];
    this.type(place, "");
    return sent;
  }

  /** The daemon has it. */
  done(key: string): void {
    this.#sent = this.#sent.filter((one) => one.key !== key);
    this.#keep();
  }

  /** It was refused: it stands where it was typed, before what was typed since. */
  giveBack(key: string): void {
    const prompt = this.#sent.find((one) => one.key === key);
    if (prompt === undefined) return;
    this.done(key);
    const since = this.draft(prompt.place);
    this.type(prompt.place, since === "" ? prompt.text : `${prompt.text}\n${since}`);
  }

  #keep(): void {
    const isEmpty = this.#drafts.size + this.#sent.length === 0;
    keepInTab(KEPT, isEmpty ? "" : JSON.stringify({ drafts: [...this.#drafts], sent: this.#sent }));
  }
}

interface Kept {
  readonly drafts: readonly (readonly [place: string, text: string])[];
  readonly sent: readonly KeptPrompt[];
}

function kept(): Kept {
  try {
    return JSON.parse(keptInTab(KEPT)) as Kept;
  } catch {
    return { drafts: [], sent: [] };
  }
}
