/**
 * The commands of a shell text, including those inside wrappers: `env A=1 nohup bash -c 'rm -rf x'` is four
 * invocations, and the risk of each counts. Pure.
 */
import { readShell } from "./read_shell.ts";
import type { SimpleCommand, Uncertainty } from "./shell_types.ts";

export interface Invocation {
  /** In lower case, without its folder. */
  readonly name: string;
  /** False where the name has a folder that is not the system's own: `./ls` may be anything. */
  readonly trusted: boolean;
  readonly args: readonly string[];
  /** The simple command that it is, or is part of. */
  readonly command: SimpleCommand;
  /** More arguments come from somewhere else (xargs, find). */
  readonly hasExtraArgs: boolean;
}

export interface Invocations {
  readonly invocations: readonly Invocation[];
  /** Commands without words: assignments and redirections alone are among them. */
  readonly commands: readonly SimpleCommand[];
  readonly uncertainties: ReadonlySet<Uncertainty>;
}

/** Wrappers → their short options that take a value in the next word. */
const WRAPPERS: Readonly<Record<string, string>> = {
  ...{ env: "uSCaP", nohup: "", time: "fo", nice: "n", ionice: "cnp", timeout: "ks", gtimeout: "ks", stdbuf: "ioe" },
  ...{ setsid: "", command: "", builtin: "", exec: "a", xargs: "ILnPsdEaJRS", watch: "nqs", sudo: "ugpCDhRrTtU" },
  ...{
    doas: "uC",
    chroot: "",
    unshare: "",
    nsenter: "t",
    strace: "abeEIoOpPsSuUX",
    caffeinate: "tw",
    busybox: "",
    script: "c",
  },
  ...{
    ssh: "BbcDEeFIiJLlmOopPQRSWw",
    flock: "wE",
    taskset: "",
    chrt: "",
    firejail: "",
    parallel: "adEIjPLNnSsUC",
    entr: "",
  },
  ...{ noglob: "", nocorrect: "", "-": "", repeat: "" }, // zsh
};
/** Wrappers whose first operand is not yet the command. */
const WITH_OPERAND = new Set(["timeout", "gtimeout", "chroot", "ssh", "flock", "taskset", "chrt", "repeat"]);
const FINDERS = new Set(["find", "gfind", "bfs", "fd", "fdfind"]);
const FIND_RUNS = /^-(?:exec|ok)(?:dir)?$/;
/** Also at the end of a bundle, but behind no option that takes the rest of it. */
const FD_RUNS = /^(?:-[^-etdESocj]*?[xX]|--exec(?:-batch)?(?:=|$))=?/;
const FEEDERS = new Set(["xargs", "parallel"]);
export const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "zsh", "dash", "ksh", "mksh", "fish", "ash"]);
/** Other commands that run what they read. */
const RUN_INPUT = new Set("source . eval ssh su sudo doas at batch parallel".split(" "));
/** Commands that take a command of their own somewhere among their arguments. */
const CARRIERS = new Set([
  "docker",
  "podman",
  "nerdctl",
  "kubectl",
  "tmux",
  "screen",
  "script",
  "su",
  "runuser",
  "npx",
  ...("arch setarch linux32 linux64 toybox sg systemd-run dbus-run-session faketime proxychains proxychains4 torsocks " +
    "fakeroot eatmydata unbuffer chronic ltrace xvfb-run bwrap rtk uv poetry pipenv pdm npm pnpm yarn bun bundle mise " +
    "direnv nix nix-shell conda doppler setpriv prlimit numactl hyperfine perf rlwrap gosu su-exec tini dumb-init " +
    "chpst").split(" "),
]);

/** Deeper or more than this is `deep`: nobody writes that by hand. */
const MAX_DEPTH = 8;
const MAX_INVOCATIONS = 5000;
/** Words inside wrappers, each counted once for every wrapper around it, and a long one as several of eight characters. */
const MAX_WORDS = 50_000;
const LONG_WORD = 8;

export function invocationsOf(text: string): Invocations {
  const sink: InvocationSink = { invocations: [], commands: [], uncertainties: new Set(), words: 0 };
  addText(text, 0, sink);
  return sink;
}

interface InvocationSink {
  readonly invocations: Invocation[];
  readonly commands: SimpleCommand[];
  readonly uncertainties: Set<Uncertainty>;
  words: number;
}

function addText(text: string, depth: number, sink: InvocationSink): void {
  sink.words += depth > 0 ? text.length / LONG_WORD : 0;
  if (depth > MAX_DEPTH || sink.words > MAX_WORDS) return void sink.uncertainties.add("deep");
  const { commands, uncertainties } = readShell(text);
  for (const uncertainty of uncertainties) sink.uncertainties.add(uncertainty);
  const before = sink.invocations.length;
  for (const command of commands) {
    sink.commands.push(command);
    addWords(command.words, command, false, depth, sink);
  }
  const shells = sink.invocations.slice(before).filter(({ name }) => SHELLS.has(name) || RUN_INPUT.has(name));
  if (shells.length > 0) addInput(commands, shells.some(({ command }) => command.piped), depth, sink);
}

/** What a shell somewhere in the text may read as its commands: here-documents and here-strings, and what is printed to it. */
function addInput(commands: readonly SimpleCommand[], piped: boolean, depth: number, sink: InvocationSink): void {
  for (const { words: [name = "", ...args], redirects } of commands) {
    for (const { op, target, body } of redirects) {
      if (body !== undefined || op === "<<<") addText(body ?? target, depth + 1, sink);
    }
    if (piped && /^(?:echo|printf|print)$/.test(name)) addText(args.join(" "), depth + 1, sink);
  }
}

function addWords(
  words: readonly string[],
  command: SimpleCommand,
  hasExtraArgs: boolean,
  depth: number,
  sink: InvocationSink,
): void {
  const [first, ...args] = words;
  if (first === undefined) return;
  if (depth > 0) sink.words += words.reduce((sum, word) => sum + 1 + word.length / LONG_WORD, 0);
  if (depth > MAX_DEPTH || sink.invocations.length > MAX_INVOCATIONS || sink.words > MAX_WORDS) {
    return void sink.uncertainties.add("deep");
  }
  const name = first.slice(first.lastIndexOf("/") + 1).toLowerCase();
  const trusted = name === first || /^\/(?:usr\/|usr\/local\/|opt\/homebrew\/)?s?bin\/[^/]+$/.test(first);
  sink.invocations.push({ name, trusted, args, command, hasExtraArgs });

  const script = (text: string) => addText(text, depth + 1, sink);
  const inner = (rest: readonly string[], more = hasExtraArgs) => {
    addWords(rest, command, more, depth + 1, sink);
    if (/\s/.test(rest[0] ?? "")) script(rest.join(" ")); // a name with spaces is a text for a shell
  };
  if (sink.uncertainties.has("deep")) return;
  if (SHELLS.has(name)) return addScripts(args, script);
  if (name === "eval") return script(args.join(" "));
  if (name === "trap" && args[0] !== undefined) return script(args[0]);
  if (FINDERS.has(name)) {
    for (const [at, arg] of args.entries()) {
      if (sink.uncertainties.has("deep")) return;
      const begins = (name.includes("fd") ? FD_RUNS : FIND_RUNS).exec(arg)?.[0];
      if (begins === undefined) continue;
      const same = arg.slice(begins.length); // the command's name may stand in the same word
      inner([...(same === "" ? [] : [same]), ...args.slice(at + 1)], true);
    }
    return;
  }
  if (CARRIERS.has(name)) return addCarried(args, script, inner);
  const valued = WRAPPERS[name];
  if (valued === undefined || (name === "command" && /^-[vV]$/.test(args[0] ?? ""))) return;
  const { rest, sure } = behindOptions(args, valued, WITH_OPERAND.has(name));
  const more = hasExtraArgs || FEEDERS.has(name);
  if (name === "ssh" || name === "watch") script(rest.join(" ")); // their words are joined for a shell
  else inner(name === "flock" && /^(?:-c|--command)$/.test(rest[0] ?? "") ? rest.slice(1) : rest, more);
  if (name === "env") {
    for (const [at, arg] of args.entries()) {
      if (sink.uncertainties.has("deep")) return;
      const split = /^(?:-[a-zA-Z]*S|--s[a-z-]*=?)/.exec(arg)?.[0]; // its text may stand in the same word
      if (split !== undefined) script(["env", arg.slice(split.length), ...args.slice(at + 1)].join(" "));
    }
  }
  // An option that is not known may have taken a word: then the command begins later.
  if (!sure) { for (let at = 1; at < Math.min(rest.length, 8); at++) inner(rest.slice(at), more); }
}

/** `sh -c TEXT`; its input is read by {@link addInput}. */
function addScripts(args: readonly string[], script: (text: string) => void): void {
  const at = args.findIndex((arg) => /^-[A-Za-z]*c[A-Za-z]*$/.test(arg));
  // Options may stand between -c and its text.
  if (at >= 0) {
    const texts = args.slice(at + 1).filter((arg) => !/^[-+]/.test(arg));
    const sure = args[at + 1] === texts[0];
    // Some of these options take a word: then the text is a later one.
    for (const text of texts.slice(0, sure ? 1 : MAX_DEPTH)) script(text);
  }
}

function addCarried(args: readonly string[], script: (text: string) => void, inner: (rest: string[]) => void): void {
  for (const [at, arg] of args.slice(0, 32).entries()) {
    if (/\s/.test(arg)) script(arg);
    else if (SHELLS.has(arg.slice(arg.lastIndexOf("/") + 1)) || DANGEROUS.test(arg)) inner(args.slice(at));
  }
}

const DANGEROUS = /^(?:rm|dd|shred|truncate|git|find|sudo|kill|chmod|chown|psql|mysql|env|xargs)$/;

function behindOptions(args: readonly string[], valued: string, operand: boolean) {
  let at = 0;
  let sure = true;
  for (; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--") {
      at++;
      break;
    }
    if (!/^-./.test(arg)) {
      if (/^[A-Za-z_]\w*=/.test(arg)) continue; // env A=1
      break;
    }
    const takes = [...arg.slice(1)].findIndex((char) => valued.includes(char)); // in a bundle the first that does ends it
    if (arg.startsWith("--")) sure = sure && arg.includes("=");
    else if (takes >= 0 && takes === arg.length - 2) at++;
    else if (arg.length === 2 && !/[a-zA-Z0-9]/.test(arg[1]!)) sure = false;
  }
  return { rest: args.slice(operand ? at + 1 : at), sure };
}
