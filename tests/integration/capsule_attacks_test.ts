/**
 * X1, the rest: capsules that break the rules of the connection, or take what they can of the machine. Each is ended by itself,
 * for the reason that it gave, and another capsule goes on answering all the while.
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { CapsuleLab } from "../support/capsules.ts";
import { eventually, patience, pause, quantile } from "../support/harness_wait.ts";

const MANIFEST = { commands: [{ name: "go", description: "attacks", args: "" }] };
const WAIT = 20_000;
/** Quicker than in a daemon: a hang is seen after three seconds. */
const LIMITS = { backoffMs: 600_000, pingEveryMs: 500, pingMs: 1000, missedPings: 3, commandMs: 10_000, kvWriteMs: 10 };

/** Writes to the connection what the API would not. */
const RAW = `
  import { writeSync } from "node:fs";
  const raw = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      try { at += writeSync(1, bytes.subarray(at)); } catch (error) { if ((error as any).code !== "EAGAIN") throw error; }
    }
  };
  const send = (message: unknown) => raw(JSON.stringify(message) + "\\n");
  const call = (id: unknown, method: string, params: unknown) => ({ jsonrpc: "2.0", id, method, params });`;

/** The body of the command that attacks, and the reason for which its process is ended. */
const FATAL: Readonly<Record<string, readonly [body: string, reason: RegExp]>> = {
  nonsense: [`raw("hello\\n");`, /it wrote to stdout what is no message/],
  "no-object": [`raw("[1]\\n");`, /a message that is no object/],
  "unknown-method": [`send(call(1, "approval.decide", {}));`, /it called a method that there is not/],
  "inherited-method": [`send(call(1, "constructor", {}));`, /it called a method that there is not/],
  "proto-member": [
    `raw('{"jsonrpc":"2.0","id":1,"method":"kv.get","params":{"key":"a"},"__proto__":{"x":1}}\\n');`,
    /__proto__/,
  ],
  "proto-params": [
    `raw('{"jsonrpc":"2.0","id":1,"method":"kv.get","params":{"key":"a","__proto__":{}}}\\n');`,
    /__proto__/,
  ],
  "more-members": [`send({ ...call(1, "kv.get", { key: "a" }), scope: "admin" });`, /a call of the wrong form/],
  "wrong-id": [`send(call("1", "kv.get", { key: "a" }));`, /a call of the wrong form/],
  "repeated-id": [
    `const one = JSON.stringify(call(7, "exec", { line: "sessions" })) + "\\n"; raw(one + one);`,
    /it used one id for two calls/,
  ],
  "answer-to-nothing": [`send({ jsonrpc: "2.0", id: 999999, result: {} });`, /answered a call that was never made/],
  "bad-answer-id": [`send({ jsonrpc: "2.0", id: 1e300, result: {} });`, /an answer of the wrong form/],
  nested: [`raw("[".repeat(500_000) + "\\n");`, /nests too deep/],
  "nested-value": [
    `raw('{"jsonrpc":"2.0","id":1,"method":"kv.set","params":{"key":"a","value":' + "[".repeat(300_000) + "\\n");`,
    /nests too deep/,
  ],
  "64-mib": [`for (let n = 0; n < 64; n++) raw("x".repeat(1024 * 1024));`, /a message that is too long/],
  flood: [
    `for (;;) send({ jsonrpc: "2.0", method: "log", params: { level: "info", text: "x" } });`,
    /flooded the connection/,
  ],
  "flood-of-bytes": [
    `for (;;) send({ jsonrpc: "2.0", method: "log", params: { level: "info", text: "x".repeat(500_000) } });`,
    /flooded the connection with bytes|it hung/, // on a busy machine its own messages are in the way of its answers
  ],
  "flood-of-answers": [`for (;;) send({ jsonrpc: "2.0", id: 1, result: {} });`, /flooded the connection/],
  loop: ["for (;;);", /it hung/],
  "loop-behind-words": [`for (;;) { raw(""); }`, /it hung/],
  heap: [`const all = []; for (;;) all.push(new Array(1000).fill(all.length));`, /by itself|it hung/],
  exit: [`Deno.exit(0);`, /by itself: exit code 0/],
  "no-reader": [
    `for (let id = 1; id < 150; id++) send(call(id, "kv.get", { key: "long" })); for (;;);`,
    /it hung|it did not read/,
  ],
};

async function bystander(lab: CapsuleLab) {
  const main = `export default (c: any) => c.command("go", () => "here");`;
  await lab.supervisor.run(await lab.capsule("bystander", { main, manifest: MANIFEST }));
}

/** How long the other one takes to answer until `work` is done, ms. */
async function answersDuring(lab: CapsuleLab, work: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let isDone = false;
  const done = work.finally(() => isDone = true);
  while (!isDone) {
    const begin = performance.now();
    assertEquals(await lab.supervisor.command("bystander", "go", []), "here");
    times.push(performance.now() - begin);
    await Promise.race([pause(20), done]);
  }
  await done;
  return times;
}

Deno.test("X1 what breaks the connection's rules or hangs is ended with its reason, and the others go on answering", async () => {
  await using lab = new CapsuleLab(LIMITS);
  await bystander(lab);
  lab.kv.set("no-reader", JSON.stringify([["long", "x".repeat(60_000)]]));
  const attack = async ([name, [body, reason]]: (typeof entries)[number]) => {
    const main =
      `${RAW}\nexport default (c: any) => c.command("go", async () => { ${body}; await new Promise(() => {}) });`;
    const capabilities = { kv: 65_536, exec: ["sessions"] };
    await lab.supervisor.run(await lab.capsule(name, { main, manifest: MANIFEST, capabilities }));
    await assertRejects(() => lab.supervisor.command(name, "go", []), ConsoleError);
    const state = await eventually(
      () => {
        const found = lab.supervisor.stateOf(name);
        return found?.kind === "restarting" ? found : undefined;
      },
      WAIT,
      `${name} is ended`,
    );
    assertMatch(state.reason, reason, name);
  };
  const entries = Object.entries(FATAL);
  const bounds: number[] = [];
  const twoAtOnce = async () => {
    while (entries.length > 0) {
      await Promise.all(entries.splice(0, 2).map(attack));
      bounds.push(await patience(250)); // with what else the machine does, and without the attacks
    }
  };
  const times = await answersDuring(lab, twoAtOnce());
  assert(times.length > 50, "the other one was asked");
  const p99 = quantile(times, 0.99);
  const bound = Math.max(...bounds);
  assert(p99 < bound, `p99 ${p99} ms of ${times.length} answers, at most ${bound}`);
  assertEquals(lab.stateOf("bystander"), "running");
  assertEquals(lab.lines.filter(({ fields }) => fields["capsule"] === "bystander"), []);
});

Deno.test("X1 a buffer bomb, many workers, a crash and a hang at load end nothing but themselves", async () => {
  await using lab = new CapsuleLab({ ...LIMITS, pingMs: 3000, commandMs: 30_000 });
  await using hasty = new CapsuleLab({ ...LIMITS, startMs: 3000 });
  await bystander(lab);
  const tries =
    `async (work: () => unknown) => { try { return String(await work()) } catch (error) { return (error as Error).name } }`;
  const bounded = {
    buffers: `const all = []; try { for (;;) all.push(new Uint8Array(32 * 1024 * 1024).fill(1)) } catch (error) {
      const held = all.length; all.length = 0; return (error as Error).name + (held < 24) }`,
    workers:
      `const outcome = await (${tries})(() => { for (let n = 0; n < 200; n++) new Worker("data:text/javascript,for(;;);", { type: "module" }); });
      return "begun " + outcome`,
  };
  for (const [name, body] of Object.entries(bounded)) {
    const main = `export default (c: any) => c.command("go", async () => { ${body} });`;
    await lab.supervisor.run(await lab.capsule(name, { main, manifest: MANIFEST }));
    const attack = lab.supervisor.command(name, "go", []).catch((error: Error) => error.message);
    await answersDuring(lab, attack);
    if (name === "buffers") assertEquals(await attack, "RangeErrortrue");
    await lab.supervisor.end(name, "it has tried");
  }
  const hang = await lab.capsule("hang", { main: "for (;;);" });
  assertMatch(
    (await assertRejects(() => hasty.supervisor.run(hang), ConsoleError)).message,
    /did not answer start within/,
  );
  const wait = await lab.capsule("wait", { main: "await new Promise(() => setTimeout(() => {}, 1e6));" });
  assertMatch(
    (await assertRejects(() => hasty.supervisor.run(wait), ConsoleError)).message,
    /did not answer start within/,
  );
  const crash = await lab.capsule("crash", { main: "Deno.exit(3);" });
  assertMatch((await assertRejects(() => lab.supervisor.run(crash), ConsoleError)).message, /exit code 3/);
  const stays = await lab.capsule("stays", {
    main: `export default (c: any) => { c.signal.addEventListener("abort", () => { for (;;); }); };`,
  });
  await lab.supervisor.run(stays);
  await answersDuring(lab, lab.supervisor.end("stays", "it was revoked"));
  assertEquals([lab.stateOf("bystander"), lab.said("bystander")], ["running", []]);
});

Deno.test("X1 a capsule that replaces the language's own functions breaks neither its connection nor another's", async () => {
  await using lab = new CapsuleLab();
  await bystander(lab);
  await lab.supervisor.run(
    await lab.capsule("tricks", {
      main: `
        const swallow = (work: () => unknown) => { try { work(); } catch { /* it is frozen */ } };
        export default (c: any) => c.command("go", () => {
          swallow(() => (JSON as any).stringify = () => "{}");
          swallow(() => (JSON as any).parse = () => ({}));
          swallow(() => (Promise.prototype as any).then = () => {});
          (Object.prototype as any).toJSON = () => ({ jsonrpc: "2.0", id: 1, method: "exec" });
          Object.defineProperty(Object.prototype, "id", { get: () => 1, set: () => {}, configurable: true });
          Object.defineProperty(Object.prototype, "error", { get: () => ({ message: "no" }), configurable: true });
          (String.prototype as any).indexOf = () => -1;
          (String.prototype as any).slice = () => "";
          (Uint8Array.prototype as any).subarray = () => new Uint8Array();
          (TextEncoder.prototype as any).encode = () => new Uint8Array();
          (Array.prototype as any).push = () => 0;
          (globalThis as any).setTimeout = () => {};
          return "done";
        });`,
      manifest: MANIFEST,
    }),
  );
  for (let n = 0; n < 3; n++) await lab.supervisor.command("tricks", "go", []).catch(() => {});
  assertEquals(await lab.supervisor.command("bystander", "go", []), "here");
  assertEquals([lab.stateOf("tricks"), lab.stateOf("bystander"), lab.said("bystander")], ["running", "running", []]);
});
