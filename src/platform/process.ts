/** This process and others: who we are, signals, children, the standard streams. */

export const OS: string = Deno.build.os;

/** The words behind the program's name. */
export function processArgs(): readonly string[] {
  return Deno.args;
}

export function ownPid(): number {
  return Deno.pid;
}

/** The process that started this one. */
export function parentPid(): number {
  return Deno.ppid;
}

/** The user's id; null where the platform has none or does not give it. */
export function ownUid(): number | null {
  return Deno.uid();
}

export function env(name: string): string | undefined {
  return Deno.env.get(name);
}

export function currentFolder(): string {
  return Deno.cwd();
}

/** Absolute path of the running binary: deno, or a compiled program. */
export function executable(): string {
  return Deno.execPath();
}

/** Whether the sandbox lets this process run `program`, spelled like this. */
export function mayRun(program: string): boolean {
  return Deno.permissions.querySync({ name: "run", command: program }).state === "granted";
}

export function residentBytes(): number {
  return Deno.memoryUsage().rss;
}

/** V8's own function, there with --expose-gc (sandbox.ts); the flavour also gives free pages back to the system. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (how: { readonly type: "major"; readonly flavor: "last-resort" }) => void };
  gc?.({ type: "major", flavor: "last-resort" });
}

/** What the system said no to, in its own words; undefined where `error` is something else. */
export function systemProblem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const named = Object.values(Deno.errors).some((kind) => error instanceof kind);
  // The runtime has no class for some errors of the system, such as that of a file which may not grow.
  const isNumbered = /\(os error \d+\)/.test(error.message);
  return named || isNumbered || typeof (error as { code?: unknown }).code === "string" ? error.message : undefined;
}

/** Hands on what no one caught, so that one bug does not end the process for everybody; returns the way to stop. */
export function onUncaught(report: (error: unknown) => void): () => void {
  const rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    report(event.reason);
  };
  const thrown = (event: ErrorEvent) => {
    event.preventDefault();
    report(event.error);
  };
  globalThis.addEventListener("unhandledrejection", rejected);
  globalThis.addEventListener("error", thrown);
  return () => {
    globalThis.removeEventListener("unhandledrejection", rejected);
    globalThis.removeEventListener("error", thrown);
  };
}

export function exit(code: number): never {
  Deno.exit(code);
}

/** Files and folders that this process makes are its user's alone; children inherit it. */
export function narrowUmask(): void {
  Deno.umask(0o077);
}

export type Signal =
  | "SIGCONT"
  | "SIGHUP"
  | "SIGINT"
  | "SIGKILL"
  | "SIGQUIT"
  | "SIGSTOP"
  | "SIGTERM"
  | "SIGUSR1"
  | "SIGWINCH";

/** Calls `action` on each `signal`; returns the way to stop (twice is fine). */
export function onSignal(signal: Signal, action: () => void): () => void {
  Deno.addSignalListener(signal, action);
  return () => Deno.removeSignalListener(signal, action);
}

/** Sends a signal. False where no such process is left. @throws PermissionDenied where it is not ours */
export function kill(pid: number, signal: Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof TypeError || (error as { code?: string }).code === "ESRCH") return false;
    throw error;
  }
}

export interface Child {
  readonly pid: number;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** What the child wrote to stderr, where that is piped. */
  readonly stderr: ReadableStream<Uint8Array> | undefined;
  /** Keeps the child's stdin open until this process ends; undefined unless tied. */
  readonly stdin: WritableStream<Uint8Array> | undefined;
  /** Allows this process to end while the child runs on. */
  unref(): void;
  kill(signal: Signal): void;
}

/** What a program starts with. The streams have no default: Deno's own for stdin is ours. */
interface ProgramStart {
  /** A session of its own: no signals from this terminal, no end with its group. */
  readonly detached?: boolean;
  readonly stdin: "null" | "piped" | "inherit";
  readonly stdout: "null" | "piped" | "inherit";
  readonly stderr: "null" | "piped" | "inherit";
  /** The whole environment of the child: nothing of ours goes along by itself (environment.ts has the lists). */
  readonly env: Readonly<Record<string, string>>;
  /** Our own environment, to which `env` is added: for a command of the user's that any variable may be meant for. */
  readonly inherits?: true;
  /** The folder that it starts in; ours where it is not given, which is for commands that a person works with. */
  readonly cwd?: string;
  /** Ends it by SIGTERM. */
  readonly signal?: AbortSignal;
}

export interface SpawnOptions extends Omit<ProgramStart, "signal"> {
  readonly detached: boolean;
  readonly stdout: "null" | "inherit";
}

let stdinIsOurs = false;

/** From now on no program gets our stdin: it is a socket, and whoever has it could take its clients. */
export function keepStdin(): void {
  stdinIsOurs = true;
}

/**
 * The one place that says how a program is started: without a shell, its program an absolute path or a name on PATH.
 *
 * @throws {TypeError} where it is to have our stdin after {@link keepStdin}
 */
export function commandOf(
  [program = "", ...args]: readonly string[],
  { env, inherits, stdin, ...options }: ProgramStart,
): Deno.Command {
  if (stdin === "inherit" && stdinIsOurs) {
    throw new TypeError(`${program} would get the socket of our clients as its stdin`);
  }
  // Cleared first: beside an LD_* variable of ours Deno refuses to start anything inside a sandbox.
  return new Deno.Command(program, { ...options, args, stdin, clearEnv: inherits !== true, env: { ...env } });
}

export function spawn(argv: readonly string[], options: SpawnOptions): Child {
  if (argv.length === 0) throw new TypeError("argv is empty: it names no program to run");
  const child = commandOf(argv, options).spawn();
  return {
    pid: child.pid,
    ended: child.status.then((status) => status.code),
    stderr: options.stderr === "piped" ? child.stderr : undefined,
    stdin: options.stdin === "piped" ? child.stdin : undefined,
    unref: () => child.unref(),
    kill: (signal) => child.kill(signal),
  };
}

/** Runs a program to its end, with a deadline; its output as text. */
export async function run(
  argv: readonly string[],
  { env, cwd, signal }: Pick<ProgramStart, "env" | "cwd"> & { readonly signal: AbortSignal },
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const streams = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const output = await commandOf(argv, { ...streams, env, signal, ...(cwd === undefined ? {} : { cwd }) }).output();
  const text = new TextDecoder();
  return { code: output.code, stdout: text.decode(output.stdout), stderr: text.decode(output.stderr) };
}
