/** The picture of the dashboard: a frame of the program's own, at the end of the story, whose clock stands still. */
import { rowText } from "../../src/dashboard/ansi.ts";
import { TestDashboard } from "./dashboard_story.ts";
import { svg } from "./record_svg.ts";
import { MORNING, REQUESTS } from "./story.ts";
import { play, stateOf, storyDesk } from "./story_desk.ts";

const SIZE = { columns: 108, rows: 22 };
/** From the last request to the picture, ms. */
const LOOK_MS = 4000;
const HOLD_MS = 570_000;

export async function dashboardPicture(): Promise<string> {
  Deno.env.set("TZ", "UTC"); // of the clock in its header
  const desk = storyDesk();
  await play(desk, [...MORNING, ...REQUESTS]);
  desk.pass(LOOK_MS);
  const { sessions, approvals, now } = stateOf(desk);
  const feed = {
    now,
    // As long as a hook that we registered is held by default; and nobody is silent for long in half an hour.
    approvals: approvals.map((one) => ({
      ...one,
      deadline: new Date(Date.parse(one.requestedAt) + HOLD_MS).toISOString(),
    })),
    sessions: sessions.map((one) => ({ ...one, stale: false })),
  };
  const dashboard = new TestDashboard(feed, { size: SIZE });
  dashboard.state.mode = "manual"; // which a daemon has until another is chosen
  dashboard.press("j", "j");
  const period = (status: "idle" | "working", durationMs: number) => ({ status, from: "", durationMs });
  const history = [period("idle", 6000), period("working", 580_000)];
  dashboard.state.histories.set(dashboard.state.session?.id ?? "", history);
  const lines = dashboard.draw().rows.map((row) => oneByOne(rowText(row, true)));
  return svg({ title: "agent-console: who waits for you, on what, and how to answer", lines, columns: SIZE.columns });
}

/** Each code in a sequence of its own, as the picture reads them. */
function oneByOne(line: string): string {
  return line.replaceAll(CODES, (_, codes: string) => codes.split(";").map((one) => `\x1b[${one}m`).join(""));
}

// deno-lint-ignore no-control-regex
const CODES = /\x1b\[([\d;]+)m/g;
