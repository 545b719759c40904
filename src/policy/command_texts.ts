/** The texts that a deny rule for commands is compared with: each command of a line, in all its readings. Pure. */
import { type Invocation, type Invocations } from "./invocations.ts";
import { behindOwnOptions } from "./risk_git.ts";

export interface CommandTexts {
  /** Each command of the line, as it stands and in all its {@link readings}. */
  readonly texts: readonly string[];
  /** What is known of those that get more words from elsewhere (xargs, find): any words may follow. */
  readonly begun: readonly string[];
}

export function commandTexts({ invocations, commands }: Invocations): CommandTexts {
  const begun = invocations.filter(({ hasExtraArgs }) => hasExtraArgs).flatMap((one) =>
    textsOf(one.name, ownWords(one))
  )
    .map((text) => `${text} `);
  const texts = [
    ...commands.map(({ words }) => words.join(" ")),
    ...invocations.flatMap(({ name, args }) => textsOf(name, args)),
    ...begun,
  ];
  return { texts, begun };
}

function textsOf(name: string, args: readonly string[]): readonly string[] {
  return readings(name, args).map((words) => [name, ...words].join(" "));
}

/** The arguments before the place where others come in: `{}` of find, xargs -I and parallel, or parallel's `:::`. */
function ownWords({ args, command }: Invocation): readonly string[] {
  const at = command.words.findIndex((word) => /^-\w*[IJ]/.test(word));
  const given = at < 0 ? "" : command.words[at]!.replace(/^-\w*?[IJ]/, "") || (command.words[at + 1] ?? "");
  const end = args.findIndex((arg) => /^:::|\{[^{}]*\}/.test(arg) || (given !== "" && arg.includes(given)));
  return end < 0 ? args : args.slice(0, end);
}

/**
 * The arguments as they stand, and without the options before them: `git -C . push` is a push. Which options take a word is
 * known of git; of other programs either may be so, and each reading counts, but not the bare name.
 */
function readings(name: string, args: readonly string[]): readonly (readonly string[])[] {
  if (name === "git") return [args, behindOwnOptions(args)];
  const all = [args];
  for (let at = 0; at < Math.min(args.length - 1, MAX_OPTIONS); at++) {
    const before = args[at - 1] ?? "";
    if (!args[at]!.startsWith("-") && (!before.startsWith("-") || before.includes("="))) break;
    all.push(args.slice(at + 1));
  }
  return all;
}

/** So many words before the arguments are looked past. */
const MAX_OPTIONS = 16;
