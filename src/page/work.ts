/** The turns and jobs of the Jobs view, as they are listed. */
import { parseFilter } from "../view/filter_text.ts";
import { type WorkView, workView } from "../view/work_items.ts";
import type { PageStore } from "./page_store.ts";

type Worked = Pick<PageStore, "turns" | "jobs" | "live" | "filter" | "home">;

/** @param now ms */
export function workOf({ turns, jobs = [], live, filter, home }: Worked, now: number): WorkView {
  return workView({ turns: turns.all, jobs, sessions: live.sessions, home }, now, parseFilter(filter).passesWork);
}

export function readJobs(store: PageStore): void {
  store.wire?.call("job.list", {}).then(({ jobs }) => {
    store.jobs = jobs;
    store.redraw?.heard();
  }, () => {});
}
