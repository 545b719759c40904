/** Random mornings of a few sessions, two of them of one name, on a core in memory: for properties of what windows show. */
import fc from "fast-check";
import type { StateEvent } from "../../src/view/live_state.ts";
import type { Desk } from "./desk.ts";
import type { Act } from "./story.ts";
import { eventsOf, play, stateOf, storyDesk, type StoryState } from "./story_desk.ts";

const SESSIONS = ["web", "api", "shop", "docs", "work/web", "プロジェクト"];
const bash = (command: string) => ({ tool_name: "Bash", tool_input: { command } });
/** What an agent may report next. */
const STEPS: readonly Pick<Act, "event" | "fields">[] = [
  { event: "SessionStart", fields: { source: "startup" } },
  { event: "UserPromptSubmit", fields: { prompt: "fix it" } },
  { event: "PreToolUse", fields: bash("npm test") },
  { event: "PermissionRequest", fields: bash("git push") },
  { event: "PermissionRequest", fields: bash("rm -rf build") },
  { event: "PostToolUse", fields: { ...bash("npm test"), tool_response: {} } },
  { event: "Stop", fields: { last_assistant_message: "Done." } },
  { event: "StopFailure", fields: { error: "overloaded" } },
  { event: "SessionEnd", fields: { reason: "exit" } },
];

interface Walk {
  readonly events: readonly StateEvent[];
  readonly end: StoryState;
}

/** What some sessions report, in any order, and how their requests are answered. */
export const walks = fc.array(
  fc.record({
    session: fc.constantFrom(...SESSIONS),
    step: fc.constantFrom(...STEPS),
    answer: fc.constantFrom("approve" as const, "deny" as const, undefined, undefined, undefined),
  }),
  { minLength: 1, maxLength: 40 },
);

type Turn = Pick<Act, "session"> & {
  readonly step: typeof STEPS[number];
  readonly answer: "approve" | "deny" | undefined;
};

/** What one session reports next, and how a request is answered then, if one is. */
export async function takeTurn(desk: Desk, { session, step, answer }: Turn): Promise<void> {
  await play(desk, [{ at: 1, session, ...step }]);
  const id = answer === undefined ? undefined : desk.inbox.pending()[0]?.id;
  if (id !== undefined && answer !== undefined) await desk.broker.decide({ id, decision: answer }, "cli:admin");
}

export async function walk(turns: readonly Turn[]): Promise<Walk> {
  const desk = storyDesk();
  for (const turn of turns) await takeTurn(desk, turn);
  return { events: eventsOf(desk).map((event, i) => ({ ...event, seq: i + 1 })), end: stateOf(desk) };
}
