/**
 * A home folder for a show: the real program in a temporary folder, on whatever system runs it. It touches neither the
 * home of its user nor a daemon that runs there, and leaves nothing.
 */
import { TERMINAL_ENV } from "../../src/agents/shared/hook_env.ts";
import { eventually, pause } from "./harness_wait.ts";
import { type Act, reportOf, type StoryAnswer } from "./story.ts";
import { RawClient } from "./wire.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Longest wait for one command of the program, ms; a start waits up to 30 s itself. */
const COMMAND_MS = 40_000;
/** Time for a daemon to end that no command could stop, ms. */
const END_MS = 8000;
/** Time for a daemon to come up that nobody waits for any more, ms. */
const START_MS = 1000;
/** The exit code of a `stop` that finds none. */
const NOT_RUNNING = 3;

/** Variables that tell of an agent around us: the demo's sessions are none of its. */
const OF_AN_AGENT = /^(?:AGENT_CONSOLE_|CLAUDE)/;

export interface SpawnOptions {
  readonly stdin?: "inherit" | "null" | "piped";
  readonly stdout?: "inherit" | "null" | "piped";
  readonly stderr?: "inherit" | "null";
  readonly env?: Readonly<Record<string, string>>;
}

export class DemoHome {
  /** Where everything lies that the show makes. */
  readonly root: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #hooks = new Set<Deno.ChildProcess>();
  #pid: number | undefined;

  /** @param env what differs from the environment of the caller, such as colours */
  constructor(env: Readonly<Record<string, string>> = {}) {
    this.root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ac-demo-" }));
    Deno.mkdirSync(this.dir, { mode: 0o700 }); // one that is named is not made by a command
    // HOME stays, because Deno's module cache lies there. Launchers are written below the data folder.
    const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !OF_AN_AGENT.test(name));
    this.#env = {
      ...Object.fromEntries(kept),
      ...env,
      AGENT_CONSOLE_HOME: this.dir,
      XDG_DATA_HOME: `${this.root}/data`,
    };
  }

  get dir(): string {
    return `${this.root}/.agent-console`;
  }

  spawn(args: readonly string[], options: SpawnOptions = {}): Deno.ChildProcess {
    return this.#spawn(Deno.execPath(), ["run", "-A", MAIN, ...args], options);
  }

  /** Runs a command in a terminal of its own, `columns` wide; its stdin is the keyboard, its stdout the screen. */
  spawnInTerminal(words: string, columns: number): Deno.ChildProcess {
    const command = `stty cols ${columns} rows 40; exec "$AC_DENO" run -A "$AC_MAIN" ${words}`;
    return this.#spawn("script", ["-qfec", command, "/dev/null"], {
      stdin: "piped",
      stdout: "piped",
      env: { AC_DENO: Deno.execPath(), AC_MAIN: MAIN, SHELL: "/bin/sh", TERM: "xterm-256color" },
    });
  }

  /** Runs a command to its end, its output on ours. @throws where it fails */
  async run(args: readonly string[]): Promise<void> {
    const { code } = await ended(this.spawn(args, { stdout: "inherit" }), COMMAND_MS);
    if (code !== 0) throw new Error(`${args.join(" ")} failed: exit ${code}`);
  }

  /** Starts the daemon and introduces itself as a hook does: without a token. */
  async start(): Promise<RawClient> {
    await this.run(["daemon", "start", "--quiet"]);
    const client = await this.connect("demo");
    this.#pid = Number(client.hello["pid"]);
    return client;
  }

  /** A greeted connection; with a token it may read and answer. */
  async connect(kind: string, token?: string): Promise<RawClient> {
    const client = await RawClient.connect(`${this.dir}/daemon.sock`);
    client.hello = await client.request("hello", {
      protocol: 1,
      client: `${kind}/1`,
      kind,
      ...(token === undefined ? {} : { token }),
    });
    return client;
  }

  async token(): Promise<string> {
    return (await Deno.readTextFile(`${this.dir}/daemon.token`)).trim();
  }

  /**
   * Runs the real hook with the event of an act on its stdin, as the agent would.
   *
   * @returns the answer that it prints; undefined where there is none, and the agent must ask by itself
   */
  async hook(act: Act): Promise<StoryAnswer | undefined> {
    const { agent, event, env } = reportOf(act);
    // Its own terminal is none of the story's; and what it says would be in the middle of a dashboard.
    const none = Object.fromEntries(TERMINAL_ENV.map((name) => [name, ""]));
    const child = this.spawn(["hook", agent], {
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { ...none, ...env },
    });
    this.#hooks.add(child);
    try {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(JSON.stringify(event)));
      await writer.close();
      return answerIn(new TextDecoder().decode((await child.output()).stdout));
    } finally {
      this.#hooks.delete(child);
    }
  }

  /** Ends the hooks that still wait, stops the daemon and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await Promise.all([...this.#hooks].map((hook) => ended(hook, END_MS, "SIGTERM")));
      if (existsAt(this.dir)) await this.#stop();
    } finally {
      Deno.removeSync(this.root, { recursive: true });
    }
  }

  #spawn(program: string, args: readonly string[], options: SpawnOptions): Deno.ChildProcess {
    return new Deno.Command(program, {
      args: [...args],
      cwd: this.root,
      clearEnv: true,
      env: { ...this.#env, ...options.env },
      stdin: options.stdin ?? "null",
      stdout: options.stdout ?? "null",
      stderr: options.stderr ?? "inherit",
    }).spawn();
  }

  #askToStop(): Promise<Deno.CommandStatus> {
    return ended(this.spawn(["daemon", "stop", "--force"]), COMMAND_MS);
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

/** Waits for the end of a process, with a `signal` that asks it to; one that takes longer is killed. */
export async function ended(
  child: Deno.ChildProcess,
  ms: number,
  signal?: "SIGINT" | "SIGTERM",
): Promise<Deno.CommandStatus> {
  if (signal !== undefined) send(child, signal);
  const timer = setTimeout(() => send(child, "SIGKILL"), ms);
  try {
    return await child.status;
  } finally {
    clearTimeout(timer);
  }
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended: Ctrl-C reaches the whole foreground.
  }
}

/** What a hook prints, as both agents of the story read it. */
function answerIn(printed: string): StoryAnswer | undefined {
  if (printed.trim() === "") return undefined;
  const { decision } = JSON.parse(printed).hookSpecificOutput;
  const [chosen] = Object.values(decision.updatedInput?.answers ?? {});
  return { allowed: decision.behavior === "allow", chosen: chosen as string | undefined };
}

function existsAt(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
