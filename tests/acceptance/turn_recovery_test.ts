/** What outlives a process: sessions that are opened again, turns that the end of the daemon interrupted, and nothing else. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { isAlive } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { submit, type Told, turnOf, untilTurn, withAgent } from "../support/turn_home.ts";

Deno.test("R4 a session goes on in another process of its agent and in another daemon, and a window shows what was said", async () => {
  await using home = await withAgent();
  const first = await home.cli(["run", "mine", "say one"]);
  assertEquals([first.code, first.stdout], [0, "one\n"], first.stderr);
  const { sessions: [row] } = await home.json(["ls", "--all", "--json"]) as { sessions: { id: string; pid: number }[] };
  assert(row !== undefined);
  Deno.kill(row.pid, "SIGKILL");
  const closed = await eventually(
    async () => {
      const { sessions: [session] } = await home.json(["ls", "--all", "--json"]) as {
        sessions: Record<string, unknown>[];
      };
      return session?.["status"] === "closed" ? session : undefined;
    },
    10_000,
    "the end of its row",
  );
  const { reopenable } = closed["closed"] as { reopenable: { command: string[] } };
  assertEquals(reopenable.command, ["agent-console", "chat", "--session", row.id]);
  const again = await home.cli(["submit", row.id, "past"]);
  assertEquals([again.code, again.stdout], [0, "[say one]\n"], again.stderr);
  assertEquals((await home.cli(["daemon", "restart", "--force"])).code, 0);
  const chat = await home.cli(["chat", "--session", row.id], { stdin: "past\n" });
  assertEquals([chat.code, chat.stdout], [0, "[say one][past]\n"], chat.stderr);
  assertMatch(chat.stderr, /> say one\none\n> past\n\[say one\]/);
  const { sessions } = await home.json(["ls", "--all", "--json"]) as { sessions: unknown[] };
  assertEquals(sessions.length, 1, "one conversation is one row");
  // A restart in mid-turn leaves the turn to the next daemon.
  const [turnId = ""] = (await home.cli(["submit", "-d", row.id, "slow 1000"])).stdout.split("\n");
  await using client = await home.connect({ token: true });
  await untilTurn(client, turnId, ({ reply }) => reply.includes("3"), "its first words");
  const restarted = await home.cli(["daemon", "restart"]);
  assertStringIncludes(restarted.stderr, "turns go on behind the restart, where their agents can open a session again");
  await using next = await home.connect({ token: true });
  const went = await untilTurn(next, turnId, ({ status }) => status === "finished", "its end");
  assertMatch(went.reply, /3 [^]*\n\nYou were interrupted/);
  const both = await home.cli(["chat", "--session", row.id, "--agent", "mine"], { stdin: "" });
  assertEquals([both.code, both.stderr], [
    2,
    "error: a session has an agent: --session stands alone\nhint: agent-console chat --help\n",
  ]);
});

Deno.test("R4 C1 a daemon that is killed in mid-turn goes on with it once, in its own session, and then with what waited behind it", async () => {
  await using home = await withAgent();
  const left = await (async () => {
    await using client = await home.connect({ token: true });
    const running = await submit(client, { agent: "mine", text: "slow 1000" });
    const { sessionId } = await untilTurn(client, running, ({ reply }) => reply.includes("3"), "its first words");
    const behind = await submit(client, { sessionId, text: "say behind" });
    const secret = await submit(client, { sessionId, text: `say password=hunter2hunter2` });
    const { session } = await client.request("session.get", { sessionId }) as { session: { pid: number } };
    return { running, behind, secret, sessionId, pid: session.pid };
  })();
  await home.kill();
  await eventually(() => !isAlive(left.pid), 10_000, "the end of the agent");
  await home.start();
  await using client = await home.connect({ token: true });
  const resumed = await untilTurn(client, left.running, ({ status }) => status === "finished", "its end");
  assertStringIncludes(resumed.reply, "3");
  assertEquals(
    (await untilTurn(client, left.behind, ({ status }) => status === "finished", "its end")).reply,
    "behind",
  );
  const secret = await turnOf(client, left.secret);
  assertEquals(
    [secret.status, secret.error],
    ["failed", "the daemon ended before it began, and a prompt that is long or holds a secret is not kept"],
  );
  const prompts = await Deno.readTextFile(`${home.dir}/kept/${left.sessionId}.txt`);
  assertMatch(prompts, /^\[slow 1000\]\[You were interrupted [^\]]*\]\[say behind\]$/);
  const { turn } = await client.request("status") as { turn: { interrupted: unknown } };
  assertEquals(turn.interrupted, { resumed: 2, failed: 1 });
  assertStringIncludes((await home.cli(["status"])).stdout, "2 went on behind the last daemon's end, 1 did not");
});

Deno.test("R5 so many turns run at once as the configuration says, and of those that wait the most urgent is next", async () => {
  await using home = await withAgent({ max_turns: 1 });
  await using client = await home.connect({ token: true });
  const first = await submit(client, { agent: "mine", text: "slow 10000" });
  const { sessionId } = await untilTurn(client, first, ({ status }) => status === "running", "a turn that runs");
  const late = await submit(client, { agent: "mine", text: "say late" });
  const urgent = await submit(client, { agent: "mine", text: "say urgent", priority: 50 });
  assertEquals((await turnOf(client, late)).status, "queued");
  // Whoever closes a session ends its turn.
  assertEquals((await home.cli(["session", "close", sessionId])).code, 0);
  await untilTurn(client, late, ({ status }) => status === "finished", "the last of them");
  const { turns } = await client.request("turn.recent") as { turns: (Told & { startedAt: string })[] };
  const order = turns.filter(({ id }) => id !== first).sort((a, b) => a.startedAt < b.startedAt ? -1 : 1);
  assertEquals(order.map(({ id }) => id), [urgent, late]);
  assertEquals((await turnOf(client, first)).status, "cancelled");
  const { session } = await client.request("session.get", { sessionId }) as { session: { status: string } };
  assertEquals(session.status, "closed");
});

Deno.test("R5 a turn that waits for a person gives its place to others meanwhile, and goes on at once when it is answered", async () => {
  await using home = await withAgent({ max_turns: 1 });
  await using client = await home.connect({ token: true });
  const asks = await submit(client, { agent: "mine", text: "run true; say answered" });
  const [asked] = await eventually(
    async () => {
      const { approvals } = await client.request("approval.list") as { approvals: { id: string }[] };
      return approvals.length > 0 && approvals;
    },
    20_000,
    "its request",
  ) as { id: string }[];
  const over = `${home.root}/over`;
  const other = await submit(client, { agent: "mine", text: `until ${over} other` });
  await untilTurn(client, other, ({ status }) => status === "running", "the other turn");
  await client.request("approval.decide", { id: asked?.id, decision: "approve" });
  const answered = await untilTurn(client, asks, ({ status }) => status === "finished", "the end of the first");
  assertStringIncludes(answered.reply, "answered");
  assertEquals((await turnOf(client, other)).status, "running");
  await Deno.writeTextFile(over, "");
  await untilTurn(client, other, ({ status }) => status === "finished", "the end of the other");
});

Deno.test("R2 R4 what a stuck agent writes of a cancelled turn is in no other one, and a session that is open elsewhere is not opened", async () => {
  await using home = await withAgent({ max_turns: 1 });
  await using client = await home.connect({ token: true });
  const [late, over] = [`${home.root}/late`, `${home.root}/over`];
  const stubborn = await submit(client, { agent: "mine", text: `say begun ; until ${late} LATE` });
  const { sessionId } = await untilTurn(client, stubborn, ({ reply }) => reply !== "", "a turn that runs");
  await client.request("turn.cancel", { turnId: stubborn });
  await untilTurn(client, stubborn, ({ status }) => status === "cancelled", "its end");
  const next = await submit(client, { sessionId, text: "say NEW; wait 5000" });
  const refused = await untilTurn(client, next, ({ status }) => status === "failed", "why it does not run");
  assertEquals([refused.reply, refused.error], [
    "",
    "the agent mine still runs a turn of this session that was cancelled",
  ]);
  // Another session of the same process goes on; this one is opened by somebody else while a prompt for it waits.
  const holds = await submit(client, { agent: "mine", text: `until ${over} over` });
  await untilTurn(client, holds, ({ status }) => status === "running", "another session's turn");
  const waits = await submit(client, { sessionId, text: "say never" });
  const start = { event: "start", agent: "mine", session: sessionId, cwd: "/", resumed: true };
  await client.request("session.report", { agent: "custom", event: start, env: {} });
  await Deno.writeTextFile(late, "");
  await eventually(() => !exists(late), 20_000, "what the stuck agent says late");
  await Deno.writeTextFile(over, "");
  const other = await untilTurn(client, holds, ({ status }) => status === "finished", "the end of the other");
  assertEquals(other.reply, "over");
  const elsewhere = await untilTurn(client, waits, ({ status }) => status === "failed", "why it does not run");
  assertEquals(elsewhere.error, `the session ${sessionId} is open elsewhere by now`);
});

Deno.test("A1 R1 whoever tells of a session that the daemon runs is not taken: its folder, its requests and its state stay", async () => {
  await using home = await withAgent();
  await using client = await home.connect({ token: true });
  await using stranger = await home.connect();
  const id = await submit(client, { agent: "mine", cwd: "/tmp", text: "run true" });
  const [asked] = await eventually(
    async () => {
      const { approvals } = await client.request("approval.list") as { approvals: { id: string; sessionId: string }[] };
      return approvals.length > 0 && approvals;
    },
    20_000,
    "its request",
  ) as { id: string; sessionId: string }[];
  const tell = (event: Record<string, unknown>) =>
    stranger.request("session.report", {
      agent: "custom",
      event: { agent: "mine", session: asked?.sessionId, ...event },
      env: {},
    });
  await tell({ event: "note", cwd: "/etc", title: "trusted" });
  await tell({ event: "done", message: "forged" });
  await tell({ event: "start", pid: 1 });
  const { session } = await client.request("session.get", { sessionId: asked?.sessionId }) as {
    session: Record<string, unknown>;
  };
  assertEquals([session["status"], session["cwd"], session["title"]], ["waiting", "/tmp", undefined]);
  await client.request("approval.decide", { id: asked?.id, decision: "approve" });
  await untilTurn(client, id, ({ reply }) => reply === "done", "its end");
  // It has ended, and others may tell of its row: where it works is what the daemon has recorded.
  assertEquals((await home.cli(["session", "close", String(asked?.sessionId)])).code, 0);
  await tell({ event: "note", cwd: "/etc" });
  assertEquals((await home.cli(["submit", String(asked?.sessionId), "cwd"])).stdout, "/tmp\n");
});

Deno.test("R4 a session that was begun in a terminal goes on here once it has ended there, and not before", async () => {
  await using home = await withAgent();
  await using client = await home.connect({ token: true });
  await Deno.writeTextFile(`${home.dir}/kept/begun-elsewhere.txt`, "[asked there]");
  const tell = (event: Record<string, unknown>) =>
    client.request("session.report", {
      agent: "custom",
      event: { agent: "mine", session: "begun-elsewhere", ...event },
      env: {},
    });
  await tell({ event: "start", cwd: "/tmp" });
  await Deno.writeTextFile(`${home.dir}/kept/killed-there.txt`, "[asked before]");
  const process = new Deno.Command("sleep", { args: ["600"] }).spawn();
  await tell({ session: "killed-there", event: "start", cwd: "/tmp", pid: process.pid });
  const early = await home.cli(["submit", "begun-elsewhere", "past"]);
  assertEquals(early.code, 1);
  assertMatch(
    early.stderr,
    /^error: the session begun-elsewhere is not one that the daemon runs\nhint: agent-console go .* goes on with it here\n$/,
  );
  await tell({ event: "end", reason: "left" });
  const late = await home.cli(["submit", "begun-elsewhere", "past; cwd"]);
  assertEquals([late.code, late.stdout], [0, "[asked there]/tmp\n"], late.stderr);

  // Another's process is killed, and tells of no end.
  const killed = async () => (await client.request("session.get", { sessionId: "killed-there" }))["session"];
  const isSeen = async () => (await killed() as { pidSeen?: boolean }).pidSeen === true;
  await eventually(isSeen, 20_000, "the look that shows it alive");
  process.kill("SIGKILL");
  await process.status;
  const lost = async () => (await home.json(["ls", "--status", "lost", "--json"]))["sessions"] as unknown[];
  await eventually(async () => (await lost()).length === 1, 20_000, "a lost session");
  const dead = await home.cli(["submit", "killed-there", "past"]);
  const close = "agent-console session close killed-there";
  assertStringIncludes(dead.stderr, `hint: its process is gone: ${close}, then submit goes on with it here\n`);
  assertEquals((await home.cli(["session", "close", "killed-there"])).code, 0);
  const again = await home.cli(["submit", "killed-there", "past"]);
  assertEquals([again.code, again.stdout], [0, "[asked before]\n"], again.stderr);
});

Deno.test("R1 a plan and what an edit changes are told and kept", async () => {
  await using home = await withAgent();
  const said = await home.cli(["run", "mine", "plan read,write; edit /a/b.txt after; say done"]);
  assertEquals([said.code, said.stdout], [0, "done\n"], said.stderr);
  const { turns: [turn] } = await home.json(["context", "--json"]) as {
    turns: { id: string; plan: unknown; tools: { name: string; detail: string }[] }[];
  };
  assert(turn !== undefined);
  assertEquals(turn.plan, [{ text: "read", status: "completed" }, { text: "write", status: "pending" }]);
  assertEquals(turn.tools.map(({ name, detail }) => `${name} ${detail}`), ["Edit - before\n+ after"]);
  // By its own id, as `run -d` prints it.
  assertStringIncludes((await home.cli(["context", turn.id])).stdout, "  [x] read\n  [ ] write\n");
});

Deno.test("R4 who waits for a turn hears that the next daemon goes on with it, and is answered by that one", async () => {
  await using home = await withAgent();
  await using waits = home.spawn(["run", "mine", "slow 1000"]);
  await eventually(() => waits.stdout.includes("3"), 20_000, "its first words");
  await home.kill();
  await home.start();
  const { code, stderr } = await waits.exit(20_000);
  assertEquals([code, stderr], [0, "the turn goes on behind a daemon's end\n"]);
  assertStringIncludes((await home.cli(["context", "-n", "1"])).stdout, " · went on behind a daemon's end\n");
});
