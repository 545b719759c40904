/** Turns and jobs, as the dashboard asks the daemon for them and tells it what to do with them. */
import { withWorkspace } from "../client/follow_turn.ts";
import { call, type CommandContext, read } from "../cli/context.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Effect, SentPrompt } from "./effect.ts";
import { SHOWN_TURNS } from "./conversation_rows.ts";
import { PromptPage } from "./prompt_page.ts";
import type { DashboardState } from "./state.ts";
import type { WantedTexts } from "./work.ts";

/** Runs of a job that are shown. */
const SHOWN_RUNS = 10;

type Submit = Extract<Effect, { kind: "submit" }>;
type TellWork = Extract<Effect, { kind: "tell_work" }>;

export class WorkEffects {
  readonly #run: CommandContext;
  /** Prompts are told to come from here. */
  readonly #own: CommandContext;
  #asking: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(run: CommandContext) {
    this.#run = run;
    this.#own = { ...run, context: { ...run.context, kind: "tui" } };
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
      for (const id of state.work.runs.keys()) if (!jobs.some((job) => job.id === id)) state.work.runs.delete(id);
    } while (this.#isAskedAgain);
  }

  /** What the marked row shows beside its line. */
  async lookAt(state: DashboardState, { kind, id }: WantedTexts): Promise<void> {
    if (kind === "job") {
      const { runs } = await read(this.#run, "job.history", { id, limit: SHOWN_RUNS });
      return void state.work.runs.set(id, runs);
    }
    const of = kind === "turn" ? { turnId: id } : { sessionId: id };
    const take = state.work.turns.reading();
    try {
      take(await read(this.#run, "turn.recent", { ...of, limit: SHOWN_TURNS }));
    } finally {
      take(undefined);
    }
  }

  /** Where it is refused the text stays in its page. */
  async submit({ prompt, page }: Submit, state: DashboardState): Promise<void> {
    try {
      assertFolder(prompt);
      const folder = "sessionId" in prompt ? state.live.session(prompt.sessionId)?.cwd : prompt.cwd;
      const { turnId } = await call(this.#own, "turn.submit", withWorkspace(this.#own.context, prompt, folder));
      const isNew = !("sessionId" in prompt);
      if (isNew && state.view !== "jobs") state.turnTo("sessions", Date.now());
      state.work.sent = { turnId, isNew };
      state.tell("sent; Enter shows the conversation", Date.now());
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      const hint = error.hint === undefined ? "" : `; ${error.hint}`;
      page.refused(escapeControls(`${error.message}${hint}`));
      if (page instanceof PromptPage && state.page === undefined) state.open(page);
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
