/**
 * Real agents against a model double, for the H5 tests: AC_LAB names the folder that holds the lab's scripts and the
 * installed agents; tmux, jq and node must be there too. Without it the tests are ignored with the reason.
 */
import { assertEquals } from "@std/assert";
import { TestHome } from "./harness.ts";
import { denoDir, isRoot } from "./harness_guard.ts";
import type { Running } from "./harness_process.ts";
import { eventually } from "./harness_wait.ts";
import type { Json } from "./wire.ts";

export const LAB = Deno.env.get("AC_LAB") ?? "";

export type LabAgent = "claude" | "codex" | "gemini" | "opencode" | "qwen";

/** What the lab's own scripts start, below the lab's folder. */
const PROGRAM: Readonly<Record<LabAgent, string>> = {
  claude: "claude/node_modules/@anthropic-ai/claude-code-linux-x64/claude",
  codex: "codex/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
  gemini: "gemini/node_modules/@google/gemini-cli/bundle/gemini.js",
  opencode: "opencode/node_modules/opencode-linux-x64/bin/opencode",
  qwen: "qwen/node_modules/@qwen-code/qwen-code/cli.js",
};

/** Longest time for one step that an agent, a hook and the daemon take together, ms: the machine may be slow. */
export const STEP_MS = 20_000;

/** Longest time for the tests of other processes in the same lab, ms. */
const TURN_MS = 20 * 60_000;

/** The folder in which the lab's script of that name has its agent work. */
export function labFolder(name: string): string {
  return [LAB, "work", name].join("/");
}

export function programOf(agent: LabAgent): string {
  return `${LAB}/${PROGRAM[agent]}`;
}

/** A test that is ignored, with the reason in its name, where the lab is not there. One runs at a time. */
export function labTest(agent: LabAgent, name: string, fn: () => Promise<void>): void {
  const missing = whatIsMissing(agent);
  Deno.test({
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
    fn: async () => {
      await Deno.mkdir(`${LAB}/run`, { recursive: true });
      // The agents share folders in the lab, and each wants more than one core.
      using lock = await Deno.open(`${LAB}/run/ac-lock`, { create: true, write: true });
      await eventually(() => lock.tryLock(true), TURN_MS, "the end of another test in the lab", 200);
      await fn();
    },
  });
}

function whatIsMissing(agent: LabAgent): string | undefined {
  if (LAB === "") return "AC_LAB names no lab";
  for (const path of [`${LAB}/lab.sh`, programOf(agent)]) {
    try {
      Deno.statSync(path);
    } catch {
      return `${path} is missing`;
    }
  }
  const found = new Deno.Command("sh", { args: ["-c", "command -v tmux && command -v jq && command -v node"] })
    .outputSync();
  return found.success ? undefined : "tmux, jq or node is missing";
}

export interface LabHubOptions {
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A daemon in a temporary home, `watch --json` for the events, and a window by which a person could answer. */
export class LabHub {
  private constructor(readonly home: TestHome, readonly watch: Running, readonly window: Running) {}

  /** `config`: text of config.jsonc. `env`: variables of the daemon. */
  static async open({ config, env }: LabHubOptions = {}): Promise<LabHub> {
    const home = await TestHome.create(config === undefined ? {} : { config });
    try {
      await home.start(env === undefined ? {} : { env });
      const watch = home.spawn(["watch", "--json"]);
      await watch.says('"type":"snapshot"', STEP_MS);
      return new LabHub(home, watch, home.spawn(["watch", "--log"]));
    } catch (error) {
      await home[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The row of each event so far; of one session, or of all. */
  rows(id?: string): Json[] {
    const all = this.#events().flatMap(({ type, data }) =>
      String(type).startsWith("session.") ? [(data as Json)["session"] as Json] : []
    );
    return id === undefined ? all : all.filter((row) => idOf(row) === id);
  }

  /** Ids of the sessions in the order of their first event. */
  ids(): string[] {
    return [...new Set(this.rows().map(idOf))];
  }

  /** The newest row. */
  row(id: string): Json | undefined {
    return this.rows(id).at(-1);
  }

  /** The states that the row of `id` went through, `waiting` with what for; a state that lasts is said once. */
  states(id: string): string {
    const states = this.rows(id).map(stateOf);
    return states.filter((state, i) => state !== states[i - 1]).join(" ");
  }

  /** The newest state of each approval so far, oldest first. */
  approvals(): Json[] {
    const byId = new Map<string, Json>();
    for (const { data } of this.#events()) {
      const approval = (data as Json | undefined)?.["approval"] as Json | undefined;
      if (approval !== undefined) byId.set(idOf(approval), approval);
    }
    return [...byId.values()];
  }

  /** Waits for an open approval whose input holds `words`. */
  asked(words: string, ms = STEP_MS, field: "input" | "tool" = "input"): Promise<Json> {
    return eventually(
      () => this.approvals().find((one) => one["status"] === "pending" && String(one[field]).includes(words)),
      ms,
      `a question about ${words}`,
      40,
    );
  }

  /** Waits until the approval that was asked about `words` has the status `status`. */
  async settled(words: string, status: string, ms = STEP_MS): Promise<Json> {
    const find = () => this.approvals().find((one) => String(one["input"]).includes(words));
    await eventually(() => find()?.["status"] === status, ms, `${words}: ${status}`, 40)
      .catch((error) => Promise.reject(new Error(`${error}; it is ${JSON.stringify(find())}`)));
    return find() as Json;
  }

  /** Waits until the newest row of `id` is in `state`, as {@link states} words it. */
  async reaches(id: string, state: string, ms = STEP_MS, after = ""): Promise<Json> {
    const is = () => this.rows(id).map(stateOf).at(-1) === state;
    await eventually(is, ms, `${state} of ${id} ${after}`, 40)
      .catch((error) => Promise.reject(new Error(`${error}; its states: ${this.states(id)}`)));
    return this.row(id) as Json;
  }

  /** Waits until the session rests and its last message is `words`. */
  async says(id: string, words: string): Promise<void> {
    const is = () => (this.row(id)?.["idle"] as Json | undefined)?.["lastMessage"] === words;
    await eventually(is, STEP_MS, `${words} from ${id}`, 40)
      .catch((error) => Promise.reject(new Error(`${error}; its row: ${JSON.stringify(this.row(id))}`)));
  }

  /** `approve ID` or `deny ID` of the real command line. @throws where it fails */
  async answer(argv: readonly string[]): Promise<void> {
    const { code, stderr } = await this.home.cli(argv);
    assertEquals(code, 0, stderr);
  }

  /** What is still open, by the daemon's own account. */
  async pending(): Promise<Json[]> {
    return (await this.home.json(["approvals", "--json"]))["approvals"] as Json[];
  }

  #events(): Json[] {
    return this.watch.stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Json);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.window[Symbol.asyncDispose]();
    await this.watch[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

/** LAB_ENV goes to the agent and so to its hooks: its HOME is the lab's, where no module is cached. */
export function inLab(home: TestHome, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  return home.spawnArgv(argv, {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    HOME: home.root,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    LAB,
    LAB_ENV: `DENO_DIR=${denoDir()}`,
    ...env,
  });
}

/** One turn of `claude -p`: the arguments behind it come as arguments. */
const PRINT = `. "$LAB/lab.sh" && . "$LAB/claude-env.sh" && CLAUDE_EXTRA_ENV=$LAB_ENV KEEP_HOME= KEEP_CAP= && name=$1 &&
shift && start "$name" >&2 && claude_env "$name" && cd "$WORK" &&
"\${CLAUDE[@]}" "$CLAUDE_BIN" -p "$@" --output-format json </dev/null`;

/** @param name of the folder that it works in ({@link labFolder}) */
export function printInLab(home: TestHome, name: string, args: readonly string[]): Running {
  const script = ["bash", "-c", PRINT, "print", name, ...args];
  // lab.sh would start "$0" again inside its namespace; here that is done before.
  return inLab(home, isRoot ? [`${LAB}/bin/labns`, ...script] : script, { LAB_NS: "0" });
}

/** TERM first: the lab's script then ends its model double and its terminal. */
export async function endScenario(scenario: Running): Promise<void> {
  scenario.kill("SIGTERM");
  await eventually(() => scenario.ended, 5000, "the end of the lab's script").catch(() => {});
}

export function stateOf(row: Json): string {
  const why = (row["waiting"] as Json | undefined)?.["for"];
  return why === undefined ? String(row["status"]) : `${row["status"]}:${why}`;
}

export function idOf(row: Json): string {
  return String(row["id"]);
}
