/** What a rule would have decided of what was asked lately: to be seen before it is made. Reads the journal itself. */
import { whatToolDoes } from "../agents/registry.ts";
import { listSegments, readBlocks } from "../journal/segment.ts";
import type { Approval, ApprovalRequest, Rule } from "../domain/approval.ts";
import type { SafetyMode } from "../domain/safety_mode.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { classify } from "../policy/classify.ts";
import { evaluatePolicy } from "../policy/evaluation.ts";
import { isBlanket, isForTool } from "../policy/rule.ts";
import { denoFiles } from "../platform/deno_files.ts";

const DAYS = 7;
const DAY_MS = 86_400_000;
/** Lines of the preview. */
const SHOWN = 10;

/** @param mode in force: a rule does not pass the same in each. @param journal its folder. @param now ms since 1970 */
export function previewLines(rule: Rule, mode: SafetyMode, journal: string, now: number): readonly string[] {
  const asked = [...recent(journal, now)].filter((one) => isForTool(rule, one));
  const whole = asked.filter(isWhole);
  const found = decidedBy(rule, mode, whole);
  const times = found.length === 1 ? "1 request" : `${found.length} requests`;
  const word = rule.decision === "deny" ? "denied" : "passed";
  const lines = [...new Set(found)];
  const parts = asked.length - whole.length;
  return [
    ...notesOn(rule, mode),
    `In the last ${DAYS} days it would have ${word} ${times} of those that were asked${found.length > 0 ? ":" : "."}`,
    ...lines.slice(0, SHOWN).map((line) => `  ${escapeControls(line)}`),
    ...(lines.length > SHOWN ? [`  … and ${lines.length - SHOWN} others`] : []),
    ...(parts > 0 ? [`Not judged: ${parts} more that the journal has masked or shortened.`] : []),
  ];
}

/** What the pattern alone does not tell. */
function notesOn(rule: Rule, mode: SafetyMode): readonly string[] {
  const { decision, pattern } = rule;
  if (decision === "deny") {
    return pattern.includes("*") || whatToolDoes(rule.tool) !== "command" ? [] : [
      `It denies only "${escapeControls(pattern)}" as it stands; with arguments too: "${escapeControls(pattern)} *"`,
    ];
  }
  if (!isBlanket(rule) || mode === "autonomous") return [];
  return [
    mode === "manual"
      ? "The safety mode is manual: a rule that names nothing passes nothing there."
      : `The safety mode is ${mode}: a rule that names nothing passes there only what only reads, which passes without it.`,
  ];
}

/** What is masked or shortened in the journal ran as another text, or is always asked. */
function isWhole({ input, missing }: Approval): boolean {
  return missing === undefined && !input.includes("***");
}

/** What was asked and would have been decided by `rule` alone, in one line each. */
function decidedBy(rule: Rule, safetyMode: SafetyMode, approvals: readonly Approval[]): readonly string[] {
  return approvals.flatMap((approval) => {
    const { cwd, agent, tool, input, action = "command", for: kind, sessionId, unsandboxed } = approval;
    const where = cwd === undefined ? {} : { cwd, workspace: cwd };
    const request: ApprovalRequest = {
      ...{ for: kind, tool, action, subject: input, dialog: "beside", acceptsApproval: true },
      ...(unsandboxed ? { unsandboxed } : {}),
    };
    const caller = { agent, sessionId, now: 0, ...(cwd === undefined ? {} : { cwd }) };
    const decided = evaluatePolicy(classify(request, where), { safetyMode, rules: [rule] }, caller);
    return decided.kind === "decided" && decided.by.kind === "rule" ? [`${tool}: ${input}`] : [];
  });
}

/** The requests of the last days, as the journal has them: masked, and long ones shortened. */
function* recent(journal: string, now: number): Generator<Approval> {
  const since = new Date(now - DAYS * DAY_MS).toISOString();
  const text = new TextDecoder();
  for (const { path } of listSegments(denoFiles, journal)) {
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
