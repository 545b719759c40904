/** `agents_install_worker.ts AGENT HOME FILE PROGRAM…`: installs once, for tests in which several processes do. */
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import { install } from "../../src/settings/install.ts";
import { OPENCODE } from "./hooks_agents.ts";
import { installSystem } from "./hooks_install_system.ts";

const [name = "", home = "", file = "", ...program] = Deno.args;
if (import.meta.main) {
  const agent = [...HOOK_SPECS.filter((one) => one.name !== OPENCODE.name), OPENCODE].find((one) => one.name === name)!;
  await install(installSystem(), { home, file, agent, program });
}
