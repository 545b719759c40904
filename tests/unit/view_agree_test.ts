/** What is shown beside the windows says the same as they do: tmux's status line, and the notifications of channels and chat. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { tmuxSegment } from "../../src/client/tmux_status.ts";
import { singleState, STATE_WORDS } from "../../src/domain/state_words.ts";
import { needMessage } from "../../src/view/need_words.ts";
import { type HeardNeed, Needs } from "../../src/view/needs.ts";
import { windowView } from "../../src/view/window_view.ts";
import { walk, walks } from "../support/random_walk.ts";

Deno.test("V1 tmux's status line counts as the header of every window does", async () => {
  await fc.assert(
    fc.asyncProperty(walks, async (turns) => {
      const { end } = await walk(turns);
      const { counts } = windowView(end, { now: end.now });
      const shown = counts.filter(({ state }) => ["waiting", "error", "working"].includes(state));
      const segment = tmuxSegment(end.sessions).replaceAll(/#\[[^\]]*\]/g, "");
      assertEquals(segment, shown.map(({ short }) => short).join(" "));
    }),
    { numRuns: 60 },
  );
});

Deno.test("V1 a call names each session, its state and what it is about as the lists do", async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(walks, async (turns) => {
      const { events, end } = await walk(turns);
      const needs = new Needs();
      const heard = events.flatMap((event): readonly HeardNeed[] => {
        const one = needs.hear(event);
        return one === undefined ? [] : [one];
      });
      const { items } = windowView(end, { now: end.now });
      for (const need of needs.open(heard, end.sessions)) {
        const item = items.find(({ id }) => id === need.sessionId);
        assert(item !== undefined, `${need.name} is in no list`);
        const { sign, title } = needMessage([need]);
        assertEquals([sign, title], [STATE_WORDS[item.state].sign, `${item.name} ${singleState(item.state)}`]);
        // Of several requests of a session the row is about one.
        const isOfRow = need.approval === undefined || need.approval.id === item.asks?.approval?.id;
        if (isOfRow) assertEquals(need.what.replace(/ \(destroys\)$/, ""), item.about);
        told++;
      }
    }),
    { numRuns: 100 },
  );
  assert(told > 30, `${told} calls were compared`);
});
