/** Approvals: what a list and a decision cost with many pending, and the whole process of a hook that a rule answers. */
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import type { Json, RawClient } from "../support/wire.ts";
import { MAIN_URL, startDaemon } from "./daemon.ts";
import { alternate, median, processMs } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

const FEW = 10;
const MIDDLE = 100;
const MANY = 500;
/** Of one sample, so that it lasts longer than what a timer can tell apart. */
const DECISIONS = 20;
const ROUNDS = 25;
const WARM_UP = 3;
const TUI = { CLAUDE_CODE_ENTRYPOINT: "cli" };
const HELLO = '{"id":1,"method":"hello","params":{"protocol":1}}';

/** Without the disk, which would hide in its noise what the number of approvals costs; nothing expires meanwhile. */
const IN_MEMORY = '{ "journal": { "fsync": "never" }, "approvals": { "hook_wait_secs": 570 } }';

/** A daemon with approvals pending, as agents' connections and a window's see it. */
class Inbox implements AsyncDisposable {
  #stack = new AsyncDisposableStack();
  #asked = 0;

  private constructor(readonly home: TestHome, readonly viewer: RawClient) {}

  static async create(pending: number): Promise<Inbox> {
    await using stack = new AsyncDisposableStack();
    const home = stack.use(await TestHome.create({ config: IN_MEMORY }));
    stack.use(await startDaemon(home));
    const asking = stack.use(await home.connect());
    const inbox = new Inbox(home, stack.use(await home.connect({ token: true })));
    for (let i = 0; i < pending; i++) await inbox.#ask(asking);
    inbox.#stack = stack.move();
    return inbox;
  }

  async #ask(asking: RawClient): Promise<string> {
    const event = permission(`bench-${this.#asked++ % MANY}`, `touch ${this.#asked}`);
    const { approval } = await asking.request("session.report", { agent: "claude", env: TUI, event });
    return String((approval as Json)["id"]);
  }

  /** ms of one list. */
  async list(): Promise<number> {
    return await timed(() => this.viewer.request("approval.list"));
  }

  /** ms of the round trip alone. */
  async ping(): Promise<number> {
    return await timed(() => this.viewer.request("ping"));
  }

  /**
   * ms of one decision; as many are pending afterwards as before. Who asked goes, as hooks do: what is answered is kept
   * for as long as its connection lives, and would grow here alike for few and for many.
   */
  async decide(): Promise<number> {
    await using asking = await this.home.connect();
    const ids: string[] = [];
    for (let i = 0; i < DECISIONS; i++) ids.push(await this.#ask(asking));
    const ms = await timed(async () => {
      for (const id of ids) await this.viewer.request("approval.decide", { id, decision: "approve" });
    });
    return ms / ids.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export async function approvals(): Promise<readonly Row[]> {
  await using few = await Inbox.create(FEW);
  await using middle = await Inbox.create(MIDDLE);
  await using many = await Inbox.create(MANY);
  const costs = await alternate({
    listMany: () => many.list(),
    listMiddle: () => middle.list(),
    ping: () => many.ping(),
    decideMany: () => many.decide(),
    decideFew: () => few.decide(),
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  const row = (what: string, than: number, ours: number, theirs: number): Row => ({
    id: "approvals",
    what: `${what} with ${MANY} pending`,
    counterpart: `itself with ${than} pending`,
    goal: "≤ 1.5×",
    measured: ratio(ours * 1000, theirs * 1000, "µs"),
    ok: ours <= 1.5 * theirs,
  });
  // Of a short list nearly all is the round trip: with it any growth would look small.
  const each = (list: readonly number[], count: number) => (median(list) - median(costs.ping)) / count;
  return [
    row("one decision", FEW, median(costs.decideMany), median(costs.decideFew)),
    row(
      "each approval of a list, less a ping,",
      MIDDLE,
      each(costs.listMany, MANY),
      each(costs.listMiddle, MIDDLE),
    ),
  ];
}

/** @throws {Error} where no rule answers: a hook that is held would be measured as something else */
export async function hookRule(): Promise<readonly Row[]> {
  const rules = [{ tool: "Bash", pattern: "touch *", decision: "allow" }];
  const config = { daemon: { safety_mode: "guarded" }, approvals: { hook_wait_secs: 1, rules } };
  await using home = await TestHome.create({ config: JSON.stringify(config) });
  await using daemon = await startDaemon(home);
  const { env } = home.command([], { env: TUI });
  const context = clientContext({ program: thisProgram(MAIN_URL), home: home.dir, start: true });
  const ours = [...hookProgram(context), "hook", "claude"];
  const stdin = new TextEncoder().encode(JSON.stringify(permission("bench-0", "touch a")));
  const { stdout } = await run(ours, { env, stdin });
  if (!stdout.includes('"allow"')) {
    throw new Error(`the rule did not allow the call: the hook says ${stdout || "nothing"}`);
  }
  const bare = [Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/bench/peers/client.ts`, daemon.socketPath, HELLO];
  const costs = await alternate({
    ours: () => processMs(ours, { env, stdin }),
    bare: () => processMs(bare, { env }),
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  return [{
    id: "hook rule",
    what: "whole process of `hook claude`, as installed, answered by a rule, on the disk",
    counterpart: "a Deno program that only connects, writes and reads",
    goal: "≤ 1.6×",
    measured: ratio(median(costs.ours), median(costs.bare), "ms"),
    ok: median(costs.ours) <= 1.6 * median(costs.bare),
  }];
}

/** What Claude Code's PermissionRequest says, as recorded, less its transcript. */
function permission(session: string, command: string): Json {
  return {
    session_id: session,
    cwd: "/home/u/project",
    permission_mode: "default",
    hook_event_name: "PermissionRequest",
    tool_name: "Bash",
    tool_input: { command },
    permission_suggestions: [{ type: "setMode", mode: "acceptEdits", destination: "session" }],
  };
}
