/** The console's commands and the door by which they call methods: in whose name, and with what of their features. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { builtins } from "../../src/command/builtins.ts";
import { command } from "../../src/command/mod.ts";
import { READ_ONLY_COMMANDS } from "../../src/core/read_only_commands.ts";
import { methodsDoor } from "../../src/core/methods_door.ts";
import type { Feature } from "../../src/core/service.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { ParamsOf } from "../../src/protocol/method_schemas.ts";
import { EncodedResult } from "../../src/rpc/encoded_result.ts";
import type { FeatureRow, Method } from "../../src/rpc/handler.ts";
import type { Peer } from "../../src/rpc/peer.ts";
import { Router } from "../../src/rpc/router.ts";
import { FakeCaller } from "../support/desk.ts";
import { FeaturesAlone } from "../support/feature_alone.ts";

const row: FeatureRow = {
  aliases: [],
  scope: "admin",
  mutates: false,
  params: v.strictObject({ id: v.string() }),
  result: v.object({}),
  doc: "",
};

Deno.test("E2 A1 a call within the daemon has the scope, the name and the checks of the one that it is made for", async () => {
  const seen: Peer[] = [];
  const method: Method = { name: "job.run", row, run: (_params, { peer }) => void seen.push(peer) };
  const router = new Router({
    methods: new Map([["job.run", method]]),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    requestMs: 1000,
    onBug: () => {},
    newBugId: () => "b",
    timeout: (ms) => AbortSignal.timeout(ms),
  });
  const door = methodsDoor((request, peer) => router.run(request, peer));
  const { signal } = new AbortController();
  const as = (scope: Peer["scope"]) => door.as({ kind: "web", scope, isRemote: true, signal });
  for (const scope of ["report", "read", "approve"] as const) {
    const error = await assertRejects(() => as(scope).call("job.run", { id: "a" }), ConsoleError);
    assertEquals(error.kind, "forbidden");
  }
  const wrong = await assertRejects(() => as("admin").call("job.run", {} as ParamsOf<"job.run">), ConsoleError);
  assertEquals([wrong.kind, seen.length], ["invalid_params", 0]);
  await as("admin").call("job.run", { id: "a" });
  const onlyOther = door.as({ kind: "telegram", scope: "admin", signal }, ["channel.mute"]);
  const kept = await assertRejects(() => onlyOther.call("job.run", { id: "a" }), ConsoleError);
  assertEquals([kept.kind, kept.message, seen.length], ["forbidden", "telegram may not call job.run", 1]);
  await door.as({ kind: "telegram", scope: "admin", signal }, ["job.run"]).call("job.run", { id: "a" });
  assertEquals(seen.length, 2);
  const [peer] = seen;
  assert(peer !== undefined);
  assertEquals([peer.actor, peer.kind, peer.isRemote], ["web:admin", "web", true]);
  assertThrows(() => peer.openStream(() => ({ next: () => undefined, end() {} }), () => {}), ConsoleError);
});

Deno.test("E2 a result that its handler has encoded comes as any other", async () => {
  const bytes = new TextEncoder().encode('{"sessions":["é"]}');
  const pieces = [bytes.subarray(0, 15), bytes.subarray(15)];
  const door = methodsDoor(() => new EncodedResult(pieces, {}));
  const caller = door.as(new FakeCaller("cli", "read"));
  assertEquals(await caller.call("session.list", {}) as unknown, { sessions: ["é"] });
});

Deno.test("E2 a feature brings commands of its own, which /help lists and which say why they did nothing", async () => {
  const brings: Feature = {
    name: "brings",
    create: () => ({
      commands: () => [{
        name: "greet",
        aliases: ["hi"],
        summary: "says hello",
        usage: "[NAME]",
        run: ([name = "you"], { kind }) => {
          if (name === "nobody") {
            throw new ConsoleError("confirm_required", "who?", { approvalId: "a1", hint: "a name" });
          }
          return Promise.resolve(`hello ${name}, ${kind}\x1b[2J`);
        },
      }],
    }),
  };
  const room = new FeaturesAlone([command, brings]);
  const { commands } = await room.call("command.list", {});
  assertEquals(commands.at(-1), { name: "greet", aliases: ["hi"], summary: "says hello", usage: "[NAME]" });
  const exec = (line: string) => room.call("command.execute", { command: line }, new FakeCaller("tui", "read"));
  const shown = (await exec("/help")).response;
  assert(shown.includes("/greet [NAME]"), shown);
  assertEquals(await exec(' /hi "a b" '), { success: true, response: "hello a b, tui\\x1b[2J", sessionId: null });
  assertEquals(await exec("/greet nobody"), {
    success: false,
    response: "who?\nhint: a name",
    needsConfirmation: true,
    approvalId: "a1",
    sessionId: null,
  });
  assertEquals((await exec("/gret")).response, 'unknown command "/gret"\nhint: did you mean /greet?');
});

Deno.test("X1 each command of the console is known to be read-only, or to do more", () => {
  const all = builtins(() => []);
  const readOnly = all.filter(({ name }) => READ_ONLY_COMMANDS.includes(name));
  const more = all.filter((one) => !readOnly.includes(one));
  assertEquals(more.map(({ name }) => name), ["approve", "deny", "cancel"]);
  assertEquals(readOnly.flatMap(({ name, aliases = [] }) => [name, ...aliases]).sort(), [...READ_ONLY_COMMANDS]);
});
