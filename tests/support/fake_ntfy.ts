/** A double of a server of ntfy: it takes its JSON form as documented, and refuses what that does not have. */
import type { Json } from "./wire.ts";

export interface NtfyOptions {
  /** Only who has it may write. */
  readonly token?: string;
}

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  topic: (value) => typeof value === "string" && /^[-_A-Za-z0-9]{1,64}$/.test(value),
  title: (value) => typeof value === "string",
  message: (value) => typeof value === "string" && new TextEncoder().encode(value).length <= 4096,
  priority: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5,
  tags: (value) => Array.isArray(value) && value.every((tag) => typeof tag === "string"),
  click: (value) => typeof value === "string" && URL.canParse(value),
  actions: (value) => Array.isArray(value) && value.length <= 3 && value.every(isAction),
};

function isAction(action: Json): boolean {
  const { action: kind, label, url, clear = false } = action;
  return kind === "view" && typeof label === "string" && URL.canParse(String(url)) && typeof clear === "boolean";
}

export class FakeNtfy implements AsyncDisposable {
  readonly messages: Json[] = [];
  /** The next reply, instead of what it would be. */
  status: number | undefined;
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor({ token }: NtfyOptions = {}) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const text = await request.text();
      if (this.status !== undefined) {
        return new Response("x".repeat(1000), { status: this.status, headers: { location: `${this.url}/other` } });
      }
      if (request.method !== "POST" || new URL(request.url).pathname !== "/") return refusal(404, 40401);
      if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) return refusal(403, 40301);
      const message = JSON.parse(text) as Json;
      const wrong = Object.entries(message).find(([name, value]) => FIELDS[name]?.(value) !== true);
      if (wrong !== undefined || message["topic"] === undefined) return refusal(400, 40024);
      this.messages.push(message);
      return Response.json({ id: "x", time: 1, event: "message", ...message });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function refusal(http: number, code: number): Response {
  return Response.json({ code, http, error: "refused" }, { status: http });
}
