/** `tmux popup`: a window in front of the others, for one look. */
import type { CommandContext } from "../context.ts";

/** Behind tmux's prefix; `a` is free in tmux's own bindings. */
export function printPopupBinding({ out }: CommandContext): void {
  out.line(`bind-key a display-popup -E -w 90% -h 80% -T agent-console "agent-console dashboard"`);
  out.note("put it into ~/.tmux.conf; tmux 3.2 or newer");
}
