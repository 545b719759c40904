/** Plays the steps of a test, one after the other, against a capsule in its sandbox. */
import type { CapsuleFolder } from "../capsule/folder.ts";
import { sleep } from "../platform/delay.ts";
import { merged, RECORDED_EVENTS, RECORDED_REQUEST } from "./recorded.ts";
import { type Difference, differences } from "./match.ts";
import { TestedCapsule } from "./tested_capsule.ts";
import type { CapsuleTest, TestStep } from "./test_text.ts";
import { topicOf } from "../domain/event.ts";

export interface PlayedStep {
  /** `command standup today`. */
  readonly step: string;
  /** None: it is as expected. */
  readonly differences: readonly Difference[];
  /** What it answered; undefined where it answers nothing. */
  readonly answer: string | undefined;
  /** Its lines of the log since the step before. */
  readonly said: readonly string[];
}

export interface PlayOptions {
  readonly capsule: CapsuleFolder;
  readonly test: CapsuleTest;
  /** Every call of `fetch` to a host of the manifest is answered by an empty response. */
  readonly answersAll: boolean;
  /** Starts a process of it, in its sandbox. */
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  readonly onStep: (played: PlayedStep) => void;
}

interface Outcome {
  readonly text?: string;
  readonly verdict?: unknown;
  readonly error?: string;
}

const LOOK_MS = 20;

/** Ends with the last step, or where it did not start. @throws the signal's reason */
export async function playTest(options: PlayOptions): Promise<void> {
  const { capsule, test, argv, signal } = options;
  const tested = new TestedCapsule(capsule, test, argv);
  const onAbort = () => tested.kill("it was interrupted");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await new Player(options, tested).play();
  } finally {
    signal.removeEventListener("abort", onAbort);
    await tested.stop("the test is over");
  }
  signal.throwIfAborted();
}

class Player {
  readonly #options: PlayOptions;
  readonly #tested: TestedCapsule;
  #now: string;
  #heard = 0;

  constructor(options: PlayOptions, tested: TestedCapsule) {
    this.#options = options;
    this.#tested = tested;
    this.#now = options.test.now;
  }

  async play(): Promise<void> {
    const { test, answersAll } = this.#options;
    this.#tested.fetches.begin(answersAll ? undefined : []);
    const { error } = await this.#outcome(() => this.#start());
    if (error !== undefined) return this.#told("start", undefined, [unexpected(error)]);
    for (const step of test.steps) {
      const { fetches } = step.expect;
      this.#tested.fetches.begin(answersAll ? undefined : fetches ?? []);
      const outcome = await this.#outcome(() => this.#take(step));
      await this.#tested.settle().catch(() => {}); // one that has ended is told of by its outcome
      const problems = await this.#problems(step, outcome);
      this.#options.signal.throwIfAborted();
      const { text, verdict } = outcome;
      this.#told(titleOf(step), text ?? (verdict === undefined ? undefined : JSON.stringify(verdict)), problems);
    }
  }

  async #start(): Promise<Outcome> {
    await this.#tested.start(this.#now);
    return {};
  }

  async #outcome(action: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await action();
    } catch (error) {
      const { name } = this.#options.capsule.manifest;
      return { error: (error as Error).message.replace(`capsule ${name}: `, "") };
    }
  }

  async #take(step: TestStep): Promise<Outcome> {
    const tested = this.#tested;
    if (step.command !== undefined) return { text: await tested.command(step.command, step.args) };
    if (step.intercept !== undefined) {
      return { verdict: await tested.intercept(merged(RECORDED_REQUEST, step.intercept)) };
    }
    if (step.wait !== undefined) await sleep(step.wait, this.#options.signal);
    else if (step.now !== undefined) await tested.settle(this.#now = step.now);
    else if (step.restart) {
      await tested.stop("it is started again");
      await this.#start();
    } else await this.#publish(step);
    return {};
  }

  async #publish({ event, recorded, data = {}, ts, seq }: TestStep): Promise<void> {
    const topics: readonly string[] = this.#options.capsule.manifest.subscribes;
    if (recorded === "all") {
      for (const one of RECORDED_EVENTS.filter(({ type }) => topics.includes(topicOf(type)))) {
        await this.#tested.event({ ...one, ts: this.#now = one.ts });
      }
      return;
    }
    const type = event ?? recorded ?? "";
    const found = recorded === undefined ? {} : RECORDED_EVENTS.find((one) => one.type === recorded)?.data;
    this.#now = ts ?? this.#now;
    await this.#tested.event({ ts: this.#now, type, data: merged(found, data) }, seq);
  }

  /** Waits for what is there a while after the answer. */
  async #problems({ expect, within }: TestStep, outcome: Outcome): Promise<readonly Difference[]> {
    const { text, verdict, error } = expect;
    const atOnce = [
      ...(error === undefined
        ? outcome.error === undefined ? [] : [unexpected(outcome.error)]
        : differences("error", error, outcome.error)),
      ...(text === undefined || outcome.error !== undefined ? [] : differences("text", text, outcome.text)),
      ...(verdict === undefined || outcome.error !== undefined ? [] : differences("verdict", verdict, outcome.verdict)),
    ];
    const { signal } = this.#options;
    const until = performance.now() + within;
    let later = this.#later(expect);
    while (later.length > 0 && performance.now() < until && !signal.aborted) {
      await sleep(LOOK_MS, signal);
      later = this.#later(expect);
    }
    return [...atOnce, ...later];
  }

  #later({ logs = [], kv = {} }: TestStep["expect"]): readonly Difference[] {
    const said = this.#tested.said.slice(this.#heard);
    return [
      ...this.#tested.fetches.problems(),
      ...Object.entries(kv).flatMap(([key, value]) => differences(`kv.${key}`, value, this.#tested.kept(key))),
      ...missingLines(logs, said),
      ...this.#toldSecrets(said),
    ];
  }

  #toldSecrets(said: readonly string[]): readonly Difference[] {
    const { secrets } = this.#options.test;
    return Object.entries(secrets).flatMap(([name, secret]) =>
      secret !== "" && said.some((line) => line.includes(secret))
        ? [{ at: "logs", expected: "no secret", actual: `a line with the secret ${name}` }]
        : []
    );
  }

  #told(step: string, answer: string | undefined, differences: readonly Difference[]): void {
    const said = this.#tested.said.slice(this.#heard);
    this.#heard = this.#tested.said.length;
    this.#options.onStep({ step, answer, differences, said });
  }
}

/** Each is a part of a line, behind the line of the one before. */
function missingLines(expected: readonly unknown[], said: readonly string[]): readonly Difference[] {
  let from = 0;
  return expected.flatMap((one, index) => {
    const matches = (line: string) =>
      differences("", typeof one === "string" ? { $contains: one } : one, line).length === 0;
    const found = said.findIndex((line, at) => at >= from && matches(line));
    if (found >= 0) {
      from = found + 1;
      return [];
    }
    const shown = typeof one === "string" ? one : JSON.stringify(one);
    return [{ at: `logs.${index}`, expected: shown, actual: said.slice(from).join("\n") || "nothing" }];
  });
}

function unexpected(error: string): Difference {
  return { at: "error", expected: "nothing", actual: error };
}

function titleOf({ event, recorded, command, args, intercept, now, wait }: TestStep): string {
  if (command !== undefined) return ["command", command, ...args].join(" ");
  if (intercept !== undefined) return "intercept";
  if (event !== undefined) return `event ${event}`;
  if (recorded !== undefined) return `recorded ${recorded}`;
  if (now !== undefined) return `now ${now}`;
  return wait === undefined ? "restart" : `wait ${wait} ms`;
}
