/**
 * argv in, exit code out. Each part of the program is run in its prebuilt form where there is one of these very sources
 * (src/platform/prebuilt.ts), else from source.
 *
 * The prebuilt parts and all but the hook's are named at run time, not in literal imports: Deno reads the graph of those
 * at every start, 6 ms that each event of each agent would pay. The hook's is literal, because hooks that were installed
 * before there was a prebuilt form run in a sandbox that grants no read of the sources.
 */
import { type BuiltName, prebuiltModule } from "./src/platform/prebuilt.ts";

const root = decodeURIComponent(new URL(".", import.meta.url).pathname).replace(/\/$/, "");
const rooms = {
  cli: "./src/cli/mod.ts",
  quick: "./src/cli/fast_commands.ts",
  statusline: "./src/client/statusline.ts",
  tmux: "./src/client/tmux_status.ts",
  dashboard: "./src/dashboard/entry.ts",
  mcp: "./src/mcp_server/entry.ts",
};

async function part<Module>(name: BuiltName, source: () => Promise<Module>): Promise<Module> {
  const built = prebuiltModule(root, name);
  // A failure means that the build was removed since we looked.
  if (built !== undefined) return await (import(built) as Promise<Module>).catch(source);
  return await source();
}

const { dispatch } = await part("hook", () => import("./src/client/dispatch.ts"));

Deno.exit(
  await dispatch(Deno.args, import.meta.url, {
    cli: () => part("cli", () => import(rooms.cli)),
    quick: () => part("quick", () => import(rooms.quick)),
    statusline: () => part("statusline", () => import(rooms.statusline)),
    tmux: () => part("hook", () => import(rooms.tmux)),
    dashboard: () => part("dashboard", () => import(rooms.dashboard)),
    mcp: () => part("mcp", () => import(rooms.mcp)),
  }),
);
