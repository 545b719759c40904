/** `rules add`: a rule of one's own, after a look at what it would have decided in the last week. */
import { listSegments, readBlocks } from "../../journal/segment.ts";
import type { Approval, ApprovalRequest, Rule } from "../../domain/approval.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { classify } from "../../policy/classify.ts";
import { evaluatePolicy } from "../../policy/evaluation.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { confirm } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { call, type CommandContext } from "../context.ts";
import { seconds } from "../time_span.ts";

export interface RuleAddOptions {
  readonly deny?: boolean;
  readonly tool: string;
  readonly agent?: string;
  readonly workspace?: string;
  readonly expires?: string;
  readonly yes?: boolean;
}

const DAYS = 7;
const DAY_MS = 86_400_000;
/** Lines of the preview. */
const SHOWN = 10;

export async function addRule(run: CommandContext, pattern: string, options: RuleAddOptions): Promise<void> {
  const { tool, agent, deny, yes, expires } = options;
  const workspace = options.workspace === undefined
    ? {}
    : { workspace: resolveFrom(options.workspace, currentFolder()) };
  const params = {
    decision: deny ? "deny" as const : "allow" as const,
    tool,
    pattern,
    ...(agent === undefined ? {} : { agent }),
    ...workspace,
    ...(expires === undefined ? {} : { expiresInSecs: seconds(expires) }),
  };
  const word = deny ? "denied" : "passed";
  const asked = [...recent(run)].filter((one) => params.tool === "*" || one.tool === params.tool);
  const whole = asked.filter(isWhole);
  const found = decidedBy({ id: "new", scope: "always", createdAt: "", by: "cli:admin", ...params }, whole);
  const times = found.length === 1 ? "1 request" : `${found.length} requests`;
  run.out.note(
    `In the last ${DAYS} days it would have ${word} ${times} of those that were asked${found.length > 0 ? ":" : "."}`,
  );
  for (const line of [...new Set(found)].slice(0, SHOWN)) run.out.note(`  ${escapeControls(line)}`);
  if (new Set(found).size > SHOWN) run.out.note(`  … and ${new Set(found).size - SHOWN} others`);
  const parts = asked.length - whole.length;
  if (parts > 0) run.out.note(`Not judged: ${parts} more that the journal has masked or shortened.`);
  if (!yes) {
    const confirmed = confirm(`Add the rule: ${params.decision} ${escapeControls(`${tool}: ${pattern}`)}? [y/N] `);
    if (confirmed === undefined) {
      throw new ConsoleError("usage", "stdin is no terminal, so nobody can confirm", { hint: "give --yes" });
    }
    if (!confirmed) throw new ConsoleError("failed", "no rule was added, because it was not confirmed");
  }
  const { ruleId } = await call(run, "approval.add_rule", params);
  run.out.note(`rule ${ruleId}; take it back with: agent-console rules revoke ${ruleId}`);
}

/** What is masked or shortened in the journal ran as another text, or is always asked. */
function isWhole({ input, missing }: Approval): boolean {
  return missing === undefined && !input.includes("***");
}

/** What was asked and would have been decided by `rule` alone, in one line each. */
function decidedBy(rule: Rule, approvals: readonly Approval[]): readonly string[] {
  return approvals.flatMap((approval) => {
    const { cwd, agent, tool, input, action = "command", for: kind, sessionId, unsandboxed } = approval;
    const where = cwd === undefined ? {} : { cwd, workspace: cwd };
    const request: ApprovalRequest = {
      ...{ for: kind, tool, action, subject: input, dialog: "beside", acceptsApproval: true },
      ...(unsandboxed ? { unsandboxed } : {}),
    };
    const policy = { safetyMode: "guarded", rules: [rule] } as const;
    const caller = { agent, sessionId, now: 0, ...(cwd === undefined ? {} : { cwd }) };
    const decided = evaluatePolicy(classify(request, where), policy, caller);
    return decided.kind === "decided" && decided.by.kind === "rule" ? [`${tool}: ${input}`] : [];
  });
}

/** The requests of the last days, as the journal has them: masked, and long ones shortened. */
function* recent(run: CommandContext): Generator<Approval> {
  const since = new Date(Date.now() - DAYS * DAY_MS).toISOString();
  const text = new TextDecoder();
  for (const { path } of listSegments(denoFiles, run.context.paths.journal)) {
    for (const { bytes } of readBlocks(denoFiles, path, 0)) {
      for (const line of text.decode(bytes).split("\n")) {
        if (!line.includes('"type":"approval.requested"')) continue;
        const { ts, data } = JSON.parse(line) as {
          readonly ts: string;
          readonly data: { readonly approval: Approval };
        };
        if (ts >= since) yield data.approval;
      }
    }
  }
}
