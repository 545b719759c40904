/**
 * What Codex writes in config.toml when it records trust: a header `[hooks.state]` of its own above the records, which
 * it leaves there when they go (recorded with 0.169). Pure.
 */
import { type Fields, isFields, objectField } from "../../lib/json_fields.ts";
import type { TrustRecord } from "../shared/hook_trust.ts";

const HEADER = /^\[hooks\.state\][ \t]*\r?$/;
const BLANK = /^[ \t]*\r?$/;

export const codexTrustRecord: Omit<TrustRecord, "file"> = { holds, sameBut, without, container: "[hooks.state]" };

async function holds(text: string | null): Promise<"records" | "container" | "nothing"> {
  const hooks = objectField(await parsed(text) ?? {}, "hooks");
  if (hooks === undefined || !("state" in hooks)) return "nothing";
  return isEmpty(hooks["state"]) ? "container" : "records";
}

async function sameBut(one: string | null, other: string | null): Promise<boolean> {
  try {
    const [a, b] = [await parsed(one), await parsed(other)].map((config) => config && told(bare(config)));
    return a !== undefined && a === b;
  } catch {
    return false;
  }
}

async function without(text: string): Promise<string | undefined> {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => HEADER.test(line));
  if (at < 0) return undefined;
  const first = at > 0 && BLANK.test(lines[at - 1]!) ? at - 1 : at;
  // At the top of the file there is none before it, and the one behind it divides it from what came later.
  const last = at === 0 && lines.length > 2 && BLANK.test(lines[1]!) ? 1 : at;
  const left = lines.toSpliced(first, last - first + 1).join("\n");
  // A header of the user's may stand in a text of several lines, and keys of a table may follow it.
  return await sameBut(left, text) && await holds(left) === "nothing" ? left : undefined;
}

/** @throws the parser's error */
async function parsed(text: string | null): Promise<Fields | undefined> {
  const { parse } = await import("@std/toml/parse");
  return parse((text ?? "").replace(/^\ufeff/, ""));
}

function bare(config: Fields): Fields {
  const { hooks, ...others } = config;
  if (!isFields(hooks)) return config;
  const { state, ...rest } = hooks;
  const left = isEmpty(state) ? rest : hooks;
  return isEmpty(left) ? others : { ...others, hooks: left };
}

function isEmpty(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 0;
}

/** Members in one order: the agent may write tables in another. */
function told(value: unknown): string {
  return JSON.stringify(
    value,
    (_, one) => isFields(one) && !(one instanceof Date) ? Object.fromEntries(Object.entries(one).sort()) : one,
  );
}
