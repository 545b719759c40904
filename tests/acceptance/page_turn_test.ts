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
/** A key presses the button that is drawn: a row that was clicked shows its own a frame later. */
async function pressDrawn(page: Page, key: string, does: string): Promise<void> {
  await page.locator(`[data-does=${does}]`).waitFor();
  await page.keyboard.press(key);
}
const detailOf = (page: Page, name: string) => page.locator(`.detail[aria-label^="${name}"]`);
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
    await field(page).press("Enter"); // a line: a phone has no other key for it
    assertEquals(await field(page).inputValue(), "slow 1000\n");
    await page.locator(".prompt-bar .send").tap();
    await field(page).fill("say queued");
    await page.getByRole("button", { name: "Queue" }).tap();
    await end(other, "queued").waitFor();
    await page.getByRole("button", { name: "Cancel" }).tap();
    await end(page, "cancelled").waitFor();
    await page.locator(".reply", { hasText: "queued" }).waitFor();
    await end(page, "finished").nth(2).waitFor(); // its words come before its end
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

    // What an agent says is text, whatever is in it.
    await begin(page, "say nothing <img src=x onerror=alert(1)>\u202e\u001b[2J");
    await page.locator(".reply", { hasText: "nothing <img src=x onerror=alert(1)>\\u202e" }).waitFor();
    assertEquals(await page.locator("#page img").count(), 0);
    await page.getByRole("button", { name: "New", exact: true }).click();
    await page.getByLabel("mute").check();
    await page.locator(".sheet textarea").fill("say hello");
    await page.locator(".sheet textarea").press("Enter");
    await page.locator(".sheet .warning", { hasText: "the agent mute:" }).waitFor();
    assertEquals(await page.locator(".sheet textarea").inputValue(), "say hello");
    await page.keyboard.press("Escape");

    // Its agent ends with the daemon; the conversation stays, and the next prompt goes on in it.
    await lab.home.kill();
    await page.locator(".is-lost").waitFor();
    assert(await page.locator(".prompt-bar .send").isDisabled());
    await lab.reconnect();
    await lab.home.start();
    await page.locator(".is-live").waitFor();
    await field(page).fill("past");
    await field(page).press("Enter");
    await page.locator(".reply", { hasText: "say nothing" }).waitFor();
    await lab.report({
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: { session_id: "web", cwd: "/home/u/web", hook_event_name: "UserPromptSubmit", prompt: "fix it" },
    });
    await row(page, "fix it").click();
    await page.getByText("is not one that the daemon runs; agent-console go web brings its terminal to the front")
      .waitFor();
  },
  withAgent,
);

pageTest(
  "R1 the Jobs view lists turns and jobs, and ends, begins and stops them by buttons and keys, where the token may",
  async (lab) => {
    await lab.call("job.add", { id: "sleep", schedule: "0 3 * * *", action: { kind: "program", program: "sleep" } });
    await lab.call("job.add", { id: "fails", schedule: "0 4 * * *", action: { kind: "program", program: "fails" } });
    await lab.call("turn.submit", { agent: "mine", text: "say hello" });
    const page = await lab.look({ scope: "admin" });
    const complaints = complaintsOf(page, lab.url);
    await row(page, "hello").waitFor();
    await page.keyboard.press("4");
    await row(page, "0 3 * * *").waitFor();
    await row(page, "0 3 * * *").click();
    await detailOf(page, "sleep").waitFor();
    await pressDrawn(page, "r", "run_now");
    await page.locator(".group-running", { hasText: "sleep" }).waitFor();
    await pressDrawn(page, "x", "cancel");
    await page.locator(".turn-end", { hasText: "cancelled" }).waitFor();
    await pressDrawn(page, "e", "enable");
    await page.locator(".group-off", { hasText: "sleep" }).waitFor();
    await page.getByRole("button", { name: "Enable" }).click();
    await page.locator(".group-due", { hasText: "sleep" }).waitFor();
    await row(page, "0 4 * * *").click();
    await detailOf(page, "fails").waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.locator(".group-failed", { hasText: "fails" }).waitFor();
    await page.locator("pre", { hasText: "it went wrong" }).waitFor();
    await assertNothingSerious(page, "jobs");
    await row(page, "say hello").click();
    await page.locator(".reply", { hasText: "hello" }).waitFor();
    await page.getByRole("button", { name: "Its session" }).click();
    await page.locator(".prompt-bar").waitFor();

    const phone = await lab.look({ scope: "approve", viewport: PHONE });
    await phone.getByRole("button", { name: "Jobs" }).click();
    await row(phone, "0 4 * * *").click();
    await phone.locator("pre", { hasText: "it went wrong" }).waitFor();
    assertEquals(await phone.locator(".answers button").count(), 0);
    await phone.keyboard.press("r");
    await phone.getByText("not here, or not with this token").waitFor();
    assert(!await phone.evaluate("document.documentElement.scrollWidth > innerWidth"), "it scrolls sideways");
    await assertNothingSerious(phone, "a job on a phone");
    assertEquals(complaints, []);
  },
  (home) => {
    const fails = { argv: ["/bin/sh", "-c", "echo it went wrong; exit 3"] };
    withAgent(home, { scheduler: { programs: { sleep: { argv: ["/bin/sleep", "60"] }, fails } } });
  },
);
