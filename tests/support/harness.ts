/**
 * The real program in a temporary home: every acceptance and fault test goes through here.
 *
 *     await using home = await TestHome.create();
 *     await home.start();
 *     await using client = await home.connect({ token: true });
 *
 * AC_PROGRAM names the program (harness_program.ts). When the home is disposed of, a process that is left is a failure.
 */
import { textsBelow } from "./file_texts.ts";
import { assertContained, assertOurs, asUser, chownAll, denoDir, denoDirForAll } from "./harness_guard.ts";
import {
  commandLine,
  isAlive,
  type Outcome,
  processesNaming,
  run,
  Running,
  signalIfSame,
  startTime,
} from "./harness_process.ts";
import { formEnv, prepareHome, prepareProgram, programArgv, REPOSITORY } from "./harness_program.ts";
import { eventually, pause } from "./harness_wait.ts";
import { type Json, RawClient } from "./wire.ts";

export { programArgv, REPOSITORY };

export interface ProgramOptions {
  readonly stdin?: string | Uint8Array;
  /** Added to the clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Runs it with this umask (octal text). */
  readonly umask?: string;
  readonly cwd?: string;
}

export interface HomeOptions {
  /** Runs everything as this user and gives them the folder; needs root. */
  readonly uid?: number;
  /** Text of config.jsonc. */
  readonly config?: string;
}

export class TestHome {
  /** The temporary folder: HOME of the program. */
  readonly root: string;
  readonly uid: number | undefined;
  readonly #seen = new Map<number, string>();

  private constructor(root: string, uid: number | undefined) {
    this.root = root;
    this.uid = uid;
  }

  static async create(options: HomeOptions = {}): Promise<TestHome> {
    await prepareProgram();
    const root = Deno.makeTempDirSync({ dir: "/tmp", prefix: "ac-" });
    assertOurs(`${root}/.agent-console`, root);
    const home = new TestHome(root, options.uid);
    if (options.config !== undefined) {
      Deno.mkdirSync(home.dir, { mode: 0o700 });
      Deno.writeTextFileSync(home.path("config.jsonc"), options.config, { mode: 0o600 });
    }
    await prepareHome(root); // behind the configuration
    if (options.uid !== undefined) chownAll(root, options.uid);
    return home;
  }

  /** The program's folder. */
  get dir(): string {
    return `${this.root}/.agent-console`;
  }
  path(name: string): string {
    return `${this.dir}/${name}`;
  }
  get socketPath(): string {
    return this.path("daemon.sock");
  }

  /** Argv and environment with which the program runs here. */
  command(args: readonly string[], options: ProgramOptions = {}): { argv: string[]; env: Record<string, string> } {
    const env = {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      HOME: this.root,
      AGENT_CONSOLE_HOME: this.dir,
      DENO_DIR: this.uid === undefined ? denoDir() : denoDirForAll(),
      LANG: "C.UTF-8",
      ...formEnv(this.uid),
      // It removes the prebuilt forms, and those of the person who runs the tests serve every other test.
      ...(args[0] === "uninstall" ? { XDG_CACHE_HOME: `${this.root}/.cache` } : {}),
      ...options.env,
    };
    assertContained(args, env, this.root);
    let argv = [...programArgv(this.root, this.uid), ...args];
    if (options.umask !== undefined) argv = ["sh", "-c", `umask ${options.umask}; exec "$@"`, "sh", ...argv];
    if (this.uid !== undefined) argv = asUser(this.uid, argv);
    return { argv, env };
  }

  /** Runs one command of the program to its end. */
  async cli(args: readonly string[], options: ProgramOptions = {}): Promise<Outcome> {
    const { argv, env } = this.command(args, options);
    const { stdin, timeoutMs, cwd = this.root } = options;
    const given = { ...(stdin === undefined ? {} : { stdin }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const outcome = await run(argv, { env, cwd, ...given });
    this.#remember();
    return outcome;
  }

  /** Starts one command of the program and leaves it running. */
  spawn(args: readonly string[], options: ProgramOptions = {}): Running {
    const { argv, env } = this.command(args, options);
    const { stdin, cwd = this.root } = options;
    return new Running(argv, { env, cwd, ...(stdin === undefined ? {} : { stdin }) });
  }

  /** Starts argv that a test made of {@link command}: for limits that a shell must set. */
  spawnArgv(argv: readonly string[], env: Readonly<Record<string, string>>, stdin?: string): Running {
    return new Running(argv, { env, cwd: this.root, ...(stdin === undefined ? {} : { stdin }) });
  }

  /** Runs a command and reads the one object that it prints. @throws where it fails */
  async json(args: readonly string[], options: ProgramOptions = {}): Promise<Json> {
    const outcome = await this.cli(args, options);
    if (outcome.code !== 0) throw new Error(`${args.join(" ")} failed: exit ${outcome.code}, ${outcome.stderr}`);
    return JSON.parse(outcome.stdout) as Json;
  }

  /** Starts the daemon in the background, as a person would; gives its pid. */
  async start({ args = [], ...options }: ProgramOptions & { readonly args?: readonly string[] } = {}): Promise<number> {
    const outcome = await this.cli(["daemon", "start", ...args], options);
    if (outcome.code !== 0) {
      throw new Error(`the daemon did not start: exit ${outcome.code}, ${outcome.stdout}${outcome.stderr}`);
    }
    return this.needPid();
  }

  /** Starts the daemon in the foreground and waits until it answers. */
  async foreground(args: readonly string[] = [], options: ProgramOptions = {}): Promise<Running> {
    const daemon = this.spawn(["daemon", ...args], options);
    try {
      await this.ready(() => daemon.ended);
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw new Error(`${error}; stdout ${daemon.stdout}, stderr ${daemon.stderr}`);
    }
    return daemon;
  }

  /** Waits until a living daemon answers hello; gives its pid. */
  async ready(givenUp: () => boolean = () => false, ms = 30_000): Promise<number> {
    const pid = await eventually(
      async () => {
        if (givenUp()) return "ended";
        await using client = await this.connect({ timeoutMs: 1000 });
        this.#remember();
        return client.hello["pid"] as number;
      },
      ms,
      "a daemon that answers hello",
      20,
    );
    if (pid === "ended") throw new Error("the daemon did not answer: its process has ended");
    return pid;
  }

  /** The first line of daemon.pid. */
  daemonPid(): number | undefined {
    try {
      const pid = Number(Deno.readTextFileSync(this.path("daemon.pid")).split("\n")[0]);
      return Number.isInteger(pid) && pid > 1 ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  needPid(): number {
    const pid = this.daemonPid();
    if (pid === undefined || !isAlive(pid)) throw new Error(`no daemon lives: daemon.pid says ${pid}`);
    this.#remember();
    return pid;
  }

  token(): string {
    return Deno.readTextFileSync(this.path("daemon.token")).trim();
  }

  /** A raw client; with `hello` (the default) it has introduced itself, with `token` as admin. */
  async connect(options: {
    readonly token?: boolean;
    readonly hello?: boolean;
    readonly timeoutMs?: number;
    readonly socket?: string;
  } = {}): Promise<RawClient> {
    const { timeoutMs: ms = 5000, socket = this.socketPath } = options;
    const client = await RawClient.connect(socket, ms);
    if (options.hello === false) return client;
    try {
      const credential = options.token === true ? { token: this.token() } : {};
      client.hello = await client.request("hello", { protocol: 1, client: "test/1", kind: "test", ...credential }, ms);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Signals the daemon itself (not its launcher); gives its pid. */
  signal(signal: Deno.Signal): number {
    const pid = this.needPid();
    Deno.kill(pid, signal);
    return pid;
  }

  /** kill -9 of the daemon, and waits until it is gone. */
  async kill(): Promise<number> {
    const pid = this.signal("SIGKILL");
    await this.gone(pid);
    return pid;
  }

  async gone(pid: number, ms = 10_000): Promise<void> {
    await eventually(() => !isAlive(pid), ms, `the end of process ${pid}`);
  }

  async stop(options: ProgramOptions = {}): Promise<Outcome> {
    return await this.cli(["daemon", "stop"], options);
  }

  /** Text of every file below the home and of nothing else; for the hunt for secrets. */
  files(): Map<string, string> {
    return textsBelow(this.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#endAll();
    } finally {
      Deno.removeSync(this.root, { recursive: true });
    }
  }

  /** Remembers the daemon by pid and start time, so that no other process is ever signalled. */
  #remember(): void {
    const pid = this.daemonPid();
    if (pid === undefined || this.#seen.has(pid)) return;
    const start = startTime(pid);
    if (start !== undefined && this.#isOurs(pid)) this.#seen.set(pid, start);
  }

  #isOurs(pid: number): boolean {
    return commandLine(pid).some((word) => word.includes(this.root)) ||
      processesNaming(this.root).some((found) => found.pid === pid);
  }

  /**
   * Ends the daemons of this home, also one that a command started and left a moment ago. A process that is
   * nobody's daemon, or a daemon that does not end at TERM, is a failure.
   */
  async #endAll(): Promise<void> {
    const told = new Set<string>();
    const end = performance.now() + 9000;
    await this.#endSeen(told, end);
    const ours = () => processesNaming(this.root);
    let quietUntil = performance.now() + 3000;
    let left = ours();
    while (left.length > 0 && performance.now() < Math.min(end, quietUntil)) {
      this.#remember();
      for (const [pid, start] of this.#seen) {
        if (told.has(`${pid} ${start}`) || !signalIfSame(pid, start, "SIGTERM")) continue;
        told.add(`${pid} ${start}`);
        quietUntil = end;
      }
      await pause(20);
      left = ours();
    }
    for (const { pid, start } of left) signalIfSame(pid, start, "SIGKILL");
    if (left.length > 0) {
      throw new Error(`processes are left in ${this.root}: ${JSON.stringify(left)}`);
    }
  }

  /** Ends the daemons that we know. A look for others reads the whole process table: it comes when these are gone. */
  async #endSeen(told: Set<string>, end: number): Promise<void> {
    this.#remember();
    const known = [...this.#seen].filter(([pid, start]) => signalIfSame(pid, start, "SIGTERM"));
    for (const [pid, start] of known) told.add(`${pid} ${start}`);
    while (known.some(([pid, start]) => startTime(pid) === start) && performance.now() < end) await pause(5);
  }
}
