/**
 * The board of `watch` without its terminal: which row is marked, what a key means, and which keys come too early to be
 * meant. An answer goes to the request that was on the screen when its key was pressed. Pure: the time goes in.
 */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { approveWords, isQuestion, markOn } from "./approval_words.ts";
import type { SessionItem } from "./session_items.ts";

/** A question that is on the screen for less than this takes no key: nobody has read it. The same in every window, ms. */
export const READING_MS = 400;

/** What a key asks of the window. */
export type BoardAction =
  | { readonly kind: "answer"; readonly approval: Approval; readonly allow: boolean; readonly option?: string }
  | { readonly kind: "view"; readonly approval: Approval }
  | { readonly kind: "open"; readonly sessionId: string }
  | { readonly kind: "quit" };

/** What the frame showed of the marked row. */
interface Target {
  readonly item: SessionItem;
  /** ms, when this request came to the marked row without a key of the user's, or on the screen. */
  readonly since: number;
}

export class Board {
  #items: readonly SessionItem[] = [];
  #selected: string | undefined;
  /** The user has moved the mark. */
  #isChosen = false;
  #target: Target | undefined;
  /** When each request was first drawn, ms. */
  #drawn = new Map<string, number>();
  /** The request that was said yes to once and destroys, and since when the question is on the screen. */
  #confirming: { readonly id: string; readonly since: number } | undefined;
  #message: string | undefined;
  /** Requests of which all was shown. */
  readonly #opened = new Set<string>();
  #cut: ReadonlySet<string> = new Set();

  get items(): readonly SessionItem[] {
    return this.#items;
  }

  /** The id of the marked row. */
  get selected(): string | undefined {
    return this.#target?.item.id;
  }

  /** The request of the marked row. */
  get asked(): Approval | undefined {
    return this.#target?.item.asks?.approval;
  }

  /** What the last key led to, until the next one. */
  get message(): string | undefined {
    return this.#message;
  }

  say(message: string | undefined): void {
    this.#message = message;
  }

  /**
   * The rows of the frame that is drawn at `now`. The mark stays on its row; where that is gone, in its place. It goes to
   * the first row that asks when its own request is over, and where the user has not put it elsewhere.
   *
   * @param cut ids of the sessions whose text the frame has no room for
   */
  show(items: readonly SessionItem[], now: number, cut: ReadonlySet<string> = new Set()): void {
    this.#cut = cut;
    const at = this.#items.findIndex(({ id }) => id === this.#selected);
    const kept = items.find(({ id }) => id === this.#selected);
    const stays = kept ?? items[Math.min(Math.max(0, at), items.length - 1)];
    const isFree = this.asked !== undefined || !this.#isChosen;
    const next = isFree && stays?.asks?.approval === undefined
      ? items.find(({ asks }) => asks?.approval !== undefined)
      : undefined;
    if (next !== undefined) this.#isChosen = false;
    const item = next ?? stays;
    this.#items = items;
    const ids = new Set(items.flatMap(({ asks }) => asks?.approval === undefined ? [] : [asks.approval.id]));
    for (const id of this.#drawn.keys()) if (!ids.has(id)) this.#drawn.delete(id);
    for (const id of ids) if (!this.#drawn.has(id)) this.#drawn.set(id, now);
    this.#put(item, now, false);
  }

  /** @param key as the terminal sends it */
  press(key: string, now: number): BoardAction | undefined {
    this.#message = undefined;
    const confirming = this.#confirming;
    this.#confirming = undefined;
    switch (key) {
      case "q":
      case "\x04":
        return { kind: "quit" };
      case "j":
      case "\x1b[B":
      case "\x1bOB":
        return this.#move(1, now);
      case "k":
      case "\x1b[A":
      case "\x1bOA":
        return this.#move(-1, now);
      case "o":
        return this.#target === undefined ? undefined : { kind: "open", sessionId: this.#target.item.id };
      case "v":
      case "\r":
      case "\n":
        return this.#view();
      case "y":
        return this.#yes(confirming, now);
      case "n":
        return this.#answer(now, (approval) => ({ kind: "answer", approval, allow: false }));
      default:
        return /^[1-9]$/.test(key) ? this.#choose(Number(key), now) : undefined;
    }
  }

  #yes(confirming: { readonly id: string; readonly since: number } | undefined, now: number): BoardAction | undefined {
    return this.#answer(now, (approval) => {
      if (approval.cutBy !== undefined) {
        return this.#refuse("part of it never arrived: n, or answer it in its terminal");
      }
      if (isQuestion(approval)) return this.#refuse(howToChoose(approval));
      if (!this.#isWhole(approval)) return this.#refuse("there is more of it than you see: v shows all, then y");
      if (riskNamed(approval.risk) !== "destroys") return { kind: "answer", approval, allow: true };
      if (confirming?.id === approval.id && now - confirming.since >= READING_MS) {
        return { kind: "answer", approval, allow: true };
      }
      // A second y that comes at once may be a key held down: it asks anew.
      this.#confirming = { id: approval.id, since: now };
      return this.#refuse("it destroys: y once more to allow it, any other key to leave it");
    });
  }

  #choose(number: number, now: number): BoardAction | undefined {
    return this.#answer(now, (approval) => {
      const [choice, ...others] = isQuestion(approval) ? approval.choices ?? [] : [];
      if (choice === undefined) return undefined;
      if (!this.#opened.has(approval.id)) return this.#refuse("v shows the choices first");
      const option = choice.options[number - 1];
      if (others.length > 0 || choice.multiple || option === undefined) return this.#refuse(howToChoose(approval));
      return { kind: "answer", approval, allow: true, option };
    });
  }

  /** All of a request was shown: what is longer than the list shows can be answered from now on. */
  opened(id: string): void {
    this.#opened.add(id);
  }

  /** Whether all that would run was on the screen. */
  #isWhole(approval: Approval): boolean {
    if (this.#opened.has(approval.id)) return true;
    const isMarked = approval.detail === undefined || markOn(approval) !== undefined;
    return approval.missing === undefined && isMarked && !this.#cut.has(approval.sessionId);
  }

  #view(): BoardAction | undefined {
    const approval = this.asked;
    return approval === undefined ? this.#refuse(this.#whyNot()) : { kind: "view", approval };
  }

  /** Why there is nothing to answer here. */
  #whyNot(): string {
    const asks = this.#target?.item.asks;
    if (asks === undefined) return "it asks nothing";
    return `answer it in its terminal${asks.place === undefined ? "" : `: ${asks.place}`}`;
  }

  #answer(now: number, answer: (approval: Approval) => BoardAction | undefined): BoardAction | undefined {
    const target = this.#target;
    const approval = target?.item.asks?.approval;
    if (target === undefined || approval === undefined) return this.#refuse(this.#whyNot());
    if (now - target.since < READING_MS) return this.#refuse("it has only just appeared: press again");
    return answer(approval);
  }

  #refuse(message: string): undefined {
    this.#message = message;
    return undefined;
  }

  #move(by: 1 | -1, now: number): undefined {
    this.#isChosen = true;
    const at = this.#items.findIndex(({ id }) => id === this.#selected);
    this.#put(this.#items[Math.min(Math.max(0, at + by), this.#items.length - 1)], now, true);
  }

  #put(item: SessionItem | undefined, now: number, byKey: boolean): void {
    const before = this.#target;
    this.#selected = item?.id;
    if (item === undefined) return void (this.#target = undefined);
    const id = item.asks?.approval?.id;
    const isSame = before?.item.id === item.id && before.item.asks?.approval?.id === id;
    const drawn = id === undefined ? now : this.#drawn.get(id) ?? now;
    this.#target = { item, since: isSame ? before.since : byKey ? drawn : now };
    if (!isSame) this.#confirming = undefined;
  }
}

function howToChoose({ id, choices = [] }: Approval): string {
  const [choice, ...others] = choices;
  const simple = choice !== undefined && others.length === 0 && !choice.multiple;
  return simple
    ? `choose with ${
      choice.options.length === 1 ? "1" : `1-${Math.min(9, choice.options.length)}`
    }; v shows the choices`
    : `answer it with: agent-console ${approveWords({ choices }, id)}`;
}
