/** Takes a key out of a text of JSON with comments again; all else stays as it stands. Pure. */
import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";

/**
 * The text without the member and the comma behind it; without the whole of its lines, if they are its own.
 *
 * @param key dotted; nothing changes where it is not there
 */
export function withoutKey(text: string, key: string): string {
  const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
  const bare = text.slice(bom.length);
  const member = nodeAt(bare, key)?.parent;
  if (member === undefined) return text;
  const end = member.offset + member.length;
  const comma = /^(?:\s|\/\/[^\r\n]*|\/\*[^]*?\*\/)*,/.exec(bare.slice(end))?.[0] ?? "";
  const [before, after] = [bare.slice(0, member.offset), bare.slice(end + comma.length)];
  const line = /^[ \t]*(?:\r?\n|$)/.exec(after)?.[0];
  const indent = /(?<=^|\n)[ \t]*$/.exec(before)?.[0];
  if (line === undefined || indent === undefined) return bom + before + after;
  return bom + before.slice(0, before.length - indent.length) + after.slice(line.length);
}

/** Whether an object without a member and a comment stands there. @param key dotted */
export function isEmptyAt(text: string, key: string): boolean {
  const bare = text.replace(/^\ufeff/, "");
  const node = nodeAt(bare, key);
  return node?.type === "object" && bare.slice(node.offset + 1, node.offset + node.length - 1).trim() === "";
}

function nodeAt(text: string, key: string): Node | undefined {
  const root = parseTree(text, undefined, { allowTrailingComma: true });
  return root === undefined ? undefined : findNodeAtLocation(root, key.split("."));
}
