/** Long texts at a terminal: through the user's pager, which shows them page by page and keeps them searchable. */
import { stripAnsiCode } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { shellWords } from "../lib/shell_words.ts";
import { userEnv } from "../platform/environment.ts";
import { findProgram } from "../platform/find_program.ts";
import { env, onSignal, spawn } from "../platform/process.ts";
import type { Screen } from "../platform/stdio.ts";
import type { CommandContext } from "./context.ts";

const DEFAULT: readonly string[] = ["less"];

/** Prints `lines`, through the pager where stdout is a terminal and they are more than it shows at once. */
export async function printPaged(
  run: Pick<CommandContext, "out" | "takeSignals">,
  lines: readonly string[],
  options: { readonly pager?: boolean },
): Promise<void> {
  const { screen } = run.out;
  const isLong = screen.isTerminal && height(lines, screen) > screen.rows - 1;
  if (options.pager === false || !isLong || !await page(run, lines)) {
    for (const line of lines) run.out.line(line);
  }
}

/** How many lines of the terminal they take. */
export function height(lines: readonly string[], { columns }: Pick<Screen, "columns">): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(stripAnsiCode(line)) / columns)), 0);
}

/**
 * Shows `lines` in the user's pager and waits for its end; Ctrl-C is the pager's own affair meanwhile.
 *
 * @returns false where there is none, or where it failed: then nobody has seen the lines
 */
export async function page(run: Pick<CommandContext, "takeSignals">, lines: readonly string[]): Promise<boolean> {
  const pager = findPager();
  if (pager === undefined) return false;
  const { argv, colours } = pager;
  const text = lines.map((line) => `${colours ? line : stripAnsiCode(line)}\n`).join("");
  run.takeSignals();
  const ours = onSignal("SIGINT", () => {});
  try {
    const child = spawn(argv, {
      detached: false,
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
      env: userEnv(),
    });
    const writer = child.stdin?.getWriter();
    try {
      await writer?.write(new TextEncoder().encode(text));
      await writer?.close();
    } catch {
      // Left before its end was read.
    }
    return await child.ended === 0;
  } finally {
    ours();
  }
}

/**
 * Words and no shell: `PAGER="less -N"` works, `PAGER="a | b"` counts as none. Of the pagers only less is known to pass
 * our colours, and only with `-R`; every other control character in the text was escaped before it got here.
 */
function findPager(): { readonly argv: readonly string[]; readonly colours: boolean } | undefined {
  for (const words of [shellWords(env("PAGER") ?? ""), DEFAULT]) {
    const [name, ...args] = words ?? [];
    const program = name === undefined || name === "" ? undefined : findProgram(name);
    if (program === undefined) continue;
    const colours = /(?:^|\/)less$/.test(program);
    return { argv: [program, ...args, ...(colours ? ["-R"] : [])], colours };
  }
  return undefined;
}
