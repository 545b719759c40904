/**
 * The daemon's sandbox: the one place that computes Deno's permission flags, each with its reason.
 * `deno task daemon`, `daemon start`, auto-start, the service units and `deno task compile` all take them from here.
 * Pure. What is not listed is refused by Deno: reading elsewhere, other hosts, other programs, importing code.
 */
import { HOME_NAME, type HomePaths, homePaths, WORKSPACE_CONFIG } from "./home_paths.ts";
import { REPOSITORY_PLACES } from "./repository_places.ts";

export interface Flag {
  readonly flag: string;
  readonly reason: string;
}

/** How this program was installed. A compiled program has its permissions inside: they were given to `deno compile`. */
export type ProgramRef =
  /** `deno run <entry>`: main.ts, or one bundled file. `deno` and `entry` are absolute; deno.json lies with or above `entry`. */
  | { readonly form: "source" | "bundle"; readonly deno: string; readonly entry: string }
  | { readonly form: "compiled"; readonly binary: string };

export interface DaemonSandbox {
  readonly paths: HomePaths;
  /** Absolute; may lie outside the home folder, as may `pidFilePath`. */
  readonly socketPath: string;
  readonly pidFilePath: string;
  readonly form: ProgramRef["form"];
  /** What the parts of the daemon declare beyond that. */
  readonly permissions: readonly Permission[];
  /** It tells a service manager how it is (manager_sandbox.ts). */
  readonly notifies?: boolean;
}

/** One thing that the daemon may do. */
export interface Permission {
  readonly kind: "net" | "read" | "write" | "run" | "env";
  /** As Deno's flag of that name takes them; paths are absolute. */
  readonly values: readonly string[];
  readonly reason: string;
  /** The configuration key that causes it: a change of the key needs a restart. */
  readonly configKey?: string;
}

/** Environment variables that the daemon reads. */
export const DAEMON_ENV: readonly string[] = [
  "AGENT_CONSOLE_HOME",
  "AGENT_CONSOLE_LOG_LEVEL",
  "AGENT_CONSOLE_NO_START",
  "AGENT_CONSOLE_PID_FILE",
  "AGENT_CONSOLE_SOCKET",
  "CLICOLOR_FORCE",
  "FORCE_COLOR",
  "HOME",
  "NO_COLOR",
  "TERM",
];

/** Flags of V8 and of the runtime that are not permissions; one list for all who start the daemon. */
const RUNTIME_FLAGS: readonly Flag[] = [
  {
    flag: "--v8-flags=--expose-gc,--max-semi-space-size=4,--no-concurrent-recompilation",
    // Measured: 22 → 16 MB at rest with 1,000 sessions. A young generation of 4 MB needs as much at rest as one of 1
    // MB, less after a burst (27 instead of 31 MB), and takes a sixth less CPU for an event with ten subscribers.
    reason:
      "a small resident: garbage is not hoarded, memory is given back at rest, the compiler keeps none on threads",
  },
];

/**
 * Variables for the runtime itself: half a second after its start `deno run` would query the network for a newer Deno;
 * the C library would use half a megabyte more for an arena of each thread, and would take blocks of up to 32 MB from its
 * heap once one of that size is freed. What the start reads (modules, code caches) then leaves gaps there that are never
 * given back: 2 MB at rest. A threshold that is set stays; this is the one that the library begins with.
 */
export const RUNTIME_ENV: Readonly<Record<string, string>> = Object.freeze({
  DENO_NO_UPDATE_CHECK: "1",
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "131072",
});

/**
 * Why a path cannot be part of the sandbox, as a predicate ("contains a comma, …"), or undefined.
 * Deno splits the values of its flags at commas and has no escape (tried with 2.9.6: `,,` and `\,` are refused or split).
 */
export function checkSandboxPath(path: string): string | undefined {
  if (!path.startsWith("/")) return "is relative, not absolute";
  if (path === "/") return "is the root of the file system";
  if (path.includes(",")) return "contains a comma, where Deno's permission flags are split";
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) return "contains a control character";
  return undefined;
}

/**
 * The flags of `deno run` (form source or bundle) or `deno compile` (form compiled) for the daemon.
 *
 * @throws {RangeError} where a path fails {@link checkSandboxPath}; callers check first, to say it kindly
 */
export function daemonFlags(
  { paths, socketPath, pidFilePath, form, permissions, notifies = false }: DaemonSandbox,
): Flag[] {
  const files = outermost([paths.root, socketPath, pidFilePath]);
  return [
    ...(form === "compiled" ? [] : [QUIET]),
    ...CLOSED,
    ...RUNTIME_FLAGS,
    {
      flag: notifies ? "-P=managed" : "-P=daemon",
      reason: `${SYS}${notifies ? ", uptime (to tell when a reload began)" : ""}`,
    },
    {
      flag: list("net", [`unix:${socketPath}`, `unix:${paths.hookSocket}`]),
      reason: "listen on the socket, and on the one for hooks; no network",
    },
    { flag: list("read", files), reason: "the home folder, the socket and the pid file" },
    { flag: list("write", files), reason: "the home folder, the socket and the pid file" },
    { flag: `--allow-env=${DAEMON_ENV.join(",")}`, reason: "where the home folder is, and how to print" },
    ...permissions.map(flagOf),
    ...(notifies ? [{ flag: "--unstable-net", reason: "Deno's datagrams of unix sockets need it" }] : []),
  ];
}

/** @throws {RangeError} where a path cannot be part of a flag, or a list is empty: Deno would permit everything */
function flagOf({ kind, values, reason, configKey }: Permission): Flag {
  const why = configKey === undefined ? reason : `${configKey}: ${reason}`;
  if (values.length === 0) {
    throw new RangeError(`an empty list cannot be part of a permission flag: it permits every ${kind} (${why})`);
  }
  const isPaths = kind === "read" || kind === "write" || kind === "run";
  if (isPaths) return { flag: list(kind, values), reason: why };
  for (const value of values) {
    const path = value.startsWith("unix:") ? value.slice("unix:".length) : undefined;
    const problem = path !== undefined
      ? checkSandboxPath(path)
      : /^[\w.:[\]-]+$/.test(value)
      ? undefined
      : "is no name";
    if (problem !== undefined) throw new RangeError(`${value} cannot be part of a permission flag: it ${problem}`);
  }
  return { flag: `--allow-${kind}=${values.join(",")}`, reason: why };
}

export interface HookSandbox {
  readonly paths: HomePaths;
  readonly socketPath: string;
  /** The launcher that starts the daemon (home_launchers.ts); absent where there is no place for one. */
  readonly starter?: string | undefined;
  /** Names of the variables that the hook reads of its agent and terminal. */
  readonly env: readonly string[];
  /** Where it looks for a prebuilt form of itself, and at the sources that must be the same still. */
  readonly code?: readonly string[];
}

/**
 * The flags of `deno run` for the installed hook command: it may report to the daemon, spool what it could not report,
 * and run the one file that starts the daemon of this home; it reads no credential (promise A2). Of the home it reads what
 * says where the daemon listens and whether it was stopped, and writes nothing but the spool: what decides for a human,
 * or says what the daemon may do, is out of its reach.
 *
 * @throws {RangeError} where a path fails {@link checkSandboxPath}
 */
export function hookFlags(sandbox: HookSandbox): Flag[] {
  const { paths, socketPath, starter, env, code = [] } = sandbox;
  const folder = socketPath.slice(0, Math.max(1, socketPath.lastIndexOf("/")));
  // Deno follows links without a look at where they lead: a folder that holds the home may hold another way into it. The
  // hook then leaves the look at that folder to whoever started the daemon.
  const isAbove = folder === "/" || paths.root.startsWith(`${folder}/`);
  return [
    QUIET,
    ...CLOSED,
    { flag: list("net", [`unix:${socketPath}`]), reason: "report to the daemon; no network" },
    {
      // Deno takes a relative path from the folder in which it is started: the one that the agent works in.
      flag: `${list("read", outermost([paths.root, isAbove ? socketPath : folder]))},./${WORKSPACE_CONFIG}`,
      reason: "check that folder and socket are ours; a workspace's configuration, which may only tighten",
    },
    {
      flag: `--allow-read=${
        REPOSITORY_PLACES.flatMap(({ head, folders, config, others }) => [config, head, ...folders, ...others]).join(
          ",",
        )
      }`,
      reason:
        "a repository's own settings: only where they name no program does a git command just read; and whether " +
        "git takes it for a repository",
    },
    ...(code.length === 0 ? [] : [
      { flag: list("read", code), reason: "run the prebuilt form of the program, where it is of the same sources" },
    ]),
    { flag: list("write", [paths.spool, socketPath]), reason: "use the socket, keep events for later" },
    {
      flag: list("deny-read", closedTo(paths, socketPath)),
      reason: "a hook reports; it holds no credential, and what else is in the home is none of its business",
    },
    ...(starter === undefined ? [] : [
      { flag: list("run", [starter]), reason: "start the daemon where none runs, by a file that runs nothing else" },
    ]),
    { flag: "--allow-sys=uid", reason: "check that folder and socket are ours" },
    {
      flag: `--allow-env=${[...new Set(env)].sort().join(",")}`,
      reason: "which session, process and terminal this is",
    },
  ];
}

/** All that has a name in the home folder, but for what a hook needs: a name that is added is closed to it. */
function closedTo(paths: HomePaths, socketPath: string): string[] {
  const { root, token, socket, ready, stopped, spool, configJsonc, ...rest } = paths;
  // The configuration is looked at, and not read: a workspace's own may be that very file.
  const open = [root, socket, socketPath, ready, stopped, spool, configJsonc];
  return [token, ...Object.values(rest)].filter((path) => !open.includes(path));
}

export type StatuslineSandbox = Omit<HookSandbox, "starter">;

/**
 * The flags of `deno run` for the installed status line. The command that the user configured runs outside of our
 * sandbox: these flags restrict our own code to what it needs, and deny it the token.
 *
 * @throws {RangeError} where a path fails {@link checkSandboxPath}
 */
export function statuslineFlags({ paths, socketPath, env }: StatuslineSandbox): Flag[] {
  return [
    QUIET,
    ...CLOSED,
    { flag: list("net", [`unix:${socketPath}`]), reason: "report to the daemon; no network" },
    { flag: "--allow-read", reason: "find the git branch, in whatever folder the agent works" },
    { flag: list("write", [socketPath]), reason: "use the socket" },
    {
      flag: list("deny-read", [paths.token, paths.gatewayTokens, paths.keys]),
      reason: "a status line reports; it holds no credential",
    },
    {
      flag: "--allow-run",
      reason: "run the user's own status line, any shell line: what it does is not confined by these flags",
    },
    { flag: "--allow-sys=uid", reason: "check that folder and socket are ours" },
    {
      flag: `--allow-env=${[...new Set(env)].sort().join(",")}`,
      reason: "which session, process and terminal this is",
    },
  ];
}

/** The words that run `program` under `flags` with `args`; a compiled program takes no flags, it has them inside. */
export function programArgv(program: ProgramRef, flags: readonly Flag[], args: readonly string[]): string[] {
  if (program.form === "compiled") return [program.binary, ...args];
  return [program.deno, "run", ...flags.map(({ flag }) => flag), program.entry, ...args];
}

/**
 * The `daemon` task of deno.json, whose shell expands `$HOME`: the default home, and `ps` wherever the system has it.
 * A moved home needs `agent-console daemon`, which computes its own flags.
 */
export function taskLine(): string {
  const paths = homePaths(`/${HOME_NAME}`);
  const ps = { kind: "run", values: ["/usr/bin/ps", "/bin/ps"], reason: "learn which agents still live" } as const;
  const flags = daemonFlags({
    paths,
    socketPath: paths.socket,
    pidFilePath: paths.pid,
    form: "source",
    permissions: [ps],
  }).map(({ flag }) => {
    const expanded = flag.replaceAll(`/${HOME_NAME}`, `$HOME/${HOME_NAME}`);
    return expanded === flag ? flag : `"${expanded}"`;
  });
  const env = Object.entries(RUNTIME_ENV).map(([name, value]) => `${name}=${value}`);
  return [...env, "deno", "run", ...flags, "src/daemon/main.ts"].join(" ");
}

const QUIET: Flag = { flag: "-q", reason: "Deno's own messages (permission sets are experimental) are not ours" };

const SYS =
  "the set in deno.json: umask (private files from the first moment), inspector (to shut it), uid (is it ours?)";

const CLOSED: readonly Flag[] = [
  { flag: "--no-prompt", reason: "what is not granted is refused, nobody is asked" },
  { flag: "--deny-import", reason: "no code from the network; by default Deno imports from seven hosts" },
  { flag: "--cached-only", reason: "no download at start: what runs is what was installed" },
];

/** `--allow-<name>=…`, or `--deny-…` as it is. */
function list(name: string, paths: readonly string[]): string {
  for (const path of paths) {
    const problem = checkSandboxPath(path.replace(/^unix:/, ""));
    if (problem !== undefined) {
      throw new RangeError(`${path} cannot be part of a permission flag: it ${problem}`);
    }
  }
  return `--${name.startsWith("deny-") ? name : `allow-${name}`}=${paths.join(",")}`;
}

/** Without what lies inside another of them, and without doubles. */
function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter((path, _, all) =>
    !all.some((other) => other !== path && path.startsWith(other === "/" ? "/" : `${other}/`))
  );
}
