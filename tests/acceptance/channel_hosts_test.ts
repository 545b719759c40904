/** ntfy and webhook of the real daemon, in its sandbox: who is needed is notified there, once, and no secret gets anywhere else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeNtfy } from "../support/fake_ntfy.ts";
import { FakeWebhook, WEBHOOK_SECRET } from "../support/fake_webhook.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { held } from "../support/hook_process.ts";
import type { Json, RawClient } from "../support/wire.ts";

const TOKEN = "tk_canary7bb1f0c2d93a";
/** Notifications are made 2 s after the first need. */
const NOTIFIED_MS = 30_000;

/** A home that notifies by both; the webhook's secret is in a file, the token of ntfy in a variable. */
async function homeFor(ntfy: FakeNtfy, webhook: FakeWebhook, more: Json = {}): Promise<TestHome> {
  const channels = {
    ntfy: { enabled: true, server: ntfy.url, topic: "hub", token_env: "AC_TEST_TOKEN" },
    webhook: { url: `${webhook.url}/hook`, secret_file: "webhook.secret" },
    ...more,
  };
  const home = await TestHome.create({ config: JSON.stringify({ channels }) });
  await Deno.mkdir(home.path("keys"), { mode: 0o700 });
  await Deno.writeTextFile(home.path("keys/webhook.secret"), `${WEBHOOK_SECRET}\n`, { mode: 0o600 });
  return home;
}

const env = { AC_TEST_TOKEN: TOKEN, HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9" };

/** By the connection: a command could take as long to start as a failed notification waits for its second try. */
async function rows(client: RawClient): Promise<Record<string, Json>> {
  const { channels } = await client.request("channel.list") as { channels: Json[] };
  return Object.fromEntries(channels.map((row) => [String(row["name"]), row]));
}

Deno.test("V5 A7 A4 a question reaches ntfy and the webhook once, in one line; a mute silences both", async () => {
  await using ntfy = new FakeNtfy({ token: TOKEN });
  await using webhook = new FakeWebhook();
  await using home = await homeFor(ntfy, webhook);
  await home.start({ env });
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "printf '\u001b[31m\u202e' && rm -rf x" });
  await eventually(() => ntfy.messages.length > 0 && webhook.received.length > 0, NOTIFIED_MS, "both notifications");
  const [message] = ntfy.messages as [Json];
  const [{ body, text }] = webhook.received as [typeof webhook.received[0]];
  assertMatch(String(message["message"]), /^Bash: printf '\\x1b\[31m\\u202e' && rm -rf x \(destroys\)$/);
  assertEquals((body["approval"] as Json)["id"], asks.id);
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f\u202e]/.test(text + JSON.stringify(message)), text);
  assertEquals(webhook.unsigned, []);

  const { channel } = await client.request("status") as Json;
  assertEquals(channel, { on: ["ntfy", "webhook"], details: { webhook: { waiting: 0, lost: 0 } } });
  assertEquals((await home.cli(["channel", "mute", "30m"])).code, 0);
  await using _silent = await held(home, client, { session: "s2", command: "touch muted" });
  await pause(3500);
  assertEquals([ntfy.messages.length, webhook.received.length], [1, 1]);
  for (const name of ["ntfy", "webhook"]) {
    const tested = await home.cli(["channel", "test", name]);
    const server = name === "ntfy" ? ntfy.url : webhook.url;
    assertEquals(
      [tested.code, tested.stdout.split("\n")[0]],
      [0, `${name}: a notification went to ${server}`],
      tested.stderr,
    );
  }
  assertEquals((webhook.received[1]?.body ?? {})["test"], true);
});

Deno.test("V5 a webhook that fails is tried again with the same id, and the list says so; 410 ends it until a reload", async () => {
  await using ntfy = new FakeNtfy();
  await using webhook = new FakeWebhook();
  await using home = await homeFor(ntfy, webhook, { ntfy: { enabled: false } });
  await home.start();
  await using client = await home.connect({ token: true });
  webhook.statuses.push(503);
  await using _asks = await held(home, client, { command: "touch again" });
  await eventually(() => webhook.received.length === 1, NOTIFIED_MS, "the first try");
  const failed = await eventually(
    async () => {
      const { webhook } = await rows(client);
      return webhook?.["last"] === undefined ? undefined : webhook;
    },
    NOTIFIED_MS,
    "the end of the first try",
  );
  assertEquals(failed["details"], { waiting: 1, lost: 0 });
  assertMatch(String((failed["last"] as Json)["problem"]), /^it replied 503; tried again in [4-6] s$/);
  const listed = await home.json(["channel", "list", "--json"]) as { channels: Json[] };
  assert(
    listed.channels.some(({ name, last }) => name === "webhook" && last !== undefined),
    "the list says how it ended",
  );
  await eventually(() => webhook.received.length === 2, NOTIFIED_MS, "the second try");
  assertEquals(webhook.received[1]?.id, webhook.received[0]?.id);
  await eventually(
    async () => ((await rows(client))["webhook"]?.["last"] as Json)["ok"] === true,
    NOTIFIED_MS,
    "the list tells that it works again",
  );

  webhook.statuses.push(500);
  const broken = await home.cli(["channel", "test", "webhook"]);
  assertMatch(broken.stderr, /it replied 500\nhint: its server failed: that server's own log says why\n$/);
  webhook.received.pop();

  webhook.statuses.push(410);
  const gone = await home.cli(["channel", "test", "webhook"]);
  assertEquals(gone.code, 1, gone.stdout);
  assertMatch(gone.stderr, /it replied 410|replied 410: it wants no more notifications/);
  const refused = await home.cli(["channel", "test", "webhook"]);
  assertEquals(
    refused.stderr,
    "error: the channel webhook cannot notify: its server replied 410: it wants no more notifications\n" +
      "hint: agent-console daemon reload notifies it again\n",
  );
  assertEquals(webhook.received.length, 3);
  const { channel } = await client.request("status") as { channel: Json };
  assertEquals(channel["problems"], ["webhook: its server replied 410: it wants no more notifications"]);
  assertEquals(channel["cures"], { webhook: "agent-console daemon reload notifies it again" });
  assertMatch((await home.cli(["doctor"])).stdout, /webhook: its server replied 410/);
  assertEquals((await home.cli(["daemon", "reload"])).stdout, "webhook: begun again\n");
  assertEquals((await home.cli(["daemon", "reload"])).stdout, "nothing to apply\n");
  assertEquals((await home.cli(["channel", "test", "webhook"])).code, 0);
});

Deno.test("A3 the secrets of channels are in no output, log, journal, dump or process table, whatever goes wrong", async () => {
  await using ntfy = new FakeNtfy({ token: "tk_another" });
  await using webhook = new FakeWebhook(`whsec_${btoa("another secret of 24 bytes")}`);
  await using home = await homeFor(ntfy, webhook);
  await home.start({ env });
  const said: string[] = [];
  const run = async (...args: string[]) => {
    const { stdout, stderr } = await home.cli(args, { env });
    said.push(stdout, stderr);
    return stderr;
  };
  assertMatch(await run("channel", "test", "ntfy"), /it replied 403: the token may not write to the topic/);
  assertMatch(await run("channel", "test", "webhook"), /it replied 401/);
  for (
    const words of [
      "channel list --json",
      "channel list",
      "config show",
      "config get channels",
      "daemon permissions --json",
      "daemon dump",
      "status -v",
      "status --json",
      "doctor",
      "daemon logs",
      "audit tail",
    ]
  ) await run(...words.split(" "));
  const pid = Number((await Deno.readTextFile(home.path("daemon.pid"))).split("\n")[0]);
  said.push(await Deno.readTextFile(`/proc/${pid}/cmdline`));
  // The daemon runs, and may replace a file between a list of the names and a look.
  const written = [...home.files()].filter(([path]) => /\/(?:journal|logs)\//.test(path));
  assertEquals(new Set(written.map(([path]) => path.split("/").at(-2))), new Set(["journal", "logs"]));
  said.push(...written.map(([, text]) => text));
  const all = said.join("\n");
  assert(all.includes("AC_TEST_TOKEN") && all.includes("webhook.secret"), "the names of the places were not read");
  for (const secret of [TOKEN, WEBHOOK_SECRET, WEBHOOK_SECRET.slice(6)]) {
    assertEquals(said.filter((text) => text.includes(secret)), []);
  }
});
