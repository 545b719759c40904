/**
 * What runs inside another command, for deny rules and for what must never pass by a pattern: `sudo rm x`,
 * `bash -c 'rm x'`, `find . -exec rm {} +`. Pure.
 *
 * Which option of a carrier takes a word is not known here: each word behind it may begin the command it runs, and a
 * word with a space may be a text for a shell. That finds too much rather than too little.
 */

/** Programs that run the command among their arguments. */
const CARRIERS = new Set(
  ("sudo doas su pkexec runuser env nohup nice ionice time timeout gtimeout stdbuf setsid command builtin exec eval xargs " +
    "parallel watch unshare nsenter chroot strace ltrace caffeinate flock taskset chrt firejail bwrap busybox toybox " +
    "script screen tmux ssh docker podman nerdctl kubectl find gfind fd fdfind bfs sh bash zsh dash ksh mksh fish ash csh " +
    "tcsh npx bunx pnpx npm pnpm yarn bun uv uvx poetry pipenv pipx pdm mise direnv nix nix-shell conda doppler setpriv " +
    "prlimit numactl hyperfine perf rlwrap gosu su-exec tini dumb-init chpst arch linux32 linux64 sg systemd-run " +
    "hatch dotenv asdf devbox watchexec nodemon valgrind gdb catchsegv wsl cmd cmd.exe pwsh powershell nu xonsh bundle source " +
    "dbus-run-session faketime proxychains proxychains4 torsocks fakeroot eatmydata unbuffer chronic xvfb-run entr trap " +
    "rush cgexec noglob nocorrect not and or if while until do then else ! { repeat coproc op aws-vault rtk").split(
      " ",
    ),
);

/** Git runs what stands behind these: `submodule foreach`, `bisect run`, `rebase --exec`. */
const GIT_RUNS = /^(?:foreach|run|-x|--exec(?:=.*)?)$/;

/** They add words of their own: what is begun may go on with anything. */
const FEEDERS = new Set("xargs parallel find gfind fd fdfind bfs".split(" "));

/** So much is looked at; nobody writes more by hand. What is left out is told, and then nothing counts as harmless. */
const MAX_WORDS = 64;
const MAX_DEPTH = 4;
const MAX_COMMANDS = 128;
const MAX_TEXT = 3000;

/** A command as a deny rule sees it. What several rules ask for is made once. */
export class Carried {
  /** In small letters, without its folder. */
  readonly name: string;
  #tails: readonly string[] | undefined;
  #begunTails: readonly string[] | undefined;

  /**
   * @param word the program as it is written
   * @param begun more words may follow from somewhere else
   * @param isInner its text is the end of another's
   */
  constructor(
    readonly word: string,
    readonly args: readonly string[],
    readonly begun: boolean,
    readonly isInner: boolean,
  ) {
    this.name = baseName(word);
  }

  /** The arguments as one text, whole and without the options before them: `git -C . push` is a push. */
  get tails(): readonly string[] {
    return this.#tails ??= tailsOf(this.args);
  }

  /** The arguments of what is begun, up to the word that others take the place of; all of it may be options. */
  get begunTails(): readonly string[] {
    return this.#begunTails ??= this.begun ? begunTailsOf(this.args) : [];
  }
}

function begunTailsOf(args: readonly string[]): readonly string[] {
  const open = args.findIndex((arg) => /[{%]|:::/.test(arg));
  const own = open < 0 ? args : args.slice(0, open);
  const onlyOptions = own.every((arg, at) => arg.startsWith("-") || (own[at - 1] ?? "").startsWith("-"));
  const tails = tailsOf(own);
  return onlyOptions ? [...tails, ""] : tails;
}

/** So many words before the arguments are looked past. */
const MAX_OPTIONS = 16;

/** Which options take a word is not known: each reading counts. */
function tailsOf(args: readonly string[]): readonly string[] {
  const whole = args.join(" ");
  const all = [whole];
  let from = 0;
  for (let at = 0; at < Math.min(args.length - 1, MAX_OPTIONS); at++) {
    const before = args[at - 1] ?? "";
    if (!args[at]!.startsWith("-") && (!before.startsWith("-") || before.includes("="))) break;
    from += args[at]!.length + 1;
    all.push(whole.slice(from));
  }
  return all;
}

export interface CarriedCommands {
  readonly commands: readonly Carried[];
  /** Nothing was left out. */
  readonly isComplete: boolean;
  /** Some command takes a program in another language, or from its input, which nobody reads here. */
  readonly runsText: boolean;
}

/** Interpreters: they run a program of their input, or of a word behind an option. */
const INTERPRETERS =
  /^(?:sh|bash|zsh|dash|ksh|mksh|ash|fish|csh|tcsh|rush|elvish|nu|xonsh|pwsh|powershell|cmd|python[\d.]*|pypy\d*|ipython|perl[\d.]*|ruby[\d.]*|node|nodejs|deno|bun|tsx|ts-node|php[\d.]*|lua[\d.]*|luajit|tclsh|expect|osascript|groovy|jshell|scala|erl|elixir|iex|ghci|julia|r|rscript|octave|gdb|lldb|vim?|nvim|ex|ed|emacs|m4)$/;
const TAKES_TEXT =
  /^(?:-[mM].*|-[a-zA-Z]*[ceErpns][a-zA-Z]*|--(?:eval|execute|command|print|exec)(?:=.*)?|-|eval|repl|.*\b(?:system|popen|exec)\b.*)$/;

const ASKS = /^(?:--version|--help|--test|-[vVh])$/;
const MODULES = /^(?:pytest|pip|unittest|venv|mypy|ruff|black|build|http\.server|json\.tool|compileall)$/;

/** Whether `name args` may run a text that is not read: `sh` in a pipe, `python3 -c TEXT`, `git -c alias.x='!…'`. */
function runsText(name: string, args: readonly string[]): boolean {
  if (/^(?:xargs|parallel)$/.test(name)) return true;
  if (/^[gmn]?awk$/.test(name)) return args.some((arg) => /system|\||getline/.test(arg));
  // The command `e` and the flag `e` of its `s`.
  if (/^g?sed$/.test(name)) return args.some((arg) => !arg.startsWith("-") && /(?:^|[^A-Za-z])[gpImM]*e/.test(arg));
  if (name === "git") return args.some((arg) => /^(?:-c|--config-env)/.test(arg));
  if (!INTERPRETERS.test(name) || (args.length === 1 && ASKS.test(args[0]!))) return false;
  const [first = "", second = ""] = args;
  // What stands behind a script, or a module that is known, is its own.
  if (/^[^-]/.test(first) && !/^(?:eval|repl)$/.test(first)) return false;
  if (first === "-m" && MODULES.test(second)) return false;
  return args.every((arg) => arg.startsWith("-")) || args.some((arg) => TAKES_TEXT.test(arg));
}

/** The `commands`, and all that may run inside them. */
export function carriedBy(commands: readonly (readonly string[])[]): CarriedCommands {
  const found: Carried[] = [];
  let isComplete = true;
  let anyText = false;
  const add = (words: readonly string[], begun: boolean, depth: number): void => {
    let feeds = begun;
    let carries = false;
    for (const [at, word] of words.entries()) {
      if (at > MAX_WORDS || depth > MAX_DEPTH || found.length >= MAX_COMMANDS) return void (isComplete = false);
      // A word may carry its own: `--exec=rm`, `-xrm`.
      const inner = at === 0 ? word : word.replace(/^-{1,2}[\w-]*=|^-[A-Za-z]/, "");
      if (at > 0 && /\s/.test(inner)) {
        if (inner.length > MAX_TEXT) isComplete = false;
        for (const each of crudeCommands(inner.slice(0, MAX_TEXT))) add(each, feeds, depth + 1);
      } else if (inner !== "") {
        const args = words.slice(at + 1, at + MAX_WORDS);
        found.push(new Carried(inner, args, feeds, at > 0));
        // The programs of git's own folder.
        const [, own] = /^git-(\w+)$/.exec(baseName(inner)) ?? [];
        if (own !== undefined) found.push(new Carried("git", [own, ...args], feeds, false));
      }
      const name = baseName(inner);
      if (at === 0 || carries) anyText ||= runsText(name, words.slice(at + 1));
      carries ||= CARRIERS.has(name) || (name === "git" && words.some((arg) => GIT_RUNS.test(arg)));
      feeds ||= FEEDERS.has(name);
      if (!carries) return;
    }
  };
  for (const words of commands) {
    if (found.length >= MAX_COMMANDS) isComplete = false;
    else add(words, false, 0);
  }
  return { commands: found, isComplete, runsText: anyText };
}

/** Of an opaque text. */
export function carriedInText(text: string): CarriedCommands {
  const carried = carriedBy(crudeCommands(text.slice(0, MAX_TEXT)));
  return { ...carried, isComplete: carried.isComplete && text.length <= MAX_TEXT };
}

/** A program's name in small letters, without its folder. */
export function baseName(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1).toLowerCase();
}

/**
 * The commands that may stand in a text that is not read plainly: quotes, escapes and assignments dropped, split wherever
 * a command may begin. For finding what is forbidden, never for letting something pass.
 *
 * @param withAssignments they stay, with what is assigned
 */
export function crudeCommands(text: string, withAssignments = false): readonly (readonly string[])[] {
  const bare = text.replace(/\\\r?\n/g, "").replace(/\$(?=['"])/g, "").replace(/['"\\]/g, "")
    .replace(/\{[^\s{},]*\}/g, "%"); // a place for words from elsewhere, no group
  return bare.split(/[;&|()\r\n{}`]|\$\(|<\(|>\(/).flatMap((part) => {
    const words = part.trim().split(/\s+/).filter((word) => word !== "");
    if (withAssignments) return [words];
    const first = words.findIndex((word) => !/^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/.test(word));
    return first < 0 ? [] : [words.slice(first)];
  });
}
