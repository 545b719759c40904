/** The example capsule slack-webhook beside the real daemon: what a webhook gets of approvals, and what nobody gets. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { grantNow, sayTo, untilState } from "../support/capsule_commands.ts";
import { FakeSlack, installExample, killCapsule } from "../support/example_capsules.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { longTest } from "../support/long_step.ts";
import { type Held, held, hook, PRINT, recorded } from "../support/hook_process.ts";
import type { RawClient } from "../support/wire.ts";

const TOLD_MS = 20_000;
const configured = (graceSecs: number) =>
  JSON.stringify({ capsules: { settings: { "slack-webhook": { grace_secs: graceSecs } } } });

/** Installed as its page says for another host than Slack's, with its URL in keys. */
async function withSlack(graceSecs: number, slack: FakeSlack): Promise<TestHome> {
  const home = await TestHome.create({ config: configured(graceSecs) });
  await installExample(home, "slack-webhook");
  const manifest = home.path("capsules/slack-webhook/capsule.jsonc");
  const text = await Deno.readTextFile(manifest);
  assertStringIncludes(text, "hooks.slack.com:443");
  await Deno.writeTextFile(manifest, text.replace("hooks.slack.com:443", slack.host));
  if (!exists(home.path("keys"))) await Deno.mkdir(home.path("keys"), { mode: 0o700 });
  await Deno.writeTextFile(home.path("keys/slack-webhook"), `${slack.url}\n`, { mode: 0o600 });
  await home.start();
  return home;
}

/** All files of the home but the one in keys: none of them knows the URL. */
function assertSecret(home: TestHome, { token }: FakeSlack): void {
  const all = [...home.files()].flatMap(([path, text]) => path.startsWith(home.path("keys/")) ? [] : [text]).join("\n");
  assertStringIncludes(all, "slack-webhook");
  assertEquals(all.includes(token.slice(-16)), false, "the webhook's URL stands in a file of the home");
}

async function answered(home: TestHome, one: Held, word = "approve"): Promise<void> {
  assertEquals((await home.cli([word, one.id])).code, 0);
}

async function untilTold(slack: FakeSlack, count: number): Promise<void> {
  await eventually(() => slack.texts.length >= count, TOLD_MS, `${count} messages`, 50);
}

/** Of the daemon's log, those that speak of it. */
async function logged(home: TestHome, words: string): Promise<void> {
  const log = home.path("logs/daemon.log");
  await eventually(
    () => exists(log) && Deno.readTextFileSync(log).includes(words),
    TOLD_MS,
    `a line with ${words}`,
    50,
  );
}

const asking = (home: TestHome, client: RawClient, session: string, command: string) =>
  held(home, client, { session, cwd: `${home.root}/${session}`, command });

Deno.test("X1 slack-webhook tells each approval once: whose, which tool, its risk, and both ends of what would run", async () => {
  await using slack = new FakeSlack();
  await using home = await withSlack(0, slack);
  const granted = await grantNow(home, "slack-webhook");
  assertStringIncludes(granted, `may connect to ${slack.host}`);
  await using client = await home.connect({ token: true });
  await using one = await asking(home, client, "web", "echo '<!channel> & more' > a; echo '```'");
  await untilTold(slack, 1);
  assertEquals(slack.texts, [
    "web (claude) waits for you: permission, Bash, unknown\n" +
    "```\necho '&lt;!channel&gt; &amp; more' &gt; a; echo '''''\n```\n" +
    `agent-console approve ${one.id}`,
  ]);
  const sayTitle = { sessionId: "shop", agent: "claude", title: "the shop <b>" };
  await client.request("session.update", sayTitle);
  await using long = await asking(home, client, "shop", `touch ${"a".repeat(800)} ${"b".repeat(300)}`);
  await untilTold(slack, 2);
  const [, told = ""] = slack.texts;
  assertMatch(told, /^the shop &lt;b&gt; \(claude\) waits for you: permission, Bash, writes\n/);
  assertStringIncludes(told, `\ntouch ${"a".repeat(594)}\n… 307 characters …\n${"b".repeat(200)}\n`);
  await answered(home, one);
  await answered(home, long, "deny");
  await pause(1500);
  assertEquals([slack.texts.length, slack.replies], [2, [200, 200]], "nothing is told of an answer");
  assertSecret(home, slack);
});

Deno.test("X1 slack-webhook tells nothing of what an agent asks in its terminal alone, as with no window open", async () => {
  await using slack = new FakeSlack();
  await using home = await withSlack(0, slack);
  await grantNow(home, "slack-webhook");
  await untilState(home, "slack-webhook", "running");
  const asks = recorded("claude", "PermissionRequest", { session: "p1", command: "touch first" });
  assertEquals((await hook(home, asks, { env: PRINT }).exit(TOLD_MS)).stdout, "");
  await using client = await home.connect({ token: true });
  await using one = await asking(home, client, "web", "touch web");
  await untilTold(slack, 1);
  assertStringIncludes(slack.texts.join(), one.id);
  assertEquals(slack.texts.length, 1);
});

longTest(
  "X1 slack-webhook does not tell what is answered within its grace, and loses nothing by a crash or a reload in it",
  async () => {
    await using slack = new FakeSlack();
    await using home = await withSlack(12, slack);
    const kept = () => Deno.readTextFileSync(home.path("capsules.kv/slack-webhook.json"));
    await grantNow(home, "slack-webhook");
    await using client = await home.connect({ token: true });
    await using quick = await asking(home, client, "quick", "touch quick");
    await answered(home, quick);
    await using one = await asking(home, client, "web", "touch web");
    await pause(10_500); // longer than an event waits for its listener: a crash gives it to nobody
    assertEquals(slack.texts, []);
    killCapsule(home, "slack-webhook");
    await untilTold(slack, 1);
    await untilState(home, "slack-webhook", "running");

    await using held = await asking(home, client, "held", "touch held");
    await using dropped = await asking(home, client, "dropped", "touch dropped");
    await eventually(() => kept().includes("touch dropped"), TOLD_MS, "what is asked is kept", 20);
    assertEquals((await home.cli(["capsule", "reload", "slack-webhook"])).code, 0);
    await answered(home, dropped);
    await untilTold(slack, 2);
    await pause(3000);
    assertEquals(slack.texts.map((text) => text.split(" ").at(-1)), [one.id, held.id]);
    for (const each of [one, held]) await answered(home, each);
    await eventually(() => kept() === "[]\n", TOLD_MS, "what was answered is forgotten", 50);
  },
);

Deno.test("X1 slack-webhook tries again where Slack is busy or fails, not after an answer, and never where it is refused", async () => {
  await using slack = new FakeSlack();
  await using home = await withSlack(0, slack);
  await grantNow(home, "slack-webhook");
  await using client = await home.connect({ token: true });
  slack.statuses.push(503, 429);
  await using one = await asking(home, client, "web", "touch web");
  await untilTold(slack, 1);
  assertEquals(slack.replies, [503, 429, 200]);

  slack.statuses.push(500);
  slack.retryAfterSecs = 3; // longer than the second that it waits by itself: the answer comes within it
  await using two = await asking(home, client, "shop", "touch shop");
  await eventually(() => slack.replies.length === 4, TOLD_MS, "the first attempt", 10);
  await client.request("approval.decide", { id: two.id, decision: "approve" });
  slack.retryAfterSecs = undefined;
  slack.statuses.push(404, 302);
  await pause(4000);
  assertEquals(slack.replies.length, 4, "it was answered");
  await using three = await asking(home, client, "three", "touch three");
  await logged(home, `an approval was not told: ${slack.host} answered 404`);
  await using four = await asking(home, client, "four", "touch four");
  await logged(home, `an approval was not told: ${slack.host} answered 302`);
  await pause(2000);
  assertEquals([slack.replies.length, slack.texts.length], [6, 1]);
  for (const each of [one, three, four]) await answered(home, each);
  assertSecret(home, slack);
});

Deno.test("X1 slack-webhook's test says whether the webhook can be reached, and no word of it names the URL", async () => {
  const slack = new FakeSlack();
  await using home = await withSlack(0, slack);
  await grantNow(home, "slack-webhook");
  assertEquals(await sayTo(home, "/slack-test"), "sent");
  assertEquals(slack.texts, ["A test of agent-console: approvals will be told here."]);
  slack.statuses.push(403);
  assertStringIncludes(await sayTo(home, "/slack-test"), `${slack.host} answered 403`);
  await slack[Symbol.asyncDispose]();
  assertStringIncludes(await sayTo(home, "/slack-test"), `${slack.host} did not answer`);
  await grantNow(home, "slack-webhook", ["--net", "none"]);
  assertStringIncludes(await sayTo(home, "/slack-test"), `${slack.host} is not granted`);
  for (const url of [slack.url.replace("localhost", "127.0.0.1"), `ftp://${slack.host}/${slack.token}`, slack.token]) {
    await Deno.writeTextFile(home.path("keys/slack-webhook"), url);
    assertStringIncludes(await sayTo(home, "/slack-test"), "keys/slack-webhook holds no https address");
  }
  await Deno.remove(home.path("keys/slack-webhook"));
  assertStringIncludes(await sayTo(home, "/slack-test"), "keys/slack-webhook is not there");
  assert(!exists(home.path("keys/slack-webhook")));
  assertSecret(home, slack);
});
