/** B10: what the page costs a browser with many sessions: script, style and layout of each update, and the processor. */
import type { Browser, CDPSession } from "playwright-core";
import { withAgent } from "../support/page_agent.ts";
import { HAS_CHROMIUM, NO_CHROMIUM, PageLab, PHONE, WIDE } from "../support/page_lab.ts";
import { pause } from "../support/harness_wait.ts";
import { BUSY_SECS, changeSessions, LOAD, openSessions, UPDATES_PER_SEC } from "./busy_sessions.ts";
import { judged, type Row, Skipped } from "./result.ts";

const GOAL = { busyPercent: 10, restPercent: 1 };
/** In which code is compiled. */
const WARM_UP_SECS = 5;
/** Every time that is shown is in minutes by then. */
const SETTLE_MS = 70_000;
const REST_SECS = 20;

/** Seconds of the page's main thread since it began. */
interface Spent {
  readonly script: number;
  readonly style: number;
  readonly layout: number;
  readonly task: number;
}

export async function pageLoad(): Promise<readonly Row[]> {
  if (!HAS_CHROMIUM) throw new Skipped(NO_CHROMIUM.trim());
  return [...await measured(WIDE, true), ...await measured(PHONE, false), await streamed(WIDE), await streamed(PHONE)];
}

/** An agent's answer that is long already, and grows by so many pieces as {@link changeSessions} makes changes. */
const ANSWER = Array.from({ length: 700 }, (_, at) => at % 7 === 0 ? "" : `line ${at} of an answer that goes on`);
const STREAM_SECS = 10;

async function streamed(viewport: typeof WIDE): Promise<Row> {
  await using lab = await PageLab.open(withAgent);
  await openSessions(lab.call.bind(lab));
  const page = await lab.look({ viewport, scope: "admin" });
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.locator(".sheet textarea").fill(`say ${ANSWER.join("\n")}; slow 2000`);
  await page.locator(".sheet .send").click();
  await page.locator(".reply", { hasText: "goes on0 1 2" }).waitFor();
  const metrics = await page.context().newCDPSession(page);
  await metrics.send("Performance.enable", { timeDomain: "threadTicks" });
  await pause(WARM_UP_SECS * 1000);
  const before = await spent(metrics);
  await pause(STREAM_SECS * 1000);
  const busy = 100 * ((await spent(metrics)).task - before.task) / STREAM_SECS;
  const row = {
    id: "B10",
    what: `the page at ${viewport.width}×${viewport.height}: main thread, an answer that streams`,
    counterpart: "–",
    goal: `≤ ${GOAL.busyPercent} % of a core`,
    measured: `${busy.toFixed(1)} %`,
  };
  return judged(row, `page, ${viewport.width} wide: an answer that streams`, busy / GOAL.busyPercent);
}

async function measured(viewport: typeof WIDE, alsoAtRest: boolean): Promise<readonly Row[]> {
  await using lab = await PageLab.open();
  const call = lab.call.bind(lab);
  await openSessions(call);
  const page = await lab.look({ viewport });
  await page.locator(".is-live").waitFor();
  const metrics = await page.context().newCDPSession(page);
  await metrics.send("Performance.enable", { timeDomain: "threadTicks" });
  const processes = await lab.browser.newBrowserCDPSession();
  await changeSessions(call, WARM_UP_SECS);
  const [before, cpuBefore] = [await spent(metrics), await rendererSecs(processes)];
  const ms = await changeSessions(call);
  const [after, cpuAfter] = [await spent(metrics), await rendererSecs(processes)];
  const each = (key: keyof Spent) => 1000 * (after[key] - before[key]) / (BUSY_SECS * UPDATES_PER_SEC);
  const busy = 100_000 * (after.task - before.task) / ms;
  const cpu = 100_000 * (cpuAfter - cpuBefore) / ms;
  const row = (what: string, measured: string, goal = "–") => ({
    id: "B10",
    what: `the page at ${viewport.width}×${viewport.height}: ${what}`,
    counterpart: "–",
    goal,
    measured,
  });
  const label = (what: string) => `page, ${viewport.width} wide: ${what}`;
  const parts = (["script", "style", "layout"] as const).map((key) => `${key} ${each(key).toFixed(2)}`).join(", ");
  const sum = each("script") + each("style") + each("layout");
  const rows = [
    judged(
      row(`main thread, ${LOAD}`, `${busy.toFixed(1)} %`, `≤ ${GOAL.busyPercent} % of a core`),
      label("200 busy sessions"),
      busy / GOAL.busyPercent,
    ),
    { ...row("script, style and layout of an update", `${sum.toFixed(2)} ms (${parts})`), ok: true },
    { ...row("all threads of its process", `${cpu.toFixed(1)} %`), ok: true },
  ];
  if (!alsoAtRest) return rows;
  await pause(SETTLE_MS);
  const [quiet, cpuQuiet] = [await spent(metrics), await rendererSecs(processes)];
  await pause(REST_SECS * 1000);
  const rest = 100 * ((await spent(metrics)).task - quiet.task) / REST_SECS;
  const cpuRest = 100 * (await rendererSecs(processes) - cpuQuiet) / REST_SECS;
  return [
    ...rows,
    judged(
      row(
        `main thread at rest for ${REST_SECS} s`,
        `${rest.toFixed(2)} %, all threads ${cpuRest.toFixed(2)} %`,
        `≤ ${GOAL.restPercent} %`,
      ),
      label("at rest"),
      rest / GOAL.restPercent,
    ),
  ];
}

async function spent(session: CDPSession): Promise<Spent> {
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? NaN;
  return {
    script: of("ScriptDuration"),
    style: of("RecalcStyleDuration"),
    layout: of("LayoutDuration"),
    task: of("TaskDuration"),
  };
}

/** CPU of the processes that draw pages. */
async function rendererSecs(session: Awaited<ReturnType<Browser["newBrowserCDPSession"]>>): Promise<number> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
