/**
 * How deep a JSON text nests and how many arrays and objects it has, by one scan before it is parsed: the parser takes
 * some hundred bytes of memory and a µs for each of them, so that a few MB of brackets cost it a GB and seconds.
 */
const [QUOTE, BACKSLASH, ARRAY, OBJECT, END_ARRAY, END_OBJECT] = [0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d];

/** Brackets in strings do not count. What is no JSON the parser refuses, at its first wrong character. */
export function isNestedBeyond(
  json: string,
  most: { readonly depth: number; readonly containers: number },
): boolean {
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (code === ARRAY || code === OBJECT) {
      if (++depth > most.depth || ++containers > most.containers) return true;
    } else if (code === END_ARRAY || code === END_OBJECT) depth--;
  }
  return false;
}

/** @param from of its opening quote @returns of the closing one, or the end where there is none */
function endOfString(json: string, from: number): number {
  let at = from + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
