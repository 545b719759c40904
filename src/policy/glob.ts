/**
 * Patterns in which `*` is any text. `\*` is a star and `\\` a backslash; before any other character a backslash is itself.
 * Pure, linear in the text for each literal part.
 */

/** The literal parts of a pattern, between its stars: a pattern without a star is one part. */
export type Glob = readonly string[];

export function readGlob(pattern: string): Glob {
  const parts = [""];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === "*") {
      parts.push("");
      continue;
    }
    const next = pattern[at + 1];
    const escapes = char === "\\" && (next === "*" || next === "\\");
    parts[parts.length - 1] += escapes ? next : char;
    if (escapes) at++;
  }
  return parts;
}

/** The pattern that matches `text` and nothing else. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*]/g, "\\$&");
}

/** Whether the whole of `subject` matches: each literal part is taken where it comes first. */
export function matchesGlob([head = "", ...parts]: Glob, subject: string): boolean {
  if (!subject.startsWith(head)) return false;
  const tail = parts.pop();
  if (tail === undefined) return subject.length === head.length;
  let at = head.length;
  for (const part of parts) {
    const found = subject.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return subject.length - tail.length >= at && subject.endsWith(tail);
}

/** Whether the pattern is only stars: any call of its tool. */
export function isEverything(glob: Glob): boolean {
  return glob.length > 1 && glob.every((part) => part === "");
}
