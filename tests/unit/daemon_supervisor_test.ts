/** The supervisor: what one service throws keeps no other from its part; each ticks in a turn of its own. */
import { assertEquals } from "@std/assert";
import type { Service } from "../../src/core/service.ts";
import { Supervisor } from "../../src/daemon/supervisor.ts";

function supervisor(services: readonly Service[]) {
  const failed: unknown[] = [];
  let tick = () => {};
  const late = new Set<() => void>();
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_message: string, facts: Readonly<Record<string, unknown>> = {}) => {
      failed.push(`${facts["service"]} ${facts["what"]}`);
    },
  };
  const after = (ms: number, action: () => void) => {
    if (ms === 1) tick = action;
    else late.add(action);
    return () => late.delete(action);
  };
  const made = new Supervisor({ services, log, firstTickMs: 1, tickMs: 1, after, pause: () => Promise.resolve() });
  return { made, failed, late, tick: () => tick() };
}

Deno.test("F4 a service that fails at its preparation, tick, status, reload or stop is logged, and the others do theirs", async () => {
  const did: string[] = [];
  const fail = (): never => {
    throw new Error("no");
  };
  const good = (name: string): Service => ({
    name,
    prepare: () => Promise.resolve(void did.push(`${name} prepare`)),
    start: () => void did.push(`${name} start`),
    tick: () => void did.push(`${name} tick`),
    reload: () => void did.push(`${name} reload`),
    status: () => ({ pid: 7 }),
    stop: () => void did.push(`${name} stop`),
  });
  const bad: Service = { name: "bad", prepare: fail, tick: fail, reload: fail, status: fail, stop: fail };
  const { made, failed, tick } = supervisor([good("a"), bad, good("b")]);
  await made.prepare();
  made.start();
  tick();
  await new Promise((resolve) => setTimeout(resolve));
  made.reload();
  assertEquals<unknown>(await made.status(), { pid: 7 });
  await made.stop({ reason: "", force: false, restart: false });
  assertEquals(did.splice(0, 2), ["a prepare", "b prepare"]);
  assertEquals(did, ["a start", "b start", "a tick", "b tick", "a reload", "b reload", "b stop", "a stop"]);
  assertEquals(failed, ["bad prepare", "bad tick", "bad reload", "bad status", "bad stop"]);
});

Deno.test("F4 a part of status that never comes keeps nobody from the others", async () => {
  const never: Service = { name: "never", status: () => new Promise<never>(() => {}) };
  const { made, failed, late } = supervisor([never, { name: "good", status: () => ({ pid: 7 }) }]);
  made.start();
  const status = made.status();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(late.size, 1, "the part that came is waited for no longer");
  for (const action of late) action();
  assertEquals<unknown>([await status, failed, late.size], [{ pid: 7 }, ["never status"], 0]);
});

Deno.test("B8 services that look after all sessions do so in turns of their own, and none after the stop", async () => {
  const seen: string[] = [];
  let due = () => {};
  let stopAt = Infinity;
  let pauses = 0;
  const named = (name: string): Service => ({ name, tick: () => void seen.push(name) });
  const supervisor = new Supervisor({
    services: [named("a"), { name: "silent" }, named("b"), named("c")],
    log: { debug() {}, info() {}, warn() {}, error() {} },
    firstTickMs: 1,
    tickMs: 1,
    after: (_ms, action) => (due = action, () => {}),
    pause: async () => {
      seen.push("others");
      if (++pauses === stopAt) await supervisor.stop({ reason: "a test", force: false, restart: false });
    },
  });
  const ticked = async () => {
    due();
    await new Promise((resolve) => setTimeout(resolve));
    return seen.splice(0).join(" ");
  };
  supervisor.start();
  assertEquals(await ticked(), "a others b others c others");
  stopAt = pauses + 1;
  assertEquals(await ticked(), "a others");
});

Deno.test("L6 who asks for the status while one is made shares the next, which knows what was before the call", async () => {
  let made = 0;
  const waiting: (() => void)[] = [];
  const service: Service = {
    name: "slow",
    status: async () => {
      const pid = ++made;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return { pid };
    },
  };
  const { made: daemon } = supervisor([service]);
  daemon.start();
  const answers = [daemon.status(), ...Array.from({ length: 100 }, () => daemon.status())];
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  waiting.shift()?.();
  await settle();
  assertEquals(made, 2);
  const third = daemon.status();
  waiting.shift()?.();
  await settle();
  waiting.shift()?.();
  const pids = (await Promise.all([...answers, third])).map(({ pid }) => pid);
  assertEquals(pids, [1, ...Array.from({ length: 100 }, () => 2), 3]);
  void daemon.status();
  await settle();
  assertEquals(made, 4);
  waiting.shift()?.();
});
