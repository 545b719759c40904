/** TURN: how long the first words of an agent take that is warm, through the daemon and from the agent itself. */
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { untilWarm } from "../support/turn_home.ts";
import type { RawClient } from "../support/wire.ts";
import { prebuiltMain, startDaemon } from "./daemon.ts";
import { alternate, median } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];
const ENV = { DENO_DIR: denoDir(), DENO_NO_UPDATE_CHECK: "1" };
/** What a quick model takes for its first word, ms. */
const MODEL_MS = 100;
const ROUNDS = 40;
const WARM_UP = 5;
const GOAL = 1.2;

export async function turn(): Promise<readonly Row[]> {
  const env = Object.entries(ENV).map(([name, value]) => `${name}=${value}`);
  const config = { agents: { mine: { command: AGENT, env, warm: true } } };
  await using home = await TestHome.create({ config: JSON.stringify(config) });
  await using _daemon = await startDaemon(home, await prebuiltMain());
  await using client = await home.connect({ token: true });
  await using bare = await BareAgent.start();
  await untilWarm(client);
  const { sessionId } = await firstWords(client, { agent: "mine", text: "say ready " });
  await client.request("subscribe", { topics: ["turn"] });
  const ours = (text: string) => async () => (await firstWords(client, { sessionId, text })).ms;
  const theirs = (text: string) => () => bare.firstWords(text);
  const [quick, usual] = ["say a b", `wait ${MODEL_MS}; say a b`];
  const costs = await alternate({
    quickOurs: ours(quick),
    quickTheirs: theirs(quick),
    usualOurs: ours(usual),
    usualTheirs: theirs(usual),
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  const row = (what: string, a: readonly number[], b: readonly number[]): Row => ({
    id: "TURN",
    what: `from turn.submit to the first words at a window, ${what}`,
    counterpart: "the same agent, asked over its own stdin",
    goal: `≤ ${GOAL}×`,
    measured: ratio(median(a), median(b), "ms"),
    ok: median(a) <= GOAL * median(b),
  });
  return [
    row(`a warm agent whose model takes ${MODEL_MS} ms`, costs.usualOurs, costs.usualTheirs),
    row("a warm agent that answers at once", costs.quickOurs, costs.quickTheirs),
  ];
}

/** Submits, and waits for the end of the turn too: the next one must not stand in its way. */
async function firstWords(client: RawClient, params: Record<string, unknown>) {
  const began = performance.now();
  const { turnId } = await client.request("turn.submit", params);
  const isSubscribed = params["sessionId"] !== undefined;
  let ms = 0;
  while (isSubscribed) {
    const { type, data } = (await client.nextEvent(20_000)) as { type: string; data: Record<string, unknown> };
    if (data["turnId"] !== turnId) continue;
    if (type === "turn.chunk" && ms === 0) ms = performance.now() - began;
    if (type === "turn.ended") break;
  }
  const turn = await eventually(
    async () => {
      const { turns: [one] } = await client.request("turn.recent", { turnId }) as { turns: Record<string, string>[] };
      return one?.["status"] === "finished" ? one : undefined;
    },
    20_000,
    "the end of a turn",
  );
  return { ms, sessionId: turn["sessionId"] };
}

/** The agent with nothing between. */
class BareAgent implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<Record<string, unknown>>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #id = 0;
  #sessionId = "";

  private constructor() {
    const [program = "", ...args] = AGENT;
    const streams = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    this.#child = new Deno.Command(program, { args, clearEnv: true, env: ENV, ...streams }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = messages(this.#child.stdout);
  }

  static async start(): Promise<BareAgent> {
    const agent = new BareAgent();
    await agent.#request("initialize", { protocolVersion: 1, clientCapabilities: {} });
    const { sessionId } = await agent.#request("session/new", { cwd: "/", mcpServers: [] }) as { sessionId: string };
    agent.#sessionId = sessionId;
    return agent;
  }

  /** ms until the first of its words. */
  async firstWords(text: string): Promise<number> {
    const began = performance.now();
    let ms = 0;
    const params = { sessionId: this.#sessionId, prompt: [{ type: "text", text }] };
    await this.#request("session/prompt", params, () => ms ||= performance.now() - began);
    return ms;
  }

  async #request(method: string, params: unknown, said = () => {}): Promise<unknown> {
    const id = ++this.#id;
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`));
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error("the agent has ended");
      if (value["method"] === "session/update") said();
      if (value["id"] === id) return value["result"];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

async function* messages(stream: ReadableStream<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line);
  }
}
