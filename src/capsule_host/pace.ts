/**
 * How fast a capsule may send, so that one with much to say is slowed down and not killed as a flood: an allowance that is
 * filled again with time, as the daemon has it, and smaller than that. Pure.
 */

/** The daemon bears 2,500 messages at once and 200 in a second; 8 MiB at once and 4 MiB in a second. */
const MESSAGES = { burst: 120, perSecond: 120 } as const;
const BYTES = { burst: 2 * 1_048_576, perSecond: 2 * 1_048_576 } as const;

interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
  left: number;
}

export class SendPace {
  readonly #now: () => number;
  readonly #messages: Allowance = { ...MESSAGES, left: MESSAGES.burst };
  readonly #bytes: Allowance = { ...BYTES, left: BYTES.burst };
  #at: number;

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Takes the place of so much behind what has one; how long to wait for it, ms. */
  next(messages: number, bytes: number): number {
    const now = this.#now();
    const seconds = (now - this.#at) / 1000;
    this.#at = now;
    const byMessages = taken(this.#messages, messages, seconds);
    const byBytes = taken(this.#bytes, bytes, seconds);
    return byMessages > byBytes ? byMessages : byBytes;
  }
}

function taken(allowance: Allowance, amount: number, seconds: number): number {
  const filled = allowance.left + seconds * allowance.perSecond;
  allowance.left = (filled < allowance.burst ? filled : allowance.burst) - amount;
  return allowance.left < 0 ? -allowance.left / allowance.perSecond * 1000 : 0;
}
