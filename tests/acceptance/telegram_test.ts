/** Telegram, by the real daemon in its sandbox against a double of the Bot API: who is heard, what is asked, what lands once. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { localTime } from "../../src/view/times.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { ALLOWED, approval, held, pending, recordOf, storyOf } from "../support/hook_process.ts";
import { readJournal } from "../support/harness_journal.ts";
import { listening, messageWith, OWNER, telegramHome } from "../support/telegram_home.ts";

Deno.test("V4 a request is a message with buttons, and the press of one answers it once", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "touch from-the-sofa" });
  const message = await messageWith(bot, "touch from-the-sofa");
  assertEquals(message.chat, OWNER);
  assertMatch(
    message.text,
    /^▲ (\S+) waits\nclaude · permission · .*\n│ in \S+\n│ Bash: touch from-the-sofa\npart 1 of 1 · \S+ · .* · \1$/,
  );
  assertEquals(message.buttons.map(({ text }) => text), ["Approve", "Deny", "More…"]);
  assert(message.buttons.every(({ data }) => /^[0-9a-f]{32}$/.test(data)));
  const { buttons } = message;
  bot.press({ ...message, buttons }, "Approve");
  bot.press({ ...message, buttons }, "Approve");
  bot.press({ ...message, buttons }, "Deny");
  const { stdout } = await asks.hook.exit(10_000);
  assertEquals(stdout, ALLOWED);
  await eventually(() => bot.toasts.length >= 3, 10_000, "three replies to presses");
  // Each goes out beside the others.
  const expected = ["approved once", "approved once by telegram", "approved once by telegram"];
  assertEquals(bot.toasts.toSorted(), expected);
  assertEquals(storyOf(home, asks.id).filter((line) => line.startsWith("approval.decided")), [
    "approval.decided approved",
  ]);
  const decided = readJournal(home).find(({ type }) => type === "approval.decided");
  assertEquals(decided?.actor, "telegram:approve");
  await eventually(() => message.buttons.length === 0, 10_000, "a message without buttons");
  assertMatch(message.text, /^✓ [^:\n]+: approved once, by telegram\n│ Bash: touch from-the-sofa$/);
});

Deno.test("V4 what is answered elsewhere is edited, and what was answered at once is never sent", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  // Well within the 2 s for which notifications are gathered, by the daemon's own times: a busy machine may be slower.
  let quick: string | undefined;
  for (let n = 0; quick === undefined && n < 5; n++) {
    const command = `touch quick-${n}`;
    await using one = await held(home, client, { session: `quick-${n}`, command });
    await client.request("approval.decide", { id: one.id, decision: "deny" });
    const at = (type: string) => Date.parse(recordOf(home, one.id, type)?.ts ?? "");
    if (at("approval.decided") - at("approval.requested") < 1500) quick = command;
    else await pause(5000); // what is gathered with it has gone out
  }
  assert(quick !== undefined, "no request was answered at once");
  await using asks = await held(home, client, { command: "touch elsewhere" });
  const message = await messageWith(bot, "touch elsewhere");
  assertEquals((await home.cli(["deny", asks.id])).code, 0);
  await eventually(() => message.buttons.length === 0, 10_000, "a message without buttons");
  assertMatch(message.text, /^✖ [^:\n]+: denied, in another window\n/);
  assertEquals(bot.messages.filter(({ text }) => text.includes(quick)), []);
});

Deno.test("V4 strangers get no reply, leave no record, and press nothing; in a group the person counts", async () => {
  await using here = await telegramHome({ allowed_chat_ids: [OWNER, -500] });
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "touch mine" });
  const message = await eventually(
    () => bot.messages.find(({ chat, text }) => chat === -500 && text.includes("touch mine")),
    15_000,
    "the question in the group",
  );
  await eventually(() => bot.messages.length === 2, 15_000, "both messages");
  const before = readJournal(home).length;
  for (let n = 0; n < 60; n++) bot.says(`/approve ${asks.id}`, { person: 1000 + n });
  bot.says(`/deny ${asks.id}`, { person: 666, chat: -500 });
  bot.press(message, "Deny", 666);
  bot.says("/status", { person: OWNER, chat: -501 });
  bot.says("/status", { more: { from: { id: OWNER, is_bot: true, first_name: "Bot" } } });
  await eventually(
    async () => {
      const { channel } = await client.request("status") as {
        channel: { details: { telegram: { strangers: number } } };
      };
      return channel.details.telegram.strangers === 64;
    },
    15_000,
    "64 strangers",
  );
  assertEquals([bot.messages.length, bot.toasts, (await pending(client)).length], [2, [], 1]);
  assertEquals(readJournal(home).length, before, "nothing of strangers is kept");
  bot.press(message, "Deny", OWNER);
  await eventually(async () => (await pending(client)).length === 0, 10_000, "an answer");
  assertEquals((await approval(client, asks.id))["status"], "denied");
});

Deno.test("V4 the commands of the console by name; approve wants a name, and other text is no prompt", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  const told = await eventually(() => bot.calls.find(({ method }) => method === "setMyCommands"), 15_000, "the menu");
  const { commands, scope } = told.params as { commands: { command: string }[]; scope: unknown };
  assertEquals(scope, { type: "chat", chat_id: OWNER });
  const names = commands.map(({ command }) => command);
  for (const name of ["status", "sessions", "approve", "deny", "run", "mute", "help"]) {
    assert(names.includes(name), name);
  }
  bot.says("/status@ac_test_bot");
  assertMatch((await messageWith(bot, "safety mode")).text, /^agent-console \S+ running, /);
  bot.says("/status@another_bot");
  bot.says("delete everything, please");
  assertMatch((await messageWith(bot, "That is no command")).text, /\/approve \[ID \[yes\]\] – say yes once/);
  await using asks = await held(home, client, { command: "git push --force origin main" });
  const question = await messageWith(bot, "git push --force");
  bot.says("/sessions");
  assertMatch((await messageWith(bot, "claude  waiting")).text, /git push --force origin main/);
  bot.says("/approve");
  await messageWith(bot, "/approve needs the id of a request, and takes no name here");
  bot.says(`/approve ${asks.id}`);
  assertMatch((await messageWith(bot, "Nothing is approved yet")).text, /git push --force origin main\n[\s\S]*yes$/);
  assertEquals((await pending(client)).length, 1);
  bot.says(`/approve ${asks.id} yes`);
  assertEquals((await asks.hook.exit(10_000)).stdout, ALLOWED);
  await eventually(() => question.text.includes("approved once, by telegram"), 10_000, "the edited question");
  bot.says("/mute 30m");
  await messageWith(bot, "No channel notifies for 30m");
  assert(typeof (await home.json(["channel", "list", "--json"]))["mutedUntil"] === "string");
  bot.says("/run mine hello");
  assertMatch((await messageWith(bot, "no prompts are taken by Telegram")).text, /channels\.telegram\.can_run true/);
  bot.says("/daemon stop");
  await messageWith(bot, 'unknown command "/daemon"');
  assertEquals(bot.messages.filter(({ text }) => text.includes("safety mode")).length, 1);
});

Deno.test("V4 what destroys takes a second press, and a wider yes its own buttons, which make the rule that they say", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "rm -rf build" });
  const message = await messageWith(bot, "rm -rf build");
  bot.press(message, "Approve");
  await eventually(() => message.buttons[0]?.text === "Yes, approve what destroys", 10_000, "the second question");
  assertEquals((await pending(client)).length, 1);
  bot.press(message, "Back");
  await eventually(() => message.buttons[0]?.text === "Approve", 10_000, "the first buttons");
  bot.press(message, "Approve");
  await eventually(() => message.buttons[0]?.text === "Yes, approve what destroys", 10_000, "the second question");
  bot.press(message, "Yes, approve what destroys");
  assertEquals((await asks.hook.exit(10_000)).stdout, ALLOWED);

  await using wide = await held(home, client, { session: "s2", command: "touch wide" });
  const second = await messageWith(bot, "touch wide");
  bot.press(second, "More…");
  await eventually(() => second.buttons.at(-1)?.text === "Back", 10_000, "scopes");
  bot.press(second, "Session, 8 hours");
  assertEquals((await wide.hook.exit(10_000)).stdout, ALLOWED);
  await eventually(() => second.buttons.length === 0, 10_000, "a message without buttons");
  const { rules } = await home.json(["rules", "list", "--json"]) as { rules: { scope: string; expiresAt?: string }[] };
  assertEquals(rules.map(({ scope, expiresAt }) => [scope, expiresAt !== undefined]), [["session", true]]);
  const until = `approved session until ${localTime(rules[0]?.expiresAt ?? "")}`;
  assertStringIncludes(second.text, `: ${until}, by telegram\n`);
  await eventually(() => bot.toasts.includes(until), 10_000, "what the press says"); // goes out beside the edit
});

Deno.test("V4 mute keeps questions from the phone, and a test of the channel notifies all the same", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  assertEquals((await home.cli(["channel", "mute", "10m"])).code, 0);
  await using _asks = await held(home, client, { command: "touch muted" });
  await pause(3000);
  assertEquals(bot.messages, []);
  const tested = await home.cli(["channel", "test", "telegram"]);
  assertEquals(tested.code, 0, tested.stderr);
  assertMatch(tested.stdout, /^telegram: a notification went to @ac_test_bot at 127\.0\.0\.1:\d+\n/);
  await messageWith(bot, "a test of the channel telegram; nobody waits");
});

Deno.test("V4 A7 without a list nothing begins, which is said with what to do; the sandbox names its host where it is on", async () => {
  await using here = await telegramHome({ allowed_chat_ids: [], api_url: "https://api.telegram.org" });
  const { home, bot } = here;
  const nets = async () => {
    const { permissions } = await home.json(["daemon", "permissions", "--json"]) as { permissions: { flag: string }[] };
    return permissions.map(({ flag }) => flag).filter((flag) =>
      flag.startsWith("--allow-net") && !flag.includes("unix:")
    );
  };
  assertEquals(await nets(), ["--allow-net=api.telegram.org:443"]);
  await home.start();
  const tested = await home.cli(["channel", "test", "telegram"]);
  assertEquals([tested.code, tested.stdout], [1, ""]);
  assertMatch(
    tested.stderr,
    /allowed_chat_ids is empty, so nobody may be heard\nhint: agent-console config set channels\./,
  );
  assertEquals(bot.calls, []);
  assertEquals((await home.cli(["config", "set", "channels.telegram.enabled", "false"])).code, 0);
  assertEquals(await nets(), []);
});
