/** `doctor`: everything that can be wrong, each with what cures it. */
import { dim, green, red, yellow } from "@std/fmt/colors";
import { escapeControls } from "../../domain/sanitize.ts";
import { env, narrowUmask } from "../../platform/process.ts";
import { ERRORS } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { examine, failed } from "../doctor/mod.ts";
import type { Finding, FindingLevel } from "../doctor/finding.ts";
import { output } from "../output.ts";
import { wrapBehind, wrapHanging } from "../../view/text_fit.ts";
import { CommandEnded } from "../tree/shared.ts";

export interface DoctorFlags {
  readonly fix?: boolean;
  readonly json?: boolean;
}

/** Signs differ in shape, not only in colour. */
const SIGNS: Readonly<Record<FindingLevel, () => string>> = {
  ok: () => green("✓"),
  note: () => yellow("·"),
  problem: () => red("✖"),
};

/**
 * Exit code 1 where a problem is left.
 *
 * @param find gives what other commands get, and throws where the home is not safely ours: that is a finding here
 */
export async function doctor(find: () => CommandContext, flags: DoctorFlags): Promise<void> {
  narrowUmask();
  const run = contextOr(find);
  if ("level" in run) return show([run], flags, output(true));
  let findings = await examine(run);
  if (flags.fix) {
    for (const { id, fix } of findings) {
      if (fix === undefined) continue;
      try {
        run.out.note(`${id}: ${await fix()}`);
      } catch (error) {
        run.out.note(`${id}: not mended: ${(error as Error).message}`);
      }
    }
    findings = await examine(run);
  }
  show(findings, flags, run.out);
}

/** From this width on what goes on stands below its own column. */
const ROOMY = 60;
const NARROW_HANG = 4;

function contextOr(find: () => CommandContext): CommandContext | Finding {
  try {
    return find();
  } catch (error) {
    return failed("home", error);
  }
}

function show(findings: readonly Finding[], { json, fix }: DoctorFlags, out: CommandContext["out"]): void {
  const problems = findings.filter(({ level }) => level === "problem");
  if (json) {
    out.json({
      ok: problems.length === 0,
      findings: findings.map(({ id, level, text, hint, fix }) => ({
        id,
        level,
        text,
        ...(hint === undefined ? {} : { hint }),
        fixable: fix !== undefined,
      })),
    });
  } else {
    const width = Math.max(...findings.map(({ id }) => id.length));
    const home = env("HOME");
    const shown = (text: string) => escapeControls(home === undefined ? text : text.replaceAll(`${home}/`, "~/"));
    const columns = out.screen.isTerminal ? out.screen.columns : Infinity;
    for (const { id, level, text, hint } of findings) {
      const hang = columns < ROOMY ? NARROW_HANG : "✓ ".length + width + 2;
      const [first = "", ...more] = wrapBehind(`✓ ${id.padEnd(width)}  `, shown(text), columns, hang);
      out.line(`${SIGNS[level]()} ${dim(id.padEnd(width))}  ${first}`);
      for (const line of more) out.line(line);
      if (hint === undefined || level === "ok") continue;
      for (const line of wrapHanging(`${" ".repeat(hang)}→ ${shown(hint)}`, columns)) out.line(dim(line));
    }
    const fixable = problems.filter((one) => one.fix !== undefined).length;
    out.line("");
    out.line(
      problems.length === 0 ? "nothing is wrong" : `${problems.length} problem${problems.length === 1 ? "" : "s"}`,
    );
    if (fixable > 0 && !fix) out.note(`hint: agent-console doctor --fix mends ${fixable} of them`);
  }
  if (problems.length > 0) throw new CommandEnded(ERRORS.failed.exit);
}
