/** A double of OpenCode's server, as far as its `/doc` and a recorded turn of 1.18.33 say: one session, and its turns as a test drives them. */
import type { Json } from "./wire.ts";

export const SERVER = "http://127.0.0.1:4096/";
export const SERVED = "ses_2276ebe24001double";

/** Another program listens where OpenCode does. */
export function isPortTaken(): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port: 4096 }).close();
    return false;
  } catch {
    return true;
  }
}

export class FakeOpenCode {
  /** What came with each prompt. */
  readonly prompts: Json[] = [];
  readonly directories = new Set<string | null>();
  aborts = 0;
  /** All calls so far. */
  calls = 0;
  isBusy = false;
  /** Whether events are told. */
  tells = true;
  /** A turn has its first message a moment before the list of those that work has it. */
  lags = false;
  password: string | undefined;
  /** In the place of the replies to this path's end. */
  readonly replies = new Map<string, () => Response>();
  #messages: { info: Json; parts: Json[] }[] = [];
  #listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #server: Deno.HttpServer | undefined;
  #ids = 0;

  start(): void {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 4096, onListen: () => {} },
      (request) => this.#on(request),
    );
  }

  async stop(): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
    await this.#server?.shutdown();
  }

  /** A text of the answer, piece by piece. */
  says(...pieces: string[]): void {
    const part = this.#part({ type: "text", text: "" });
    for (const delta of pieces) {
      part["text"] += delta;
      const { messageID, id: partID } = part;
      this.tell("message.part.delta", { messageID, partID, field: "text", delta });
    }
    this.tell("message.part.updated", { part });
  }

  runs(command: string): void {
    const part = this.#part({ type: "tool", tool: "bash", callID: "call_1", state: { status: "pending", input: {} } });
    for (const status of ["running", "running", "completed"]) {
      part["state"] = { status, input: { command }, output: "" };
      this.tell("message.part.updated", { part });
    }
  }

  /** The turn of the last prompt ends. */
  ends(error?: Json): void {
    const { info } = this.#reply();
    if (error !== undefined) info["error"] = error;
    this.isBusy = false;
    this.tell("message.updated", { info });
    this.tell("session.status", { status: { type: "idle" } });
  }

  tell(type: string, properties: Json): void {
    const event = { id: "evt_1", type, properties: { sessionID: SERVED, ...properties } };
    const bytes = new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`);
    if (this.tells) { for (const listener of this.#listeners) listener.enqueue(bytes); }
  }

  /** Somebody types there. */
  typed(text: string): void {
    this.#take([{ type: "text", text }]);
  }

  #take(parts: Json[]): void {
    const id = this.#id("msg");
    const info = { id, sessionID: SERVED, role: "user" };
    const told = parts.map((part) => ({ ...part, id: this.#id("prt"), messageID: id, sessionID: SERVED }));
    this.#messages.push({ info, parts: told });
    this.isBusy = true;
    this.tell("message.updated", { info });
    for (const part of told) this.tell("message.part.updated", { part });
    this.tell("session.status", { status: { type: "busy" } });
  }

  /** The message that answers the last one of a person. */
  #reply(): { info: Json; parts: Json[] } {
    const last = this.#messages.at(-1);
    if (last === undefined) throw new Error("nobody has asked");
    if (last.info["role"] === "assistant") return last;
    const info = { id: this.#id("msg"), sessionID: SERVED, role: "assistant", parentID: last.info["id"] };
    const reply = { info, parts: [] };
    this.#messages.push(reply);
    this.tell("message.updated", { info });
    return reply;
  }

  #part(fields: Json): Json {
    const { info, parts } = this.#reply();
    const part: Json = { ...fields, id: this.#id("prt"), messageID: info["id"], sessionID: SERVED };
    parts.push(part);
    this.tell("message.part.updated", { part: { ...part } });
    return part;
  }

  #id(kind: string): string {
    return `${kind}_${String(++this.#ids).padStart(6, "0")}`;
  }

  async #on(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    this.calls++;
    this.directories.add(searchParams.get("directory"));
    const known = this.password === undefined ||
      request.headers.get("authorization") === `Basic ${btoa(`opencode:${this.password}`)}`;
    if (!known) return new Response(null, { status: 401 });
    for (const [end, reply] of this.replies) if (pathname.endsWith(end)) return reply();
    if (pathname === "/session/status") {
      if (this.lags && this.isBusy) {
        this.lags = false;
        this.#reply();
        return Response.json({});
      }
      return Response.json(this.isBusy ? { [SERVED]: { type: "busy" } } : {});
    }
    if (pathname === "/event") return this.#events();
    if (!pathname.startsWith(`/session/${SERVED}`)) {
      return Response.json({ name: "NotFoundError", data: { message: "Session not found" } }, { status: 404 });
    }
    switch (pathname.slice(`/session/${SERVED}`.length)) {
      case "":
        return Response.json({ id: SERVED, directory: searchParams.get("directory") });
      case "/message":
        return Response.json(this.#messages.slice(-Number(searchParams.get("limit") ?? 100)));
      case "/prompt_async": {
        const body = await request.json() as { parts: Json[] };
        this.prompts.push(body);
        this.#take(body.parts);
        return new Response(null, { status: 204 });
      }
      case "/abort":
        this.aborts++;
        if (this.isBusy) this.ends({ name: "MessageAbortedError", data: { message: "Aborted" } });
        return Response.json(true);
      default:
        return new Response("{}", { status: 400 });
    }
  }

  #events(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (listener) => {
        this.#listeners.add(own = listener);
        listener.enqueue(new TextEncoder().encode('data: {"type":"server.connected","properties":{}}\n\n'));
      },
      cancel: () => void this.#listeners.delete(own),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}
