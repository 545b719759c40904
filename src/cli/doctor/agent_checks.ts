/** The agents on this machine: which are there, and whether their versions are ones that this program was tried with. */
import { AGENTS } from "../../agents/registry.ts";
import type { AgentProgram } from "../../agents/shared/agent_program.ts";
import { userEnv } from "../../platform/environment.ts";
import { run as runProgram } from "../../platform/process.ts";
import { agentPath } from "../agent_path.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

/** An agent takes up to a second to say its version, and several start at once here, ms. */
const VERSION_MS = 10_000;

export interface FoundAgent {
  readonly name: string;
  readonly path: string;
  /** Undefined where it does not say. */
  readonly version: string | undefined;
  readonly program: AgentProgram;
}

export const agentChecks: readonly Check[] = [{
  id: "agents",
  run: async () => {
    const found = await installedAgents();
    if (found.length > 0) return found.map(versionOf);
    return [note("agents", "no agent is on PATH: agents elsewhere can report all the same")];
  },
}];

/** The agents whose program is on PATH, each with its version. */
export async function installedAgents(): Promise<readonly FoundAgent[]> {
  const found = AGENTS.flatMap(({ name, program }) => {
    const path = agentPath({ program });
    return program === undefined || path === undefined ? [] : [{ name, program, path }];
  });
  return await Promise.all(found.map(async (one) => ({ ...one, version: await askVersion(one.path) })));
}

async function askVersion(path: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(VERSION_MS);
    const { stdout, stderr } = await runProgram([path, "--version"], { signal, env: userEnv(), cwd: "/" });
    return /\b(\d+\.\d+\.\d+)\b/.exec(`${stdout}\n${stderr}`)?.[1];
  } catch {
    return undefined;
  }
}

function versionOf({ name, path, version, program: { oldest, tried } }: FoundAgent): Finding {
  const id = `agents.${name}`;
  if (version === undefined) return note(id, `${path} does not say its version`);
  if (oldest !== undefined && compare(version, oldest) < 0) {
    return problem(id, `${path} is ${version}: hooks need ${oldest} or newer`, { hint: `update ${name}` });
  }
  if (tried === undefined) return note(id, `${path} is ${version}: no version of it was ever tried with this program`);
  if (compare(version, tried) > 0) {
    return ok(id, `${path} is ${version}, newer than the newest that was tried (${tried})`);
  }
  return ok(id, `${path} is ${version}`);
}

/** By numbers, part by part. */
function compare(a: string, b: string): number {
  const other = b.split(".").map(Number);
  for (const [at, part] of a.split(".").map(Number).entries()) {
    const difference = part - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
