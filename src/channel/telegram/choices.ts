/** The buttons below a request: yes and no, how far a yes reaches, or the options of a question. Pure. */
import { type Approval, type ApprovalScope, riskNamed } from "../../domain/approval.ts";
import { clip, escapedLine } from "../../domain/sanitize.ts";
import { isQuestion } from "../../view/approval_words.ts";
import { END_CHOICES } from "../../view/rule_choices.ts";
import type { Button, ButtonAction } from "./buttons.ts";

/** Rows of them. */
export type Choices = readonly (readonly Button[])[];

/** Of a button's text, UTF-16 units: more does not fit a phone's width. */
const MAX_LABEL = 60;
/** More options than these are no row of buttons. */
const MAX_OPTIONS = 12;

const DENY: Button = { text: "Deny", press: { kind: "deny" } };
const ONCE: ButtonAction = { kind: "approve", scope: "once" };

/** Whether a press can answer it: one question with choices to take one of, or a call. */
export function isAnswerableHere(approval: Approval): boolean {
  const { choices = [] } = approval;
  if (choices.length === 0) return approval.for !== "elicitation" && approval.for !== "question";
  const [only, ...more] = choices;
  return only !== undefined && more.length === 0 && !only.multiple && only.options.length > 0 &&
    only.options.length <= MAX_OPTIONS;
}

/** @param isWhole all of what is asked was shown: else it can only be denied */
export function firstChoices(approval: Approval, isWhole: boolean): Choices {
  const { choices: [question] = [] } = approval;
  if (!isWhole || !isAnswerableHere(approval)) return [[DENY]];
  if (question !== undefined) {
    const options = question.options.map((text, option): readonly Button[] => [
      { text: optionLabel(escapedLine(text), option + 1), press: { kind: "answer", option } },
    ]);
    return [...options, [DENY]];
  }
  const yes: Button = { text: "Approve", press: destroys(approval) ? { kind: "confirm" } : ONCE };
  const more: Button = { text: "More…", press: { kind: "more" } };
  return approval.for === "permission" ? [[yes, DENY], [more]] : [[yes, DENY]];
}

const BACK: readonly Button[] = [{ text: "Back", press: { kind: "first" } }];

/** What destroys is approved by a second press. */
export const CONFIRM_CHOICES: Choices = [[{ text: "Yes, approve what destroys", press: ONCE }], BACK];

const SCOPE_LABELS: readonly (readonly [ApprovalScope, string])[] = [
  ["session", "Session"],
  ["workspace", "Folder"],
  ["always", "Everywhere"],
];

/** @param scopes those that make a rule of this request */
export function scopeChoices(scopes: readonly ApprovalScope[]): Choices {
  const rows = SCOPE_LABELS.filter(([scope]) => scopes.includes(scope)).map(([scope, label]) =>
    END_CHOICES.map(([, word, secs]): Button => ({
      text: `${label}, ${word}`,
      press: { kind: "approve", scope, ...(secs === undefined ? {} : { expiresInSecs: secs }) },
    }))
  );
  return [...rows, BACK];
}

function destroys(approval: Approval): boolean {
  return !isQuestion(approval) && riskNamed(approval.risk) === "destroys";
}

/** One that is cut has its number, as the text above the buttons has it: two may begin alike. */
function optionLabel(text: string, number: number): string {
  if (text !== "" && text.length <= MAX_LABEL) return text;
  const first = `${number}  `;
  return (first + clip(text, MAX_LABEL - first.length)).trimEnd();
}
