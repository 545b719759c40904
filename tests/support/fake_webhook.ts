/** A receiver of webhooks: it checks each signature with the library of Standard Webhooks, and replies as it is told. */
import { Webhook } from "standardwebhooks";
import type { Json } from "./wire.ts";

/** Made for tests. */
export const WEBHOOK_SECRET = `whsec_${btoa("a secret of thirty-two bytes, ok")}`;

export interface Received {
  readonly id: string;
  readonly timestamp: number;
  readonly body: Json;
  /** The text of the body, as it came. */
  readonly text: string;
}

export class FakeWebhook implements AsyncDisposable {
  /** Those whose signature is right. */
  readonly received: Received[] = [];
  readonly unsigned: string[] = [];
  /** Statuses of the next replies; 204 behind them. */
  readonly statuses: number[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(secret: string = WEBHOOK_SECRET) {
    const webhook = new Webhook(secret);
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const text = await request.text();
      const headers = Object.fromEntries(request.headers);
      try {
        const body = webhook.verify(text, headers) as Json;
        const id = headers["webhook-id"] ?? "";
        this.received.push({ id, timestamp: Number(headers["webhook-timestamp"]), body, text });
      } catch (error) {
        this.unsigned.push(String(error));
        return new Response(null, { status: 401 });
      }
      const status = this.statuses.shift() ?? 204;
      return new Response(null, { status, headers: { location: `${this.url}/elsewhere` } });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
