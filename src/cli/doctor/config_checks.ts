/** The configuration: typos, rules that match nothing, and what keeps the program from starting. */
import { loadConfigFromProcess } from "../../config/from_process.ts";
import { SCHEMA } from "../../daemon/features.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { idleRules } from "../commands/config.ts";
import { type Check, type Finding, ok, problem } from "./finding.ts";

export const configChecks: readonly Check[] = [{ id: "config", run: config }];

async function config({ context: { paths, socketFlag } }: CommandContext): Promise<Finding[]> {
  try {
    const { file, warnings, config } = await loadConfigFromProcess(paths, SCHEMA, { socket: socketFlag });
    const wrong = [...warnings, ...idleRules(config.approvals.rules, paths.root)];
    if (wrong.length > 0) {
      return wrong.map((text) => problem("config", text, { hint: "agent-console config validate" }));
    }
    return [ok("config", file === null ? "there is no file: all values are defaults" : `${file} is valid`)];
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return [problem("config", error.message, { hint: "mend it in your editor" })];
  }
}
