/** What an agent can do beyond a prompt, as `initialize` of ACP tells it: what it does not name it cannot. Pure. */
import { booleanField, type Fields, objectField } from "../lib/json_fields.ts";

export interface Abilities {
  /** How a session of an earlier process is opened again: `resume` does it silently, `load` tells all of it once more. */
  readonly reopen?: "session/resume" | "session/load";
  /** Whether a session can be closed. */
  readonly close: boolean;
}

/** @param told the result of `initialize` */
export function readAbilities(told: Fields): Abilities {
  const agent = objectField(told, "agentCapabilities") ?? {};
  const session = objectField(agent, "sessionCapabilities") ?? {};
  const can = (name: string) => objectField(session, name) !== undefined || booleanField(session, name);
  const close = can("close");
  if (can("resume")) return { reopen: "session/resume", close };
  return booleanField(agent, "loadSession") ? { reopen: "session/load", close } : { close };
}
