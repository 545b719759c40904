/** The pictures of terminals: lines that are there at once or come one by one, in one window or in two. */
import { type Line, RULE, svg } from "./record_svg.ts";
import { COLUMNS } from "./record_terminal.ts";

/** The moving picture: its first lines are there at once, the others come so many seconds apart. */
const AT_ONCE = 4;
const PACE_SECS = 0.6;

export function typed(command: string): string {
  return `\u001b[2m$\u001b[22m \u001b[1m${command}\u001b[22m`;
}

export function moving(lines: readonly string[], paceSecs: number): Line[] {
  return lines.map((text, i) => i < AT_ONCE ? text : { text, at: (i - AT_ONCE + 1) * paceSecs });
}

/** One window, two terminals: the command `above` with what it shows, below the answer; then it goes on above. */
export function answered(
  above: string,
  asked: readonly string[],
  [command = "", ...said]: readonly string[],
  then: readonly string[],
): string {
  const top = moving(asked, PACE_SECS);
  const typedAt = (asked.length - AT_ONCE + 3) * PACE_SECS;
  const after = then.map((text, i) => ({ text, at: typedAt + (i + 2) * PACE_SECS }));
  return draw([
    typed(above),
    ...top,
    ...after,
    RULE,
    { text: typed(command), at: typedAt },
    ...said.map((text) => ({ text, at: typedAt + 1.5 * PACE_SECS })),
  ]);
}

export function draw(lines: readonly Line[]): string {
  const title = lines.map((line) => typeof line === "string" ? line : line.text)[0] ?? "";
  // deno-lint-ignore no-control-regex
  return svg({ title: title.replace(/\u001b\[[\d;]*m|^\S*\$ /g, ""), lines, columns: COLUMNS });
}
