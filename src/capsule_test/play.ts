/** Plays the steps of a test, one after the other, against a capsule in its sandbox. */
import type { CapsuleFolder } from "../capsule/folder.ts";
import { sleep } from "../platform/delay.ts";
import { merged, RECORDED_EVENTS, RECORDED_REQUEST } from "./recorded.ts";
import { type Difference, differences } from "./match.ts";
import { TestedCapsule } from "./tested_capsule.ts";
import type { CapsuleTest, Expectation, TestStep } from "./test_text.ts";
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
/** For what is expected, where the step does not say how long: as a busy machine may take. */
const WITHIN_MS = 5000;
/** For what it does by itself behind the last step. */
const END_MS = 300;

/**
 * Ends where it did not start, or behind the last step, when it has had a while and was stopped: what it did wrong there is a
 * step too, `end`.
 *
 * @throws the signal's reason
 */
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
  #toldCrash: TestedCapsule["crash"];

  constructor(options: PlayOptions, tested: TestedCapsule) {
    this.#options = options;
    this.#tested = tested;
    this.#now = options.test.now;
  }

  async play(): Promise<void> {
    const { steps } = this.#options.test;
    this.#begin(steps[0]); // its start is seen with the first step
    const { error } = await this.#outcome(() => this.#start());
    if (error !== undefined) return this.#told("start", undefined, [unexpected(error)]);
    for (const [at, step] of steps.entries()) {
      const outcome = await this.#outcome(() => this.#take(step));
      await this.#settled();
      const problems = await this.#waitAndJudge(step, outcome);
      this.#options.signal.throwIfAborted();
      const { text, verdict } = outcome;
      this.#told(titleOf(step), text ?? (verdict === undefined ? undefined : JSON.stringify(verdict)), problems);
      this.#begin(steps[at + 1]); // at once: each call of fetch is of one step, or of the end
    }
    await this.#end();
  }

  #begin(step: TestStep | undefined): void {
    this.#tested.fetches.begin(this.#options.answersAll ? undefined : step?.expect.fetches ?? []);
  }

  /** Told where something is wrong, and where all that it says is shown. */
  async #end(): Promise<void> {
    const { signal, answersAll } = this.#options;
    await sleep(END_MS, signal);
    await this.#settled(); // on a busy machine it has had none of that time yet
    await this.#tested.stop("the test is over");
    signal.throwIfAborted();
    const problems = this.#unmet({}, undefined);
    if (problems.length > 0 || (answersAll && this.#tested.said.length > this.#heard)) {
      this.#told("end", undefined, problems);
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
    if ("command" in step) return { text: await tested.command(step.command, step.args) };
    if ("intercept" in step) return { verdict: await tested.intercept(merged(RECORDED_REQUEST, step.intercept)) };
    if ("wait" in step) await sleep(step.wait, this.#options.signal);
    else if ("now" in step) await tested.setTime(this.#now = step.now);
    else if ("restart" in step) {
      await tested.stop("it is started again");
      await this.#start();
    } else if ("data" in step) await this.#publish(step);
    else await this.#publishAll();
    return {};
  }

  async #publishAll(): Promise<void> {
    const topics: readonly string[] = this.#options.capsule.manifest.subscribes;
    for (const one of RECORDED_EVENTS.filter(({ type }) => topics.includes(topicOf(type)))) {
      await this.#tested.event({ ...one, ts: this.#now = one.ts });
    }
  }

  async #publish(step: Extract<TestStep, { readonly data: unknown }>): Promise<void> {
    const { ts, seq, data } = step;
    this.#now = ts ?? this.#now;
    const [type, found] = "event" in step
      ? [step.event, {}]
      : [step.recorded, RECORDED_EVENTS.find((one) => one.type === step.recorded)?.data];
    await this.#tested.event({ ts: this.#now, type, data: merged(found, data) }, seq);
  }

  /** Waits for what is there a while after the answer, and for the whole of a `within` whether what must not be there is. */
  async #waitAndJudge({ expect, within }: TestStep, { error, text, verdict }: Outcome): Promise<readonly Difference[]> {
    const expected: Expectation = expect;
    const atOnce = error !== undefined ? errorDifferences(expected.error, error) : [
      ...(expected.text === undefined ? [] : differences("text", expected.text, text)),
      ...(expected.verdict === undefined ? [] : differences("verdict", expected.verdict, verdict)),
    ];
    const { signal } = this.#options;
    const isWhole = within !== undefined && expectsAbsence(expected);
    const until = performance.now() + (within ?? WITHIN_MS);
    let unmet = this.#unmet(expected, error);
    while ((isWhole || unmet.length > 0) && performance.now() < until && !signal.aborted) {
      await sleep(LOOK_MS, signal);
      unmet = this.#unmet(expected, error);
    }
    if (!isWhole || signal.aborted) return [...atOnce, ...unmet];
    await this.#settled(); // what it did in that time may still be on its way
    return [...atOnce, ...this.#unmet(expected, error)];
  }

  /** What it has said and done so far has come; that its process has ended is judged by who waits. */
  async #settled(): Promise<void> {
    await this.#tested.settle().catch(() => {});
  }

  /** What may change by waiting. @param failure of the step itself, which is judged by then */
  #unmet({ error, logs, kv = {} }: Expectation, failure: string | undefined): readonly Difference[] {
    const said = this.#tested.said.slice(this.#heard);
    const { crash } = this.#tested;
    const ended = crash === this.#toldCrash ? undefined : crash?.why;
    return [
      ...(failure === undefined
        ? errorDifferences(error, ended)
        : ended === undefined || failure.includes(ended)
        ? []
        : [unexpected(ended)]),
      ...this.#tested.fetches.problems(),
      ...Object.entries(kv).flatMap(([key, value]) => differences(`kv.${key}`, value, this.#tested.kept(key))),
      ...(logs === undefined ? [] : lineDifferences(logs, said)),
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
    this.#toldCrash = this.#tested.crash;
    this.#options.onStep({ step, answer, differences, said });
  }
}

/** Each is a part of a line, behind the line of the one before; none: nothing is said. */
function lineDifferences(expected: readonly unknown[], said: readonly string[]): readonly Difference[] {
  if (expected.length === 0 && said.length > 0) return [{ at: "logs", expected: "nothing", actual: said.join("\n") }];
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

function expectsAbsence({ logs, kv = {}, fetches }: Expectation): boolean {
  return logs?.length === 0 || fetches?.length === 0 || Object.values(kv).includes(null);
}

function errorDifferences(expected: unknown, actual: string | undefined): readonly Difference[] {
  if (expected !== undefined) return differences("error", expected, actual);
  return actual === undefined ? [] : [unexpected(actual)];
}

function unexpected(error: string): Difference {
  return { at: "error", expected: "nothing", actual: error };
}

function titleOf(step: TestStep): string {
  if ("command" in step) return ["command", step.command, ...step.args].join(" ");
  if ("intercept" in step) return "intercept";
  if ("event" in step) return `event ${step.event}`;
  if ("recorded" in step) return `recorded ${step.recorded}`;
  if ("now" in step) return `now ${step.now}`;
  return "wait" in step ? `wait ${step.wait} ms` : "restart";
}
