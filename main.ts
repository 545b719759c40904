/**
 * argv in, exit code out. The modules are named at run time, not in literal imports: Deno reads the graph of those at
 * every start, 6 ms that each event of each agent would pay (bundled.ts is the same with literal imports).
 */
import { dispatch } from "./src/client/dispatch.ts";

const rooms = {
  cli: "./src/cli/mod.ts",
  quick: "./src/cli/fast_commands.ts",
  statusline: "./src/client/statusline.ts",
};

Deno.exit(
  await dispatch(Deno.args, import.meta.url, {
    cli: () => import(rooms.cli),
    quick: () => import(rooms.quick),
    statusline: () => import(rooms.statusline),
  }),
);
