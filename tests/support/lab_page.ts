/** As lab_turns.ts, with the page in a browser: a prompt, a request that its button answers, and what the agent says to both. */
import type { TestHome } from "./harness.ts";
import { PageLab } from "./page_lab.ts";

const asks = Deno.env.get("ASK") ?? "run:touch %";
const mode = Deno.env.get("MODE_ID") ?? null;
const command = JSON.parse(Deno.env.get("AGENT_CMD_JSON") ?? "[]") as string[];
const cwd = Deno.cwd();
const STEP_MS = 20_000;

const lab = await PageLab.open((home: TestHome) => {
  const path = `${home.dir}/config.jsonc`;
  const config = JSON.parse(Deno.readTextFileSync(path));
  Deno.writeTextFileSync(path, JSON.stringify({ ...config, agents: { real: { command, mode, cwd } } }));
});
try {
  const page = await lab.look({ scope: "admin" });
  page.setDefaultTimeout(STEP_MS);
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.locator(".sheet textarea").fill("say:hello from the page");
  await page.locator(".sheet .send").click();
  await page.locator(".reply", { hasText: "hello from the page" }).waitFor();
  await page.locator(".turn-end", { hasText: "finished" }).waitFor();
  await page.locator(".prompt-bar textarea").fill(asks.replace("%", "made-by-the-page"));
  await page.keyboard.press("Enter");
  await page.locator(".answers .yes").waitFor();
  await page.waitForTimeout(600);
  await page.locator(".answers .yes").click();
  await page.locator(".turn-end", { hasText: "finished" }).nth(1).waitFor();
  const { turns } = await lab.call("turn.recent") as { turns: { status: string; source: string }[] };
  const told = turns.map(({ status, source }) => `${status} ${source}`);
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ told })}\n`));
} finally {
  await lab[Symbol.asyncDispose]();
}
