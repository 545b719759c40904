/** For tests of the page: a home whose daemon runs the agent that tests drive (acp_agent.ts), and one that refuses to begin. */
import { REPOSITORY, type TestHome } from "./harness.ts";
import { denoDir } from "./harness_guard.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

/** @param more sections of the configuration */
export function withAgent(home: TestHome, more: Readonly<Record<string, unknown>> = {}): void {
  const path = `${home.dir}/config.jsonc`;
  const config = JSON.parse(Deno.readTextFileSync(path));
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  // A daemon that is started again opens its sessions again.
  const kept = `${home.root}/sessions-of-mine`;
  Deno.mkdirSync(kept);
  const agents = { mine: { command: [...AGENT, "--load", kept], env }, mute: { command: [...AGENT, "--refuse"], env } };
  Deno.writeTextFileSync(path, JSON.stringify({ ...config, agents, ...more }));
}
