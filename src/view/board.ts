/**
 * A list with a mark, without its terminal: which row is marked, what a key means, and which keys come too early to be
 * meant. An answer goes to the request that was on the screen when its key was pressed. Pure: the time goes in.
 */
import { type Approval, type Choice, riskNamed } from "../domain/approval.ts";
import { isQuestion, markOn } from "./approval_words.ts";
import { FootMessage, type Said } from "./foot_message.ts";
import type { SessionItem } from "./session_items.ts";

/** A question that is on the screen for less than this takes no key: nobody has read it. The same in every window, ms. */
export const READING_MS = 400;

/** What a key asks of the window. */
export type BoardAction =
  | { readonly kind: "answer"; readonly approval: Approval; readonly allow: boolean; readonly option?: string }
  /** Its questions, one after the other. */
  | { readonly kind: "ask"; readonly approval: Approval }
  | { readonly kind: "view"; readonly approval: Approval };

/** What the frame showed of the marked row. */
interface Target {
  readonly item: SessionItem;
  /** ms, when this request came to the marked row without a key of the user's, or on the screen. */
  readonly since: number;
}

interface Confirming {
  readonly id: string;
  /** ms, when it was asked once more. */
  readonly since: number;
  readonly words: Said | undefined;
}

export class Board {
  #items: readonly SessionItem[] = [];
  #selected: string | undefined;
  /** The user has moved the mark. */
  #isChosen = false;
  #target: Target | undefined;
  /** When each request was first drawn, ms. */
  #drawn = new Map<string, number>();
  /** The request that was said yes to once and destroys, as long as the words that ask once more stand there. */
  #confirming: Confirming | undefined;
  /** That the marked request is over, as long as those words stand there: a key was meant for what is gone. */
  #gone: Said | undefined;
  readonly #message = new FootMessage();
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

  /** What the last key led to. */
  get message(): string | undefined {
    return this.#message.text;
  }

  /** What became of the last answer, where {@link message} says something newer. */
  get result(): string | undefined {
    return this.#message.covered;
  }

  say(message: string | undefined, now: number): void {
    this.#message.note(message, now);
  }

  /** What became of an answer: it stays long enough to be read. */
  tell(result: string, now: number): void {
    this.#message.result(result, now);
  }

  /** Somebody else has answered a request: the key that was meant for it answers no other one. */
  over(id: string, how: string, now: number): void {
    if (this.asked?.id !== id) return;
    this.#confirming = undefined;
    this.#gone = this.#message.note(how, now);
  }

  /** A key that something else has taken. */
  pressed(now: number): void {
    this.#message.pressed(now);
  }

  /**
   * The rows of the frame that is drawn at `now`. The mark stays on its row; where that is gone, in its place. It goes to
   * the first row that asks when its own request is over, and where the user has not put it elsewhere.
   *
   * @param cut ids of the sessions whose text the frame has no room for
   */
  show(items: readonly SessionItem[], now: number, cut: ReadonlySet<string> = new Set()): void {
    this.#cut = cut;
    this.#message.passed(now);
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

  /** Puts the mark on a row, as a click does. */
  mark(id: string, now: number): void {
    const item = this.#items.find((one) => one.id === id);
    if (item === undefined) return;
    this.#isChosen = true;
    this.#put(item, now, true);
  }

  /**
   * The marked request, for a key that leads to its answer by a step of its own; where it comes too early, why is said.
   *
   * @param allow it may become a yes: all of it must have been in sight
   */
  asking(now: number, allow: boolean): Approval | undefined {
    const gone = this.#message.isNoted(this.#gone) ? this.#gone : undefined;
    this.#message.pressed(now);
    this.#confirming = this.#gone = undefined;
    if (gone !== undefined) return this.#refuse(`${gone.text}; press again for the marked one`, now);
    let found: Approval | undefined;
    this.#answer(now, (approval) => {
      if (allow && approval.cutBy !== undefined) return this.#refuse(CUT, now);
      if (allow && !this.#isWhole(approval)) return this.#refuse(MORE, now);
      found = approval;
      return undefined;
    });
    return found;
  }

  /** @param key by its name: `j`, `y`, `1`, `Enter` */
  press(key: string, now: number): BoardAction | undefined {
    const confirming = this.#message.isNoted(this.#confirming?.words) ? this.#confirming : undefined;
    const gone = this.#message.isNoted(this.#gone) ? this.#gone : undefined;
    this.#message.pressed(now);
    this.#confirming = this.#gone = undefined;
    if (gone !== undefined && ANSWERS.test(key)) {
      return this.#refuse(`${gone.text}; press again for the marked one`, now);
    }
    switch (key) {
      case "j":
        return this.#move(1, now);
      case "k":
        return this.#move(-1, now);
      case "v":
        return this.#view(now);
      case "Enter":
        return this.asked !== undefined && isQuestion(this.asked) ? this.#yes(confirming, now) : this.#view(now);
      case "y":
        return this.#yes(confirming, now);
      case "n":
        return this.#answer(now, (approval) => ({ kind: "answer", approval, allow: false }));
      default:
        return /^[1-9]$/.test(key) ? this.#choose(Number(key), now) : undefined;
    }
  }

  #yes(confirming: Confirming | undefined, now: number): BoardAction | undefined {
    return this.#answer(now, (approval) => {
      if (approval.cutBy !== undefined) {
        return this.#refuse(CUT, now);
      }
      if (isQuestion(approval)) return { kind: "ask", approval };
      if (!this.#isWhole(approval)) return this.#refuse(MORE, now);
      if (riskNamed(approval.risk) !== "destroys") return { kind: "answer", approval, allow: true };
      if (confirming?.id === approval.id && now - confirming.since >= READING_MS) {
        return { kind: "answer", approval, allow: true };
      }
      // A second y that comes at once may be a key held down: it asks anew.
      const words = this.#message.note("it destroys: y once more to allow it, any other key to leave it", now);
      this.#confirming = { id: approval.id, since: now, words };
      return undefined;
    });
  }

  #choose(number: number, now: number): BoardAction | undefined {
    return this.#answer(now, (approval) => {
      const [choice, ...others] = isQuestion(approval) ? approval.choices ?? [] : [];
      if (choice === undefined) return undefined;
      if (!this.#opened.has(approval.id)) return this.#refuse("v shows the choices first", now);
      const option = choice.options[number - 1];
      if (others.length > 0 || choice.multiple) return this.#refuse("y asks it, one part after the other", now);
      if (option === undefined) return this.#refuse(howToChoose(choice), now);
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

  #view(now: number): BoardAction | undefined {
    const approval = this.asked;
    return approval === undefined ? this.#refuse(this.#whyNot(), now) : { kind: "view", approval };
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
    if (target === undefined || approval === undefined) return this.#refuse(this.#whyNot(), now);
    if (now - target.since < READING_MS) return this.#refuse("it has only just appeared: press again", now);
    return answer(approval);
  }

  #refuse(message: string, now: number): undefined {
    this.say(message, now);
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

const CUT = "part of it never arrived: n, or answer it in its terminal";
const MORE = "there is more of it than you see: v shows all, then y";

/** Keys that answer the marked request, or may lead to an answer. */
const ANSWERS = /^(?:[yn1-9]|Enter)$/;

function howToChoose({ options }: Choice): string {
  const keys = options.length === 1 ? "1" : `1-${Math.min(9, options.length)}`;
  return options.length === 0 ? "y asks for the words" : `choose with ${keys}; y takes more than a number`;
}
