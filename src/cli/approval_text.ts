/** Approvals in words: the whole of one. Pure. */
import { bold, dim, red, yellow } from "@std/fmt/colors";
import { type Approval, type Risk, riskNamed } from "../domain/approval.ts";
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { callText, cutText, HIDDEN_DIALOG, hidesItsDialog, isQuestion, outcomeText } from "../view/approval_words.ts";
import { duration } from "../view/times.ts";

const PAINT: Readonly<Record<Risk, (text: string) => string>> = {
  reads: dim,
  writes: (text) => text,
  unknown: (text) => text,
  network: yellow,
  destroys: (text) => bold(red(text)),
};

/** @param risk also one of an old journal */
export function riskText(risk: string): string {
  const name = riskNamed(risk);
  return PAINT[name](name);
}

/** One approval, with the whole of what would run: nobody should have to decide about what they cannot read. */
export function approvalLines(approval: Approval, session: string, now: number): string[] {
  const { id, agent, cwd, detail, risk, reasoning, choices, suggestions } = approval;
  const left = approval.status === "pending"
    ? `${duration(Date.parse(approval.deadline) - now)} left`
    : escapeControls(outcomeText(approval));
  const where = cwd === undefined ? "" : `  ${dim(escapeControls(cwd))}`;
  const inside = (text: string) => escapeControlsKeepLines(text).split("\n").map((line) => `    ${line}`);
  return [
    `${bold(escapeControls(id))}  ${riskText(risk)}  ${escapeControls(agent)} ${
      dim(escapeControls(session))
    }  ${left}${where}`,
    // The input of a question is its choices, which come below in words.
    ...(isQuestion(approval) ? [] : inside(callText(approval))),
    ...(detail === undefined ? [] : inside(detail === "" ? "(empty)" : detail.replace(/\n$/, "")).map(dim)),
    ...(approval.cutBy === undefined || approval.status !== "pending"
      ? []
      : [`    ${yellow(cutText(approval.cutBy))}`]),
    ...(hidesItsDialog(approval) ? [dim(`    ${HIDDEN_DIALOG}`)] : []),
    ...(reasoning === undefined ? [] : inside(reasoning).map(dim)),
    ...(choices ?? []).flatMap(({ question, options, multiple }) => [
      ...inside(multiple ? `${question} (one or more, with commas between)` : question),
      ...options.map((option) => `      · ${escapeControls(option)}`),
    ]),
    ...(suggestions ?? []).map((line) => dim(`    offers: ${escapeControls(line)}`)),
  ];
}
