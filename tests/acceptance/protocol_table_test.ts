/** P5 and P6: the table of methods, row by row, and repeats by key. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import type { Json, RawClient } from "../support/wire.ts";
import { METHOD_SCHEMAS } from "../../src/protocol/method_schemas.ts";
import { type MethodName, type MethodRow, METHODS } from "../../src/protocol/methods.ts";

const rows = Object.entries(METHODS) as [string, MethodRow][];

/** Params that are right in shape; what they name need not exist. */
const GOOD: Readonly<Record<string, Json>> = {
  "approval.add_rule": { decision: "deny", tool: "Bash", pattern: "none *" },
  "approval.evaluate": { command: "ls", cwd: "/" },
  "approval.decide": { id: "none", decision: "approve" },
  "approval.request": { sessionId: "none", tool: "Deploy", input: "to prod" },
  "approval.revoke": { id: "none" },
  "approval.text": { id: "none" },
  "approval.delivered": { id: "none", written: true },
  "approval.wait": { id: "none" },
  "session.close": { sessionId: "none" },
  "session.delete": { sessionId: "none" },
  "session.get": { sessionId: "none" },
  "session.history": { sessionId: "none" },
  "session.reopen": { sessionId: "none" },
  "session.report": { agent: "claude", event: {} },
  "session.update": { sessionId: "none" },
  hello: { protocol: 1 },
  unsubscribe: { subscription: "s99" },
};

/** For each parameter a value that is wrong for it; rows without one take none but {@link EVERYWHERE}. */
const WRONG: Readonly<Record<string, Json>> = {
  "approval.add_rule": { decision: "ask", tool: "", pattern: "", agent: 5, workspace: "here", expiresInSecs: "1h" },
  "approval.evaluate": {
    command: 5,
    cwd: "here",
    tool: "",
    agent: 5,
    action: 5,
    workspaceConfig: 5,
    repositoryConfig: 5,
  },
  "approval.decide": {
    id: 5,
    decision: "maybe",
    scope: "forever",
    message: 5,
    answers: "red",
    expiresInSecs: "1h",
    remember: "yes",
  },
  "approval.delivered": { id: 5, written: "yes" },
  "approval.list": { status: "open", sessionId: 5 },
  "approval.request": { sessionId: 5, agent: 5, tool: "", input: 5, reasoning: 5, waitSecs: "1h", callId: 5 },
  "approval.revoke": { id: 5 },
  "approval.text": { id: 5 },
  "approval.wait": { id: 5 },
  "audit.tail": { limit: "ten" },
  hello: { protocol: "1", client: 5, kind: "rule", token: 5, acknowledges: "yes", methods: "all" },
  "session.close": { sessionId: 5, reason: 5 },
  "session.delete": { sessionId: [] },
  "session.get": { sessionId: {} },
  "session.history": { sessionId: null },
  "session.list": { status: "dancing", agent: 5, limit: 0, cursor: 5 },
  "session.reopen": { sessionId: true },
  "session.report": { agent: 5, env: "HOME=/", cutFrom: "yes", workspaceConfig: 5, repositoryConfig: 5 },
  "session.update": {
    sessionId: 5,
    agent: 5,
    status: "closed",
    text: 5,
    title: 5,
    cwd: [],
    gitBranch: 5,
    model: 5,
    priority: "high",
    tags: "a",
  },
  shutdown: { reason: 5, force: "yes", confirmed: 1, restart: "no" },
  subscribe: { topics: "session", since: "41", answers: "yes" },
  unsubscribe: { subscription: 5 },
};

/** Wrong for each row that changes something; the test adds it. */
const EVERYWHERE = "idempotencyKey";

/** Parameters of which no value is wrong, each with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  "session.report event": "an agent's own: what it means is its adapter's, and H1 sends it anything",
};

/** The parameters that the schema of a method names. */
function paramsOf(name: string): string[] {
  const { entries } = METHOD_SCHEMAS[name as MethodName].params as unknown as {
    readonly entries: Readonly<Record<string, unknown>>;
  };
  return Object.keys(entries);
}

async function refusal(client: RawClient, method: string, params: Json, param: string): Promise<string | undefined> {
  const { error } = await client.call(method, params);
  const named = error !== undefined && error.message.includes(param);
  if (error?.code === -32602 && error.data?.["name"] === "invalid_params" && named) return undefined;
  return `${method} ${JSON.stringify(params)}: ${JSON.stringify(error ?? "a result")}, must be −32602 naming ${param}`;
}

Deno.test("P5 every row refuses an unknown parameter and a wrong type by name", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  await using client = await home.connect({ token: true });
  const head = await client.request("audit.head");
  const wrong: (string | undefined)[] = [];
  for (const [method, row] of rows) {
    const good = GOOD[method] ?? {};
    for (const name of [method, ...row.aliases]) {
      // A newer client may say more about itself: hello ignores what it does not know (protocol.md).
      if (method !== "hello") {
        wrong.push(await refusal(client, name, { ...good, noSuchParam: 1 }, "noSuchParam"));
        wrong.push(await refusal(client, name, { ...good, sessionid: "x" }, "sessionid"));
      }
    }
    const bad = { ...WRONG[method], ...(row.mutates ? { [EVERYWHERE]: 5 } : {}) };
    for (const [param, value] of Object.entries(bad)) {
      // hello is the first message only
      await using first = method === "hello" ? await home.connect({ hello: false }) : undefined;
      wrong.push(await refusal(first ?? client, method, { ...good, [param]: value }, param));
    }
    if (row.mutates) wrong.push(await refusal(client, method, { ...good, idempotencyKey: "" }, "idempotencyKey"));
  }
  assertEquals(wrong.filter((line) => line !== undefined), []);
  assertEquals(await client.request("audit.head"), head);
  assertEquals(home.daemonPid(), pid);
});

Deno.test("P5 the tests know every row and every parameter: a new one must say what is wrong for it", () => {
  for (const table of [WRONG, GOOD]) {
    const unknown = Object.entries(table).flatMap(([method, params]) => {
      const row = METHODS[method as keyof typeof METHODS] as MethodRow | undefined;
      if (row === undefined) return [`${method} is no row`];
      return Object.keys(params).filter((name) => !paramsOf(method).includes(name)).map((name) =>
        `${method} has no ${name}`
      );
    });
    assertEquals(unknown, []);
  }
  const missing = rows.flatMap(([method, row]) =>
    paramsOf(method).filter((name) => !(name in (WRONG[method] ?? {})) && !(name === EVERYWHERE && row.mutates))
      .map((name) => `${method} ${name}`)
  );
  assertEquals(missing, Object.keys(WITHOUT), "each has a wrong value or a reason, and a reason has its parameter");
});

Deno.test("P5 a required parameter that is missing is named", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (const [method, good] of Object.entries(GOOD)) {
    for (const param of Object.keys(good)) {
      if (method === "hello" || param === "event") continue;
      const { [param]: _, ...rest } = good;
      assertEquals(await refusal(client, method, rest, param), undefined);
    }
  }
});

Deno.test("P5 an unknown method is −32601 and an alias is the method", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (const method of ["nothing", "session", "session.", "sessions.list", " ping", "ping ", "rpc.discover"]) {
    assertEquals((await client.call(method)).error?.code, -32601, method);
  }
  await client.request("session.update", { sessionId: "one", agent: "test" });
  const list = await client.request("session.list");
  assertEquals(await client.request("LIST"), list);
  for (const [method, row] of rows.filter(([, row]) => !row.mutates)) {
    if (["shutdown", "disconnect", "hello", "subscribe"].includes(method)) continue;
    for (const alias of row.aliases) {
      const params = method === "session.get" ? { sessionId: "one" } : GOOD[method] ?? {};
      const [byName, byAlias] = [await client.call(method, params), await client.call(alias, params)];
      assertEquals(byAlias.error?.code, byName.error?.code, alias);
      assertEquals(Object.keys(byAlias.result ?? {}), Object.keys(byName.result ?? {}), alias);
    }
  }
});

Deno.test("P5 the table is sorted by area and name, and no name stands twice", () => {
  const keys = rows.map(([name, row]) => `${row.area} ${name}`);
  const areas = [...new Set(rows.map(([, row]) => row.area))];
  for (const area of areas) {
    const names = rows.filter(([, row]) => row.area === area).map(([name]) => name);
    assertEquals(names, [...names].sort(), area);
  }
  assertEquals(keys.map((key) => key.split(" ")[0]), keys.map((key) => key.split(" ")[0]).toSorted());
  const names = rows.flatMap(([name, row]) => [name, ...row.aliases]);
  assertEquals(names.length, new Set(names).size);
});

Deno.test("P5 what a method needs more scope for is forbidden to a report connection", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect();
  for (const [method, row] of rows) {
    if (["hello", "disconnect"].includes(method)) continue;
    const { error } = await client.call(method, GOOD[method] ?? {});
    const forbidden = error?.data?.["name"] === "forbidden";
    assertEquals(forbidden, row.scope !== "report", `${method}: ${JSON.stringify(error)}`);
  }
});

async function seqOf(client: RawClient): Promise<unknown> {
  return (await client.request("audit.head"))["size"];
}

Deno.test("P6 one idempotency key twice makes one event with the same result, also across kill -9", async () => {
  await using home = await TestHome.create();
  await home.start();
  const event = { session_id: "k", hook_event_name: "UserPromptSubmit", cwd: "/", prompt: "once" };
  const calls: [string, Json][] = [
    ["session.report", { agent: "claude", event, idempotencyKey: "r-1" }],
    ["session.update", { sessionId: "u", agent: "test", title: "one", idempotencyKey: "u-1" }],
    ["session.close", { sessionId: "u", reason: "done", idempotencyKey: "c-1" }],
    ["session.reopen", { sessionId: "u", idempotencyKey: "o-1" }],
    ["session.delete", { sessionId: "u", idempotencyKey: "d-1" }],
  ];
  const first: Json[] = [];
  {
    await using client = await home.connect({ token: true });
    for (const [method, params] of calls) {
      first.push(await client.request(method, params));
      const seq = await seqOf(client);
      assertEquals(await client.request(method, params), first.at(-1), method);
      assertEquals(await seqOf(client), seq, `${method} made a second event`);
    }
  }
  await home.kill();
  await home.start();
  await using client = await home.connect({ token: true });
  const seq = await seqOf(client);
  for (const [at, [method, params]] of calls.entries()) {
    assertEquals(await client.request(method, params), first[at], `${method} after kill -9`);
  }
  assertEquals(await seqOf(client), seq);
  const { records } = await client.request("audit.tail", { limit: 1000 }) as { records: Json[] };
  const text = JSON.stringify(records);
  for (const key of ["r-1", "u-1", "c-1", "o-1", "d-1"]) assertStringIncludes(text, `"${key}"`);
  assert(text.split('"r-1"').length === 2, "one record carries the key");
  const changes = records.map(({ data }) => (data as Json)["idempotencyChange"]).filter((change) =>
    change !== undefined
  );
  const [reported, ...changed] = changes as string[];
  assertEquals(reported, "session.report");
  assertEquals(changed.map((change) => change.replace(/ sha256:[0-9a-f]{32}$/, " #")), [
    ...["update", "close", "reopen", "delete"].map((word) => `session.${word} #`),
  ]);
  const others: [string, Json][] = [
    ...calls.slice(1).map(([method, params]): [string, Json] => [
      method,
      { ...params, idempotencyKey: method === "session.update" ? "c-1" : "u-1" },
    ]),
    ...calls.slice(2).map(([method, params]): [string, Json] => [method, { ...params, sessionId: "other" }]),
    ["session.update", { sessionId: "u", agent: "test", title: "two", idempotencyKey: "u-1" }],
    ["session.update", { sessionId: "u", agent: "test", title: "one", text: "more", idempotencyKey: "u-1" }],
    ["session.close", { sessionId: "u", idempotencyKey: "c-1" }],
  ];
  for (const [method, params] of others) {
    const { error } = await client.call(method, params);
    const { name, hint } = error?.data ?? {};
    assertEquals([name, typeof hint], ["conflict", "string"], `${method} ${JSON.stringify(params)}`);
  }
  assertEquals(await seqOf(client), seq);
  // The order in which a client writes the members is none of its meaning.
  const turned = { idempotencyKey: "u-1", title: "one", agent: "test", sessionId: "u" };
  assertEquals(await client.request("session.update", turned), first[1]);
});
