/** Telegram and a daemon that is killed at each step, a network that goes, and a configuration that is read again. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { refused } from "../support/fake_telegram.ts";
import { eventually, patience, pause, within } from "../support/harness_wait.ts";
import { held, hook, pending, recorded, storyOf } from "../support/hook_process.ts";
import { readJournal } from "../support/harness_journal.ts";
import { CANARY, listening, messageWith, OWNER, telegramHome } from "../support/telegram_home.ts";
import type { Json } from "../support/wire.ts";

/** How many decisions the journal has, and how many changes of the mute. */
function changes(here: { readonly home: Parameters<typeof readJournal>[0] }) {
  const of = (type: string) => readJournal(here.home).filter((line) => line.type === type).length;
  return { decided: of("approval.decided"), muted: of("channel.muted") };
}

/** Messages that the bot has yet to edit, as they stand on the disk. */
function keptMessages(home: { readonly path: (name: string) => string }): number {
  return (JSON.parse(Deno.readTextFileSync(home.path("telegram.json"))) as { messages: Json[] }).messages.length;
}

Deno.test("V4 killed after the poll, before the offset is written: what was sent is done once, by the next daemon", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  // The reply with the update is held back for as long as the daemon lives: it has asked, and got nothing.
  bot.instead.set("getUpdates", [() => new Promise<Response>(() => {})]);
  bot.says("hello");
  await eventually(() => bot.instead.get("getUpdates")?.length === 0, 10_000, "the next poll");
  bot.says("/mute 10m");
  await home.kill();
  assertEquals(changes(here).muted, 0);
  await home.start();
  await eventually(() => changes(here).muted === 1, 15_000, "the mute");
  await home.kill();
  await home.start();
  await listening(bot);
  assertEquals(changes(here).muted, 1);
});

Deno.test("V4 killed after the offset is written, and after the change: nothing is done twice, even where it comes twice", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  const number = bot.says("/mute 10m");
  await eventually(() => changes(here).muted === 1, 10_000, "the mute");
  await home.kill();
  assertEquals(JSON.parse(await Deno.readTextFile(home.path("telegram.json")))["offset"], number + 1);
  // A server that forgot what was confirmed: the offset on the disk counts.
  const message = {
    message_id: 1,
    date: 1,
    chat: { id: OWNER, type: "private" },
    from: { id: OWNER },
    text: "/mute 10m",
  };
  bot.again({ update_id: number, message });
  await home.start();
  await listening(bot);
  await pause(1500);
  assertEquals(changes(here).muted, 1);
  // And one that forgot it together with our file: the change's key counts.
  await home.kill();
  await Deno.writeTextFile(
    home.path("telegram.json"),
    JSON.stringify({ version: 1, bot: "4242", offset: number, messages: [] }),
  );
  bot.again({ update_id: number, message });
  await home.start();
  await eventually(() => bot.unconfirmed === 0 && bot.isPolled, 15_000, "the poll behind it");
  assertEquals(changes(here).muted, 1);
});

Deno.test("V4 killed after the decision, before the edit: the next daemon edits, and an old button says so", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "touch decided" });
  const message = await messageWith(bot, "touch decided");
  const before = { ...message, buttons: [...message.buttons] };
  bot.instead.set("editMessageText", Array.from({ length: 20 }, () => () => new Promise<Response>(() => {})));
  bot.press(message, "Deny");
  await eventually(() => changes(here).decided === 1, 10_000, "the decision");
  await home.kill();
  bot.instead.clear();
  assertEquals(message.buttons.length, 3, "it was killed before the edit");
  await home.start();
  await eventually(() => message.buttons.length === 0, 15_000, "the edit");
  assertMatch(message.text, /^✖ [^:\n]+: denied, by telegram\n/);
  // Until the reply to the edit has come the bot knows what the message is about, and a press is told how that ended.
  await eventually(() => keptMessages(home) === 0, 10_000, "the reply to the edit");
  bot.press(before, "Approve");
  await eventually(() => bot.toasts.includes("this button is old: /approvals"), 10_000, "the reply to an old button");
  assertEquals(storyOf(home, asks.id).filter((line) => line.startsWith("approval.decided")).length, 1);
});

Deno.test("V4 killed with a question open: it leaves no ghost, and one whose number was lost says that it is old", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using _first = await held(home, client, { command: "touch open" });
  const message = await messageWith(bot, "touch open");
  const file = await eventually(
    () => {
      const { messages } = JSON.parse(Deno.readTextFileSync(home.path("telegram.json"))) as { messages: Json[] };
      return messages[0];
    },
    10_000,
    "its number on the disk",
  );
  assertEquals(file["message"], message.id);
  assertEquals(((await Deno.stat(home.path("telegram.json"))).mode ?? 0) & 0o777, 0o600);
  await home.kill();
  await home.start();
  await eventually(
    async () => {
      await using again = await home.connect({ token: true });
      const isOpen = (await pending(again)).length > 0;
      return isOpen ? message.edits > 0 && message.buttons.length > 0 : message.buttons.length === 0;
    },
    20_000,
    "a message that says what is",
  );
  const lost = { chat: OWNER, id: 5555, text: "▲ web waits: Bash: touch lost" };
  const old = { ...lost, buttons: [{ text: "Approve", data: "f".repeat(32) }], edits: 0 };
  bot.messages.push(old);
  bot.pressData(lost, "f".repeat(32));
  await eventually(() => old.buttons.length === 0, 10_000, "the old message without buttons");
  assertMatch(old.text, /touch lost\n– this button is old: \/approvals$/);
});

Deno.test("V4 409, 429 and a network that goes: told once, waited for, told again, and what was asked meanwhile is sent", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  const problem = async () => ((await client.request("status"))["channel"] as { problems?: string[] }).problems?.[0];
  bot.instead.set("getUpdates", [() => refused(429, "Too Many Requests: retry after 3", { retry_after: 3 })]);
  bot.says("hello"); // ends the poll
  const begun = performance.now();
  assertMatch(await eventually(problem, 10_000, "a problem in status"), /^telegram: Telegram lets it wait/);
  await eventually(async () => await problem() === undefined, 15_000, "no problem any more");
  assert(performance.now() - begun > 2500, "retry_after is waited for");
  // Another program polls: ours is refused, and its next poll gets no reply before the conflict was looked at.
  await listening(bot);
  const looked = Promise.withResolvers<void>();
  const begunBy = bot.calls.length;
  const other = await fetch(`${bot.url}/bot${CANARY}/getUpdates`, {
    method: "POST",
    body: JSON.stringify({ offset: 0, timeout: 1 }),
  });
  await other.body?.cancel();
  bot.instead.set("getUpdates", [() => looked.promise.then(() => Response.json({ ok: true, result: [] }))]);
  await eventually(async () => (await problem())?.includes("another program polls"), 10_000, "a conflict");
  const token = home.path("keys/telegram.token");
  assertMatch(
    (await home.cli(["channel", "list"])).stdout,
    new RegExp(
      "\\n  another program polls with the same token\n  hint: end the other program, or have a bot for this daemon " +
        `alone: put the bot's token into ${token}, chmod 600, then agent-console daemon reload\n`,
    ),
  );
  const polls = () => bot.calls.slice(begunBy).filter(({ method }) => method === "getUpdates");
  await eventually(() => polls().length === 2, 20_000, "the next poll");
  const [others, next] = polls();
  assert((next?.at ?? 0) - (others?.at ?? 0) > 4000, "it does not poll in a row");
  looked.resolve();
  await eventually(async () => await problem() === undefined, 20_000, "no conflict any more");
  const broken = Array.from({ length: 3 }, () => () => new Response("<html>502</html>", { status: 502 }));
  bot.instead.set("sendMessage", broken);
  bot.instead.set("getUpdates", broken.slice(0, 2));
  await using asks = await held(home, client, { command: "touch meanwhile" });
  bot.says("hello again");
  await messageWith(bot, "touch meanwhile", 60_000);
  assertEquals((await pending(client)).map(({ id }) => id), [asks.id]);
  const log = await Deno.readTextFile(home.path("logs/daemon.log"));
  const lines = log.split("\n").filter((line) => /Telegram is (?:not )?reached/.test(line));
  assert(lines.length >= 4 && lines.length <= 8, lines.join("\n"));
});

Deno.test("V4 a reload begins the bot anew only where its own settings changed, and a stop ends the poll at once", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  const greetings = () => bot.calls.filter(({ method }) => method === "getMe").length;
  const write = async (change: (telegram: Json, config: Json) => void) => {
    const config = JSON.parse(await Deno.readTextFile(home.path("config.jsonc"))) as { channels: { telegram: Json } };
    change(config.channels.telegram, config as unknown as Json);
    await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config), { mode: 0o600 });
    await home.json(["daemon", "reload", "--json"]);
  };
  await write((_, config) => config["daemon"] = { log_level: "debug" });
  assertEquals(greetings(), 1);
  await write((telegram) => telegram["allowed_chat_ids"] = [OWNER, 8]);
  await eventually(() => greetings() === 2, 10_000, "the bot begun anew");
  await listening(bot);
  bot.says("/status", { person: 8 });
  assertEquals((await messageWith(bot, "safety mode")).chat, 8);
  await listening(bot);
  assertEquals((await within(home.stop(), await patience(5000), "the stop")).code, 0);
});

Deno.test("V4 a reload keeps what could not be sent, and whose message stands for what", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using _first = await held(home, client, { command: "touch sent" });
  const first = await messageWith(bot, "touch sent");
  bot.instead.set("sendMessage", Array.from({ length: 200 }, () => () => new Response("<html>", { status: 502 })));
  await using _second = await held(home, client, { command: "touch unsent" });
  await eventually(() => (bot.instead.get("sendMessage")?.length ?? 0) < 200, 10_000, "a message that fails");
  const config = JSON.parse(await Deno.readTextFile(home.path("config.jsonc"))) as { channels: { telegram: Json } };
  config.channels.telegram["can_run"] = true;
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config), { mode: 0o600 });
  await home.json(["daemon", "reload", "--json"]);
  bot.instead.clear();
  await messageWith(bot, "touch unsent");
  await eventually(() => first.edits > 0 && first.buttons.length > 0, 10_000, "new buttons");
  bot.press(first, "Deny");
  await eventually(() => first.buttons.length === 0, 10_000, "the edit");
});

Deno.test("V4 A3 the token is nowhere: not in logs, status, journal, config, arguments, errors, nor in what is sent on", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  bot.instead.set("getMe", [
    () => refused(400, `Bad Request: ${CANARY}`),
    () => new Response("<html>", { status: 502 }),
  ]);
  await home.start({ args: ["--verbose"] });
  await listening(bot);
  const secret = CANARY.split(":")[1] ?? "";
  const said: string[] = [];
  for (
    const args of [
      ["status", "--json"],
      ["channel", "list"],
      ["channel", "list", "--json"],
      ["channel", "test", "telegram"],
      ["config", "show"],
      ["config", "show", "--json"],
      ["daemon", "permissions"],
      ["daemon", "dump"],
      ["daemon", "doctor"],
      ["daemon", "logs", "-n", "500"],
    ]
  ) {
    const { stdout, stderr } = await home.cli(args);
    said.push(stdout, stderr);
  }
  await using _asks = hook(home, recorded("claude", "PermissionRequest", { command: "touch asked" }));
  await messageWith(bot, "touch asked");
  const port = bot.port;
  await bot[Symbol.asyncDispose]();
  await eventually(
    async () => (await home.cli(["status", "--json"])).stdout.includes("cannot be reached"),
    30_000,
    "a connection that is gone",
  );
  said.push((await home.cli(["channel", "list"])).stdout, (await home.cli(["status"])).stdout);
  const wrong = await home.cli(["config", "set", "channels.telegram.bot_token_env", CANARY]);
  assertEquals(wrong.code === 0, false);
  await Deno.writeTextFile(home.path("keys/telegram.token"), `x${secret}`, { mode: 0o600 });
  said.push((await home.cli(["daemon", "reload"])).stderr, (await home.cli(["channel", "list"])).stdout);
  assertMatch(said.at(-1) ?? "", /holds no token of a bot/);
  const pid = home.needPid();
  said.push(await Deno.readTextFile(`/proc/${pid}/cmdline`), await Deno.readTextFile(`/proc/${pid}/environ`));
  for (const text of said) assert(!text.includes(secret), `the token is in: ${text}`);
  for (const [path, text] of home.files()) {
    if (!path.endsWith("/keys/telegram.token")) assert(!text.includes(secret), `the token is in ${path}`);
  }
  assert(port > 0 && !bot.messages.some(({ text }) => text.includes(secret)));
});
