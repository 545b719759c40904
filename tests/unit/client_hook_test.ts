/** H1: the hook keeps its budgets, whatever they are; the real ones add up to less than the second that is promised. */
import { assert, assertEquals } from "@std/assert";
import { HOOK_BUDGETS, type HookBudgets, runHook } from "../../src/client/hook.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { within } from "../support/harness_wait.ts";
import { Impostor } from "../support/raw_socket.ts";

const EVENT = JSON.stringify({ session_id: "h1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" });
const ANSWER = (line: string) => `{"jsonrpc":"2.0","id":${JSON.parse(line).id},"result":{}}`;
/** Nothing of it is run: a daemon is found, or the spool tells that it was not. */
const program = thisProgram("file:///nowhere/main.ts");
const AMPLE: HookBudgets = { stdinMs: 20_000, connectMs: 20_000, deliverMs: 20_000, reportMs: 20_000, leastMs: 20_000 };

async function inHome(test: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  try {
    await test(home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Runs the hook in `home`; gives how many events it has spooled. */
async function spooled(home: string, budgets: HookBudgets, read = () => Promise.resolve<string>(EVENT)) {
  assertEquals(await runHook({ agent: "claude", home, program, budgets, read }), 0);
  const names = await Array.fromAsync(Deno.readDir(`${home}/spool`)).catch(() => []);
  return names.filter(({ name }) => name.endsWith(".json")).length;
}

Deno.test("H1 an event that a daemon takes within the budget is not spooled, however busy the machine is", async () => {
  await inHome(async (home) => {
    const heard: string[] = [];
    await using _ = new Impostor(`${home}/daemon.sock`, (line) => {
      heard.push(JSON.parse(line).method);
      return ANSWER(line);
    });
    assertEquals(await spooled(home, AMPLE), 0);
    assertEquals(heard, ["hello", "session.report"]);
  });
});

Deno.test("H1 a daemon that hangs is left when the budget is spent, and the event is spooled", async () => {
  await inHome(async (home) => {
    await using hung = new Impostor(`${home}/daemon.sock`);
    const ended = spooled(home, { ...AMPLE, deliverMs: 30, leastMs: 10 });
    assertEquals(await within(ended, 10_000, "the end of 30 ms, and not of 20 s"), 1);
    assertEquals(hung.connections, 1, "it was asked twice");
  });
});

Deno.test("H1 an stdin that gives nothing is left when its budget is spent", async () => {
  await inHome(async (home) => {
    const read = (_: number, signal: AbortSignal) =>
      new Promise<string | undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
    const ended = runHook({ agent: "claude", home, program, budgets: { ...AMPLE, stdinMs: 20 }, read });
    assertEquals(await within(ended, 10_000, "the end of 20 ms, and not of 20 s"), 0);
  });
});

Deno.test("H1 the budgets that agents get add up to less than a second after their payload", () => {
  const { connectMs, deliverMs, leastMs } = HOOK_BUDGETS;
  assert(connectMs + deliverMs + leastMs < 1000);
});

Deno.test("H1 what nobody catches does not end a process that ignores it, nor print anything", async () => {
  const { onUncaught } = await import("../../src/platform/process.ts");
  const source = `(${onUncaught})(() => {}); reportError(new Error("a bug")); Promise.reject(new Error("another"));` +
    "setTimeout(() => Deno.exit(0), 50);";
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", source] }).output();
  assertEquals([code, stdout.length, new TextDecoder().decode(stderr)], [0, 0, ""]);
});
