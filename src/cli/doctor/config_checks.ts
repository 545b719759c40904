/** The configuration: typos, rules that match nothing, programs that are not there, and what keeps ours from starting. */
import { loadConfigFromProcess } from "../../config/from_process.ts";
import { configView } from "../../config/values.ts";
import { SCHEMA } from "../../daemon/features.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { idleSettings } from "../capsule_folders.ts";
import type { CommandContext } from "../context.ts";
import { missingPrograms } from "../missing_programs.ts";
import { idleRules } from "../commands/config.ts";
import { type Check, type Finding, ok, problem } from "./finding.ts";

export const configChecks: readonly Check[] = [{ id: "config", run: config }, { id: "programs", run: programs }];

async function config(run: CommandContext): Promise<Finding[]> {
  const { paths, socketFlag } = run.context;
  try {
    const loaded = await loadConfigFromProcess(paths, SCHEMA, { socket: socketFlag });
    const { file, warnings, config } = loaded;
    const wrong = [...warnings, ...idleRules(config.approvals.rules, paths.root)];
    const idle = idleSettings(run, config);
    if (wrong.length + idle.length > 0) {
      return [
        ...wrong.map((text) => problem("config", text, { hint: "agent-console config validate" })),
        ...idle.map((text) => problem("config", text, { hint: takesBack(text, configView(loaded).values) })),
      ];
    }
    return [ok("config", file === null ? "there is no file: all values are defaults" : `${file} is valid`)];
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return [problem("config", error.message, { hint: "mend it in your editor" })];
  }
}

/** The command that takes the first setting out that `flaw` is about. @param flaw begins with its key or its capsule's */
function takesBack(flaw: string, values: Readonly<Record<string, unknown>>): string {
  const [about = ""] = flaw.split(" ", 1);
  const key = Object.keys(values).find((one) => one === about || one.startsWith(`${about}.`));
  return key === undefined ? "agent-console config validate" : `agent-console config set ${key} null`;
}

/** Agents and jobs whose program is not there: the daemon would say so only when one is needed. */
async function programs({ context: { paths, socketFlag } }: CommandContext): Promise<Finding[]> {
  const loaded = await loadConfigFromProcess(paths, SCHEMA, { socket: socketFlag }).catch(() => undefined);
  if (loaded === undefined) return []; // the check above says why
  const { isAny, missing } = missingPrograms(loaded.config);
  if (missing.length > 0) return missing.map(({ text, hint }) => problem("programs", text, { hint }));
  return isAny ? [ok("programs", "each program that the configuration names is there")] : [];
}
