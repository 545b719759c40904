/** Jobs that failed, as a person is notified of them: once for a row of failures, and not any more where one has succeeded. */
import { maskSecrets } from "../domain/mask.ts";
import { escapeControls, headAndTail } from "../domain/sanitize.ts";
import { isFailure } from "../domain/job_outcome.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Need } from "../view/need_words.ts";

/** A need that no session has. */
export interface JobNeed extends Need {
  readonly job: { readonly id: string; readonly outcome: string };
}

/** Of what went wrong, UTF-16 units: fits a notification. */
const WHAT_CAP = 160;

export class JobFailures {
  /** By the job. */
  #failed = new Map<string, JobNeed>();

  /** @returns the need that `event` has brought, the first of a row */
  hear(event: NewEvent): JobNeed | undefined {
    if (event.type === "job.removed") this.#failed.delete(event.data.jobId);
    if (event.type !== "job.ended") return undefined;
    const { jobId, runId, outcome, again, code, problem } = event.data;
    if (outcome === "succeeded") this.#failed.delete(jobId);
    if (!isFailure(outcome) || again === true) return undefined;
    const why = problem ?? (code === undefined ? outcome.replace("_", " ") : `exit code ${code}`);
    const need: JobNeed = {
      key: `job ${jobId} ${runId}`,
      kind: "failure",
      // Needs are counted by it: no session has such an id.
      sessionId: `job:${jobId}`,
      name: `job ${escapeControls(jobId)}`,
      what: headAndTail(escapeControls(maskSecrets(why)), WHAT_CAP),
      job: { id: jobId, outcome },
    };
    this.#failed.set(jobId, need);
    return need;
  }

  /** Those of `needs` whose job has not succeeded since. */
  open(needs: readonly Pick<Need, "key">[]): readonly JobNeed[] {
    const keys = new Set(needs.map(({ key }) => key));
    return [...this.#failed.values()].filter(({ key }) => keys.has(key));
  }
}
