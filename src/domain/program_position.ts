/**
 * Whether the word behind a text may be the program that runs. Nobody knows the options of every program that starts
 * another one: where a word may be an argument of the option before it, the next one may be the program. Pure.
 */
import { lazy } from "../lib/lazy.ts";

/** Programs that start another one, and how many words besides options and their arguments come before it. */
const starters = lazy((): ReadonlyMap<string, number> =>
  new Map([
    ..."sudo doas env time exec command builtin nohup nice ionice setsid stdbuf strace ltrace watch xargs parallel unshare nsenter"
      .split(" ").map((name) => [name, 0] as const),
    ..."sh bash dash zsh ksh fish npx bunx uvx then do else elif if while until !".split(" ").map((name) =>
      [name, 0] as const
    ),
    ..."timeout chroot flock taskset chrt ssh su runuser".split(" ").map((name) => [name, 1] as const),
    ..."docker podman nerdctl kubectl".split(" ").map((name) => [name, 2] as const), // `docker run IMAGE`
  ])
);

const REDIRECTION = /\d*[<>]+&?\s*[^\s;&|<>(]*/g;
/** Options that take a program, of whatever program: `find -exec`, `xterm -e`. */
const TAKES_PROGRAM = /^--?(?:exec(?:dir|-batch)?|ok(?:dir)?|command|[cexX])$/;

/** @param isCut something comes before `before` */
export function mayBeProgram(before: string, isCut: boolean): boolean {
  const parts = before.replace(REDIRECTION, " ").split(/[\n;&|(`{]/);
  const command = parts.at(-1) ?? "";
  if (!/(?:^|\s)["'\\]*$/.test(command)) return false; // the end of a word
  const all = command.replaceAll(/["'\\]/g, "").split(/\s+/).filter((word) => word !== "");
  if (isCut && parts.length === 1) all[0] = "-";
  const words = all.slice(all.lastIndexOf("--") + 1);
  if (TAKES_PROGRAM.test(words.at(-1) ?? "")) return true;
  let operands = 0;
  let isArgument = false;
  for (const word of words) {
    if (/^[A-Za-z_]\w*\+?=/.test(word)) continue;
    const starts = starters().get(word.replace(/^.*\//, ""));
    if (starts !== undefined) {
      operands = starts;
      isArgument = false;
    } else if (/^[-+]/.test(word)) isArgument = true;
    else if (isArgument) isArgument = false;
    else if (operands > 0) operands--;
    else return false; // this is the program
  }
  return true;
}
