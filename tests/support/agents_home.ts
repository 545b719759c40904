/** A home whose configuration names agents that speak ACP, made with the SDK (acp_agent.ts): what they do is their prompt. */
import { REPOSITORY, TestHome } from "./harness.ts";
import { denoDir } from "./harness_guard.ts";

/**
 * @param more sections of the configuration beside `agents`
 * @param words arguments of the agents
 */
export async function homeWithAgents(
  names: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
  words: (home: TestHome) => readonly string[] = () => [],
): Promise<TestHome> {
  const home = await TestHome.create();
  const script = `${REPOSITORY}/tests/support/acp_agent.ts`;
  const agent = {
    command: [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", script, ...words(home)],
    env: [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"],
  };
  const agents = Object.fromEntries(names.map((name) => [name, agent]));
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify({ agents, ...more }), { mode: 0o600 });
  return home;
}
