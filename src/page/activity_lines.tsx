/** What has changed, the newest first: the lines of `watch --log`. */
import { Fragment, h, type JSX } from "preact";
import type { ChangeLine } from "../view/change_lines.ts";
import { parseFilter } from "../view/filter_text.ts";
import { lineTime } from "./activity_times.ts";
import type { PageStore } from "./page_store.ts";
import { press, signOf } from "./parts.tsx";

export function ActivityLines({ store }: { readonly store: PageStore }) {
  const { activity, filter } = store;
  const { isPaused, waiting } = activity;
  const now = Date.now();
  const turn = () => {
    if (isPaused) activity.goOn();
    else activity.pause();
    store.changed();
  };
  const shown = activity.lines.filter(parseFilter(filter).passesLine);
  return (
    <>
      <p class="line note">
        {press("quiet", isPaused ? "Go on" : "Pause", turn)}
        {isPaused ? `paused${waiting > 0 ? `, ${waiting} new` : ""}` : "newest first"}
      </p>
      {shown.length === 0 && <p class="empty">Nothing yet.</p>}
      <ol class="lines">
        {shown.toReversed().map((line) => drawnLine(line, now))}
      </ol>
    </>
  );
}

/** As they were drawn last: a new line moves the others and changes none of them. What is of another day says so, by the minute. */
const drawn = new WeakMap<ChangeLine, { readonly key: number; readonly minute: number; readonly row: JSX.Element }>();
let lines = 0;

function drawnLine(line: ChangeLine, now: number): JSX.Element {
  const before = drawn.get(line);
  const minute = Math.floor(now / 60_000);
  if (before?.minute === minute) return before.row;
  const key = before?.key ?? lines++;
  const row = <LogLine key={key} line={line} now={now} />;
  drawn.set(line, { key, minute, row });
  return row;
}

function LogLine({ line, now }: { readonly line: ChangeLine; readonly now: number }) {
  return (
    <li>
      <time>{lineTime(line, now)}</time>
      {signOf(line)}
      <span>
        <b>{line.name}</b> <span class={`tone-${line.tone}`}>{line.word}</span> {line.text}
        {line.note === undefined ? "" : ` ${line.note}`}
      </span>
    </li>
  );
}
