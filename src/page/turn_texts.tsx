/** The last turns of a session that the daemon runs: what was asked, what the agent did and said, and how it ended. */
import { Fragment, h, type JSX } from "preact";
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import type { TurnTold } from "../view/live_turns.ts";
import { turnTexts } from "../view/work_detail.ts";
import type { PageStore } from "./page_store.ts";
import { signOf } from "./parts.tsx";

interface PageTurnsProps {
  readonly store: PageStore;
  /** Of the session. */
  readonly id: string;
  readonly turns: readonly TurnTold[];
  readonly now: number;
}

export function PageTurns({ store, id, turns, now }: PageTurnsProps) {
  const going = store.prompts.sent.filter(({ place }) => place === id);
  if (turns.length + going.length === 0) return null;
  return (
    <section class="turns" aria-label="Conversation">
      <ol>
        {turns.map((turn) => drawnTurn(turn, now))}
        {going.map(({ key, text }) => (
          <li key={key} class="turn">
            <p class="asked">{escapeControlsKeepLines(text)}</p>
            <p class="turn-end">on its way …</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Turns that have ended, as they were drawn. */
const drawn = new WeakMap<TurnTold, JSX.Element>();

function drawnTurn(turn: TurnTold, now: number): JSX.Element {
  const before = drawn.get(turn);
  if (before) return before;
  const row = (
    <li key={turn.id} class="turn">
      <TurnText turn={turn} now={now} />
    </li>
  );
  if (turn.endedAt) drawn.set(turn, row);
  return row;
}

/** All that is kept of it is shown. */
const ALL = { reply: 65_536, tools: 100 };

export function TurnText({ turn, now }: Pick<PageTurnsProps, "now"> & { readonly turn: TurnTold }) {
  const { look, head, prompt, plan, tools, reply, isCut, end, isAsked } = turnTexts(turn, now, ALL);
  return (
    <>
      <p class="asked">{prompt.join("\n")}</p>
      {plan.length > 0 && <pre aria-label="Its plan">{plan.join("\n")}</pre>}
      {tools.length > 0 && (
        <ul class="calls" aria-label="Calls">
          {tools.map(({ sign, tone, text }, at) => (
            <li key={at}>
              {signOf({ sign, tone })}
              <code>{text}</code>
            </li>
          ))}
        </ul>
      )}
      {isCut && <p class="turn-end">… its beginning is left out</p>}
      {reply.length > 0 && <div class="reply">{partsOf(reply).map((text, at) => <p key={at}>{text}</p>)}</div>}
      {end.length > 0 && <p class="reply warning">{end.join("\n")}</p>}
      <p class="turn-end">
        {signOf(look)} {head}
        {isAsked ? " · loading …" : ""}
      </p>
    </>
  );
}

/** What is long is drawn in parts, so that only the last of them changes while it grows. A part ends with no empty line. */
function partsOf(lines: readonly string[]): readonly string[] {
  const parts = [""];
  for (const [at, line] of lines.entries()) {
    const last = parts.at(-1)!;
    if (last.length > PART && !last.endsWith("\n")) parts.push(line);
    else parts[parts.length - 1] = at === 0 ? line : `${last}\n${line}`;
  }
  return parts;
}

const PART = 1000;
