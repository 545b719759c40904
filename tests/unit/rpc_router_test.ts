import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkParams, Router } from "../../src/rpc/router.ts";
import { type Handlers, methodTable } from "../../src/rpc/handler.ts";
import type { Peer } from "../../src/rpc/peer.ts";
import { ConsoleError, toWire } from "../../src/protocol/errors.ts";
import type { Log } from "../../src/platform/system.ts";
import { METHOD_SCHEMAS } from "../../src/protocol/method_schemas.ts";
import { featureMethods, FEATURES } from "../../src/daemon/features.ts";
import { covers, type MethodName, type MethodRow, METHODS, SCOPES } from "../../src/protocol/methods.ts";
import { dummy } from "../support/dummy_feature/mod.ts";

const NO_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };
const PONG = { pong: true, now: "2026-11-20T10:00:00.000Z" } as const;

/** @param handlers of the methods that the test calls; every other one has a bug */
/** Those that features bring, and those of one that does. */
const FEATURE_ROWS = featureMethods([...FEATURES, dummy]);
const ROWS: Readonly<Record<string, Omit<MethodRow, "area">>> = { ...METHODS, ...FEATURE_ROWS };

function router(handlers: Partial<Handlers> = {}, log = NO_LOG) {
  const never = () => new AbortController().signal;
  const bug = () => {
    throw new TypeError("a bug");
  };
  const all = { ...Object.fromEntries(Object.keys(ROWS).map((name) => [name, bug])), ...handlers } as Handlers;
  return new Router({
    methods: methodTable(all, FEATURE_ROWS),
    log,
    requestMs: 1000,
    newBugId: () => "bug-1",
    onBug: () => {},
    timeout: never,
  });
}

function caller(scope: Peer["scope"]): Peer {
  return {
    actor: `test:${scope}`,
    kind: "test",
    scope,
    signal: new AbortController().signal,
    hungUp: new AbortController().signal,
    openStream: () => "s1",
    closeStream: () => false,
    disconnect: () => {},
  };
}

Deno.test("A1 every method is refused below its scope and reached from it on", async () => {
  for (const [name, row] of Object.entries(ROWS)) {
    for (const scope of SCOPES) {
      let kind: string | undefined;
      try {
        await router().run({ id: 1, method: name, params: {} }, caller(scope));
      } catch (error) {
        kind = (error as ConsoleError).kind;
      }
      assertEquals(kind === "forbidden", !covers(scope, row.scope), `${name} as ${scope}: ${kind}`);
    }
  }
});

Deno.test("P5 every method of a feature names a parameter that it does not know", () => {
  for (const name of Object.keys(FEATURE_ROWS)) {
    const run = () => router().run({ id: 1, method: name, params: { nonsense: 1 } }, caller("admin"));
    assertEquals(assertThrows(run, ConsoleError).kind, "invalid_params", name);
  }
});

Deno.test("A1 a report credential may ask and report, and reaches nothing else", () => {
  const reached = (Object.keys(METHODS) as MethodName[]).filter((name) => METHODS[name].scope === "report");
  const asks = ["approval.delivered", "approval.request", "approval.wait"];
  assertEquals(reached.sort(), [...asks, "disconnect", "hello", "ping", "session.report", "status"]);
});

Deno.test("F4 a handler that throws gives internal with an id that is in the log, and the next call works", async () => {
  const logged: unknown[] = [];
  const log = { ...NO_LOG, error: (message: string, fields: unknown) => void logged.push([message, fields]) };
  const r = router({ dump: () => Promise.reject(new TypeError("a bug")), ping: () => PONG }, log);
  const error = assertThrows(
    () => r.run({ id: 1, method: "session.list", params: {} }, caller("admin")),
    ConsoleError,
  );
  assertEquals([error.kind, error.details["bug"]], ["internal", "bug-1"]);
  assert(JSON.stringify(logged).includes("bug-1"));
  assert(!error.message.includes("undefined"), "the bug itself stays in the log");
  const rejected = await assertRejects(
    () => Promise.resolve(r.run({ id: 2, method: "dump", params: {} }, caller("admin"))),
    ConsoleError,
  );
  assertEquals(rejected.kind, "internal");
  assertEquals(r.run({ id: 3, method: "ping", params: {} }, caller("report")), PONG);
});

Deno.test("router: a parameter that is missing, unknown or wrong is named, with what was expected", () => {
  const said = (params: unknown) =>
    assertThrows(() => checkParams("session.get", METHOD_SCHEMAS["session.get"], params), ConsoleError).message;
  assertEquals(said({}), 'the parameter "sessionId" of session.get is missing');
  assertEquals(said({ sessionId: "s", more: 1 }), 'the parameter "more" of session.get is unknown');
  assertEquals(said({ sessionId: 5 }), 'the parameter "sessionId" of session.get is 5, expected string');
  const long = said({ sessionId: "s".repeat(300) });
  assertEquals(long, 'the parameter "sessionId" of session.get has the length 300, expected <=200');
});

Deno.test("A1 no client calls itself what answers by itself: its decisions would read as a rule's", () => {
  const hello = (kind: string) => () => checkParams("hello", METHOD_SCHEMAS["hello"], { protocol: 1, kind });
  for (const kind of ["rule", "mode", "interceptor", "feed", "", "Tui"]) {
    assertThrows(hello(kind), ConsoleError, '"kind" of hello is');
  }
  for (const kind of ["tui", "rules", "hook"]) hello(kind)();
});

Deno.test("router: past its deadline a request answers timeout and its signal fires", async () => {
  const abort = new AbortController();
  const { options } = router({ status: () => new Promise(() => {}) });
  const r = new Router({ ...options, timeout: () => abort.signal });
  const asked = Promise.resolve(r.run({ id: 1, method: "status", params: {} }, caller("read")));
  abort.abort();
  assertEquals((await assertRejects(() => asked, ConsoleError)).kind, "timeout");
});

Deno.test("M2 an observer hears of each call of a known method how it ended, and changes neither order nor outcome", async () => {
  const later = Promise.withResolvers<never>();
  const r = router({ ping: () => PONG, status: () => later.promise });
  const heard: string[] = [];
  r.observer = ({ method, needs, peer }) => {
    heard.push(`${method} needs ${needs}, called by ${peer.kind} as ${peer.scope}`);
    return (error) => heard.push(`${method} ${error ?? "ok"}`);
  };
  assertEquals(r.run({ id: 1, method: "Ping", params: {} }, caller("report")), PONG); // at once, as without it
  assertThrows(() => r.run({ id: 2, method: "session.list", params: {} }, caller("report")), ConsoleError);
  assertThrows(() => r.run({ id: 3, method: "session.list", params: {} }, caller("read")), ConsoleError);
  assertThrows(() => r.run({ id: 4, method: "made.up", params: {} }, caller("admin")), ConsoleError);
  const waits = Promise.resolve(r.run({ id: 5, method: "status", params: {} }, caller("read")));
  later.reject(new ConsoleError("busy", "x"));
  assertEquals((await assertRejects(() => waits, ConsoleError)).kind, "busy");
  assertEquals(heard, [
    "ping needs report, called by test as report",
    "ping ok",
    "session.list needs read, called by test as report",
    "session.list forbidden",
    "session.list needs read, called by test as read",
    "session.list internal",
    "status needs report, called by test as read",
    "status busy",
  ]);
});

Deno.test("F1 while the daemon stops nothing that mutates is taken, reads go on", () => {
  const r = router({ ping: () => PONG });
  r.stop();
  const params = { agent: "claude", event: {} };
  const error = assertThrows(
    () => r.run({ id: 1, method: "session.report", params }, caller("report")),
    ConsoleError,
  );
  assertEquals(error.kind, "stopping");
  assertEquals(r.run({ id: 2, method: "ping", params: {} }, caller("report")), PONG);
});

Deno.test("P5 the table: names sorted within their area, aliases unique, every mutating row takes an idempotencyKey", () => {
  const names = Object.keys(METHODS) as MethodName[];
  const areas = ["approval", "audit", "daemon", "live", "session"];
  assertEquals(
    names,
    names.toSorted((a, b) => {
      const [x, y] = [METHODS[a], METHODS[b]];
      return areas.indexOf(x.area) - areas.indexOf(y.area) || (a < b ? -1 : 1);
    }),
  );
  const words = names.flatMap((name) => [name, ...METHODS[name].aliases]);
  assertEquals(new Set(words).size, words.length);
  for (const name of names) {
    assertEquals(
      "idempotencyKey" in (METHOD_SCHEMAS[name].params as { entries: object }).entries,
      METHODS[name].mutates,
      name,
    );
    assertEquals([...METHODS[name].aliases], [...METHODS[name].aliases].sort(), name);
  }
});

Deno.test("A4 words of a request that come back in an error deceive nobody who prints it", () => {
  const evil = "x\u009b31m\u202ey\u200b";
  const refusal = (call: () => unknown) => toWire(assertThrows(call, ConsoleError));
  const [method, params] = [
    refusal(() => router().run({ id: 1, method: evil, params: {} }, caller("admin"))),
    refusal(() => checkParams("ping", METHOD_SCHEMAS.ping, { [evil]: 1 })),
  ];
  const own = toWire(new ConsoleError("conflict", `${evil}\nline`, { hint: evil }));
  for (const error of [method, params, own]) {
    const text = JSON.stringify(error);
    assert(text.includes("\\\\x9b31m\\\\u202ey\\\\u200b") && !/[\u009b\u202e\u200b]/.test(text), text);
  }
  assertEquals(own.message.split("\n").length, 2, "lines of a message stay");
});
