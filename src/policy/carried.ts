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
    "dbus-run-session faketime proxychains proxychains4 torsocks fakeroot eatmydata unbuffer chronic xvfb-run entr trap " +
    "noglob nocorrect not and or if while until do then else ! { repeat coproc op aws-vault rtk").split(" "),
);

/** Git runs what stands behind these: `submodule foreach`, `bisect run`, `rebase --exec`. */
const GIT_RUNS = /^(?:foreach|run|-x|--exec(?:=.*)?)$/;

/** They add words of their own: what is begun may go on with anything. */
const FEEDERS = new Set("xargs parallel find gfind fd fdfind bfs".split(" "));

const MAX_WORDS = 32;
const MAX_DEPTH = 4;
const MAX_COMMANDS = 2000;

export interface Carried {
  /** In small letters, without its folder. */
  readonly name: string;
  readonly args: readonly string[];
  /** More words may follow from somewhere else. */
  readonly begun: boolean;
}

/** `words` as a command, and all that may run inside it. */
export function carriedBy(words: readonly string[]): readonly Carried[] {
  const found: Carried[] = [];
  add(words, false, 0, found);
  return found;
}

function add(words: readonly string[], begun: boolean, depth: number, found: Carried[]): void {
  const [first, ...args] = words;
  if (first === undefined || depth > MAX_DEPTH || found.length > MAX_COMMANDS) return;
  const name = baseName(first);
  found.push({ name, args, begun });
  if (!CARRIERS.has(name) && !(name === "git" && args.some((arg) => GIT_RUNS.test(arg)))) return;
  const feeds = begun || FEEDERS.has(name);
  for (const [at, arg] of args.slice(0, MAX_WORDS).entries()) {
    // A word may carry its own: `--exec=rm`, `-xrm`.
    const inner = arg.replace(/^-{1,2}[\w-]*=|^-[A-Za-z]/, "");
    if (/\s/.test(inner)) { for (const each of crudeCommands(inner)) add(each, feeds, depth + 1, found); }
    else if (CARRIERS.has(baseName(inner))) add([inner, ...args.slice(at + 1)], feeds, depth + 1, found);
    else if (inner !== "") found.push({ name: baseName(inner), args: args.slice(at + 1), begun: feeds });
  }
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1).toLowerCase();
}

/**
 * The commands that may stand in a text that is not read plainly: quotes, escapes and assignments dropped, split wherever
 * a command may begin. For finding what is forbidden, never for letting something pass.
 */
export function crudeCommands(text: string): readonly (readonly string[])[] {
  const bare = text.replace(/\\\r?\n/g, "").replace(/\$(?=['"])/g, "").replace(/['"\\]/g, "")
    .replace(/\{[^\s{},]*\}/g, "%"); // a place for words from elsewhere, no group
  return bare.split(/[;&|()\r\n{}`]|\$\(|<\(|>\(/).flatMap((part) => {
    const words = part.trim().split(/\s+/).filter((word) => word !== "");
    const first = words.findIndex((word) => !/^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/.test(word));
    return first < 0 ? [] : [words.slice(first)];
  });
}
