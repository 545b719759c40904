/** Agents that the daemon runs: an agent that speaks ACP, driven by the program as installed. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { isAlive } from "../support/harness_process.ts";
import { TestTerminal } from "../support/terminal.ts";
import { HAS_TMUX } from "../support/tmux.ts";
import { untilWarm } from "../support/turn_home.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

async function withAgents(more: Readonly<Record<string, unknown>> = {}): Promise<TestHome> {
  const home = await TestHome.create();
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const agents = { mine: { command: AGENT, env, ...more }, mute: { command: [...AGENT, "--refuse"], env } };
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ agents }), { mode: 0o600 });
  return home;
}

Deno.test("R1 run gives an agent a prompt and shows what it says; its session, its request and its end are those of any other", async () => {
  await using home = await withAgents();
  await home.start();
  const said = await home.cli(["run", "mine", "say hello there"]);
  assertEquals([said.code, said.stdout], [0, "hello there\n"], said.stderr);

  const folder = await Deno.makeTempDir();
  try {
    const running = home.cli(["run", "mine", "--cwd", folder, `run touch made; say after`]);
    await using client = await home.connect({ token: true });
    const asked = await eventually(
      async () => {
        const { approvals } = await client.request("approval.list", {}) as {
          approvals: { id: string; input: string }[];
        };
        return approvals[0];
      },
      20_000,
      "its request",
    );
    assertEquals(asked.input, "touch made");
    assertEquals((await home.cli(["approve", asked.id])).code, 0);
    const done = await running;
    assertEquals([done.code, done.stdout], [0, "doneafter\n"], done.stderr);
    assertStringIncludes(done.stderr, `mine asks: Bash: touch made`);
    assertStringIncludes(done.stderr, `agent-console approve ${asked.id}`);
    assert((await Deno.stat(`${folder}/made`)).isFile);
    // Rules answer where somebody has read the workspace's own configuration, as the command line does; else allow rules
    // answer nothing.
    for (const rule of [["touch *", "--yes"], ["rmdir *", "--deny", "--yes"]]) {
      const added = await home.cli(["rules", "add", ...rule]);
      assertEquals(added.code, 0, added.stderr);
    }
    assertEquals((await home.cli(["run", "mine", "--cwd", folder, "run touch ruled"])).stdout, "done\n");
    await Deno.mkdir(`${folder}/.agent-console`);
    const forbids = { approvals: { rules: [{ tool: "Bash", pattern: "touch *", decision: "deny" }] } };
    await Deno.writeTextFile(`${folder}/.agent-console/config.jsonc`, JSON.stringify(forbids));
    assertEquals((await home.cli(["run", "mine", "--cwd", folder, "run touch never"])).stdout, "refused\n");
    await Deno.remove(`${folder}/.agent-console`, { recursive: true });
    await client.request("turn.submit", { agent: "mine", cwd: folder, text: "run touch other" });
    const again = await eventually(
      async () => {
        const { approvals } = await client.request("approval.list", {}) as { approvals: { id: string }[] };
        return approvals[0];
      },
      20_000,
      "its request",
    );
    assertEquals((await home.cli(["deny", again.id])).code, 0);
    assertEquals((await home.cli(["run", "mine", "--cwd", folder, "run rmdir x"])).stdout, "refused\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }

  const bad = await home.cli(["run", "mine", "say before; die"]);
  assertEquals(bad.code, 1);
  assertStringIncludes(bad.stderr, "the agent mine: it has ended: exit code 3\n  I am going down");
  const again = await home.cli(["run", "mine", "unknown; garbage; say still here"]);
  assertEquals([again.code, again.stdout], [0, "still here\n"], again.stderr);
  const refused = await home.cli(["run", "mute", "say hello"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "the agent mute:");
  const locked = await home.cli(["run", "mine", "locked"]);
  assertMatch(locked.stderr, /^error: the agent mine: Authentication required: log in with its own program first$/m);
  const unknown = await home.cli(["run", "nobody", "say hello"]);
  assertMatch(unknown.stderr, /no agent is configured as "nobody"\nhint: one of: mine, mute/);

  const config = await Deno.readTextFile(home.path("config.jsonc"));
  await Deno.writeTextFile(home.path("config.jsonc"), config.replace('{"mine":', '{"later":{"command":["x"]},"mine":'));
  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  assertMatch(
    (await home.cli(["run", "later", "say x"])).stderr,
    /"later" is in the configuration, and the daemon was started without it\nhint: agent-console daemon restart/,
  );

  const chat = await home.cli(["chat", "--agent", "mine"], { stdin: "say one\nsay two\n" });
  assertEquals([chat.code, chat.stdout], [0, "one\ntwo\n"], chat.stderr);

  const { stdout } = await home.cli(["context", "--json"]);
  const { turns } = JSON.parse(stdout) as { turns: { reply: string; status: string; sessionId: string }[] };
  assertEquals(turns.map(({ reply, status }) => `${status} ${reply}`), [
    "finished hello there",
    "finished doneafter",
    "finished done",
    "finished refused",
    "finished refused",
    "finished refused",
    "failed before",
    "finished still here",
    "failed ",
    "failed ",
    "finished one",
    "finished two",
  ]);
  const [one, two] = turns.slice(-2).map(({ sessionId }) => sessionId);
  assertEquals(one, two);
  const { stdout: told } = await home.cli(["context", "-n", "1"]);
  assertStringIncludes(told.split("\n")[0] ?? "", ` mine · session ${two?.slice(0, 8)} · ~ · from cli`);

  // What `run -d` prints names its session too; and a session in which nothing runs has nothing to cancel.
  const { stdout: id } = await home.cli(["run", "-d", "mine", "say first"]);
  await eventually(
    async () => (await home.cli(["context", id.trim()])).stdout.includes("first\nfirst"),
    20_000,
    "its end",
  );
  assertEquals((await home.cli(["submit", id.trim(), "past"])).code, 0);
  assertMatch(
    (await home.cli(["cancel", two ?? ""])).stderr,
    /no turn of the session runs\nhint: agent-console session close /,
  );
});

Deno.test({
  name:
    "R1 V1 run at a terminal: plan, calls and questions stand on lines of their own, and its end tells how to go on",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using home = await withAgents();
    await home.start();
    await using client = await home.connect({ token: true });
    await using run = await TestTerminal.open(home, ["run", "mine", "say one; plan a,b; run touch made; say two"]);
    const asked = await run.shows("mine asks: Bash: touch made");
    assertMatch(asked, /^one\n(?: {2}\[.\] .*\n)+mine asks: /m);
    const { approvals: [one] } = await client.request("approval.list", {}) as { approvals: { id: string }[] };
    assertEquals((await home.cli(["approve", one?.id ?? ""])).code, 0);
    const { code, screen } = await run.exit();
    assertEquals(code, 0);
    assertMatch(screen, /^ {2}✓ Bash: touch made$/m);
    assertMatch(screen, /two\nagent-console submit \w{8} … goes on in its session\n/);

    await using slow = await TestTerminal.open(home, ["run", "mine", "slow 1000"]);
    await slow.shows("3");
    await slow.press("C-c");
    assertMatch((await slow.exit()).screen, /\ncancelled\n\[exit 130\]/);
  },
});

Deno.test("R2 a cancelled turn ends, the next one of its session goes on, and the daemon's end takes the agent along", async () => {
  await using home = await withAgents({ warm: true });
  await home.start();
  await using client = await home.connect({ token: true });
  await untilWarm(client);
  const { turnId } = await client.request("turn.submit", { agent: "mine", text: "slow 1000" }) as { turnId: string };
  const turn = async () => {
    const { turns } = await client.request("context.recent", { turnId }) as { turns: Record<string, string>[] };
    return turns[0];
  };
  await eventually(async () => (await turn())?.["reply"]?.includes("3"), 20_000, "its first words");
  const sessionOf = async () => (await turn())?.["sessionId"] ?? "";
  const waiting = await client.request("turn.submit", { sessionId: await sessionOf(), text: "say second" });
  const second = async () => {
    const { turns } = await client.request("turn.recent", { turnId: waiting["turnId"] }) as {
      turns: Record<string, string>[];
    };
    return turns[0];
  };
  assertEquals((await second())?.["status"], "queued", "the first turn of a session is waited for, too");
  const sessionId = (await turn())?.["sessionId"] ?? "";
  assertEquals(await client.request("turn.cancel", { turnId }), { cancelled: [turnId] });
  await eventually(async () => (await turn())?.["status"] === "cancelled", 20_000, "its end");
  await eventually(async () => (await second())?.["reply"] === "second", 20_000, "the turn behind it");
  await client.request("turn.submit", { sessionId, text: "slow 1000" });
  assertEquals((await home.cli(["cancel", sessionId])).code, 0);
  // A turn that waits behind another is cancelled at once, and so is one whose agent says nothing more.
  const submit = async (text: string) => (await client.request("turn.submit", { sessionId, text }))["turnId"] as string;
  const statusOf = async (id: string) => {
    const { turns } = await client.request("context.recent", { turnId: id }) as { turns: { status: string }[] };
    return turns[0]?.status;
  };
  const [slow, behind] = [await submit("slow 1000"), await submit("say never")];
  await eventually(async () => await statusOf(slow) === "running", 20_000, "a turn that runs");
  assertEquals((await client.call("shutdown", {})).error?.data?.["name"], "confirm_required");
  assertEquals(await client.request("turn.cancel", { turnId: behind }), { cancelled: [behind] });
  assertEquals([await statusOf(slow), await statusOf(behind)], ["running", "cancelled"]);
  assertEquals(await client.request("turn.cancel", { turnId: behind }), { cancelled: [behind] });
  assertEquals(await client.request("turn.cancel", { sessionId }), { cancelled: [slow] });
  const next = await home.cli(["submit", sessionId, "say next"]);
  assertEquals([next.code, next.stdout], [0, "next\n"], next.stderr);
  const { session } = await client.request("session.get", { sessionId }) as {
    session: { pid: number; status: string };
  };
  assertEquals(session.status, "idle");
  assert(isAlive(session.pid));
  assertEquals((await home.cli(["daemon", "stop"])).code, 0);
  await eventually(() => !isAlive(session.pid), 20_000, "the end of the agent");
});

Deno.test("R3 A2 A3 an agent gets its own environment alone, and what it writes quickly, late or wrongly costs its turn at most", async () => {
  await using home = await withAgents();
  await home.start({ env: { SECRET_OF_MINE: "seen" } });
  const env = await home.cli(["run", "mine", "env"]);
  const shown = await home.cli(["config", "show", "--json"]);
  assert(shown.stdout.includes("DENO_DIR=***") && !shown.stdout.includes(`DENO_DIR=${denoDir()}`), shown.stdout);
  const names = Object.keys(JSON.parse(env.stdout)).filter((name) => !["PWD", "SHLVL", "_"].includes(name));
  assertEquals(names.sort(), ["DENO_DIR", "DENO_NO_UPDATE_CHECK", "HOME", "LANG", "PATH"]);
  assertEquals((await home.cli(["run", "mine", "--cwd", "/", "cwd"])).stdout, "/\n");
  // The daemon reads and runs nothing for it: its sandbox names no workspace, and no program that an agent could choose.
  const offered = JSON.parse((await home.cli(["run", "mine", "offered"])).stdout);
  assertEquals([offered.fs, offered.terminal], [{ readTextFile: false, writeTextFile: false }, false]);
  const failed = await home.cli(["run", "mine", "error"]);
  assertEquals([failed.code, failed.stderr.split("\n")[0]], [1, "error: the agent mine: the model is on fire"]);
  await using client = await home.connect({ token: true });
  const statusAfter = async (signal: Deno.Signal, text: string) => {
    await using run = home.spawn(["run", "mine", text]);
    await run.says("3 ", 20_000);
    run.kill(signal);
    const ended = await eventually(
      async () => {
        const { turns } = await client.request("turn.recent", { limit: 1 }) as { turns: Record<string, string>[] };
        return turns[0]?.["endedAt"] === undefined ? undefined : turns[0];
      },
      10_000,
      "the end of the turn",
    );
    return ended["status"];
  };
  // A terminal that is closed takes nothing along, and Ctrl-C does.
  assertEquals(await statusAfter("SIGHUP", "slow 30"), "finished");
  assertEquals(await statusAfter("SIGINT", "slow 1000"), "cancelled");
  const before = await client.request("audit.head") as { size: number };
  const flood = await home.cli(["run", "mine", "flood 20000"]);
  assertEquals([flood.code, flood.stdout.trim().split(" ").length], [0, 20_000]);
  const after = await client.request("audit.head") as { size: number };
  assert(after.size - before.size < 200, `${after.size - before.size} records`);
});

Deno.test("R2 C1 a daemon that is killed in mid-turn leaves no agent, and its turn is failed at the next start and not run again", async () => {
  await using home = await withAgents();
  await home.start();
  const submitted = await (async () => {
    await using client = await home.connect({ token: true });
    const { turnId } = await client.request("turn.submit", { agent: "mine", text: "slow 1000" });
    return await eventually(
      async () => {
        const { turns: [turn] } = await client.request("turn.recent", { turnId }) as {
          turns: Record<string, string>[];
        };
        if (!turn?.["reply"]?.includes("3")) return undefined;
        const { session } = await client.request("session.get", { sessionId: turn["sessionId"] }) as {
          session: { pid: number };
        };
        return { turnId, pid: session.pid };
      },
      20_000,
      "a turn that runs",
    );
  })();
  await home.kill();
  await eventually(() => !isAlive(submitted.pid), 10_000, "the end of the agent");
  await home.start();
  await using client = await home.connect({ token: true });
  const { turns: [turn] } = await client.request("turn.recent", { turnId: submitted.turnId }) as {
    turns: Record<string, string>[];
  };
  assertStringIncludes(turn?.["reply"] ?? "", "3");
  await eventually(
    async () => {
      const { turns: [one] } = await client.request("turn.recent", { turnId: submitted.turnId }) as {
        turns: Record<string, string>[];
      };
      const why = "the daemon ended in it; the agent mine: it cannot open a session again; ";
      return one?.["error"] === `${why}agent-console run mine begins another` && one["status"] === "failed";
    },
    10_000,
    "the end of the turn",
  );
  const { session } = await client.request("session.get", { sessionId: turn?.["sessionId"] }) as {
    session: { status: string };
  };
  assertEquals(session.status, "closed");
  const { turn: status } = await client.request("status") as { turn: unknown };
  const configured = ["mine", "mute"];
  assertEquals(status, { running: 0, queued: 0, agents: ["mine"], configured, interrupted: { resumed: 0, failed: 1 } });
});
