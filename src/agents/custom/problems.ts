/** Which values of an event are not taken, by their names: for the log, because the event itself counts all the same. */
import { type Fields, isFields } from "../../lib/json_fields.ts";
import { ACTIONS, ERROR_KINDS, WAITING_KINDS } from "./docs.ts";

interface Check {
  readonly fields: readonly string[];
  readonly takes: (value: unknown) => boolean;
  readonly expected: string;
}

const isText = (value: unknown) => typeof value === "string";
const isFlag = (value: unknown) => typeof value === "boolean";
const oneOf = (words: readonly string[]) => (value: unknown) => isText(value) && words.includes(value as string);

export function isPid(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}

const CHECKS: readonly Check[] = [
  { fields: ["pid"], takes: isPid, expected: "a whole number from 1 to 2147483647" },
  { fields: ["error"], takes: oneOf([...ERROR_KINDS, "unknown"]), expected: ERROR_KINDS.join(", ") },
  { fields: ["for"], takes: oneOf(WAITING_KINDS), expected: WAITING_KINDS.join(", ") },
  { fields: ["action"], takes: oneOf(ACTIONS), expected: ACTIONS.join(", ") },
  {
    fields: ["background"],
    takes: (value) => Number.isInteger(value) && Number(value) >= 0,
    expected: "a whole number",
  },
  { fields: ["cwd"], takes: (value) => isText(value) && String(value).startsWith("/"), expected: "an absolute path" },
  { fields: ["input"], takes: (value) => isText(value) || isFields(value), expected: "a text or an object" },
  { fields: ["choices"], takes: Array.isArray, expected: "a list" },
  { fields: ["resumed"], takes: isFlag, expected: "true or false" },
  {
    fields: ["title", "model", "branch", "mode", "prompt", "turn", "tool", "call", "detail", "message", "reason"],
    takes: isText,
    expected: "a text",
  },
];

/** Undefined where all are taken; null counts as absent. */
export function refusedValues(event: Fields): string | undefined {
  const problems = CHECKS.flatMap(({ fields, takes, expected }) =>
    fields.filter((field) => (event[field] ?? undefined) !== undefined && !takes(event[field]))
      .map((field) => `${field} is not taken, expected ${expected}`)
  );
  return problems.length === 0 ? undefined : problems.join("; ");
}
