/** The keys of the dashboard, for docs/commands.md: from the one table of what a person can do in a window. */
import { WINDOW_ACTIONS } from "../../src/view/actions.ts";
import { code, table } from "./docs_table.ts";

export function keys(): string {
  return table(["key", "does"], WINDOW_ACTIONS.map(({ keys, does }) => [keys.map(code).join(" "), does]));
}
