/** Commands of capsules by Telegram: the menu, the help, what they say, and that a slow one keeps nobody waiting. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FakeTelegram } from "../support/fake_telegram.ts";
import { eventually } from "../support/harness_wait.ts";
import { grantTeam } from "../support/team_capsule.ts";
import { listening, messageWith, telegramHome } from "../support/telegram_home.ts";

/** The menus that Telegram was told, one for each call. */
const menus = (bot: FakeTelegram) =>
  bot.calls.filter(({ method }) => method === "setMyCommands").map(({ params }) =>
    (params["commands"] as { command: string; description: string }[]).map(({ command, description }) =>
      `${command}: ${description}`
    )
  );
const untilMenus = (bot: FakeTelegram, count: number) =>
  eventually(() => menus(bot).length === count, 30_000, `${count} menus`);

Deno.test("X1 capsule commands in Telegram: its menu and /help change with a grant, and each runs by its name there", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await untilMenus(bot, 1);
  await grantTeam(home);
  await untilMenus(bot, 2);
  const menu = menus(bot)[1] ?? [];
  assert(menu.includes("standup: what each did today (capsule team)"), menu.join("\n"));
  assert(menu.includes("roll_call: everybody, by rows (capsule team)"), menu.join("\n"));
  assert(menu.every((line) => /^[a-z0-9_]{1,32}: ./.test(line)), menu.join("\n"));
  bot.says("/help");
  assertMatch(
    (await messageWith(bot, "/standup")).text,
    /^\/standup \[DAYS\] – what each did today \(capsule team\)\n\/roll_call – everybody, by rows/m,
  );

  // A slow one keeps no other command waiting, and its words come when they are there.
  bot.says("/nap");
  bot.says("/standup 'two words' x");
  const said = await messageWith(bot, "two words");
  assertEquals(said.text, "team: web: tests pass \\x1b[2J<b>&\nwords|two words|x");
  const awake = await messageWith(bot, "awake");
  assertEquals(awake.text, "team: awake");
  assert(bot.messages.indexOf(said) < bot.messages.indexOf(awake), "the slow one came first");
  bot.says("/broken");
  assertMatch((await messageWith(bot, "no data")).text, /^capsule team: it has no data/);

  // Many rows come as a few messages, of which the last says that there is more.
  bot.says("/roll_call");
  await messageWith(bot, "… and more");
  const rows = bot.messages.filter(({ text }) => /\brow \d+$/m.test(text));
  assertEquals(rows.length, 4);
  assertMatch(rows[0]?.text ?? "", /^team: row 1\nrow 2\n/);

  assertEquals((await home.cli(["capsule", "reload", "team"])).code, 0);
  assertEquals((await home.cli(["capsule", "revoke", "team"])).code, 0);
  await untilMenus(bot, 3);
  assertEquals(menus(bot)[2], menus(bot)[0]);
  bot.says("/standup");
  await messageWith(bot, 'unknown command "/standup"');
});
