/**
 * The program that runs in a capsule's process: it imports the capsule's main, whose URL is its first argument, and serves
 * the daemon's calls by what that has registered. It runs without a cache and without an import map, so it is small and
 * imports files of its own only.
 */
import type { CapsuleEvent, CapsuleRequest, CapsuleSettings, Verdict } from "../../install/capsules/agent-console.d.ts";
import { takeCapsuleStreams } from "../platform/capsule_streams.ts";
import { makeCapsule, makeRegistered } from "./author_api.ts";
import { DaemonConnection, type DaemonMessage, errorWords } from "./stdio_connection.ts";
import { redirectConsole } from "./console.ts";
import { doubleDate, doubleFetch } from "./doubles.ts";
import { freezeShared, intrinsics } from "./intrinsics.ts";

const { freeze } = intrinsics;
const streams = takeCapsuleStreams();
const connection = new DaemonConnection(streams);
const registered = makeRegistered();
const unloaded = new AbortController();
/** The calls in flight, by their ids; `cancel` names one of them. */
const calls: Record<number, AbortController> = Object.create(null);
let inFlight = 0;
let onRest: (() => void) | undefined;
/** In a test alone: the clock of the capsule is that of its events. */
let setTime: (iso: string) => void = () => {};

type Params = DaemonMessage["params"];

const HANDLERS: Readonly<Record<string, (params: Params, signal: AbortSignal) => unknown>> = Object.assign(
  Object.create(null),
  {
    start,
    command,
    intercept,
    event: ({ event }: Params) => {
      setTime((event as CapsuleEvent).ts);
      return hear(topicOf((event as CapsuleEvent).type), event as CapsuleEvent);
    },
    lost: ({ from, to }: Params) =>
      hear("lost", { seq: Number(to), ts: new Date().toISOString(), type: "lost", data: { from, to } }),
    settings: (params: Params) => void (registered.settings = freeze(params["settings"]) as CapsuleSettings),
    cancel: ({ id, reason }: Params) => calls[Number(id)]?.abort(new Error(String(reason))),
    ping: () => ({}),
  },
);

async function start({ name, settings }: Params): Promise<unknown> {
  registered.settings = freeze(settings) as CapsuleSettings;
  const module = await import(streams.main);
  if (typeof module.default !== "function") throw new Error("main has no default export that is a function");
  await module.default(makeCapsule(String(name), registered, connection, unloaded.signal));
  registered.isClosed = true;
  const { commands, listeners } = registered;
  return {
    commands: Object.keys(commands),
    topics: Object.keys(listeners),
    intercepts: registered.intercept !== undefined,
  };
}

async function command({ name, args }: Params, signal: AbortSignal): Promise<unknown> {
  const handler = registered.commands[String(name)];
  if (handler === undefined) throw new Error(`there is no command ${name}`);
  const text: unknown = await handler(args as readonly string[], freeze({ signal }));
  if (typeof text !== "string") throw new Error(`the command ${name} returned ${typeof text}, and no text`);
  return { text };
}

async function intercept({ request }: Params, signal: AbortSignal): Promise<Verdict | null> {
  return await registered.intercept?.(request as CapsuleRequest, freeze({ signal })) ?? null;
}

/** All listeners are begun, then all are waited for. @throws what the first of them threw */
async function hear(topic: string, event: CapsuleEvent): Promise<unknown> {
  const listeners = registered.listeners[topic] ?? [];
  const begun: Promise<unknown>[] = [];
  for (let at = 0; at < listeners.length; at++) begun[at] = outcome(() => listeners[at]?.(event));
  let problem: string | undefined;
  for (let at = 0; at < begun.length; at++) problem ??= await begun[at] as string | undefined;
  if (problem !== undefined) throw new Error(problem);
  return {};
}

/** What it threw, in words; undefined where it did not. */
async function outcome(action: () => unknown): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return errorWords(error);
  }
}

function topicOf(type: string): string {
  const dot = intrinsics.indexOf(type, ".");
  return dot < 0 ? type : intrinsics.slice(type, 0, dot);
}

/** Waits for what is in flight; the daemon closes stdin then, and does not wait for ever. */
async function stop({ reason }: Params): Promise<unknown> {
  unloaded.abort(new Error(String(reason)));
  if (inFlight > 0) await new Promise<void>((resolve) => onRest = resolve);
  return {};
}

async function handle({ id, method, params }: DaemonMessage): Promise<unknown> {
  if (method === "stop") return await stop(params);
  const handler = HANDLERS[method];
  if (handler === undefined) throw new Error(`no such method: ${method}`);
  const controller = new AbortController();
  if (id !== undefined) calls[id] = controller;
  inFlight++;
  try {
    return await handler(params, controller.signal);
  } finally {
    if (id !== undefined) delete calls[id];
    if (--inFlight === 0) onRest?.();
  }
}

redirectConsole(streams.inspect, (level, text) => void connection.log(level, text));
if (streams.isTest) {
  doubleFetch(connection);
  setTime = doubleDate();
}
freezeShared();
await connection.serve(handle);
streams.exit();
