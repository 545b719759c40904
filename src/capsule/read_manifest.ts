/** From the text of a `capsule.jsonc` to what it says, or why it is refused, with the place. Pure. */
import * as v from "valibot";
import { type Json, JsoncError, readJsonc } from "../config/jsonc.ts";
import { escapeControls } from "../domain/sanitize.ts";
import {
  API_VERSIONS,
  type Capabilities,
  capabilitiesSchema,
  type Manifest,
  MANIFEST_FILE,
  manifestSchema,
} from "./manifest.ts";

/** Why a capsule is not taken. `message`: for people, its outside text escaped. */
export class CapsuleFlaw extends Error {}

/** @throws {CapsuleFlaw} with the line and column of the first thing that is wrong */
export function readManifest(text: string): Manifest {
  const place = (offset: number) => `${MANIFEST_FILE}:${lineAndColumn(text, offset)}`;
  const root = parsed(text, place);
  const wrong = wrongKey(root);
  if (wrong !== undefined) throw new CapsuleFlaw(`${place(wrong.offset)} ${wrong.problem}`);
  const value = valueOf(root);
  // First: what else is wrong may be right in the version that it is written for.
  checkApiVersion((value as { readonly apiVersion?: unknown } | null)?.apiVersion);
  const read = v.safeParse(manifestSchema, value);
  if (read.success) return read.output;
  throw new CapsuleFlaw(flawText(worst(read.issues), root, place));
}

/** The manifest that a call brings as a value, not as text. @throws {CapsuleFlaw} */
export function checkManifest(value: unknown): Manifest {
  checkApiVersion((value as { readonly apiVersion?: unknown } | null)?.apiVersion);
  const read = v.safeParse(manifestSchema, value);
  if (read.success) return read.output;
  throw new CapsuleFlaw(`the manifest is refused: ${issueText(worst(read.issues))}`);
}

/** The capabilities that a call brings. @throws {CapsuleFlaw} */
export function checkCapabilities(value: unknown): Capabilities {
  const read = v.safeParse(capabilitiesSchema, value);
  if (read.success) return read.output;
  throw new CapsuleFlaw(`the capabilities are refused: ${issueText(worst(read.issues))}`);
}

function checkApiVersion(version: unknown): void {
  if (typeof version !== "number" || !Number.isInteger(version)) return; // the schema says what it must be
  const { oldest, newest } = API_VERSIONS;
  if (version < oldest) {
    throw new CapsuleFlaw(
      `it is written for version ${version} of the API, too old for this agent-console (${oldest} to ${newest}): ` +
        "its author must bring it up to date",
    );
  }
  if (version > newest) {
    throw new CapsuleFlaw(
      `it is written for version ${version} of the API, newer than this agent-console knows (${oldest} to ${newest}): ` +
        "update agent-console",
    );
  }
}

function parsed(text: string, place: (offset: number) => string): Json {
  try {
    const root = readJsonc(text);
    if (root === undefined) throw new CapsuleFlaw(`${MANIFEST_FILE} is empty`);
    // The schema would take a list without entries for an object without members.
    if (root.kind !== "object") throw new CapsuleFlaw(`${place(root.offset)} the manifest is no object`);
    return root;
  } catch (error) {
    if (!(error instanceof JsoncError)) throw error;
    throw new CapsuleFlaw(`${place(error.offset)} is not JSON (${error.reason})`);
  }
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

function flawText(issue: Issue, root: Json, place: (offset: number) => string): string {
  return `${place(offsetOf(issue, root))} ${issueText(issue)}`;
}

function issueText(issue: Issue): string {
  const path = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  const last = issue.path?.at(-1) as { readonly origin?: string } | undefined;
  if (isUnknown(issue)) {
    return `${quoted(path)} is not known`;
  }
  if (issue.type === "strict_object" && last !== undefined && issue.received === "undefined") {
    return `${quoted(path)} is missing`;
  }
  const must = issue.kind === "schema" && issue.type === "strict_object" ? "an object" : issue.message;
  const what = path === "" ? "the manifest" : last?.origin === "key" ? `the name ${quoted(path)}` : quoted(path);
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
