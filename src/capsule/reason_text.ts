/** Why a capsule has ended or does not start, for a line of a list. Pure. */

/** A file of the copy that runs, as the runtime names it. */
const IN_COPY = /(?:file:\/\/)?\/\S*?\/[0-9a-f]{64}\/code\//g;
const PLACE = /^at .*:\d+:\d+\)?$/;

/** The first line of what the runtime says, and the place; files of the capsule by their paths in its folder. */
export function reasonText(reason: string): string {
  const [first = "", ...more] = reason.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const place = more.find((line) => PLACE.test(line));
  return (place === undefined ? first : `${first} ${place}`).replace(IN_COPY, "");
}
