/** Did you mean: the known word that is nearest to a mistyped one. Pure. */

/**
 * The nearest of `words` by edits (insert, delete, replace, swap of neighbours), or undefined where none is near:
 * at most a third of the typed word's length, and never more than 3.
 */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const limit = Math.min(3, Math.max(1, Math.floor(typed.length / 3)));
  const lower = typed.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let least = limit + 1;
  for (const word of words) {
    const edits = editDistance(lower, word.toLowerCase());
    if (edits < least) [best, least] = [word, edits];
  }
  return best;
}

/** Edit distance with swaps (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j - 1]! + 1, above[j]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}
