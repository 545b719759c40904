/** `rules …`: the rules on the command line. */
import { bold } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { localTime } from "../../view/times.ts";
import { call, type CommandContext, read } from "../context.ts";

export async function listRules(run: CommandContext, options: { readonly json?: boolean }): Promise<void> {
  const rules = (await read(run, "approval.rules", {})).rules;
  if (options.json) return run.out.json({ rules });
  if (rules.length === 0) return run.out.note('No rules. "approve ID --scope always" makes one.');
  for (const rule of rules) {
    const reach = rule.scope === "workspace"
      ? `in ${rule.workspace}`
      : rule.scope === "session"
      ? `in session ${rule.sessionId?.slice(0, 8)}`
      : "";
    const until = rule.expiresAt === undefined ? "" : `until ${localTime(rule.expiresAt)}`;
    const words = [
      rule.decision,
      rule.agent ?? "any agent",
      `${rule.tool}: ${rule.pattern}`,
      reach,
      until,
      `by ${rule.by}`,
    ];
    run.out.line(
      `${bold(escapeControls(rule.id))}  ${words.filter((word) => word !== "").map(escapeControls).join("  ")}`,
    );
  }
  const { safetyMode } = await read(run, "status", {});
  if (safetyMode === "manual" && rules.some(({ by, decision }) => by === "config" && decision === "allow")) {
    run.out.note("The safety mode is manual: what the configuration allows is asked all the same.");
  }
}

export async function revokeRule(run: CommandContext, given: string): Promise<void> {
  const { rules } = await read(run, "approval.rules", {});
  const matches = rules.filter(({ id }) => given !== "" && id.startsWith(given));
  const rule = matches.find(({ id }) => id === given) ?? matches[0];
  if (rule === undefined || (matches.length > 1 && rule.id !== given)) {
    const named = `"${escapeControls(given)}"`;
    const hint = { hint: "agent-console rules list" };
    if (rule === undefined) throw new ConsoleError("not_found", `no rule matches ${named}`, hint);
    throw new ConsoleError("usage", `${named} matches ${matches.length} rules`, hint);
  }
  if (rule.by === "config") {
    throw new ConsoleError("failed", `rule "${rule.id}" stands in the configuration`, {
      hint: 'take it out of the file that "agent-console config path" names',
    });
  }
  await call(run, "approval.revoke", { id: rule.id });
  run.out.note(`${rule.id}: revoked`);
  if (rule.remembered !== undefined) {
    run.out.note(
      `what ${rule.agent ?? "its agent"} keeps stays in ${rule.remembered.map(escapeControls).join(" and ")}`,
    );
  }
}
