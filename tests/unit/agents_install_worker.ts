/** `agents_install_worker.ts HOME FILE PROGRAM`: installs once, for tests in which several processes do. */
import { installSystem } from "./agents_install_system.ts";
import { install } from "../../src/agents/install.ts";

const [home = "", file = "", program = ""] = Deno.args;
if (import.meta.main) await install(installSystem(), { home, file, program: [program] });
