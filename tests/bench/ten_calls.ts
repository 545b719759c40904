/** What hooks add to a tool call of the real Claude Code, which talks to the lab's model double (AC_LAB). */
import { eventually } from "../support/harness_wait.ts";
import { LAB, programOf } from "../support/lab.ts";
import { ALL_CORES, LAST_CORE, runOn } from "./cores.ts";
import { sandboxedHook } from "./b4_b5_commands.ts";
import { done, type Installed, withInstalled } from "./installed.ts";
import { alternate, median } from "./measure.ts";
import { ratio, type Row, Skipped } from "./result.ts";

const CALLS = 10;
const ROUNDS = 7;
const WARM_UP = 1;
const DEADLINE_MS = 60_000;
/** Runs ten commands one after the other, and says then that it is done. */
const PROMPT = Array.from({ length: CALLS }, (_, i) => `run:echo ${i}`).join(";;");
/** A hook that does nothing, as cheap as a process can be. */
const EMPTY = "/bin/true";

interface Handler {
  readonly command: string;
  readonly args?: readonly string[];
}
type Settings = { hooks: Record<string, { hooks: Handler[] }[]> };

export async function tenCalls(): Promise<readonly Row[]> {
  if (LAB === "") throw new Skipped("AC_LAB names no lab with a Claude Code");
  // An agent works on all of them, and half of the hooks run beside it.
  await runOn(ALL_CORES);
  try {
    return await measured();
  } finally {
    await runOn(LAST_CORE);
  }
}

async function measured(): Promise<readonly Row[]> {
  return await withInstalled(async (installed) => {
    const { user, home } = installed;
    const config = `${home.root}/claude`;
    await Deno.mkdir(config);
    const env = { CLAUDE_CONFIG_DIR: config };
    await done("hooks install", user.run([user.binLink, "hooks", "install", "claude", "--no-feed"], { env }));
    const ours = JSON.parse(await Deno.readTextFile(`${config}/settings.json`)) as Settings;
    await using model = await Model.start(home.root);
    const program = sandboxedHook(installed);
    const call = (name: string, settings: object) => {
      const path = `${home.root}/${name}.json`;
      Deno.writeTextFileSync(path, JSON.stringify(settings));
      return () => callMs(installed, model, path);
    };
    const before = await records(installed);
    const costs = await alternate({
      none: call("none", {}),
      ours: call("ours", ours),
      empty: call("empty", withHooks(ours, () => ({ command: EMPTY, args: [] }))),
      program: call(
        "program",
        withHooks(ours, () => ({ command: program[0]!, args: [...program.slice(1), "hook", "claude"] })),
      ),
    }, { rounds: ROUNDS, warmUp: WARM_UP });
    const least = 2 * (ROUNDS + WARM_UP) * CALLS;
    const heard = await records(installed) - before;
    if (heard < least) throw new Error(`hooks made ${heard} records, of ${least} calls at least one each`);
    return rows({
      none: median(costs.none),
      ours: median(costs.ours),
      empty: median(costs.empty),
      program: median(costs.program),
    });
  });
}

function rows(ms: Readonly<Record<"none" | "ours" | "empty" | "program", number>>): readonly Row[] {
  const added = { ours: ms.ours - ms.none, empty: ms.empty - ms.none, program: ms.program - ms.none };
  return [{
    id: "calls",
    what: `what our hooks add to each of ${CALLS} tool calls of the real Claude Code`,
    counterpart: "what our program adds where it is the hook itself, as it was before the stub",
    goal: "≤ 0.7×",
    measured: `${ratio(added.ours, added.program, "ms")}; a call takes ${ms.none.toFixed(1)} ms without hooks, ` +
      `and hooks that do nothing (${EMPTY}) add ${added.empty.toFixed(1)} ms`,
    ok: added.ours <= 0.7 * added.program,
  }];
}

/** How many changes the daemon has recorded. */
async function records({ user }: Installed): Promise<number> {
  const { stdout } = await done("audit head", user.installed("audit", "head", "--json"));
  return (JSON.parse(stdout) as { size: number }).size;
}

function withHooks(settings: Settings, handler: () => Handler): Settings {
  const hooks = Object.entries(settings.hooks).map(([event, groups]) =>
    [event, groups.map((group) => ({ ...group, hooks: group.hooks.map((old) => ({ ...old, ...handler() })) }))] as const
  );
  return { hooks: Object.fromEntries(hooks) };
}

/** From the first request to the model to the one behind the last call, for each call. @throws where the calls did not run */
async function callMs({ user, home }: Installed, model: Model, settings: string): Promise<number> {
  const before = model.log().length;
  const { code, stdout, stderr } = await user.run(
    [programOf("claude"), "-p", PROMPT, "--settings", settings, "--output-format", "json"],
    {
      cwd: home.root,
      env: {
        ANTHROPIC_API_KEY: "dummy",
        ANTHROPIC_BASE_URL: model.url,
        CLAUDE_CONFIG_DIR: `${home.root}/empty-config`,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_AUTOUPDATER: "1",
        DISABLE_TELEMETRY: "1",
        DISABLE_ERROR_REPORTING: "1",
        TERM: "xterm",
        TMPDIR: home.root,
      },
    },
  );
  const turns = model.log().slice(before).filter(({ answer }) => answer !== undefined);
  const [first, last] = [turns[0], turns[CALLS]];
  if (code !== 0 || first === undefined || last === undefined) {
    throw new Error(`${turns.length} requests for ${CALLS} calls: exit ${code}, ${stdout}${stderr}`);
  }
  return (Date.parse(last.t) - Date.parse(first.t)) / CALLS;
}

/** The lab's model double: it plays the prompt as a script, and logs each request. */
class Model implements AsyncDisposable {
  private constructor(readonly url: string, readonly child: Deno.ChildProcess, readonly path: string) {}

  static async start(folder: string): Promise<Model> {
    const [port, path] = [`${folder}/port`, `${folder}/model.log`];
    Deno.writeTextFileSync(path, "");
    const args = [`${LAB}/mock-llm.mjs`, "--port", "0", "--port-file", port, "--log", path];
    const child = new Deno.Command("node", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    const read = () => {
      try {
        return Deno.readTextFileSync(port);
      } catch {
        return "";
      }
    };
    await eventually(() => read() !== "", DEADLINE_MS, "the model double");
    return new Model(`http://127.0.0.1:${read()}`, child, path);
  }

  log(): { readonly t: string; readonly answer?: unknown }[] {
    return Deno.readTextFileSync(this.path).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGTERM");
    await this.child.status;
  }
}
