/** Shell patterns in paths: whether `enviro?` may be `environ`. Pure. */

/** The component with each run of stars as one star and each `[…]` as `?`: what a class excludes is not evaluated. */
export function simplified(part: string): string {
  return part.replace(/\[[!^]?\]?[^\]]*(?:\]|$)/g, "?").replace(/\*+/g, "*");
}

/**
 * How many characters of `name` the {@link simplified} pattern spells out where both may be the same text; negative where
 * they cannot. A `*` at the end of `name` is any text.
 */
export function fixedCharacters(pattern: string, name: string): number {
  const open = name.endsWith("*");
  const length = name.length - (open ? 1 : 0);
  let [at, n] = [0, 0];
  let star = -1;
  for (let taken = 0; n < length;) {
    if (pattern[at] === "*") [star, taken] = [at++, n];
    else if (pattern[at] === "?" || pattern[at] === name[n]) [at, n] = [at + 1, n + 1];
    else if (star >= 0) [at, n] = [star + 1, ++taken]; // the star takes one more
    else return -1;
  }
  if (!open && pattern.slice(at).replace("*", "") !== "") return -1;
  return pattern.slice(0, at).replace(/[*?]/g, "").length;
}
