/** Agents that the daemon runs, driven from the page: prompts by touch and by keys, in two pages, over reloads and restarts. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { eventually } from "../support/harness_wait.ts";
import { withAgent } from "../support/page_agent.ts";
import { type PageLab, PHONE } from "../support/page_lab.ts";
import { assertNothingSerious, complaintsOf, pageTest, row } from "../support/page_steps.ts";

interface Told {
  readonly prompt: string;
  readonly status: string;
  readonly source: string;
}

async function turnsOf(lab: PageLab): Promise<readonly Told[]> {
  return (await lab.call("turn.recent"))["turns"] as readonly Told[];
}

/** By touch, as on a phone. */
async function begin(page: Page, prompt: string): Promise<void> {
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.locator(".sheet textarea").fill(prompt);
  await page.locator(".sheet .send").click();
}

const field = (page: Page) => page.locator(".prompt-bar textarea");
const end = (page: Page, word: string) => page.locator(".turn-end", { hasText: word });

pageTest(
  "R1 the page begins a session, shows what its agent says and does as it comes, and goes on in it by keys; a second page sees it",
  async (lab) => {
    const page = await lab.look({ viewport: PHONE, scope: "admin", touch: true });
    const complaints = complaintsOf(page, lab.url);
    await begin(page, "say one; slow 100");
    await page.locator(".reply", { hasText: "one0 1 2" }).waitFor();
    await assertNothingSerious(page, "a turn that runs");
    await end(page, "finished").waitFor();
    // Its end, politely, and no piece of what it says.
    const [heard] = await page.locator("[aria-live]").allTextContents();
    assert(heard?.endsWith(": its turn is over, finished"), heard);
    assertEquals(await page.locator(".turns[aria-live], .turns [aria-live], .turns [role=log]").count(), 0);
    const other = await lab.look({ scope: "admin", colorScheme: "dark" });
    await other.locator(".reply", { hasText: "one0 1 2" }).waitFor();
    await end(other, "finished").waitFor();
    await field(other).focus();
    await other.keyboard.type("say two;");
    await other.keyboard.press("Shift+Enter");
    await other.keyboard.type("run touch made");
    await other.keyboard.press("Enter");
    assertEquals(await field(other).inputValue(), "");
    await page.locator(".asked", { hasText: "say two;\nrun touch made" }).waitFor();
    await page.locator(".answers .yes").waitFor();
    await page.waitForTimeout(600);
    await page.locator(".answers .yes").tap();
    await other.locator(".calls", { hasText: "Bash: touch made" }).waitFor();
    await end(page, "finished").nth(1).waitFor();
    await assertNothingSerious(other, "a conversation in the dark");

    await field(page).fill("slow 1000");
    await page.locator(".prompt-bar .send").tap();
    await field(page).fill("say queued");
    await page.getByRole("button", { name: "Queue" }).tap();
    await end(other, "queued").waitFor();
    await page.getByRole("button", { name: "Cancel" }).tap();
    await end(page, "cancelled").waitFor();
    await page.locator(".reply", { hasText: "queued" }).waitFor();
    assertEquals((await turnsOf(lab)).map(({ status, source }) => `${status} ${source}`), [
      "finished web",
      "finished web",
      "cancelled web",
      "finished web",
    ]);
    assertEquals(complaints, []);
  },
  withAgent,
);

pageTest(
  "R1 a prompt whose acknowledgement was lost counts once, a reload keeps what is typed, and a page that may not write sends nothing",
  async (lab) => {
    const page = await lab.look({ scope: "admin" });
    await page.locator(".is-live").waitFor();
    await begin(page, "say first");
    await end(page, "finished").waitFor();
    // The daemon takes the next one, and the line ends before it says so.
    let isLost = false;
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const daemon = socket.connectToServer();
      let submitted: unknown;
      socket.onMessage((text) => {
        const call = JSON.parse(String(text));
        if (call.method === "turn.submit" && !isLost) submitted = call.id;
        daemon.send(text);
      });
      daemon.onMessage((text) => {
        if (submitted !== undefined && JSON.parse(String(text)).id === submitted) {
          isLost = true;
          return void socket.close();
        }
        socket.send(text);
      });
    });
    await page.reload();
    await end(page, "finished").waitFor();
    await field(page).fill("say second");
    await field(page).press("Enter");
    await page.locator(".reply", { hasText: "second" }).waitFor();
    await page.locator(".is-live").waitFor();
    await eventually(
      () => page.evaluate("sessionStorage.getItem('agent-console.prompts') === null"),
      10_000,
      "its end",
    );
    assert(isLost);
    assertEquals((await turnsOf(lab)).map(({ prompt }) => prompt), ["say first", "say second"]);
    assertEquals(await page.locator(".turn").count(), 2);

    await field(page).fill("not sent yet");
    await page.reload();
    await page.locator(".reply", { hasText: "second" }).waitFor();
    assertEquals(await field(page).inputValue(), "not sent yet");
    const reader = await lab.look({ scope: "approve" });
    await reader.locator(".reply", { hasText: "second" }).waitFor();
    await reader.getByText("agent-console gateway open --scope admin").waitFor();
    assertEquals(await reader.locator("textarea").count(), 0);
    assertEquals(await reader.getByRole("button", { name: "New", exact: true }).count(), 0);

    await begin(page, "say nothing");
    await page.locator(".reply", { hasText: "nothing" }).waitFor();
    await page.getByRole("button", { name: "New", exact: true }).click();
    await page.getByLabel("mute").check();
    await page.locator(".sheet textarea").fill("say hello");
    await page.locator(".sheet textarea").press("Enter");
    await page.locator(".sheet .warning", { hasText: "the agent mute:" }).waitFor();
    assertEquals(await page.locator(".sheet textarea").inputValue(), "say hello");
    await page.keyboard.press("Escape");

    // Its agent ends with the daemon: the conversation stays, and takes no more.
    await lab.home.stop();
    await page.locator(".is-lost").waitFor();
    await lab.reconnect();
    await lab.home.start();
    await page.getByText("It has ended: it takes no prompt any more.").waitFor();
    await page.locator(".reply", { hasText: "nothing" }).waitFor();
    await lab.report({
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: { session_id: "web", cwd: "/home/u/web", hook_event_name: "UserPromptSubmit", prompt: "fix it" },
    });
    await row(page, "fix it").click();
    await page.getByText("The daemon does not run this session").waitFor();
    await page.getByText("agent-console go web").waitFor();
  },
  withAgent,
);
