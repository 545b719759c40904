/**
 * A home folder for a show: the real program in a temporary folder, on whatever system runs it. It touches neither the
 * home of its user nor a daemon that runs there, and leaves nothing.
 */
import { RawClient } from "./wire.ts";
import { eventually, pause } from "./harness_wait.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Longest wait for one command of the program, ms; a start waits up to 30 s itself. */
const COMMAND_MS = 40_000;
/** Time for a daemon to end that no command could stop, ms. */
const END_MS = 8000;
/** Time for a daemon to come up that nobody waits for any more, ms. */
const START_MS = 1000;
/** The exit code of a `stop` that finds none. */
const NOT_RUNNING = 3;

export class DemoHome {
  /** Where everything lies that the show makes. */
  readonly root: string;
  readonly #env: Readonly<Record<string, string>>;
  #pid: number | undefined;

  /** @param env what differs from the environment of the caller, such as colours */
  constructor(env: Readonly<Record<string, string>> = {}) {
    this.root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ac-demo-" }));
    // HOME stays, because Deno's module cache lies there; nothing of this program does once its folder is named.
    const own = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("AGENT_CONSOLE_"));
    this.#env = { ...Object.fromEntries(own), ...env, AGENT_CONSOLE_HOME: this.dir };
  }

  get dir(): string {
    return `${this.root}/.agent-console`;
  }

  spawn(args: readonly string[], stdout: "inherit" | "null" | "piped"): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, ...args],
      cwd: this.root,
      clearEnv: true,
      env: { ...this.#env },
      stdin: "null",
      stdout,
      stderr: "inherit",
    }).spawn();
  }

  /** Runs a command to its end, its output on ours. @throws where it fails */
  async run(args: readonly string[]): Promise<void> {
    const { code } = await ended(this.spawn(args, "inherit"), COMMAND_MS);
    if (code !== 0) throw new Error(`Cannot ${args.join(" ")}: exit code is ${code}, must be 0`);
  }

  /** Starts the daemon and introduces itself as a hook does: without a token. */
  async start(): Promise<RawClient> {
    await this.run(["daemon", "start", "--quiet"]);
    const client = await RawClient.connect(`${this.dir}/daemon.sock`);
    const { pid } = await client.request("hello", { protocol: 1, client: "demo/1", kind: "demo" });
    this.#pid = Number(pid);
    return client;
  }

  /** Stops the daemon and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (existsAt(this.dir)) await this.#stop();
    } finally {
      Deno.removeSync(this.root, { recursive: true });
    }
  }

  #askToStop(): Promise<Deno.CommandStatus> {
    return ended(this.spawn(["daemon", "stop", "--force"], "null"), COMMAND_MS);
  }

  async #stop(): Promise<void> {
    let { code } = await this.#askToStop();
    if (code === NOT_RUNNING && this.#pid === undefined) {
      // Ctrl-C may have ended `daemon start` between its spawn and the first hello: the daemon comes up all the same.
      await pause(START_MS);
      ({ code } = await this.#askToStop());
    }
    // Any other code: the command was interrupted together with us.
    if (code === 0 || code === NOT_RUNNING || this.#pid === undefined) return;
    try {
      Deno.kill(this.#pid, "SIGTERM");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await eventually(() => !existsAt(`${this.dir}/daemon.pid`), END_MS, "the end of the demo's daemon");
  }
}

/** Waits for the end of a process; one that takes longer is killed. */
export async function ended(child: Deno.ChildProcess, ms: number): Promise<Deno.CommandStatus> {
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  try {
    return await child.status;
  } finally {
    clearTimeout(timer);
  }
}

function existsAt(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
