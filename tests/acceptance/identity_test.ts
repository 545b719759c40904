/** Point by point on the real program: whose row it is, whose question, and that a name is not another agent's. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";
import { eventually, patience, pause } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

const PROMPT = { session_id: "s1", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "hello" };

/** An event that went by the spool has arrived: the daemon looks there every ten seconds. */
const SPOOLED_MS = 30_000;

async function rows(home: TestHome): Promise<Json[]> {
  return (await home.json(["ls", "--all", "--json"]))["sessions"] as Json[];
}

Deno.test("S1 a name that is another agent's makes no row: the hook is silent, the log says why, commands refuse it", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (const name of ["claude", "Claude", "c1aude", "codex"]) {
    const { code, stdout, stderr } = await home.cli(["hook", "claude-like", "--name", name], {
      stdin: JSON.stringify(PROMPT),
    });
    assertEquals([code, stdout, stderr], [0, "", ""], name);
  }
  const custom = JSON.stringify({ agent: "claude", session: "s2", event: "prompt", prompt: "x" });
  assertEquals((await home.cli(["hook", "custom"], { stdin: custom })).code, 0);
  // The log is opened behind the start, and on a busy machine an event goes by the spool.
  const logged = async () => {
    const { stdout } = await home.cli(["daemon", "logs"]);
    const refused = ["claude-like:claude", "the name of an agent that reports for itself"];
    return refused.every((text) => stdout.includes(text));
  };
  await eventually(logged, SPOOLED_MS, "why there is no row");
  assertEquals(await rows(home), []);
  const { code, stderr } = await home.cli(["session", "update", "s3", "--agent", "claude", "--title", "x"]);
  assertEquals(code, 2, stderr);
  assertStringIncludes(stderr, "hint:");
  assertEquals(await rows(home), []);
});

Deno.test("H3 Codex runs the hooks of user and project both: said at the second installation, one question, both answered", async () => {
  await using home = await TestHome.create();
  const env = { PATH: "/nonexistent", CODEX_HOME: `${home.root}/.codex-home` };
  const install = async (...more: string[]) =>
    (await home.cli(["hooks", "install", "codex", ...more], { env, cwd: home.root })).stdout;
  assert(!(await install()).includes("runs both"));
  const second = await install("--project");
  assertStringIncludes(second, `Codex runs both, these and those in ${home.root}/.codex-home/hooks.json`);

  await home.start();
  await using person = await home.connect({ token: true });
  await person.request("subscribe", { answers: true });
  const event = {
    session_id: "s1",
    turn_id: "t1",
    cwd: "/x",
    hook_event_name: "PermissionRequest",
    tool_name: "Bash",
    tool_input: { command: "touch x" },
  };
  const hooks = [1, 2].map(() => home.cli(["hook", "codex"], { stdin: JSON.stringify(event), timeoutMs: 30_000 }));
  const pending = async () => (await home.json(["approvals", "--json"]))["approvals"] as Json[];
  const [asked] = await eventually(
    async () => {
      const open = await pending();
      return open.length > 0 ? open : undefined;
    },
    10_000,
    "the question",
  );
  const clients = async () => (await person.request("status"))["clients"] as { byKind: Record<string, number> };
  await eventually(async () => (await clients()).byKind["hook"] === 2, 10_000, "both hooks");
  await pause(1000); // the span in which no second question may come
  assertEquals((await pending()).length, 1);
  assertEquals((await home.cli(["approve", String(asked?.["id"])])).code, 0);
  for (const { stdout } of await Promise.all(hooks)) assertStringIncludes(stdout, '"behavior":"allow"');
  assertEquals(await pending(), []);
});

// -- processes -------------------------------------------------------------------------------------------------------

const seen = (home: TestHome, pid: number) =>
  eventually(
    async () => {
      const [row] = await rows(home);
      const all = [row, ...(row?.["others"] as Json[] | undefined ?? [])];
      return all.find((one) => one?.["pid"] === pid)?.["pidSeen"] === true;
    },
    SPOOLED_MS,
    `the process ${pid} in the table`,
  );

function agent(): Running {
  return new Running(["sleep", "120"], { env: { PATH: Deno.env.get("PATH") ?? "" } });
}

const tell = (home: TestHome, pid: number, hook_event_name: string, more: Json = {}) =>
  home.cli(["hook", "claude"], {
    stdin: JSON.stringify({ ...PROMPT, hook_event_name, ...more }),
    env: { CLAUDE_PID: String(pid) },
  });

Deno.test("H2 one conversation in two terminals, one quits: the row is of the one that lives, and ends with it", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using first = agent();
  await using second = agent();
  await tell(home, first.pid, "SessionStart", { source: "startup" });
  await seen(home, first.pid);
  await tell(home, second.pid, "SessionStart", { source: "resume" });
  await seen(home, second.pid);
  const told = (is: (row: Json | undefined) => boolean, what: string) =>
    eventually(
      async () => {
        const [row] = await rows(home);
        return is(row) ? row : undefined;
      },
      SPOOLED_MS,
      what,
    );
  await tell(home, second.pid, "SessionEnd", { reason: "prompt_input_exit" });
  const row = await told((row) => row?.["others"] === undefined, "the end of the second");
  assertEquals([row["status"] === "closed", row["pid"]], [false, first.pid]);
  await tell(home, first.pid, "SessionEnd", { reason: "prompt_input_exit" });
  await told((row) => row?.["status"] === "closed", "the end of the row");
});

Deno.test("C9 kill -9 of an agent is told within 3 s", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using victim = agent();
  await tell(home, victim.pid, "UserPromptSubmit");
  await seen(home, victim.pid);
  await using client = await home.connect({ token: true });
  victim.kill("SIGKILL");
  const killed = performance.now();
  const lost = async () => {
    const { sessions } = await client.request("session.list") as { sessions: Json[] };
    return sessions[0]?.["lost"] === true;
  };
  await eventually(lost, 10_000, "the lost row");
  const ms = performance.now() - killed;
  assert(ms < await patience(3000), `told after ${ms.toFixed(0)} ms`);
});

Deno.test("C9 an agent that is killed in its question: the held hook ends with it, which tells at once", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using person = await home.connect({ token: true });
  await person.request("subscribe", { answers: true });
  const event = { ...PROMPT, hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: "rm x" } };
  const { argv, env } = home.command(["hook", "claude"]);
  // A shell is the agent: it starts its hook and waits for it.
  const script = `export CLAUDE_PID=$$; echo '${JSON.stringify(event)}' | "$@"; :`;
  await using victim = home.spawnArgv(["sh", "-c", script, "sh", ...argv], env);
  const asked = async () => ((await home.json(["approvals", "--json"]))["approvals"] as Json[]).length;
  await eventually(async () => await asked() === 1, 10_000, "the question");
  await seen(home, victim.pid);
  victim.kill("SIGKILL");
  const killed = performance.now();
  const state = async () => {
    const { sessions } = await person.request("session.list") as { sessions: Json[] };
    return sessions[0]?.["lost"] === true;
  };
  await eventually(state, 10_000, "the lost row");
  const ms = performance.now() - killed;
  assert(ms < await patience(1500), `told after ${ms.toFixed(0)} ms`);
  assertEquals(await asked(), 0);
});

Deno.test("C9 a pid of another pid namespace is no process here: it takes part in nothing, and status says so", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const status = async () => (await client.request("status") as Json)["liveness"];
  const live = new Deno.Command("sleep", { args: ["60"] }).spawn();
  try {
    const report = (session_id: string, AC_PID_NAMESPACE?: string) =>
      client.request("session.report", {
        agent: "claude",
        event: { session_id, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: session_id },
        env: { CLAUDE_PID: String(live.pid), ...(AC_PID_NAMESPACE === undefined ? {} : { AC_PID_NAMESPACE }) },
      });
    const pid = async (id: string) => (await client.request("session.get", { sessionId: id }))["session"] as Json;
    const own = Deno.build.os === "linux" ? await Deno.readLink("/proc/self/ns/pid") : undefined;
    // Until the daemon has learned its own namespace, no pid that names one counts.
    const seenHere = async () => {
      await report("here", own);
      return (await pid("here"))["pid"] === live.pid;
    };
    await eventually(seenHere, 5000, "the daemon to know its namespace");
    await report("elsewhere", "pid:[4026539999]");
    assertEquals((await pid("elsewhere"))["pid"], own === undefined ? live.pid : undefined);
    if (own !== undefined) {
      assertEquals(await status(), { unseen: 1 });
      assertStringIncludes((await home.cli(["status"])).stdout, "the agent of 1 session lives where it cannot be seen");
    }
  } finally {
    live.kill("SIGKILL");
    await live.status;
  }
});
