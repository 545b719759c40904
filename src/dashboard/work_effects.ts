/** Turns and jobs, as the dashboard asks the daemon for them and tells it what to do with them. */
import { withWorkspace } from "../client/follow_turn.ts";
import { call, type CommandContext, read } from "../cli/context.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import type { Effect, SentPrompt } from "./effect.ts";
import { errorAdvice } from "./error_advice.ts";
import { SHOWN_TURNS } from "./conversation_rows.ts";
import { NewSessionPage } from "./new_session_page.ts";
import { PromptPage } from "./prompt_page.ts";
import type { DashboardState } from "./state.ts";
import type { WantedTexts } from "./work.ts";

/** Runs of a job that are shown, and times to come. */
const SHOWN_RUNS = 10;
const SHOWN_TIMES = 3;
/** The name of a job that is only asked about. */
const PREVIEW = "preview";

type Submit = Extract<Effect, { kind: "submit" }>;
type TellWork = Extract<Effect, { kind: "tell_work" }>;

export class WorkEffects {
  readonly #run: CommandContext;
  #asking: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(run: CommandContext) {
    this.#run = run;
  }

  /** Asks for all jobs; what changes meanwhile is asked for behind it. */
  lookAtJobs(state: DashboardState): Promise<void> {
    this.#isAskedAgain = this.#asking !== undefined;
    return this.#asking ??= this.#askForJobs(state).finally(() => this.#asking = undefined);
  }

  async #askForJobs(state: DashboardState): Promise<void> {
    do {
      this.#isAskedAgain = false;
      const { jobs } = await read(this.#run, "job.list", {});
      state.work.jobs = jobs;
      for (const id of state.work.looked.keys()) if (!jobs.some((job) => job.id === id)) state.work.looked.delete(id);
    } while (this.#isAskedAgain);
  }

  /** What the marked row shows beside its line. */
  async lookAt(state: DashboardState, { kind, id }: WantedTexts): Promise<void> {
    if (kind === "job") {
      const [{ runs }, next] = await Promise.all([
        read(this.#run, "job.history", { id, limit: SHOWN_RUNS }),
        this.#timesOf(state, id),
      ]);
      return void state.work.looked.set(id, { runs, next });
    }
    const of = kind === "turn" ? { turnId: id } : { sessionId: id };
    const take = state.work.turns.reading();
    try {
      take(await read(this.#run, "turn.recent", { ...of, limit: SHOWN_TURNS }));
    } finally {
      take(undefined);
    }
  }

  /** The times to come of a job: what one with its schedule would have. None where it does not count, or cannot run. */
  async #timesOf({ work }: DashboardState, id: string): Promise<readonly string[]> {
    const job = work.jobs.find((one) => one.id === id);
    if (job === undefined || !job.enabled || job.nextRun === null) return [];
    const { schedule, timezone, action } = job;
    const params = { id: PREVIEW, schedule, timezone, action, dryRun: true, next: SHOWN_TIMES };
    try {
      return (await call(this.#run, "job.add", params as ParamsOf<"job.add">)).next;
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      return [];
    }
  }

  /** Where it is refused the text stays in its page. */
  async submit({ prompt, page }: Submit, state: DashboardState): Promise<void> {
    try {
      assertFolder(prompt);
      const folder = "sessionId" in prompt ? state.live.session(prompt.sessionId)?.cwd : prompt.cwd;
      const { turnId } = await call(this.#run, "turn.submit", withWorkspace(this.#run.context, prompt, folder));
      const isNew = !("sessionId" in prompt);
      if ("sessionId" in prompt) state.work.drafts.delete(prompt.sessionId);
      else state.work.newSession = undefined;
      if (isNew && state.view !== "jobs") state.turnTo("sessions", Date.now());
      state.work.sent = { turnId, isNew };
      const said = isNew ? "sent; its session shows here as soon as its agent is there" : "sent; Enter shows all of it";
      state.tell(said, Date.now());
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      page.refused(escapeControls(errorAdvice(error)));
      const isTyped = page instanceof PromptPage || page instanceof NewSessionPage;
      if (isTyped && (state.page === undefined || state.page.place === "all")) state.openOver(page);
    }
  }

  async tell({ tells, id, said }: TellWork, state: DashboardState): Promise<void> {
    if (tells === "turn.cancel") await call(this.#run, tells, { turnId: id });
    else await call(this.#run, tells, { id });
    state.tell(said, Date.now());
  }
}

/** @throws {ConsoleError} `usage` */
function assertFolder(prompt: SentPrompt): void {
  if ("sessionId" in prompt || prompt.cwd === undefined) return;
  if (["directory", "symlink"].includes(denoFiles.stat(prompt.cwd)?.kind ?? "")) return;
  throw new ConsoleError("usage", `the folder is "${escapeControls(prompt.cwd)}", which is no folder`);
}
