/** One turn or one job: what it is, what it did and printed, and the buttons that end it, begin it or stop its schedule. */
import { h } from "preact";
import { escapeControls } from "../domain/sanitize.ts";
import type { DetailFact } from "../view/detail_view.ts";
import type { TurnTold } from "../view/live_turns.ts";
import { tildePath } from "../view/names.ts";
import { localTime } from "../view/times.ts";
import { runTexts } from "../view/work_detail.ts";
import { type JobTold, type WorkItem } from "../view/work_items.ts";
import { isEndable, WORK_LOOKS } from "../view/work_looks.ts";
import type { JobChange } from "./feature_calls.ts";
import type { PageStore } from "./page_store.ts";
import { FactList, paneHead, press, signOf } from "./parts.tsx";
import { endTurn, tried, useTexts } from "./prompts.ts";
import { TurnText } from "./turn_texts.tsx";

interface WorkPaneProps {
  readonly store: PageStore;
  readonly item: WorkItem;
  readonly now: number;
}

export function WorkPane({ store, item, now }: WorkPaneProps) {
  const { kind, of, sessionId, state, name, who } = item;
  const turn = kind === "turn" ? store.turns.get(of) : undefined;
  const job = kind === "job" ? store.jobs?.find(({ id }) => id === of) : undefined;
  const facts = turn ? turnFacts(turn, item, store.home) : job && jobFacts(job);
  if (facts === undefined) return null;
  const look = WORK_LOOKS[state];
  const canEnd = isEndable(item);
  const isOff = !store.isLive;
  const change = (method: JobChange) => () => void tried(store, store.wire?.call(method, { id: of }));
  return (
    <section class="detail" aria-label={`${name}: ${look.word}`}>
      {paneHead(look, name, [who])}
      {store.mayPrompt && (job || canEnd) && (
        <div class="answers" role="group" aria-label="Change it">
          {canEnd && press("no", "Cancel", job ? change("job.cancel") : () => void endTurn(store, of), isOff, "cancel")}
          {job && !canEnd && press("send", "Run now", change("job.run"), isOff, "run_now")}
          {job && press(
            "no",
            job.enabled ? "Disable" : "Enable",
            change(job.enabled ? "job.disable" : "job.enable"),
            isOff,
            "enable",
          )}
        </div>
      )}
      <FactList facts={facts} />
      {job && lastRun(job, now)}
      {turn && <OneTurn store={store} turn={turn} now={now} />}
      {sessionId !== undefined && (
        <p class="note">
          {press("quiet", "Its session", () => store.go({ view: "sessions", session: sessionId }))}
        </p>
      )}
    </section>
  );
}

function turnFacts({ cwd }: TurnTold, { source = "" }: WorkItem, home: string | undefined): readonly DetailFact[] {
  return [{ label: "from", text: source }, { label: "folder", text: tildePath(cwd, home) }];
}

function jobFacts({ schedule, timezone, enabled, nextRun, trouble }: JobTold): readonly DetailFact[] {
  return [
    { label: "schedule", text: escapeControls(`${schedule} ${timezone}`) },
    { label: "next", text: enabled && nextRun !== null ? localTime(nextRun) : "never" },
    ...(trouble ? [{ label: "trouble", text: escapeControls(trouble) }] : []),
  ];
}

function OneTurn({ store, turn, now }: Omit<WorkPaneProps, "item"> & { readonly turn: TurnTold }) {
  useTexts(store, [turn], { turnId: turn.id });
  return (
    <div class="turns">
      <div class="turn">
        <TurnText turn={turn} now={now} />
      </div>
    </div>
  );
}

/** What a run printed. */
function lastRun({ lastRun }: JobTold, now: number) {
  if (lastRun === undefined) return null;
  const { look, head, output } = runTexts(lastRun, now);
  return (
    <div class="turns">
      <p class="turn turn-end">
        {signOf(look)} {head}
      </p>
      {output.length > 0 && (
        <pre class="text" role="region" aria-label="What it printed" tabIndex={0} data-scrolls>{output.join("\n")}</pre>
      )}
    </div>
  );
}
