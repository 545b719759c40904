/** All checks of `doctor`, in the order in which they are shown. */
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { agentChecks } from "./agent_checks.ts";
import { capsuleChecks } from "./capsule_checks.ts";
import { configChecks } from "./config_checks.ts";
import { daemonChecks } from "./daemon_checks.ts";
import { type Check, type Finding, problem } from "./finding.ts";
import { homeChecks } from "./home_checks.ts";
import { hookChecks } from "./hook_checks.ts";
import { journalChecks } from "./journal_checks.ts";
import { surroundingsChecks } from "./surroundings_checks.ts";

const CHECKS: readonly Check[] = [
  ...homeChecks,
  ...configChecks,
  ...daemonChecks,
  ...journalChecks,
  ...hookChecks,
  ...agentChecks,
  ...capsuleChecks,
  ...surroundingsChecks,
];

/** Runs every check, one after the other where they would disturb each other's times. Never throws. */
export async function examine(run: CommandContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { id, run: look } of CHECKS) {
    try {
      findings.push(...await look(run));
    } catch (error) {
      findings.push(failed(id, error));
    }
  }
  return findings;
}

/** What kept a check from an answer is an answer too. */
export function failed(id: string, error: unknown): Finding {
  if (!(error instanceof ConsoleError)) return problem(id, `could not be looked at: ${(error as Error).message}`);
  const { hint } = error.details;
  return problem(id, error.message, typeof hint === "string" ? { hint } : {});
}
