/** What a `capsule.test.jsonc` says: the world around the capsule, and the steps with what is expected of each. Pure. */
import * as v from "valibot";
import type { Manifest } from "../capsule/manifest.ts";
import { CapsuleFlaw, readStrict } from "../capsule/read_strict.ts";
import { topicOf } from "../domain/event.ts";
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

const reply = v.strictObject({
  status: v.optional(v.pipe(v.number("a status"), v.integer("a status"), v.minValue(200), v.maxValue(599)), 200),
  headers: v.optional(texts, {}),
  body: v.optional(text, ""),
  /** There is no response: what `fetch` throws. */
  error: v.optional(text),
}, "an object");

const fetched = v.strictObject({
  url: v.optional(v.unknown()),
  method: v.optional(v.unknown()),
  headers: v.optional(anything),
  body: v.optional(v.unknown()),
  reply: v.optional(reply, { status: 200, headers: {}, body: "" }),
}, "an object");

const expected = v.strictObject({
  /** Of a command. */
  text: v.optional(v.unknown()),
  /** Of an interceptor. */
  verdict: v.optional(v.unknown()),
  /** The handler fails with it. */
  error: v.optional(v.unknown()),
  logs: v.optional(v.array(v.unknown(), "a list")),
  kv: v.optional(anything),
  fetches: v.optional(v.array(fetched, "a list")),
}, "an object");

const KINDS = ["event", "recorded", "command", "intercept", "now", "wait", "restart"] as const;

const step = v.pipe(
  v.strictObject({
    event: v.optional(text),
    /** A type of the recorded events, or `all`. */
    recorded: v.optional(text),
    command: v.optional(text),
    intercept: v.optional(anything),
    now: v.optional(time),
    wait: v.optional(ms),
    restart: v.optional(v.literal(true, "true")),
    data: v.optional(anything),
    ts: v.optional(time),
    seq: v.optional(v.pipe(v.number("a whole number"), v.integer("a whole number"), v.minValue(1, "a number from 1"))),
    args: v.optional(v.array(text, "a list of texts"), []),
    within: v.optional(ms, 2000),
    expect: v.optional(expected, {}),
  }, "an object"),
  v.check(
    (one) => KINDS.filter((kind) => one[kind] !== undefined).length === 1,
    `a step with one of ${KINDS.join(", ")}`,
  ),
);

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
function problemOf({ event, recorded, command, intercept }: TestStep, manifest: Manifest, at: number) {
  if (recorded !== undefined && recorded !== "all" && !RECORDED_EVENTS.some(({ type }) => type === recorded)) {
    const types = [...new Set(RECORDED_EVENTS.map(({ type }) => type))].join(", ");
    return `step ${at} plays ${recorded}, of which no event is recorded: all, ${types}`;
  }
  const topic = event ?? (recorded === "all" ? undefined : recorded);
  if (topic !== undefined && !(manifest.subscribes as readonly string[]).includes(topicOf(topic))) {
    return `step ${at} has an event of ${topicOf(topic)}, which the manifest does not subscribe to`;
  }
  if (command !== undefined && !manifest.commands.some(({ name }) => name === command)) {
    return `step ${at} runs ${command}, which is no command of the manifest`;
  }
  if (intercept === undefined || manifest.intercepts.length > 0) return undefined;
  return `step ${at} asks the interceptor, and the manifest intercepts nothing`;
}
