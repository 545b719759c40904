/** Does what keys ask for: answers, looks up, goes there. What became of it is told at the foot. */
import { answerPreview } from "../cli/answer_preview.ts";
import { GivenAnswers } from "../cli/given_answers.ts";
import { wholeApproval } from "../cli/commands/show.ts";
import { call, type CommandContext, read } from "../cli/context.ts";
import { goThere } from "../cli/go_there.ts";
import type { Approval } from "../domain/approval.ts";
import { SAFETY_MODES, type SafetyMode } from "../domain/safety_mode.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { answeredElsewhere } from "../view/approval_words.ts";
import { listConsoleEntries, runConsoleLine } from "./console_effects.ts";
import type { AnswerToRequest, Effect } from "./effect.ts";
import { errorAdvice } from "./error_advice.ts";
import { openDetail } from "./list_keys.ts";
import { QuestionPage } from "./question_page.ts";
import { ScopePage } from "./scope_page.ts";
import { DashboardState } from "./state.ts";
import type { TerminalPort } from "./terminal_port.ts";
import { WorkEffects } from "./work_effects.ts";

export interface EffectsOptions {
  readonly run: CommandContext;
  readonly terminal: () => Pick<TerminalPort, "copy" | "suspend"> | undefined;
  /** Ends the window with this exit code. */
  readonly end: (code: number) => void;
}

export class Effects {
  readonly #run: CommandContext;
  readonly #options: EffectsOptions;
  readonly #answers: GivenAnswers;
  readonly work: WorkEffects;

  constructor(options: EffectsOptions) {
    // A daemon that somebody stopped is not started again by an answer.
    this.#run = { ...options.run, context: { ...options.run.context, mayStart: false } };
    this.#options = options;
    this.#answers = new GivenAnswers(this.#run);
    this.work = new WorkEffects(this.#run);
  }

  /** Keeps how a request ended that is being answered here; false: its end is news. */
  takesNews(id: string, how: string): boolean {
    return this.#answers.takesNews(id, how);
  }

  /** @throws what nobody expected */
  async do(effect: Effect, state: DashboardState): Promise<void> {
    try {
      await this.#do(effect, state);
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      state.tell(escapeControls(errorAdvice(error)), Date.now());
    }
  }

  /** The safety mode, whether the journal can be written, which agents may be given prompts, and the jobs. */
  async lookAtDaemon(state: DashboardState): Promise<void> {
    const status = await read(this.#run, "status", {});
    state.mode = status.safetyMode;
    state.isReadOnly = status.state === "read_only";
    state.work.agents = status.turn?.configured ?? [];
    state.work.reached = status.feeds?.prompts ?? [];
    if (status.jobs === undefined) state.work.jobs = [];
    else await this.work.lookAtJobs(state);
  }

  /** The periods that a session went through. */
  async lookAtHistory(state: DashboardState, sessionId: string): Promise<void> {
    const { session } = await read(this.#run, "session.get", { sessionId });
    state.histories.set(sessionId, session.history);
  }

  async #do(effect: Effect, state: DashboardState): Promise<void> {
    const { terminal, end } = this.#options;
    switch (effect.kind) {
      case "quit":
        return end(effect.code);
      case "suspend":
        return terminal()?.suspend();
      case "copy":
        terminal()?.copy(effect.text);
        return state.tell(effect.said, Date.now());
      case "decide":
        return await this.#decide(effect.approvals, effect.answer, state);
      case "whole":
        return await this.#whole(effect.approval, effect.then, state);
      case "preview":
        return this.#preview(effect.approval, effect.scope, state);
      case "go": {
        const session = state.live.session(effect.sessionId);
        return state.tell(session === undefined ? "it has ended" : await goThere(this.#run, session), Date.now());
      }
      case "update":
        await call(this.#run, "session.update", { sessionId: effect.sessionId, ...effect.fields });
        return state.tell(effect.said, Date.now());
      case "close":
        await call(this.#run, "session.close", { sessionId: effect.sessionId });
        return state.tell(effect.said, Date.now());
      case "submit":
        return await this.work.submit(effect, state);
      case "tell_work":
        return await this.work.tell(effect, state);
      case "console_list":
        return await listConsoleEntries(this.#run, effect);
      case "console_run":
        return await runConsoleLine(this.#run, effect, state);
    }
  }

  /** One by one: what one of them refuses does not keep the others from theirs. */
  async #decide(approvals: readonly Approval[], answer: AnswerToRequest, state: DashboardState): Promise<void> {
    const said: string[] = [];
    for (const approval of approvals) {
      state.marked.delete(approval.id);
      try {
        const words = await this.#answers.give(approval, answer);
        if (words !== undefined) said.push(words);
      } catch (error) {
        if (!(error instanceof ConsoleError) || approvals.length === 1) throw error;
        said.push(escapeControls(`${approval.id}: ${error.message}`));
      }
    }
    if (said.length > 0) state.tell(approvals.length === 1 ? said.join("; ") : summary(said, answer), Date.now());
  }

  /** With all of its text. Nothing where it was answered meanwhile, or another key has opened something else. */
  async #whole(approval: Approval, then: "view" | "scopes" | "ask", state: DashboardState): Promise<void> {
    const { page } = state;
    const whole = await wholeApproval(this.#run, approval);
    // Its end may have been heard meanwhile, and told.
    if (state.live.approval(approval.id)?.status !== "pending" || state.page !== page) return;
    const now = Date.now();
    if (whole.status !== "pending") {
      return state.tell(escapeControls(answeredElsewhere(whole, state.nameOf(whole))), now);
    }
    if (then === "scopes") return state.open(new ScopePage(whole, { now, home: state.home }));
    if (then === "ask") return this.#ask(whole, state, now);
    state.wholes.set(whole.id, whole);
    openDetail(state, now);
  }

  #ask(approval: Approval, state: DashboardState, now: number): void {
    const texts = (approval.choices ?? []).map(({ question }) => question);
    if (new Set(texts).size === texts.length) return state.open(new QuestionPage(approval, now));
    state.tell("two questions of it read the same: answer them in its terminal", now);
  }

  #preview(approval: Approval, scope: Parameters<ScopePage["previewed"]>[0], state: DashboardState): void {
    const { page } = state;
    if (scope === "once" || !(page instanceof ScopePage)) return;
    const { journal } = this.#run.context.paths;
    const mode = SAFETY_MODES.find((one) => one === state.mode) ?? USUAL_MODE;
    page.previewed(scope, answerPreview(approval, { scope, mode, journal, now: Date.now() }));
  }
}

/** What a daemon without a configuration has. */
const USUAL_MODE: SafetyMode = "guarded";

function summary(said: readonly string[], { decision }: AnswerToRequest): string {
  const word = decision === "approve" ? "allowed" : "denied";
  return `${said.length} answered, ${word}: ${said.join("; ")}`;
}
