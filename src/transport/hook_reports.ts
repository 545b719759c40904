/** What becomes of a report that comes by HTTP: the same as of one on the first socket, by the same router. */
import type { Spooled } from "../platform/spool.ts";
import { HOOK } from "../protocol/actor.ts";
import type { ConsoleError, ErrorName } from "../protocol/errors.ts";
import { truncatePayload } from "../protocol/truncate_payload.ts";
import type { Peer } from "../rpc/peer.ts";
import type { Router } from "../rpc/router.ts";
import type { SharedTurns } from "../rpc/shared_turns.ts";
import type { HookReports } from "./hook_connection.ts";
import { HOOK_STATUS } from "./hook_status.ts";
import type { HookHead } from "./hook_request.ts";

export interface HookReportsOptions {
  readonly router: Router;
  readonly strangers: SharedTurns;
  /** The variables that a hook may tell, and no other. */
  readonly facts: readonly string[];
  /** Whether rules are evaluated before each tool call: that decision goes the other way. */
  readonly hasRules: () => boolean;
  /** Spools what can only be taken later. */
  readonly keep: (event: Spooled) => void;
  readonly newKey: () => string;
}

/** Longest value of a fact, UTF-16 units, as the program cuts it. */
const MAX_FACT = 1024;
/** Errors after which the same event is taken later, by this daemon or by its successor. */
const LATER: readonly ErrorName[] = ["busy", "read_only", "stopping", "timeout"];

export function hookReports(o: HookReportsOptions): HookReports {
  return {
    refusal: ({ word }) => {
      if (o.router.stopping) return HOOK_STATUS.unavailable;
      return word === "rule" && o.hasRules() ? HOOK_STATUS.conflict : undefined;
    },
    take: async (head, payload, signal) => {
      const params = await o.strangers.run(head, () => ({
        agent: head.agent,
        ...truncatePayload(payload),
        env: envOf(head, o.facts),
        idempotencyKey: o.newKey(),
      }));
      try {
        await o.strangers.run(head, () => o.router.run({ method: "session.report", params, id: 0 }, hookPeer(signal)));
        return HOOK_STATUS.taken;
      } catch (error) {
        return refused(error as ConsoleError, () => o.keep(params));
      }
    },
  };
}

function refused({ kind }: ConsoleError, keep: () => void): number {
  if (!LATER.includes(kind)) return HOOK_STATUS.refused;
  try {
    keep();
    return HOOK_STATUS.kept;
  } catch {
    return HOOK_STATUS.unavailable; // a full disk: the program could not keep it either
  }
}

function envOf({ facts }: HookHead, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = facts.get(name.toLowerCase());
    return value === undefined ? [] : [[name, value.slice(0, MAX_FACT)]];
  }));
}

/** What the router sees of it: the same as of the program, less what a connection of lines can do beyond a reply. */
function hookPeer(signal: AbortSignal): Peer {
  return {
    actor: HOOK,
    kind: "hook",
    scope: "report",
    signal,
    hungUp: signal,
    openStream: () => {
      throw new RangeError("a hook by HTTP hears no events");
    },
    closeStream: () => false,
    disconnect: () => {},
  };
}
