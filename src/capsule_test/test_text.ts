/** What a `capsule.test.jsonc` says: the world around the capsule, and the steps with what is expected of each. Pure. */
import * as v from "valibot";
import type { Manifest } from "../capsule/manifest.ts";
import { CapsuleFlaw, readStrict } from "../capsule/read_strict.ts";
import { topicOf } from "../domain/event.ts";
import { isMatchable } from "./match.ts";
import { RECORDED_EVENTS } from "./recorded.ts";

/** The file of a capsule's folder. */
export const TEST_FILE = "capsule.test.jsonc";

const MAX_MS = 60_000;

const text = v.string("a text");
const texts = v.record(v.string(), text, "an object of texts");
const anything = v.record(v.string(), v.unknown(), "an object");
const ms = v.pipe(
  v.number("milliseconds"),
  v.minValue(0, `milliseconds from 0 to ${MAX_MS}`),
  v.maxValue(MAX_MS, `milliseconds from 0 to ${MAX_MS}`),
);
const time = v.pipe(text, v.isoTimestamp("a time such as 2026-03-02T09:00:00Z"));

/** What `differences` compares with. */
const matched = v.pipe(
  v.unknown(),
  v.check(isMatchable, `a value whose "$contains" stands alone and has a text, or a list of texts, none of them empty`),
);
const line = v.pipe(matched, v.check((one) => one !== "", "a part of a line that is not empty"));

const reply = v.pipe(
  v.strictObject({
    status: v.optional(v.pipe(v.number("a status"), v.integer("a status"), v.minValue(200), v.maxValue(599))),
    headers: v.optional(texts),
    body: v.optional(text),
    /** There is no response: what `fetch` throws. */
    error: v.optional(text),
  }, "an object"),
  v.check(
    ({ error, ...response }) => error === undefined || Object.keys(response).length === 0,
    "an error or a response",
  ),
  v.transform(({ status = 200, headers = {}, body = "", error }) => ({
    status,
    headers,
    body,
    ...(error === undefined ? {} : { error }),
  })),
);

const fetched = v.strictObject({
  url: v.optional(matched),
  method: v.optional(matched),
  headers: v.optional(v.record(v.string(), matched, "an object")),
  body: v.optional(matched),
  reply: v.optional(reply, {}),
}, "an object");

/** What may be expected of every step. */
const seen = {
  /** The handler fails with it, or the process ends by itself with it. */
  error: v.optional(matched),
  /** None: there is no line. */
  logs: v.optional(v.array(line, "a list")),
  kv: v.optional(v.record(v.string(), matched, "an object")),
  fetches: v.optional(v.array(fetched, "a list")),
};

const happened = v.strictObject(seen, "an object");
const answered = v.pipe(
  v.strictObject({ ...seen, text: v.optional(matched) }, "an object"),
  v.check(({ error, text }) => error === undefined || text === undefined, "an error or a text"),
);
const judged = v.pipe(
  v.strictObject({ ...seen, verdict: v.optional(matched) }, "an object"),
  v.check(({ error, verdict }) => error === undefined || verdict === undefined, "an error or a verdict"),
);

const within = v.optional(ms);
const common = { within, expect: v.optional(happened, {}) };
const given = {
  data: v.optional(anything, {}),
  ts: v.optional(time),
  seq: v.optional(v.pipe(v.number("a whole number"), v.integer("a whole number"), v.minValue(1, "a number from 1"))),
};

/** Each with what it uses, and no more. */
const STEPS = {
  event: v.strictObject({ event: text, ...given, ...common }, "an object"),
  /** A type of the recorded events. */
  recorded: v.strictObject({ recorded: text, ...given, ...common }, "an object"),
  command: v.strictObject({
    command: text,
    args: v.optional(v.array(text, "a list of texts"), []),
    within,
    expect: v.optional(answered, {}),
  }, "an object"),
  intercept: v.strictObject({ intercept: anything, within, expect: v.optional(judged, {}) }, "an object"),
  now: v.strictObject({ now: time, ...common }, "an object"),
  wait: v.strictObject({ wait: ms, ...common }, "an object"),
  restart: v.strictObject({ restart: v.literal(true, "true"), ...common }, "an object"),
} as const;
const all = v.strictObject({ recorded: v.literal("all"), ...common }, "an object");

const KINDS = Object.keys(STEPS) as (keyof typeof STEPS)[];

/** Of no kind, or of two: it is always refused, for an unknown key where it has one. */
const noStep = v.pipe(
  v.strictObject(
    Object.fromEntries(
      Object.values(STEPS).flatMap(({ entries }) => Object.keys(entries)).map((key) => [key, v.optional(v.unknown())]),
    ),
    "an object",
  ),
  v.check(() => false, `a step with one of ${KINDS.join(", ")}`),
  v.transform((refused) => refused as never),
);

const step = v.lazy((value) => {
  const [kind, other] = KINDS.filter((one) => typeof value === "object" && value !== null && Object.hasOwn(value, one));
  if (kind === undefined || other !== undefined) return noStep;
  return (value as { readonly recorded?: unknown }).recorded === "all" ? all : STEPS[kind];
});

const testSchema = v.strictObject({
  settings: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])), {}),
  secrets: v.optional(texts, {}),
  env: v.optional(texts, {}),
  kv: v.optional(anything, {}),
  /** What a command of the console answers, by its name. */
  exec: v.optional(texts, {}),
  now: v.optional(time, "2026-03-02T09:00:00Z"),
  steps: v.array(step, "a list of steps"),
}, "an object");

export type CapsuleTest = v.InferOutput<typeof testSchema>;
export type TestStep = CapsuleTest["steps"][number];
/** Of any kind of step. */
export type Expectation = v.InferOutput<typeof happened> & { readonly text?: unknown; readonly verdict?: unknown };
export type ExpectedFetch = v.InferOutput<typeof fetched>;

/** @throws {CapsuleFlaw} what is wrong with it, or what of it the manifest does not ask for */
export function readTest(content: string, manifest: Manifest): CapsuleTest {
  const test = readStrict(content, { file: TEST_FILE, what: "the test", schema: testSchema });
  const problem = besideManifest(test, manifest) ??
    test.steps.map((one, at) => problemOf(one, manifest, at + 1)).find((found) => found !== undefined);
  if (problem !== undefined) throw new CapsuleFlaw(`${TEST_FILE}: ${problem}`);
  return test;
}

/** The test of a capsule that has none: what is recorded of its topics, its commands without words, its interceptor. */
export function usualTest({ subscribes, commands, intercepts }: Manifest): CapsuleTest {
  const topics: readonly string[] = subscribes;
  const steps = [
    ...(RECORDED_EVENTS.some(({ type }) => topics.includes(topicOf(type))) ? [{ recorded: "all" }] : []),
    ...commands.filter(({ args }) => args === "" || args.startsWith("[")).map(({ name }) => ({ command: name })),
    ...(intercepts.length > 0 ? [{ intercept: {} }] : []),
  ];
  return v.parse(testSchema, { steps });
}

function besideManifest(test: CapsuleTest, { capabilities, settings }: Manifest): string | undefined {
  for (const kind of ["secrets", "env", "exec"] as const) {
    const more = Object.keys(test[kind]).find((name) => !capabilities[kind].includes(name));
    if (more !== undefined) return `it has ${kind} ${more}, which the manifest does not ask for`;
  }
  const setting = Object.entries(test.settings).find(([name, value]) => {
    const found = Object.hasOwn(settings, name) ? settings[name] : undefined;
    return found === undefined || typeof found.default !== typeof value as string;
  });
  if (setting !== undefined) return `the manifest has no setting ${setting[0]} of that type`;
  return Object.keys(test.kv).length > 0 && capabilities.kv === 0 ? "the manifest asks for no kv" : undefined;
}

/** @param at its number */
function problemOf(step: TestStep, manifest: Manifest, at: number) {
  const recorded = "recorded" in step ? step.recorded : undefined;
  if (recorded !== undefined && recorded !== "all" && !RECORDED_EVENTS.some(({ type }) => type === recorded)) {
    const types = [...new Set(RECORDED_EVENTS.map(({ type }) => type))].join(", ");
    return `step ${at} plays ${recorded}, of which no event is recorded: all, ${types}`;
  }
  const topic = "event" in step ? step.event : (recorded === "all" ? undefined : recorded);
  if (topic !== undefined && !(manifest.subscribes as readonly string[]).includes(topicOf(topic))) {
    return `step ${at} has an event of ${topicOf(topic)}, which the manifest does not subscribe to`;
  }
  if ("command" in step && !manifest.commands.some(({ name }) => name === step.command)) {
    return `step ${at} runs ${step.command}, which is no command of the manifest`;
  }
  if (!("intercept" in step) || manifest.intercepts.length > 0) return undefined;
  return `step ${at} asks the interceptor, and the manifest intercepts nothing`;
}
