/** What would change, line by line, as `diff -u` shows it. */

const CONTEXT = 3;
// Cells of the comparison table; beyond, everything between the first and the last difference is shown as changed.
const MOST_CELLS = 4_000_000;

type Line = readonly [" " | "-" | "+", string];

/** "" where both are equal; line endings are not shown. */
export function lineDiff(file: string, before: string, after: string): string {
  if (before === after) return "";
  const lines = compare(split(before), split(after));
  const near = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(([sign]) => sign !== " ")
  );
  const out = [`--- ${file}`, `+++ ${file}`];
  let [a, b] = [1, 1];
  lines.forEach(([sign, text], i) => {
    if (near[i] && !near[i - 1]) out.push(`@@ -${a} +${b} @@`);
    if (near[i]) out.push(sign + text);
    if (sign !== "+") a++;
    if (sign !== "-") b++;
  });
  return out.join("\n") + "\n";
}

function split(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function compare(a: string[], b: string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const [ma, mb] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  return [...same(a.slice(0, head)), ...middle(ma, mb), ...same(a.slice(a.length - tail))];
}

function same(lines: string[]): Line[] {
  return lines.map((line) => [" ", line]);
}

/** Longest common subsequence, by the table. */
function middle(a: string[], b: string[]): Line[] {
  const all: Line[] = [...a.map((l): Line => ["-", l]), ...b.map((l): Line => ["+", l])];
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_CELLS) return all;
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const cell = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const out: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push([" ", a[i++]!]);
      j++;
    } else if (j >= b.length || (i < a.length && cell(i + 1, j) >= cell(i, j + 1))) out.push(["-", a[i++]!]);
    else out.push(["+", b[j++]!]);
  }
  return out;
}
