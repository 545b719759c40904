/** The segment of tmux's status line. */
import { assertEquals } from "@std/assert";
import { tmuxSegment } from "../../src/client/tmux_status.ts";

Deno.test("first hour 5: the segment counts who waits, failed and works; not who is lost, idle or closed", () => {
  const row = (status: "waiting" | "working" | "error" | "idle" | "closed", lost = false) => ({ status, lost });
  assertEquals(tmuxSegment([]), "");
  assertEquals(tmuxSegment([row("idle"), row("closed"), row("waiting", true)]), "");
  assertEquals(
    tmuxSegment([row("working"), row("waiting"), row("error"), row("waiting"), row("working", true)]),
    "#[fg=yellow,bold]▲2#[default] #[fg=red,bold]✖1#[default] #[fg=green]●1#[default]",
  );
});
