/**
 * What each button means: a random nonce that is good for one press, in one chat, on one message, about one request. Kept in
 * memory and bounded: the buttons of an earlier daemon mean nothing.
 */
import type { ApprovalScope } from "../../domain/approval.ts";

export type ButtonAction =
  | { readonly kind: "approve"; readonly scope: ApprovalScope; readonly expiresInSecs?: number }
  | { readonly kind: "answer"; readonly option: number }
  | { readonly kind: "deny" }
  /** Other buttons in the place of these: how far a yes may reach, whether it is meant, and back to the first. */
  | { readonly kind: "more" | "confirm" | "first" };

export interface Button {
  readonly text: string;
  readonly press: ButtonAction;
}

interface Offered {
  readonly chat: number;
  readonly approval: string;
  readonly press: ButtonAction;
  /** Undefined while the message is on its way. */
  message: number | undefined;
}

const ANSWERS: ReadonlySet<ButtonAction["kind"]> = new Set(["approve", "answer", "deny"]);

/** Most buttons that mean something: those of some hundred questions. The oldest give way. */
const MAX_BUTTONS = 2000;

export class Buttons {
  #offered = new Map<string, Offered>();

  get size(): number {
    return this.#offered.size;
  }

  /** @returns the nonce of each, in the order of `presses` */
  offer(chat: number, approval: string, presses: readonly ButtonAction[]): readonly string[] {
    return presses.map((press) => {
      const nonce = newNonce();
      this.#offered.set(nonce, { chat, approval, press, message: undefined });
      for (const oldest of this.#offered.keys()) {
        if (this.#offered.size <= MAX_BUTTONS) break;
        this.#offered.delete(oldest);
      }
      return nonce;
    });
  }

  /** For an edit whose reply was lost: either these buttons are on the message now, or those from before, so both count. */
  add(nonces: readonly string[], message: number): void {
    for (const nonce of nonces) {
      const offered = this.#offered.get(nonce);
      if (offered !== undefined) offered.message = message;
    }
  }

  /** These are on that message; those from before are gone, and mean nothing any more. */
  bind(nonces: readonly string[], chat: number, message: number): void {
    this.add(nonces, message);
    const stay = new Set(nonces);
    for (const [nonce, offered] of this.#offered) {
      if (stay.has(nonce)) continue;
      if (offered.chat === chat && offered.message === message) this.#offered.delete(nonce);
    }
  }

  /**
   * Takes the press; a nonce that answers means nothing afterwards, until it is {@link giveBack given back}. One that shows
   * other buttons means the same until these are there.
   *
   * @returns `early`: the message is not known yet, and the nonce stays good
   */
  take(
    nonce: string,
    chat: number,
    message: number,
  ): Pick<Offered, "approval" | "press"> | "early" | undefined {
    const offered = this.#offered.get(nonce);
    if (offered === undefined || offered.chat !== chat) return undefined;
    if (offered.message === undefined) return "early";
    if (offered.message !== message) return undefined;
    if (ANSWERS.has(offered.press.kind)) this.#offered.delete(nonce);
    return offered;
  }

  /** The answer did nothing, and the button may be pressed again. */
  giveBack(
    nonce: string,
    taken: Pick<Offered, "approval" | "press">,
    at: Pick<Offered, "chat" | "message">,
  ): void {
    this.#offered.set(nonce, { ...taken, ...at });
  }

  /** Nobody asks that any more, or its message was not sent. */
  drop(approval: string, nonces?: readonly string[]): void {
    const gone = nonces === undefined ? undefined : new Set(nonces);
    for (const [nonce, offered] of this.#offered) {
      if (offered.approval === approval && (gone?.has(nonce) ?? true)) this.#offered.delete(nonce);
    }
  }
}

/** 128 random bits as 32 characters: half of what a button takes. */
function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
