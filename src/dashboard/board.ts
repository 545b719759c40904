/**
 * A list with a cursor, without its terminal: which row is the current one, what a key means for it, and which keys come too
 * early to be meant. An answer goes to the request that was on the screen when its key was pressed. Pure: the time goes in.
 */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { type ActionName, otherKey } from "../view/actions.ts";
import { isQuestion, markOn } from "../view/approval_words.ts";
import { FootMessage, type Said } from "../view/foot_message.ts";
import { isRead, tooSoon } from "../view/reading.ts";
import type { SessionItem } from "../view/session_items.ts";
import { ANSWERS, CUT, HIDDEN, howToChoose, MORE } from "./board_words.ts";

/** A key that means something for the current row. */
export interface BoardPress {
  readonly action: ActionName;
  /** By its name: `j`, `y`, `1`, `Enter`. */
  readonly key: string;
  /** When it was pressed; of a key that may be held down, when that began, ms. */
  readonly began: number;
}

/** What a key asks of the window. */
export type BoardAction =
  | { readonly kind: "answer"; readonly approval: Approval; readonly allow: boolean; readonly option?: string }
  /** Its questions, one after the other. */
  | { readonly kind: "ask"; readonly approval: Approval }
  | { readonly kind: "view"; readonly approval: Approval };

/** What the frame showed of the current row. */
interface Target {
  readonly item: SessionItem;
  /** ms, when this request was first visible at the cursor; keys before it plus READING_MS were meant for something else. */
  readonly since: number;
}

interface Confirming {
  readonly id: string;
  /** The key that asked: it is no confirmation, for it may be held down. */
  readonly key: string;
  /** ms, when it was asked once more. */
  readonly since: number;
  readonly words: Said | undefined;
}

export class Board {
  #items: readonly SessionItem[] = [];
  #current: string | undefined;
  /** The user has moved the cursor. */
  #isChosen = false;
  #target: Target | undefined;
  /** When each request was first drawn, ms. */
  #drawn = new Map<string, number>();
  /** A destructive request that waits for its confirmation; it ends with the message that asks for it. */
  #confirming: Confirming | undefined;
  /** That the current request is over, as long as those words stand there: a key was meant for what is gone. */
  #gone: Said | undefined;
  readonly #message = new FootMessage();
  /** Requests of which all was shown. */
  readonly #opened = new Set<string>();
  #cut: ReadonlySet<string> = new Set();
  #isHidden = false;

  get items(): readonly SessionItem[] {
    return this.#items;
  }

  /** The id of the current row. */
  get current(): string | undefined {
    return this.#target?.item.id;
  }

  /** The request of the current row. */
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
   * The rows of the frame that is drawn at `now`. The cursor stays on its row; where that is gone, in its place. It goes to
   * the first row that asks when its own request is over, and where the user has not put it elsewhere.
   *
   * @param cut ids of the sessions whose text the frame has no room for
   */
  show(items: readonly SessionItem[], now: number, cut: ReadonlySet<string> = new Set()): void {
    this.#cut = cut;
    this.#message.passed(now);
    const at = this.#items.findIndex(({ id }) => id === this.#current);
    const kept = items.find(({ id }) => id === this.#current);
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

  /** Puts the cursor on a row, as a click does. */
  goTo(id: string, now: number): void {
    const item = this.#items.find((one) => one.id === id);
    if (item === undefined) return;
    this.#isChosen = true;
    this.#put(item, now, true);
  }

  /**
   * The current request, for a key that leads to its answer by a step of its own; where it comes too early, why is said.
   *
   * @param began when the key was pressed @param allow it may become a yes: all of it must have been in sight
   */
  asking(began: number, now: number, allow: boolean): Approval | undefined {
    const gone = this.#message.isNoted(this.#gone) ? this.#gone : undefined;
    this.#message.pressed(now);
    this.#confirming = this.#gone = undefined;
    if (gone !== undefined) return this.#refuse(`${gone.text}; press again for the current one`, now);
    let found: Approval | undefined;
    this.#answer(began, now, (approval) => {
      if (allow && approval.cutBy !== undefined) return this.#refuse(CUT, now);
      if (allow && this.#isHidden) return this.#refuse(HIDDEN, now);
      if (allow && !this.#isWhole(approval)) return this.#refuse(MORE, now);
      found = approval;
      return undefined;
    });
    return found;
  }

  press({ action, key, began }: BoardPress, now: number): BoardAction | undefined {
    const confirming = this.#message.isNoted(this.#confirming?.words) ? this.#confirming : undefined;
    const gone = this.#message.isNoted(this.#gone) ? this.#gone : undefined;
    this.#message.pressed(now);
    this.#confirming = this.#gone = undefined;
    if (action === "move") return this.#move(key === "k" || key === "Up" ? -1 : 1, now);
    if (gone !== undefined && (ANSWERS.has(action) || key === "Enter")) {
      return this.#refuse(`${gone.text}; press again for the current one`, now);
    }
    switch (action) {
      case "detail":
        return key === "Enter" && this.asked !== undefined && isQuestion(this.asked)
          ? this.#yes({ key, began }, confirming, now)
          : this.#view(now);
      case "yes":
        return this.#yes({ key, began }, confirming, now);
      case "no":
        return this.#answer(began, now, (approval) => ({ kind: "answer", approval, allow: false }));
      case "choose":
        return this.#choose(Number(key), began, now);
      default:
        return undefined;
    }
  }

  #yes(
    { key, began }: Omit<BoardPress, "action">,
    confirming: Confirming | undefined,
    now: number,
  ): BoardAction | undefined {
    return this.#answer(began, now, (approval) => {
      if (approval.cutBy !== undefined) {
        return this.#refuse(CUT, now);
      }
      if (isQuestion(approval)) return { kind: "ask", approval };
      if (this.#isHidden) return this.#refuse(HIDDEN, now);
      if (!this.#isWhole(approval)) return this.#refuse(MORE, now);
      if (riskNamed(approval.risk) !== "destroys") return { kind: "answer", approval, allow: true };
      const asked = confirming?.id === approval.id && confirming.key !== key ? confirming : undefined;
      if (asked !== undefined && isRead(asked.since, began)) return { kind: "answer", approval, allow: true };
      // The same key may be one held down, after whatever delay its keyboard has: it asks anew, and another one confirms.
      const by = asked?.key ?? key;
      const words = this.#message.note(`it destroys: ${otherKey("yes", by)} allows it, any other key leaves it`, now);
      this.#confirming = { id: approval.id, key: by, since: asked?.since ?? now, words };
      return undefined;
    });
  }

  #choose(number: number, began: number, now: number): BoardAction | undefined {
    return this.#answer(began, now, (approval) => {
      const [choice, ...others] = isQuestion(approval) ? approval.choices ?? [] : [];
      if (choice === undefined) return undefined;
      if (!this.isOpened(approval.id)) return this.#refuse("v shows the choices first", now);
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

  /** Whether what is asked has a row on the screen: what has none is not allowed, whatever was read before. */
  hide(isHidden: boolean): void {
    this.#isHidden = isHidden;
  }

  /** A request is over: nobody opens it again. */
  forget(id: string): void {
    this.#opened.delete(id);
  }

  /** Whether all of a request was shown. */
  isOpened(id: string): boolean {
    return this.#opened.has(id);
  }

  /** A yes to the current request would count. @param inSight all of it is on the screen now */
  mayAllow(inSight: boolean): boolean {
    const { asked } = this;
    return asked !== undefined && !this.#isHidden && (inSight || this.#isWhole(asked));
  }

  /** Whether all that would run was on the screen. */
  #isWhole(approval: Approval): boolean {
    if (this.isOpened(approval.id)) return true;
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

  #answer(
    began: number,
    now: number,
    answer: (approval: Approval) => BoardAction | undefined,
  ): BoardAction | undefined {
    const target = this.#target;
    const approval = target?.item.asks?.approval;
    if (target === undefined || approval === undefined) return this.#refuse(this.#whyNot(), now);
    if (!isRead(target.since, began)) return this.#refuse(tooSoon(target.since, now), now);
    return answer(approval);
  }

  #refuse(message: string, now: number): undefined {
    this.say(message, now);
    return undefined;
  }

  #move(by: 1 | -1, now: number): undefined {
    this.#isChosen = true;
    const at = this.#items.findIndex(({ id }) => id === this.#current);
    this.#put(this.#items[Math.min(Math.max(0, at + by), this.#items.length - 1)], now, true);
  }

  #put(item: SessionItem | undefined, now: number, byKey: boolean): void {
    const before = this.#target;
    this.#current = item?.id;
    if (item === undefined) return void (this.#target = undefined);
    const id = item.asks?.approval?.id;
    const isSame = before?.item.id === item.id && before.item.asks?.approval?.id === id;
    const drawn = id === undefined ? now : this.#drawn.get(id) ?? now;
    this.#target = { item, since: isSame ? before.since : byKey ? drawn : now };
    if (!isSame) this.#confirming = undefined;
  }
}
