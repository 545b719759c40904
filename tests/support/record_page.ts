/**
 * Takes the pictures of the page for the README: `deno task record:page` writes tests/recordings/page_*.png, phone and wide, light
 * and dark, of the sessions of story.ts.
 */
import { denoFiles } from "../../src/platform/deno_files.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { spoolEvent } from "../../src/platform/spool.ts";
import { PageLab, PHONE, WIDE } from "./page_lab.ts";
import { RECORDINGS, spoolStory } from "./record.ts";
import { PICTURE_AT, reportOf, REQUESTS } from "./story.ts";

const HERO = "git push --force origin feat/login";

/** The story with a request that destroys, which is what the page is for. */
export async function storyLab(): Promise<PageLab> {
  const begin = Math.floor(Date.now() / 1000 - PICTURE_AT) * 1000;
  const lab = await PageLab.open((home) => {
    spoolStory(home, begin);
    spoolWeb(home, begin);
  });
  // Agents that show no dialog of their own are held for an open window.
  const page = await lab.look();
  await page.getByText("live", { exact: false }).first().waitFor();
  for (const act of REQUESTS) await lab.report({ ...reportOf(act) });
  await lab.asks(WEB, HERO, { description: "The branch was rebased onto main; the review wants a clean history." });
  return lab;
}

const WEB = "web";

/** What its session did before. */
function spoolWeb(home: { readonly dir: string }, begin: number): void {
  const acts: readonly [secs: number, event: string, fields: Readonly<Record<string, unknown>>][] = [
    [60, "SessionStart", { source: "startup", model: "opus" }],
    [64, "UserPromptSubmit", { prompt: "make the login page work offline" }],
    [300, "Stop", { last_assistant_message: "The login page keeps its form; the tests pass." }],
    [420, "UserPromptSubmit", { prompt: "rebase the branch and push it" }],
    [500, "PreToolUse", { tool_name: "Bash", tool_input: { command: "deno task test" } }],
  ];
  acts.forEach(([secs, event, fields], i) => {
    const report = {
      agent: "claude",
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
      event: { session_id: WEB, cwd: `/home/u/${WEB}`, hook_event_name: event, ...fields },
      idempotencyKey: (0xa0 + i).toString(16).padStart(16, "0"),
    };
    spoolEvent(denoFiles, homePaths(home.dir), report, begin + secs * 1000);
  });
}

export async function takePictures(folder: string = RECORDINGS.pathname): Promise<void> {
  await using desk = await storyLab();
  for (const colorScheme of ["light", "dark"] as const) {
    const phone = await desk.look({ viewport: PHONE, colorScheme, scale: 1.5, touch: true });
    await phone.getByRole("button", { name: HERO }).waitFor();
    await phone.screenshot({ path: `${folder}/page_phone_list_${colorScheme}.png` });
    await phone.getByRole("button", { name: HERO }).click();
    await phone.getByRole("button", { name: "Yes …" }).waitFor();
    await phone.waitForTimeout(600);
    await phone.screenshot({ path: `${folder}/page_phone_answer_${colorScheme}.png` });
    const wide = await desk.look({ viewport: WIDE, colorScheme });
    await wide.getByRole("button", { name: HERO }).click();
    await wide.getByRole("button", { name: "Yes …" }).waitFor();
    await wide.waitForTimeout(600);
    await wide.screenshot({ path: `${folder}/page_wide_${colorScheme}.png` });
  }
}

if (import.meta.main) await takePictures();
