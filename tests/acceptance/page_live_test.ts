/** The page stays live: what is new shows by itself, a restart of the daemon is survived, and it opens while nothing is there. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PHONE } from "../support/page_lab.ts";
import { eventually } from "../support/harness_wait.ts";
import { complaintsOf, ends, hasTitle, pageTest, press, row } from "../support/page_steps.ts";

/** The page tries again after a pause that grows to ten seconds while a daemon is slow to start. */
const AGAIN_MS = 30_000;

pageTest(
  "V1 a new session and what it asks show without a refresh: list, title, icon, and for who hears the page",
  async (lab) => {
    const page = await lab.look({ viewport: PHONE });
    const complaints = complaintsOf(page, lab.url);
    await page.getByText("No session yet.").waitFor();
    await lab.report({
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: { session_id: "web", cwd: "/home/u/web", hook_event_name: "UserPromptSubmit", prompt: "fix the login" },
    });
    await row(page, "fix the login").waitFor();
    await lab.asks("web", "git push origin main");
    await row(page, "git push origin main").waitFor();
    await hasTitle(page, "1 waiting · agent-console");
    assertMatch(await page.locator("link[rel=icon]").getAttribute("href") ?? "", /^data:image\/svg/);
    await page.locator("[aria-live=polite]", { hasText: "web waits for you: Bash: git push origin main" }).waitFor({
      state: "attached",
    });
    assertEquals(complaints, []);
  },
);

pageTest(
  "V3 after a restart of the daemon the page is live again; meanwhile it is grey and says of when it is",
  async (lab) => {
    await lab.asks("web", "make all");
    const page = await lab.look();
    await row(page, "make all").click();
    await page.locator(".answers .yes").waitFor();
    await lab.home.kill();
    await page.locator(".banner", { hasText: /No connection: .* The picture is of \d\d:\d\d:\d\d\./ }).waitFor();
    assert(await page.locator(".answers .yes").isDisabled(), "an answer was offered that nobody takes");
    await lab.reconnect();
    await lab.home.start();
    await page.locator(".is-live").waitFor({ timeout: AGAIN_MS });
    assertEquals(await page.locator(".banner").count(), 0);
    const id = await lab.asks("api", "make new");
    await row(page, "make new").click();
    await press(page, "No");
    await ends(lab, id, "denied");
  },
);

pageTest("V3 the page opens while its gateway is away, says so, and is there when that comes back", async (lab) => {
  const page = await lab.look();
  await page.locator(".is-live").waitFor();
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
  const isKept = "caches.open('agent-console-page').then((kept) => kept.match('/page.js')).then(Boolean)";
  await eventually(() => page.evaluate(isKept), 20_000, "the page in the worker's cache", 50);
  await lab.home.stop();
  await page.reload();
  await page.locator(".banner", { hasText: "To start the daemon: agent-console daemon start" }).waitFor();
  await lab.home.start();
  await page.locator(".is-live").waitFor({ timeout: AGAIN_MS });
});

pageTest(
  "V3 the token leaves the address at once; a wrong one and none are asked for, a reader answers nothing",
  async (lab) => {
    const page = await lab.look({ scope: "read" });
    await page.locator(".is-live").waitFor();
    assert(!page.url().includes(lab.token("read")), "the token stands in the address");
    await lab.asks("web", "make it");
    await page.getByText("This page may only read.").waitFor();
    assertEquals(await page.locator(".answers button").count(), 0);
    const other = await page.context().newPage();
    await other.goto(lab.url);
    await other.getByText("This page needs a token.").waitFor();
    await other.getByLabel("Token or link").fill("no token at all");
    await other.getByRole("button", { name: "Open" }).click();
    await other.getByText("This is no token").waitFor();
    await other.getByLabel("Token or link").fill("0".repeat(64));
    await other.getByRole("button", { name: "Open" }).click();
    await other.getByText("The token of this page is not valid").waitFor();
    await other.getByLabel("Token or link").fill(`${lab.url}#token=${lab.token("approve")}`);
    await other.getByRole("button", { name: "Open" }).click();
    await other.locator(".is-live").waitFor();
  },
);

pageTest(
  "G11 a program that took the port of a daemon that is gone is shown no token, and the page says so",
  async (lab) => {
    const page = await lab.look();
    await page.locator(".is-live").waitFor();
    const [token, heard] = [lab.token("approve"), [] as string[]];
    await lab.home.stop();
    const proofs = JSON.stringify({ proofs: ["read", "approve", "admin"].map(() => "0".repeat(64)) });
    await using other = Deno.serve({ hostname: "127.0.0.1", port: lab.port, onListen: () => {} }, (request) => {
      heard.push(`${request.url} ${JSON.stringify([...request.headers])}`);
      return new Response(proofs, { headers: { "Content-Type": "application/json" } });
    });
    await page.getByText("or another program has taken the gateway's port").waitFor({ timeout: AGAIN_MS });
    assertMatch(heard.join("\n"), /\/proof[?]nonce=[0-9a-f]{64} /);
    assertEquals(heard.filter((request) => request.includes(token)), []);
    assertEquals(await page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })"), "{}");
    await other.shutdown();
  },
);
