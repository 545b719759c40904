/** A double of Codex's app-server: a WebSocket over a unix socket that plays the recording of a real one. */

/** The session of the recording. */
export const SESSION = "01a1f972-82cb-70a0-a4c3-6ca68eef5470";

export interface Recorded {
  readonly method: string;
  readonly id?: number;
  readonly params: Record<string, unknown>;
}

/** Recorded questions: one with its end, and a second; asked by {@link SESSION}. */
export function codexQuestions(): [Recorded, Recorded, Recorded] {
  const text = Deno.readTextFileSync(new URL("../fixtures/feeds/codex-questions.jsonl", import.meta.url));
  return text.trim().split("\n").map((line) => {
    const { m } = JSON.parse(line) as { m: Recorded };
    return { ...m, params: { ...m.params, threadId: SESSION } };
  }) as unknown as [Recorded, Recorded, Recorded];
}

interface Line {
  readonly dir: string;
  readonly m: Message;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}

export class FakeCodex {
  readonly path: string;
  /** The methods that clients called. */
  readonly calls: string[] = [];
  /** What is answered instead of the recording, by method, or a function of the params that says it; null is an error. */
  readonly answers = new Map<string, unknown>();
  /** What clients answered to our own questions. */
  readonly decisions: unknown[] = [];
  #steps = new Map<string, Message[]>();
  #results = new Map<string, unknown>();
  #sockets = new Set<WebSocket>();
  #server: Deno.HttpServer | undefined;

  constructor(path: string) {
    this.path = path;
    const asked = new Map<number, string>();
    let step: Message[] = [];
    for (
      const line of Deno.readTextFileSync(new URL("../fixtures/feeds/codex-passive.jsonl", import.meta.url)).trim()
        .split("\n")
    ) {
      const { dir, m } = JSON.parse(line) as Line;
      if (dir === "--") this.#steps.set(m.method ?? "", step = []);
      else if (dir === ">" && m.id !== undefined) asked.set(m.id, keyOf(m));
      else if (dir === "<" && m.method !== undefined) step.push(m);
      else if (dir === "<" && m.id !== undefined && m.result !== undefined) {
        // The first answer about a thread is the one from before the steps.
        const key = asked.get(m.id) ?? "";
        if (!this.#results.has(key)) this.#results.set(key, m.result);
      }
    }
  }

  get steps(): string[] {
    return [...this.#steps.keys()];
  }

  get clients(): number {
    return this.#sockets.size;
  }

  start(): void {
    this.#server = Deno.serve({ path: this.path, transport: "unix", onListen: () => {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => void this.#sockets.add(socket);
      socket.onclose = () => void this.#sockets.delete(socket);
      socket.onmessage = ({ data }) => this.#answer(socket, JSON.parse(String(data)) as Message);
      return response;
    });
  }

  #answer(socket: WebSocket, message: Message): void {
    const { id, method = "" } = message;
    if (message.method === undefined) return void this.decisions.push({ id, result: message.result });
    this.calls.push(method);
    if (id === undefined) return;
    const given = this.answers.has(method) ? this.answers.get(method) : this.#results.get(keyOf(message));
    const result: unknown = typeof given === "function" ? given(message.params) : given;
    const error = { code: -32600, message: "not recorded" };
    socket.send(JSON.stringify(result === undefined || result === null ? { id, error } : { id, result }));
  }

  /** Sends what the recorded server told of its own accord in this step. */
  play(step: string): void {
    for (const message of this.#steps.get(step) ?? []) this.tell(message);
  }

  tell(message: unknown): void {
    for (const socket of this.#sockets) socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** As when only the connections break: clients are those that come from then on. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  async stop(): Promise<void> {
    this.hangUp();
    await this.#server?.shutdown();
  }
}

function keyOf({ method, params }: Message): string {
  return `${method} ${params?.["threadId"] ?? ""}`;
}
