/** A chat at a real terminal (tmux), for the tests of it. */
import { TestHome } from "./harness.ts";
import { TestTerminal } from "./terminal.ts";
import { HAS_TMUX } from "./tmux.ts";
import type { RawClient } from "./wire.ts";

/** For what ends, or appears, by itself: on a busy machine too. */
export const END_MS = 15_000;
/** What the chat says behind Ctrl-C where what that ends does not end in half a second, as on a busy machine. */
export const STILL_ENDS = "it has not ended yet; Ctrl-C again leaves the chat";

/** A test of it on a home whose daemon runs, with a client beside it. */
export function chatTest(name: string, fn: (home: TestHome, client: RawClient) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !HAS_TMUX, // a terminal is tmux's
    fn: async () => {
      await using home = await TestHome.create({ config: '{"approvals": {"hook_wait_secs": 300}}' });
      await home.start();
      await using client = await home.connect({ token: true });
      await fn(home, client);
    },
  });
}

export async function openChat(home: TestHome): Promise<TestTerminal> {
  const chat = await TestTerminal.open(home, ["chat"]);
  await chat.shows(/\n> ?$/);
  return chat;
}

/** Waits until the chat hears what happens: its prompt does not wait for that, and only then is it a window. */
export async function hears(chat: TestTerminal, client: RawClient): Promise<void> {
  const session = { sessionId: "heard", agent: "custom" };
  await client.request("session.update", { ...session, status: "waiting", text: "heard?" });
  await chat.shows(/▲1 > ?$/);
  await client.request("session.update", { ...session, status: "idle" });
  await chat.shows(/\n> ?$/);
}

/** A person reads what has appeared before they answer it. */
export const hasRead = () => new Promise((resolve) => setTimeout(resolve, 600));

/** Types a line and sends it. */
export async function enter(chat: TestTerminal, line: string): Promise<void> {
  await chat.type(line);
  await chat.press("Enter");
}
