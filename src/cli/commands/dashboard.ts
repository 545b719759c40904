/** `dashboard`, and no command at all: the window, one frame of it, or the list where there is no terminal for it. */
import { canTakeScreen } from "../../platform/stdio.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext, DashboardForm } from "../context.ts";
import { listFilter, type SessionListOptions } from "../list_options.ts";

export interface DashboardCommandOptions extends Pick<SessionListOptions, "agent" | "for" | "session" | "status"> {
  readonly view?: NonNullable<DashboardForm["view"]>;
  readonly snapshot?: string;
}

export async function showDashboard(run: CommandContext, options: DashboardCommandOptions): Promise<void> {
  const snapshot = options.snapshot === undefined ? undefined : sizeOf(options.snapshot);
  if (snapshot === undefined && !canTakeScreen()) return await (await import("./list.ts")).ls(run, options);
  if (run.openDashboard === undefined) {
    throw new ConsoleError("failed", "the dashboard opens from a shell", {
      hint: "agent-console, in another terminal",
    });
  }
  const filter = { ...await listFilter(run, options) };
  await run.openDashboard({
    filter,
    ...(options.view === undefined ? {} : { view: options.view }),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
}

/** Larger frames nobody looks at, columns and rows. */
const LARGEST = 1000;

function sizeOf(given: string): { readonly columns: number; readonly rows: number } {
  const [, columns, rows] = /^(\d{1,4})x(\d{1,4})$/.exec(given)?.map(Number) ?? [];
  const isSize = (value: number | undefined) => value !== undefined && value >= 1 && value <= LARGEST;
  if (columns !== undefined && rows !== undefined && isSize(columns) && isSize(rows)) return { columns, rows };
  throw new ConsoleError("usage", `--snapshot is "${given}", expected columns and rows from 1x1 to 1000x1000`, {
    hint: "agent-console dashboard --snapshot 120x40",
  });
}
