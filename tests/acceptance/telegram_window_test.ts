/** Telegram as a window: an agent whose hook blocks it waits for the person at the phone, and only while they are notified. */
import { assertEquals } from "@std/assert";
import { eventually, patience } from "../support/harness_wait.ts";
import { ALLOWED, held, hook, PRINT, recorded } from "../support/hook_process.ts";
import { listening, NOTIFIED_MS, telegramHome } from "../support/telegram_home.ts";

const LOOKED_MS = 30_000;
const asks = (command: string) => recorded("claude", "PermissionRequest", { session: command, command });

Deno.test("V4 where Telegram counts as a window, an agent that its hook blocks waits for the phone, and not while it is muted", async () => {
  await using here = await telegramHome({ counts_as_window: true });
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using client = await home.connect({ token: true });
  // Who is there is looked at every few seconds.
  const call = { command: "touch first", env: PRINT };
  await using first = await eventually(() => held(home, client, call).catch(() => undefined), LOOKED_MS, "a window");
  const asked = () => bot.messages.find(({ text, buttons }) => text.includes("touch first") && buttons.length > 0);
  bot.press(await eventually(asked, NOTIFIED_MS, "a request with buttons"), "Approve");
  assertEquals((await first.hook.exit(10_000)).stdout, ALLOWED);

  const turn = async (to: string) => {
    const { code, stderr } = await home.cli(["config", "set", "channels.telegram.counts_as_window", to]);
    assertEquals(code, 0, stderr);
    await client.request("config.reload", {});
  };
  await using early = await held(home, client, { session: "s3", command: "touch early", env: PRINT });
  await turn("false");
  assertEquals(
    (await early.hook.exit(await patience(2000))).stdout,
    "",
    "a reload that takes the window away ends the wait at once",
  );
  await turn("true");
  await using waits = await held(home, client, { session: "s2", command: "touch second", env: PRINT });
  bot.says("/mute 30m");
  assertEquals((await waits.hook.exit(10_000)).stdout, "", "who is notified no more is waited for no more");
  await using muted = hook(home, asks("touch third"), { env: PRINT });
  assertEquals((await muted.exit(10_000)).stdout, "");
});

Deno.test("V4 by itself Telegram is no window: an agent that its hook blocks is left to its own dialog", async () => {
  await using here = await telegramHome();
  const { home, bot } = here;
  await home.start();
  await listening(bot);
  await using left = hook(home, asks("touch nothing"), { env: PRINT });
  assertEquals((await left.exit(10_000)).stdout, "");
});
