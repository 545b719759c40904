/** Why a hook's name is refused, for the log. */
import { maskSecrets } from "../../domain/mask.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { FAMILY, isWellFormedName, MAX_WIRE_NAME } from "./agent_name.ts";

/** @param known the names that have an adapter */
export function refusedName(wire: string, known: readonly string[]): string {
  const shown = clip(maskSecrets(escapeControls(wire)), MAX_WIRE_NAME);
  const member = wire.startsWith(`${FAMILY}:`) ? wire.slice(FAMILY.length + 1) : undefined;
  if (member === undefined && wire !== FAMILY) return `agent is ${shown}, expected ${known.join(", ")}`;
  const own = `${FAMILY} needs --name with a name of its own`;
  if (member === undefined) return own;
  return isWellFormedName(member)
    ? `agent is ${shown}, but ${member} is another agent's name, or reads like it: ${own}`
    : `agent is ${shown}, which is no usable name: ${own} (a-z first, then a-z, 0-9, - and _, at most 32)`;
}
