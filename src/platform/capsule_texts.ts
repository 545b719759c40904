/** The scripts by which capsules run, as texts for a POSIX shell. Pure. */
import { shellQuote } from "../lib/shell_quote.ts";
import { CAPSULE_ABSENT } from "./capsule_places.ts";
import { CAPSULE_TEST, CAPSULE_VARIABLE } from "./capsule_streams.ts";
import { closedNetworks } from "./capsule_networks.ts";
import { checkSandboxPath } from "./sandbox.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/**
 * What the daemon may run of capsules: `capsule NAME DIGEST` runs what a person has put there under both words, and
 * nothing else. It checks them itself, because whoever has taken over the daemon gives them. No ranges in its patterns:
 * what a range holds is the locale's, and the environment is the daemon's.
 *
 * @param granted the folder of the granted copies
 * @param privileged as of startLauncherText (launcher_texts.ts)
 */
export function capsuleLauncherText(
  { granted, privileged }: { readonly granted: string; readonly privileged: boolean },
): string {
  return [
    `#!/bin/sh${privileged ? " -p" : ""}`,
    "# Runs a capsule as it was granted: capsule NAME DIGEST. Written by agent-console; changes are lost.",
    '[ "$#" -eq 2 ] && [ "${#1}" -le 32 ] && [ "${#2}" -eq 64 ] || exit 64',
    `case $1 in [!${LETTERS}]* | *[!${LETTERS}0123456789-]* | '') exit 64 ;; esac`,
    "case $2 in *[!0123456789abcdef]*) exit 64 ;; esac",
    `run=${shellQuote([granted])}/$1/$2/run`,
    `[ -f "$run" ] && [ -x "$run" ] || exit ${CAPSULE_ABSENT}`,
    'exec "$run"',
    "",
  ].join("\n");
}

/** What of the sandbox of one capsule comes from its grant. Paths are absolute, and real. */
export interface CapsuleSandbox {
  /** The folder of the granted code. */
  readonly code: string;
  /** Below it. */
  readonly main: string;
  /** `host:port` each. */
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Variables with the values that it gets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface CapsuleRun extends CapsuleSandbox {
  readonly name: string;
  /** The runtime. */
  readonly deno: string;
  /** Our own program in the process of the capsule, which imports the capsule: what is the entry, or imported by a literal,
   * may import any file without a permission to read it (tried with Deno 2.9.6). */
  readonly host: string;
  /** The path of nice(1), where the system has it: the capsule gets the processor after everything else. */
  readonly nice: string | undefined;
  readonly privileged: boolean;
  /** Its process is told that it is tested. */
  readonly isTest?: boolean;
}

/**
 * Bytes of data that the process may have. V8 reserves 512 MiB for code and does not start below 600; with so much a bomb
 * of array buffers ends with an error of its own within a second.
 */
const DATA_BYTES = 704 * 1_048_576;
const HEAP_MB = 64;
/** A quarter of the processor where another wants it too: behind everything else, and not so far that it cannot start. */
const NICE_AT_START = 5;
/** A tenth: one that has started is busy for a moment at a time, or for no good reason. */
const NICE = 10;
/**
 * Ends the capsule ($2) where the daemon that has started it ($1) is gone; it ends within 5 s behind the capsule.
 * A process that has got the pid of one of them is neither: it is not made nice, and not ended.
 *
 * Linux shares the processor between sessions first and has a nice value for each (sched_autogroup): that of a process
 * counts among those of its own session only, and a capsule leads one (measured: 49 % of a core beside a busy process at
 * nice 0, and 24 % at 5). With the lower value from its start it would not start in time on a busy machine; with none at
 * its start one that ends again and again doubled and more what others waited for (benchmark CAPSULES). The system takes
 * one such change in 100 ms of all users, so it is made again.
 */
const WATCH = [
  // Sets what tells a process from a later one with its pid: field 22 of its stat, and where there is no /proc its ps(1).
  // Field 2, its name in parentheses, may hold spaces.
  'of() { if read -r stat < "/proc/$1/stat"; then set -- ${stat##*) }; session=$4 start=${20}; ' +
  'else start=$(/bin/ps -o lstart= -p "$1"); fi; }',
  'lives() { of "$1"; [ "$start" = "$2" ] && kill -0 "$1"; }',
  'behind() { [ "$session" = "$2" ] && echo "$1" > "/proc/$2/autogroup"; }',
  'of "$1"; daemon=$start; of "$2"; capsule=$start',
  `behind ${NICE_AT_START} "$2"`,
  'while /bin/sleep 5; lives "$1" "$daemon" && lives "$2" "$capsule"; do ' +
  `behind ${NICE} "$2"; done`,
  'lives "$2" "$capsule" && kill -9 "$2"',
].join("; ");
const MAX_FILES = 64;

/** The whole command line of a granted capsule; who starts it gives no arguments. @throws {RangeError} for what no flag can hold */
export function capsuleRunText(capsule: CapsuleRun): string {
  const { name, deno, host, code, main, env, nice, privileged, isTest } = capsule;
  const granted = Object.entries(env).map(([variable, value]) => [`${CAPSULE_VARIABLE}${variable}`, value] as const);
  const exported = [...granted, ...Object.entries(OWN_VARIABLES)].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([variable, value]) => `export ${variable}=${shellQuote([value])}`);
  const shell = `/bin/sh${privileged ? " -p" : ""}`;
  const program = new URL("file:///");
  program.pathname = `${code}/${main}`.replaceAll("%", "%25");
  return [
    `#!${shell}`,
    `# Runs the capsule ${name} as it was granted. Written by agent-console capsule grant; changes are lost.`,
    // Values as words of env(1) would be in the list of processes for a moment.
    `[ "\${1-}" = cleared ] || exec /usr/bin/env -i ${shell} "$0" cleared`,
    "cd / || exit 70",
    "umask 077",
    "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-",
    `ulimit -d ${DATA_BYTES / 1024} 2>/dev/null || :`,
    "ulimit -c 0 2>/dev/null || :",
    `ulimit -n ${MAX_FILES} 2>/dev/null || :`,
    // A daemon that was killed ends nothing, and a capsule that is busy does not see that its stdin is closed.
    `${shell} -c '${WATCH}' watch "$PPID" "$$" < /dev/null > /dev/null 2>&1 &`,
    ...exported,
    `exec ${nice === undefined ? "" : `${shellQuote([nice])} -n ${NICE_AT_START} `}${
      shellQuote([deno, "run", ...RUNTIME])
    } \\`,
    ...capsuleFlags(capsule).map((flag) => `  ${shellQuote([flag])} \\`),
    `  ${shellQuote([host, program.href, ...isTest ? [CAPSULE_TEST] : []])}`,
    "",
  ].join("\n");
}

/**
 * WebGPU loads drivers of the system, as variables and files name them, and a driver is code outside of the sandbox (tried
 * with Deno 2.9.6: a capsule's own library ran). No backend has that name, so none is loaded.
 */
const OWN_VARIABLES = { DENO_DIR: "/dev/null", DENO_NO_UPDATE_CHECK: "1", DENO_WEBGPU_BACKEND: "none", NO_COLOR: "1" };

const RUNTIME: readonly string[] = [
  "-q",
  "--no-prompt",
  "--no-npm",
  "--no-remote",
  "--cached-only",
  "--deny-import",
  "--no-config",
  "--no-lock",
  "--no-code-cache",
  `--v8-flags=--max-old-space-size=${HEAP_MB}`,
];

/** What Deno lets the capsule do: its own code, and what was granted. @throws {RangeError} */
function capsuleFlags({ code, net, read, write, env }: CapsuleSandbox): readonly string[] {
  const names = Object.keys(env).sort();
  for (const path of [code, ...read, ...write]) {
    const problem = checkSandboxPath(path);
    if (problem !== undefined) throw new RangeError(`${path} ${problem}`);
  }
  const words = [...net, ...names].find((word) => !/^[\w.:[\]-]+$/.test(word));
  if (words !== undefined) throw new RangeError(`${words} cannot be part of a permission flag`);
  // An empty list would permit everything.
  return [
    `--allow-read=${[code, ...read].join(",")}`,
    ...(write.length === 0 ? [] : [`--allow-write=${write.join(",")}`]),
    ...(net.length === 0 ? [] : [`--allow-net=${net.join(",")}`, `--deny-net=${closedNetworks(net).join(",")}`]),
    ...(names.length === 0 ? [] : [`--allow-env=${names.map((name) => `${CAPSULE_VARIABLE}${name}`).join(",")}`]),
  ];
}
