/** Whether an agent reads its settings at all: by one fault some skip the whole file, and run no hook in it. Pure. */
import { stripComments } from "jsonc-parser";
import type { JsonHooks } from "../agents/shared/hook_spec.ts";
import { type Node, stripBom } from "../lib/jsonc_edit.ts";
import { isFields } from "../lib/json_fields.ts";

/** Why the agent would read nothing of this text, as a predicate behind the file's name; undefined where it reads it. */
export function refusal(agent: JsonHooks, text: string, root: Node | undefined): string | undefined {
  if (text.trim() === "") return undefined;
  return strangeMember(agent, root) ?? strangeSyntax(agent, text) ?? wrongValue(agent, text);
}

function strangeMember({ onlyKeys, title }: JsonHooks, root: Node | undefined): string | undefined {
  if (onlyKeys === undefined) return undefined;
  const keys = (root?.children ?? []).map((property) => String(property.children?.[0]?.value));
  const strange = keys.find((key, at) => !onlyKeys.includes(key) || keys.indexOf(key) !== at);
  if (strange === undefined) return undefined;
  return `holds ${JSON.stringify(strange)}, but ${title} refuses a file with more than ${
    onlyKeys.join(" and ")
  }, each once`;
}

function strangeSyntax({ reads, title }: JsonHooks, text: string): string | undefined {
  if (reads === undefined) return undefined;
  const bare = stripBom(text);
  const plain = stripComments(bare);
  const found = bare !== text && !reads.byteOrderMark
    ? "a byte order mark"
    : plain !== bare && !reads.comments
    ? "comments"
    : parsed(plain) === undefined
    ? "trailing commas, or something else that is no JSON"
    : undefined;
  if (found === undefined) return undefined;
  return `has ${found}, but ${title} reads strict JSON only${reads.comments ? ", with comments" : ""}`;
}

function wrongValue({ skips, title }: JsonHooks, text: string): string | undefined {
  const settings = skips === undefined ? undefined : parsed(stripComments(stripBom(text)));
  const why = isFields(settings) ? skips?.(settings) : undefined;
  return why === undefined ? undefined : `${why}, and ${title} skips the whole file for it`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
