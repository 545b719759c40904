/** The examples of install/capsules in a test's home, installed as their pages say, and a webhook that they call. */
import { assert, assertEquals } from "@std/assert";
import { REPOSITORY, type TestHome } from "./harness.ts";
import { processesNaming, signalIfSame } from "./harness_process.ts";

export const EXAMPLES = ["slack-webhook", "guard", "standup"] as const;
export type Example = typeof EXAMPLES[number];

export function exampleFolder(name: Example): string {
  return `${REPOSITORY}/install/capsules/${name}`;
}

export async function installExample(home: TestHome, name: Example): Promise<void> {
  const { code, stderr } = await home.cli(["capsule", "install", `install/capsules/${name}`], { cwd: REPOSITORY });
  assertEquals(code, 0, stderr);
}

/** The process of a granted capsule dies, whatever it does. */
export function killCapsule(home: TestHome, name: Example): void {
  const own = processesNaming(`${home.root}/`).filter(({ argv }) =>
    argv.some((word) => word.startsWith("file://") && word.includes(`/${name}/`) && word.endsWith("/main.ts"))
  );
  assert(own.length === 1, `${own.length} processes of ${name}`);
  for (const { pid, start } of own) signalIfSame(pid, start, "SIGKILL");
}

/** Takes messages as Slack's incoming webhooks do, at one address. */
export class FakeSlack implements AsyncDisposable {
  /** Of those that were taken. */
  readonly texts: string[] = [];
  /** Statuses of all replies, in their order. */
  readonly replies: number[] = [];
  /** Of the next replies; 200 behind them. */
  readonly statuses: number[] = [];
  /** How long its replies ask a sender to wait, seconds. */
  retryAfterSecs: number | undefined;
  /** What of it nobody but the capsule may know. */
  readonly token = "T0AB1CD2E/B0AB1CD2E/xyzSecretOfTests1234";
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const { text } = await request.json() as { text: string };
      const isOurs = request.method === "POST" && new URL(request.url).pathname === `/services/${this.token}`;
      const status = isOurs ? this.statuses.shift() ?? 200 : 404;
      this.replies.push(status);
      if (status === 200) this.texts.push(text);
      const wait = this.retryAfterSecs === undefined ? {} : { "retry-after": `${this.retryAfterSecs}` };
      return new Response("ok", { status, headers: { location: "/services/elsewhere", ...wait } });
    });
  }

  /** As a grant names it. */
  get host(): string {
    return `localhost:${this.#server.addr.port}`;
  }

  get url(): string {
    return `http://${this.host}/services/${this.token}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
