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
  return acp === undefined ? undefined : setupSteps(`agents.${agent}.command`, acp.argv);
}

/** How `configKey` comes to name a program that is there: it is installed where it is not and npm has it. */
export function setupSteps(configKey: string, [program = "", ...args]: readonly string[]): string {
  const [name = ""] = program.split("/").slice(-1);
  const found = findProgram(name);
  const acp = AGENTS.map((agent) => agent.program?.acp).find((one) => one?.argv[0] === name);
  const known = acp?.package === undefined ? `/PATH/${name}` : name;
  const steps = [
    ...(found === undefined && acp?.package !== undefined ? [`npm install -g ${acp.package}`] : []),
    `agent-console config set ${configKey} ${shellQuote([JSON.stringify([found ?? known, ...args])])}`,
    "agent-console daemon restart",
  ];
  return steps.join(", then ");
}
