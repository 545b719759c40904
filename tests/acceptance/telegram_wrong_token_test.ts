/** A bot whose token Telegram refuses, and a request that is looked at again: what each of them says, by the real daemon. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/harness_wait.ts";
import { ALLOWED, held } from "../support/hook_process.ts";
import { listening, messageWith, OWNER, telegramHome } from "../support/telegram_home.ts";
import type { Json } from "../support/wire.ts";

Deno.test("V4 first hour 6: a refused token is a problem of doctor, and the test of the channel names its file", async () => {
  await using here = await telegramHome();
  const { home } = here;
  await Deno.writeTextFile(home.path("keys/telegram.token"), "4242:another-token_which_no_bot_has\n");
  await home.start();
  await using client = await home.connect({ token: true });
  const problems = await eventually(
    async () => ((await client.request("status") as Json)["channel"] as Json)["problems"],
    15_000,
    "a problem",
  );
  assertEquals(problems, ["telegram: no bot has this token"]);
  const tested = await home.cli(["channel", "test", "telegram"]);
  assertEquals([tested.code, tested.stdout], [1, ""]);
  const cure = `put the bot's token into ${
    home.path("keys/telegram.token")
  }, chmod 600, then agent-console daemon reload`;
  assertStringIncludes(tested.stderr, `no bot has this token\nhint: ${cure}\n`);
  const listed = (await home.cli(["channel", "list"])).stdout;
  assertStringIncludes(listed, `  no bot has this token\n  hint: ${cure}\n  strangers 0\n`);
  const doctor = await home.cli(["doctor", "--json"], { env: { PATH: "/usr/bin:/bin" } });
  const { findings } = JSON.parse(doctor.stdout) as { findings: Json[] };
  const [found] = findings.filter(({ id }) => id === "daemon.channels");
  assertEquals([doctor.code, found?.["level"], found?.["text"], found?.["hint"]], [
    1,
    "problem",
    "a channel does not notify: telegram: no bot has this token",
    cure,
  ]);
  const { stdout } = await home.cli(["status", "-v"]);
  assertMatch(stdout, /^channel +telegram: no bot has this token, strangers 0$/m);
});

Deno.test("V4 /show of an open request is the question with its buttons, where it stands whole", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "touch looked-at-again" });
  const first = await messageWith(bot, "touch looked-at-again");
  bot.says(`/show ${asks.id}`);
  const second = await eventually(
    () => bot.messages.find((one) => one !== first && one.text.includes("touch looked-at-again")),
    10_000,
    "the same again",
  );
  assertEquals([second.chat, second.text], [OWNER, first.text]);
  assertEquals(second.buttons.map(({ text }) => text), ["Approve", "Deny", "More…"]);
  bot.press(second, "Approve");
  assertEquals((await asks.hook.exit(10_000)).stdout, ALLOWED);
  await eventually(() => first.buttons.length + second.buttons.length === 0, 10_000, "both without buttons");
  bot.says(`/show ${asks.id}`);
  await eventually(() => bot.messages.length === 3, 10_000, "how it is now");
  assertEquals(bot.messages[2]?.buttons, []);
});

Deno.test("V4 first hour 4: a reload says that it has begun the bot whose token file was mended, or that it cannot", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  const file = home.path("keys/telegram.token");
  const token = await Deno.readTextFile(file);
  await home.start();
  await listening(bot);
  const reload = async () => (await home.cli(["daemon", "reload"])).stdout;
  assertEquals(await reload(), "nothing to apply\n");
  await Deno.writeTextFile(file, "no token\n");
  assertMatch(await reload(), /^telegram: \S+\/telegram\.token holds no \w+[^\n]*\n$/);
  await Deno.writeTextFile(file, token);
  assertEquals(await reload(), "telegram: begun again\n");
});
