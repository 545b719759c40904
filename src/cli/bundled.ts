/**
 * The entry point of the bundled and the compiled client: main.ts with imports that a bundler can follow. Where main.ts
 * imports what was bundled, it takes {@link dispatch} and {@link runTmuxStatus}, which shares nearly all of its code with the
 * hook, and nothing runs here.
 */
import { dispatch } from "../client/dispatch.ts";
import { runTmuxStatus } from "../client/tmux_status.ts";
import { exit, processArgs } from "../platform/process.ts";

export { dispatch, runTmuxStatus };

// Not awaited, for the reason that src/daemon/main.ts gives.
if (import.meta.main) {
  Promise.resolve().then(() =>
    dispatch(processArgs(), import.meta.url, {
      cli: () => import("./mod.ts"),
      quick: () => import("./fast_commands.ts"),
      statusline: () => import("../client/statusline.ts"),
      tmux: () => Promise.resolve({ runTmuxStatus }),
      dashboard: () => import("../dashboard/entry.ts"),
      mcp: () => import("../mcp_server/entry.ts"),
    })
  ).then(exit);
}
