/** Puts a key that is not there yet into a text of JSON with comments, and leaves all else as it stands. Pure. */
import { applyEdits, findNodeAtLocation, modify, type Node, type ParseError, parseTree } from "jsonc-parser";

interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/**
 * The text with the value at `path` set: in place where the key is there, else in the place of the line that has it
 * commented out, else as the last line of its section. Any other commented line can then lose its `//` too.
 *
 * @param text one object of sections
 * @param path the parts of the key; what stands on the way is an object, if it is there
 */
export function withKey(text: string, path: readonly string[], value: unknown): string {
  const root = parseTree(text, undefined, { allowTrailingComma: true });
  const { indent, eol } = layoutOf(text);
  const edits = root === undefined ? undefined : inserted(text, root, path, value);
  if (edits !== undefined) return applyEdits(text, edits);
  const insertSpaces = !indent.startsWith("\t");
  const formattingOptions = { insertSpaces, tabSize: insertSpaces ? indent.length : 2, eol };
  return applyEdits(text, modify(text, [...path], value, { formattingOptions }));
}

/** Undefined where the key is there, or its section has no line of its own for it. */
function inserted(text: string, root: Node, path: readonly string[], value: unknown): Edit[] | undefined {
  // The innermost section that is there, and how deep it lies; the sections between it and the key are written anew.
  let depth = path.length;
  while (depth > 0 && findNodeAtLocation(root, path.slice(0, depth)) === undefined) depth--;
  const object = depth === 0 ? root : findNodeAtLocation(root, path.slice(0, depth));
  if (depth === path.length || object === undefined) return undefined;
  const name = path[depth] ?? "";
  const plain = `${JSON.stringify(name)}: ${written(text, path.slice(depth + 1), value, depth + 1)}`;
  return (depth === path.length - 1 ? uncommented(text, object, name, plain) : undefined) ??
    appended(text, object, plain);
}

/** The value, inside the sections that are not there yet, each on lines of its own. */
function written(text: string, [name, ...rest]: readonly string[], value: unknown, depth: number): string {
  if (name === undefined) return JSON.stringify(value);
  const { indent, eol, lastComma } = layoutOf(text);
  const inner = `${JSON.stringify(name)}: ${written(text, rest, value, depth + 1)}`;
  return `{${eol}${indent.repeat(depth + 1)}${inner}${lastComma}${eol}${indent.repeat(depth)}}`;
}

/** `// "name": …` on a line of its own, between the members of `object`. */
function uncommented(text: string, object: Node, name: string, plain: string): Edit[] | undefined {
  const line = new RegExp(
    `^([ \\t]*)//[ \\t]*"${literal(name)}"[ \\t]*:((?:"(?:[^"\\\\\\r\\n]|\\\\.)*"|(?!//|/\\*)[^"\\r\\n])*)`,
    "gm",
  );
  for (const found of text.slice(0, endOf(object)).matchAll(line)) {
    const { index, 0: whole, 1: before = "" } = found;
    const children = object.children ?? [];
    // Inside a value, or inside a block comment, it is not a member that is commented out.
    if (index < object.offset || children.some((child) => child.offset < index && index < endOf(child))) continue;
    const earlier = children.findLast((child) => child.offset < index);
    const from = earlier === undefined ? object.offset + 1 : endOf(earlier);
    if (isInBlockComment(text, from, index)) continue;
    const isLast = !children.some((child) => child.offset > index);
    const comma = isLast && !whole.trimEnd().endsWith(",") ? "" : ",";
    // What explains the key stays; what would no longer be a comment becomes one.
    const note = /^[^\r\n]*/.exec(text.slice(index + whole.length))?.[0] ?? "";
    const mark = note === "" || /^(?:\/\/|\/\*(?:(?!\*\/).)*\*\/\s*$)/.test(note) ? "" : "// ";
    const gap = note === "" ? "" : /\s*$/.exec(whole)?.[0] || " ";
    return [...commaAfter(text, object, earlier), {
      offset: index,
      length: whole.length,
      content: before + plain + comma + gap + mark,
    }];
  }
  return undefined;
}

/** For a regular expression: a name is the user's own. */
function literal(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** As the last line of `object`; undefined where its closing brace has no line of its own. */
function appended(text: string, object: Node, plain: string): Edit[] | undefined {
  const close = endOf(object) - 1;
  const offset = text.lastIndexOf("\n", close) + 1;
  if (offset <= object.offset || text.slice(offset, close).trim() !== "") return undefined;
  const last = object.children?.at(-1);
  const { indent, eol, lastComma } = layoutOf(text);
  const own = last === undefined
    ? /^[ \t]*(?=\/\/|\/\*)/m.exec(text.slice(text.indexOf("\n", object.offset) + 1, offset))?.[0]
    : /^[ \t]*$/.exec(text.slice(text.lastIndexOf("\n", last.offset) + 1, last.offset))?.[0];
  const hasComma = last !== undefined && commaAfter(text, object, last).length === 0;
  const trailing = last === undefined ? lastComma : hasComma ? "," : "";
  const content = `${own ?? text.slice(offset, close) + indent}${plain}${trailing}${eol}`;
  return [...commaAfter(text, object, last), { offset, length: 0, content }];
}

/** The comma that `member` needs before something that follows, where it has none. */
function commaAfter(text: string, object: Node, member: Node | undefined): Edit[] {
  if (member === undefined) return [];
  const offset = endOf(member);
  const next = object.children?.find((child) => child.offset > member.offset);
  return next !== undefined || withoutComments(text.slice(offset)).trimStart().startsWith(",")
    ? []
    : [{ offset, length: 0, content: "," }];
}

function isInBlockComment(text: string, from: number, index: number): boolean {
  return withoutComments(text.slice(from, index)).includes("/*");
}

/** For text between values, which has no strings. An unclosed block comment stays. */
function withoutComments(text: string): string {
  return text.replace(/\/\/[^\r\n]*|\/\*[^]*?\*\//g, "");
}

function endOf(node: Node): number {
  return node.offset + node.length;
}

interface Layout {
  /** By the first indented line. */
  readonly indent: string;
  readonly eol: string;
  /** What stands behind the last member of an object: none in strict JSON, which other programs may read. */
  readonly lastComma: "," | "";
}

function layoutOf(text: string): Layout {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false });
  // An object of comments alone shows no style: the file that `config init` writes has such commas.
  const showsStyle = (root?.children ?? []).length > 0 || !/\/[/*]/.test(text);
  return {
    indent: /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ",
    eol: text.includes("\r\n") ? "\r\n" : "\n",
    lastComma: errors.length === 0 && showsStyle ? "" : ",",
  };
}
