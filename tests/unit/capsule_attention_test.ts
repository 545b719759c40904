/** What a person is told of a capsule that does not run as granted: the same everywhere, with what helps. */
import { assertEquals } from "@std/assert";
import { capsuleTroubles } from "../../src/capsule/attention.ts";
import { CAPSULE_STATES } from "../../src/capsule/methods.ts";

const told = (state: typeof CAPSULE_STATES[number], changed = false) =>
  capsuleTroubles({ name: "demo", state, reason: "why", changed }).map(({ kind, isMinor, text, hint }) => [
    `${kind}${isMinor ? "" : "!"}`,
    text,
    hint,
  ]);

Deno.test("first hour 6: each state of a capsule that does not run is told with what helps, and one that starts or runs is not", () => {
  // What runs is the copy that was granted: to start it again mends nothing in its code.
  const mend = "mend its code, then agent-console capsule grant demo; " +
    "agent-console capsule reload demo starts what you granted once more";
  const hint = (words: string) => `agent-console ${words}`;
  assertEquals(CAPSULE_STATES.flatMap((state) => told(state)), [
    ["invalid!", "it is refused: why", undefined],
    ["ungranted", "it runs nothing until you grant it", hint("capsule grant demo")],
    ["restarting", "it does not run and is started again by itself: why", mend],
    ["failed!", "it ended too often and stays off: why", mend],
    ["absent!", "it is granted, but its code is not on this machine", hint("capsule grant demo")],
    ["blocked!", "it cannot be started: why", hint("daemon restart")],
  ]);
  assertEquals([told("starting"), told("running")], [[], []]);
});

Deno.test("first hour 6: that the folder of a capsule has changed is told beside whatever else is wrong with it", () => {
  const changed = [
    "changed",
    "its folder is not what you granted; what you granted goes on",
    "agent-console capsule grant demo",
  ];
  assertEquals([told("running", true), told("failed", true).slice(1)], [[changed], [changed]]);
});
