/**
 * Smallest edits of other people's JSON with comments: only the bytes of the inserted or removed member change,
 * so that comments, order, indentation and line endings survive. (jsonc-parser's own `modify` formats every line
 * that it touches.) Positions are UTF-16 offsets into the text without its byte order mark.
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

export type { Node };

export interface Parsed {
  readonly text: string;
  /** Undefined where the text contains only white space and comments. */
  readonly root: Node | undefined;
}

/** Where and why a text does not parse; `line` and `column` count from 1. */
export interface ParseFailure {
  readonly line: number;
  readonly column: number;
  readonly why: string;
}

const BOM = "\ufeff";

/** `text` without its byte order mark. */
export function stripBom(text: string): string {
  return text.startsWith(BOM) ? text.slice(1) : text;
}

/** `text` after `change` of what follows its byte order mark, which stays. */
export function preservingBom(text: string, change: (bare: string) => string): string {
  const bare = stripBom(text);
  return text.slice(0, text.length - bare.length) + change(bare);
}

export function parse(text: string): Parsed | ParseFailure {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const first = errors[0];
  if (first === undefined) return { text, root };
  const before = text.slice(0, first.offset);
  const line = before.split("\n").length;
  return { line, column: first.offset - before.lastIndexOf("\n"), why: printParseErrorCode(first.error) };
}

export function isParseFailure(value: Parsed | ParseFailure): value is ParseFailure {
  return "why" in value;
}

/** The property node of `name`; of several the last, which is the one that counts. */
export function propertyOf(object: Node, name: string): Node | undefined {
  return object.children?.findLast((p) => p.children?.[0]?.value === name);
}

export function valueOf(property: Node | undefined): Node | undefined {
  return property?.children?.[1];
}

/** Adds `source` (made for the indentation 0 with `\n`) as the last child of an object or array. */
export function appendNode(text: string, container: Node, source: string): string {
  const style = styleOf(text);
  const last = container.children?.at(-1);
  const inner = container.offset + 1;
  if (style.compact) {
    const piece = compact(source);
    return last === undefined ? splice(text, inner, 0, piece) : splice(text, endOf(last), 0, `,${piece}`);
  }
  const base = indentAt(text, container.offset);
  const own = last !== undefined && startsLine(text, last.offset) ? indentAt(text, last.offset) : base + style.unit;
  const piece = style.eol + own + indented(source, own, style);
  if (last !== undefined) return splice(text, endOf(last), 0, `,${piece}`);
  const rest = text.slice(inner, endOf(container) - 1);
  return splice(text, inner, 0, rest.trim() === "" && !rest.includes("\n") ? piece + style.eol + base : piece);
}

/** Puts `source` in the place of `node`. */
export function replaceNode(text: string, node: Node, source: string): string {
  const style = styleOf(text);
  const piece = style.compact ? compact(source) : indented(source, indentAt(text, node.offset), style);
  return splice(text, node.offset, node.length, piece);
}

/** Takes `child` out of its container, with the comma and the white space that came with it. */
export function removeNode(text: string, container: Node, child: Node): string {
  const children = container.children ?? [];
  const at = children.indexOf(child);
  const before = at > 0 ? endOf(children[at - 1]!) : container.offset + 1;
  const next = children[at + 1];
  const gapBefore = text.slice(before, child.offset);
  if (next !== undefined) {
    const gap = text.slice(endOf(child), next.offset);
    if (isBlank(gap)) return splice(text, child.offset, next.offset - child.offset, "");
    return splice(text, child.offset, child.length + gap.indexOf(",") + 1, "");
  }
  if (isBlank(gapBefore)) {
    const all = text.slice(endOf(child), endOf(container) - 1);
    const end = at === 0 && isBlank(all) ? endOf(container) - 1 : endOf(child);
    return splice(text, before, end - before, "");
  }
  // a comment is between: only the comma goes with the child
  const comma = at > 0 ? before + gapBefore.indexOf(",") : -1;
  const cut = splice(text, child.offset, child.length, "");
  return comma < 0 ? cut : splice(cut, comma, 1, "");
}

/** `value` as JSON for {@link append} and {@link replace}. */
export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}: ${json(value)}`;
}

interface Style {
  readonly eol: string;
  readonly unit: string;
  /** The text is one line: what is added is one line too. */
  readonly compact: boolean;
}

export function styleOf(text: string): Style {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const unit = /^(\t+| +)\S/m.exec(text.replace(/\/\*[\s\S]*?\*\//g, ""))?.[1] ?? "  ";
  return { eol, unit: unit.startsWith("\t") ? "\t" : unit, compact: !/\n/.test(text.trim()) && text.trim().length > 2 };
}

function indented(source: string, base: string, style: Style): string {
  return source.split("\n").map((line, i) => {
    const depth = /^ */.exec(line)![0].length / 2;
    return (i === 0 ? "" : base) + style.unit.repeat(depth) + line.trimStart();
  }).join(style.eol);
}

function compact(source: string): string {
  // our own pieces have no line break inside a string: JSON escapes them
  return source.split("\n").map((line) => line.trimStart().replace(/^("(?:[^"\\]|\\.)*"): /, "$1:")).join("");
}

function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}

function startsLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset).trim() === "";
}

function isBlank(gap: string): boolean {
  return /^[\s,]*$/.test(gap);
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

function splice(text: string, at: number, length: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at + length);
}
