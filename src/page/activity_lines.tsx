/** What has changed, the newest first: the lines of `watch --log`. */
import { Fragment, h } from "preact";
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
        {shown.toReversed().map((line, i) => (
          <li key={shown.length - i}>
            <time>{lineTime(line, now)}</time>
            {signOf(line)}
            <span>
              <b>{line.name}</b> <span class={`tone-${line.tone}`}>{line.word}</span> {line.text}
              {line.note === undefined ? "" : ` ${line.note}`}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
