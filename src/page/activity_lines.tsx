/** What has changed, the newest first: the lines of `watch --log`. */
import { useRef } from "preact/hooks";
import type { ChangeLine } from "../view/change_lines.ts";
import { parseFilter } from "../view/filter_text.ts";
import { clockTime } from "../view/times.ts";
import type { PageStore } from "./page_store.ts";

export function ActivityLines({ store }: { readonly store: PageStore }) {
  const { lines, isPaused, filter } = store;
  const kept = useRef<readonly ChangeLine[]>([]);
  if (!isPaused) kept.current = [...lines];
  const shown = kept.current.filter(parseFilter(filter).passesLine);
  const behind = lines.length - kept.current.length;
  return (
    <>
      <p class="line note">
        <button type="button" class="quiet" onClick={() => store.set({ isPaused: !isPaused })}>
          {isPaused ? "Go on" : "Pause"}
        </button>
        {isPaused ? `paused${behind > 0 ? `, ${behind} new` : ""}` : "newest first"}
      </p>
      {shown.length === 0 && <p class="empty">Nothing yet.</p>}
      <ol class="lines">
        {shown.toReversed().map((line, i) => (
          <li key={shown.length - i}>
            <time>{line.ts === undefined ? "before" : clockTime(line.ts)}</time>
            <span class={`sign tone-${line.tone}`} aria-hidden="true">{line.sign}</span>
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
