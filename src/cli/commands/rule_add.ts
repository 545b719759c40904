/** `rules add`: a rule of one's own, after a look at what it would have decided in the last week. */
import { AGENTS } from "../../agents/registry.ts";
import type { Rule } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { ask } from "../ask.ts";
import { allSessions, call, type CommandContext, read } from "../context.ts";
import { flawOf } from "../rule_flaws.ts";
import { previewLines } from "../rule_preview.ts";
import { seconds } from "../time_span.ts";

export interface RuleAddOptions {
  readonly deny?: boolean;
  readonly tool: string;
  readonly agent?: string;
  readonly workspace?: string;
  readonly expires?: string;
  readonly yes?: boolean;
}

export async function addRule(run: CommandContext, pattern: string, options: RuleAddOptions): Promise<void> {
  const { tool, agent, deny, yes, expires } = options;
  const params = {
    decision: deny ? "deny" as const : "allow" as const,
    tool,
    pattern,
    ...(agent === undefined ? {} : { agent }),
    ...(options.workspace === undefined ? {} : { workspace: workspaceOf(options.workspace) }),
    ...(expires === undefined ? {} : { expiresInSecs: seconds(expires) }),
  };
  const scope = options.workspace === undefined ? "always" as const : "workspace" as const;
  const rule: Rule = { id: "new", scope, createdAt: "", by: "cli:admin", ...params };
  const flaw = flawOf(rule, [run.context.paths.root]);
  if (flaw !== undefined) {
    const hint = flaw.hint ?? "read in docs/approvals.md, Rules, what a pattern reaches";
    throw new ConsoleError("usage", `the rule would match nothing: ${flaw.why}`, { hint });
  }
  await refuseTwin(run, rule, expires);
  if (agent !== undefined) await noteUnknownAgent(run, agent);
  const { safetyMode } = await read(run, "status", {});
  for (const line of previewLines(rule, safetyMode, run.context.paths.journal, Date.now())) run.out.note(line);
  if (!yes) {
    const what = escapeControls(`${tool}: ${pattern}`);
    if (!await ask(run, `Add the rule: ${params.decision} ${what}?`)) {
      throw new ConsoleError("failed", "no rule was added, because it was not confirmed");
    }
  }
  const { ruleId } = await call(run, "approval.add_rule", params);
  run.out.note(`rule ${ruleId}; take it back with: agent-console rules revoke ${ruleId}`);
}

function workspaceOf(given: string): string {
  const folder = resolveFrom(given, currentFolder());
  const kind = denoFiles.stat(folder)?.kind;
  if (kind === "directory" || kind === "symlink") return folder;
  throw new ConsoleError("usage", `--workspace is ${escapeControls(folder)}, and no folder is there`, {
    hint: "name the folder that the sessions run in, or one above it",
  });
}

/** A rule that says the same for as long makes the new one idle, and a revocation of either would change nothing. */
async function refuseTwin(run: CommandContext, rule: Rule, expires: string | undefined): Promise<void> {
  const said = ({ decision, tool, pattern, agent, scope, workspace }: Rule) =>
    JSON.stringify([decision, tool, pattern, agent ?? null, scope, workspace ?? null]);
  const { rules } = await read(run, "approval.rules", {});
  const twin = rules.find((one) =>
    one.by !== "config" && said(one) === said(rule) && (one.expiresAt === undefined || expires !== undefined)
  );
  if (twin === undefined) return;
  throw new ConsoleError("conflict", `rule ${twin.id} says the same already`, {
    hint: `agent-console rules list; to have it end at another time: agent-console rules revoke ${twin.id} first`,
  });
}

/** No error: an agent with a name of its own may report for the first time tomorrow. */
async function noteUnknownAgent(run: CommandContext, agent: string): Promise<void> {
  const names = AGENTS.filter(({ hooks }) => hooks !== undefined).map(({ name }) => name);
  if (names.includes(agent) || (await allSessions(run)).some((session) => session.agent === agent)) return;
  run.out.note(`No agent named "${escapeControls(agent)}" has a session here; known are ${names.join(", ")}.`);
}
