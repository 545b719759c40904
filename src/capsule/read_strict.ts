/**
 * Reads a JSONC text of an author strictly: an unknown key, one that stands there twice and a value of another form are refused
 * with their place. Pure.
 */
import * as v from "valibot";
import { type Json, JsoncError, readJsonc } from "../config/jsonc.ts";
import { escapeControls } from "../domain/sanitize.ts";

/** Why a capsule is not taken. `message`: for people, its outside text escaped. */
export class CapsuleFlaw extends Error {}

export interface StrictText<S extends v.GenericSchema> {
  /** As places name it: `capsule.jsonc`. */
  readonly file: string;
  /** What the text is: `the manifest`. */
  readonly what: string;
  readonly schema: S;
  /** A member that editors read, with a text: it is left out. */
  readonly ofEditors?: string;
  /** Looks at the value before the schema does. @throws {CapsuleFlaw} */
  readonly before?: (value: unknown) => void;
}

/** @throws {CapsuleFlaw} with the line and column of the first thing that is wrong */
export function readStrict<S extends v.GenericSchema>(
  text: string,
  { file, what, schema, ofEditors, before = () => {} }: StrictText<S>,
): v.InferOutput<S> {
  const place = (offset: number) => `${file}:${lineAndColumn(text, offset)}`;
  const root = parsed(text, file, what, place);
  const wrong = wrongKey(root);
  if (wrong !== undefined) throw new CapsuleFlaw(`${place(wrong.offset)} ${wrong.problem}`);
  const value = valueOf(ofEditors === undefined ? root : without(root, ofEditors));
  before(value);
  const read = v.safeParse(schema, value);
  if (read.success) return read.output;
  const issue = worst(read.issues);
  throw new CapsuleFlaw(`${place(offsetOf(issue, root))} ${issueText(issue, what)}`);
}

/** A value that a call brings, in the same way. @throws {CapsuleFlaw} */
export function checkStrict<S extends v.GenericSchema>(value: unknown, schema: S, what: string): v.InferOutput<S> {
  const read = v.safeParse(schema, value);
  if (read.success) return read.output;
  throw new CapsuleFlaw(`${what} refused: ${issueText(worst(read.issues), "the manifest")}`);
}

function parsed(text: string, file: string, what: string, place: (offset: number) => string): Json {
  try {
    const root = readJsonc(text);
    if (root === undefined) throw new CapsuleFlaw(`${file} is empty`);
    // The schema would take a list without entries for an object without members.
    if (root.kind !== "object") throw new CapsuleFlaw(`${place(root.offset)} ${what} is no object`);
    return root;
  } catch (error) {
    if (!(error instanceof JsoncError)) throw error;
    throw new CapsuleFlaw(`${place(error.offset)} is not JSON (${error.reason})`);
  }
}

/** One of another kind than text stays, and is refused. */
function without(json: Json, member: string): Json {
  if (json.kind !== "object") return json;
  const pairs = json.pairs.filter(({ key, value }) =>
    key !== member || value.kind !== "plain" || typeof value.value !== "string"
  );
  return { ...json, pairs };
}

/** Members as own ones, also of a name that means something to objects. */
function valueOf(json: Json): unknown {
  switch (json.kind) {
    case "plain":
      return json.value;
    case "array":
      return json.items.map(valueOf);
    case "object":
      return Object.fromEntries(json.pairs.map(({ key, value }) => [key, valueOf(value)]));
  }
}

interface WrongKey {
  readonly offset: number;
  readonly problem: string;
}

/** One that stands there twice, or is every object's: the schema would not see it. */
function wrongKey(json: Json): WrongKey | undefined {
  if (json.kind === "plain") return undefined;
  if (json.kind === "array") return json.items.map(wrongKey).find((one) => one !== undefined);
  const seen = new Set<string>();
  for (const { key, offset, value } of json.pairs) {
    if (key in {}) return { offset, problem: `${quoted(key)} is not known` };
    if (seen.has(key)) return { offset, problem: `${quoted(key)} stands there twice` };
    seen.add(key);
    const inside = wrongKey(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

type Issue = v.BaseIssue<unknown>;

/** An unknown key comes first: what is missing may be that key, misspelt. */
function worst(issues: readonly [Issue, ...Issue[]]): Issue {
  return issues.find(isUnknown) ?? issues[0];
}

function isUnknown({ type, expected }: Issue): boolean {
  return type === "strict_object" && expected === "never";
}

function issueText(issue: Issue, whole: string): string {
  const path = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  const last = issue.path?.at(-1) as { readonly origin?: string } | undefined;
  if (isUnknown(issue)) {
    return `${quoted(path)} is not known`;
  }
  if (issue.type === "strict_object" && last !== undefined && issue.received === "undefined") {
    return `${quoted(path)} is missing`;
  }
  const must = issue.kind === "schema" && issue.type === "strict_object" ? "an object" : issue.message;
  const what = path === "" ? whole : last?.origin === "key" ? `the name ${quoted(path)}` : quoted(path);
  return `${what} is ${shown(issue.input)}, expected ${must}`;
}

/** The deepest part of the issue's path that stands in the text; a missing key is told at its object. */
function offsetOf(issue: Issue, root: Json): number {
  let at = root;
  let { offset } = root;
  for (const { key } of issue.path ?? []) {
    if (at.kind === "array") {
      const item = at.items[Number(key)];
      if (item === undefined) break;
      ({ offset } = at = item);
    } else if (at.kind === "object") {
      const pair = at.pairs.find((one) => one.key === key);
      if (pair === undefined) break;
      ({ offset, value: at } = pair);
    }
  }
  return offset;
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

const SHOWN = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return escapeControls(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

function quoted(text: string): string {
  return `"${escapeControls(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)}"`;
}
