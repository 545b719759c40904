/**
 * Records that a rule has ended by its time, where no other record says that the time has come: so it stays ended when
 * the clock goes back, over a restart too.
 */
import type { Store } from "../core/store.ts";
import { hasExpired } from "../policy/rule.ts";
import type { Clock, Log } from "../platform/system.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { Inbox } from "./inbox.ts";

/** Ends that come before the next look are waited for, ms: longer than it is between two looks. */
const AHEAD_MS = 15_000;

export interface RuleEndingsOptions {
  readonly store: Pick<Store, "commit">;
  readonly inbox: Pick<Inbox, "rules">;
  readonly clock: Clock;
  readonly log: Log;
  /** Runs `action` after `ms`, unless the returned function is called first. */
  readonly after: (ms: number, action: () => void) => () => void;
}

export class RuleEndings {
  #o: RuleEndingsOptions;

  constructor(options: RuleEndingsOptions) {
    this.#o = options;
  }

  /** Records what has ended, and once more when what ends soon has. */
  look(): void {
    this.record();
    const { inbox, clock, after } = this.#o;
    const ends = inbox.rules().map(({ expiresAt = "" }) => Date.parse(expiresAt) - clock.now());
    const soon = Math.min(...ends.filter((ms) => ms > 0 && ms < AHEAD_MS));
    if (soon !== Infinity) after(soon, () => this.record());
  }

  record(): void {
    const { store, inbox, clock, log } = this.#o;
    for (const rule of inbox.rules()) {
      if (!hasExpired(rule, clock.now())) continue;
      try {
        store.commit({ type: "approval.rule_revoked", data: { rule, expired: true } }, DAEMON);
      } catch (error) {
        log.debug("the end of a rule was not written", { rule: rule.id, error: String(error) }); // read-only: nothing is decided either
      }
    }
  }
}
