/** How a person has the daemon run one of the agents that are known, where none is configured under its name. */
import { AGENTS } from "../agents/registry.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { findProgram } from "../platform/find_program.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** The error of a prompt for `agent`, its hint completed by what to do where the agent is one that is known. */
export function withSetup(error: unknown, agent: string): unknown {
  const isUnknown = error instanceof ConsoleError && error.kind === "not_found" && "agents" in error.details;
  const how = isUnknown ? setupOf(agent) : undefined;
  if (!isUnknown || how === undefined) return error;
  const hint = Number(error.details["agents"]) > 0 ? `${error.hint}; ${how}` : how;
  return new ConsoleError(error.kind, error.message, { ...error.details, hint });
}

function setupOf(agent: string): string | undefined {
  const acp = AGENTS.find(({ name }) => name === agent)?.program?.acp;
  if (acp === undefined) return undefined;
  const [program, ...args] = acp.argv;
  const found = findProgram(program);
  const words = JSON.stringify([found ?? program, ...args]);
  const steps = [
    ...(found === undefined && acp.package !== undefined ? [`npm install -g ${acp.package}`] : []),
    `agent-console config set agents.${agent}.command ${shellQuote([words])}`,
    "agent-console daemon restart",
  ];
  return steps.join(", then ");
}
