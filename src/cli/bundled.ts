/**
 * The entry point of the bundled and the compiled client: main.ts with imports that a bundler can follow. Where main.ts
 * imports what was bundled, it takes {@link dispatch} and nothing runs here.
 */
import { dispatch } from "../client/dispatch.ts";
import { exit, processArgs } from "../platform/process.ts";

export { dispatch };

// Not awaited, for the reason that src/daemon/main.ts gives.
if (import.meta.main) {
  Promise.resolve().then(() =>
    dispatch(processArgs(), import.meta.url, {
      cli: () => import("./mod.ts"),
      quick: () => import("./fast_commands.ts"),
      statusline: () => import("../client/statusline.ts"),
      dashboard: () => import("../dashboard/entry.ts"),
    })
  ).then(exit);
}
