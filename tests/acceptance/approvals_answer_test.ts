/** H4: the human answers in our windows; the agent hears it once, and only what is in the journal. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually, rounds } from "../support/harness_wait.ts";
import {
  ALLOWED,
  approval,
  deniedWith,
  held,
  heldWith,
  hook,
  pending,
  recorded,
  row,
  storyOf,
  watching,
} from "../support/hook_process.ts";
import type { Json } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;

Deno.test("H4 approve: the held hook prints the agent's own JSON and nothing else, and exits 0", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  const { approvals: [one, ...others] } = await home.json(["approvals", "--json"]) as { approvals: Json[] };
  assertEquals(others, []);
  assertEquals([one?.["id"], one?.["agent"], one?.["tool"], one?.["input"], one?.["status"]], [
    asks.id,
    "claude",
    "Bash",
    "touch a1",
    "pending",
  ]);
  const waiting = (await row(client))["waiting"] as Json;
  assertEquals(waiting["approvalId"], asks.id);
  const { sessions } = await home.json(["next", "--json"]) as { sessions: Json[] };
  assertEquals(sessions.map(({ id }) => id), ["s1"]);
  assertMatch((await home.cli(["next"])).stdout, /touch a1/);
  assert(!asks.hook.ended && asks.hook.stdout === "");

  const { code, stderr } = await home.cli(["approve", asks.id]);
  assertEquals(code, 0, stderr);
  const ended = await asks.hook.exit(END_MS);
  assertEquals([ended.code, ended.stdout, ended.stderr], [0, ALLOWED, ""]);
  assertEquals((await row(client))["status"], "working");
  assertEquals(await pending(client), []);

  const again = await home.cli(["approve", asks.id]);
  assertEquals(again.code, 1);
  assertMatch(again.stderr, /was already approved/);
  const refused = await client.call("approval.decide", { id: asks.id, decision: "deny" });
  assertEquals([refused.error?.data?.["name"], refused.error?.data?.["outcome"]], ["already_decided", "approved"]);
  assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided approved"]);
});

Deno.test("H4 after approve a long command is named by its two ends, not printed again", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: `touch first ${"x".repeat(1500)}\nlast` });
  const { code, stderr } = await home.cli(["approve", asks.id]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^\w+: approved once \(Bash: touch first x+…x+\\nlast\)\n$/);
  assert(stderr.length < 160, stderr);
});

Deno.test("H4 deny --message: the agent is told the words, and the row goes on", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  const { code, stderr } = await home.cli(["deny", asks.id, "--message", 'use "npm"\nplease']);
  assertEquals(code, 0, stderr);
  const ended = await asks.hook.exit(END_MS);
  assertEquals([ended.code, ended.stdout, ended.stderr], [0, deniedWith('use "npm"\nplease'), ""]);
  assertEquals([(await row(client))["status"], (await approval(client, asks.id))["status"]], ["working", "denied"]);
});

Deno.test("H4 approve and deny as two processes at once: one wins, the other exits 1, the agent hears the winner's", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  for (let i = 0; i < rounds(2, 4); i++) {
    await using asks = await held(home, client, { command: `touch ${i}` });
    const [yes, no] = await Promise.all([
      home.cli(["approve", asks.id]),
      home.cli(["deny", asks.id, "--message", "no"]),
    ]);
    assertEquals([yes.code, no.code].sort(), [0, 1], yes.stderr + no.stderr);
    assertMatch(yes.code === 0 ? no.stderr : yes.stderr, /was already (approved|denied)/);
    const { code, stdout } = await asks.hook.exit(END_MS);
    assertEquals([code, stdout], [0, yes.code === 0 ? ALLOWED : deniedWith("no")]);
    assertEquals(storyOf(home, asks.id).length, 2);
  }
});

Deno.test("H4 two windows on connections of their own in the same instant: one wins, the other hears already_decided", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const viewers = await Promise.all(Array.from({ length: 2 }, () => home.connect({ token: true })));
  try {
    for (let i = 0; i < rounds(10, 100); i++) {
      await using asks = await held(home, client, { command: `touch ${i}` });
      const answers = await Promise.all(
        viewers.map((one, at) =>
          one.call("approval.decide", { id: asks.id, decision: at === 0 ? "approve" : "deny", message: "no" })
        ),
      );
      const winner = answers.findIndex(({ error }) => error === undefined);
      assertEquals(answers[1 - winner]?.error?.data?.["name"], "already_decided");
      assertEquals((await asks.hook.exit(END_MS)).stdout, winner === 0 ? ALLOWED : deniedWith("no"));
      assertEquals(storyOf(home, asks.id).length, 2);
    }
  } finally {
    for (const one of viewers) await one.close();
  }
});

Deno.test("C1 the decision is in the journal's file when the hook prints it", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client);
  const deciding = client.request("approval.decide", { id: asks.id, decision: "approve" });
  await eventually(() => asks.hook.stdout !== "", END_MS, "the hook's answer", 1);
  assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided approved"]);
  await deciding;
  const { records } = await home.json(["audit", "tail", "--json"]) as { records: { type: string; data: Json }[] };
  const decided = records.filter(({ type }) => type === "approval.decided");
  assertEquals(decided.map(({ data }) => (data["approval"] as Json)["id"]), [asks.id]);
});

Deno.test("C1 kill -9 right after approve returned: the journal has the decision, and so has the next daemon", async () => {
  await using home = await TestHome.create();
  await home.start();
  let first = "";
  {
    await using client = await home.connect({ token: true });
    await using asks = await held(home, client);
    first = asks.id;
    assertEquals((await home.cli(["approve", asks.id])).code, 0);
    await home.kill();
    assertEquals(storyOf(home, asks.id), ["approval.requested pending", "approval.decided approved"]);
    const { code, stdout } = await asks.hook.exit(END_MS);
    assertEquals([code, stdout], [0, ALLOWED]);
  }
  await home.start();
  const { approvals } = await home.json(["approvals", "--all", "--json"]) as { approvals: Json[] };
  assertEquals(approvals.map(({ id, status }) => [id, status]), [[first, "approved"]]);
});

Deno.test("H4 approve --all answers one session's and nobody else's; without --yes and a terminal it decides nothing", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  await using a = await held(home, client, { command: "touch a" });
  await using b = await held(home, client, { command: "touch b" });
  await using other = await held(home, client, { session: "s2", command: "touch c" });
  const asked = await home.cli(["approve", "--all", "--session", "s1"]);
  assertEquals(asked.code, 1, asked.stderr);
  assertMatch(asked.stdout + asked.stderr, /touch a[\s\S]*touch b[\s\S]*--yes/);
  assertEquals((await pending(client)).length, 3);
  for (const words of [["--all"], ["--all", "--yes"], [a.id, "--all", "--session", "s1"]]) {
    assertEquals((await home.cli(["approve", ...words])).code, 2, words.join(" "));
  }
  assertEquals((await pending(client)).length, 3);
  const done = await home.cli(["approve", "--all", "--session", "s1", "--yes"]);
  assertEquals(done.code, 0, done.stderr);
  for (const { hook } of [a, b]) assertEquals((await hook.exit(END_MS)).stdout, ALLOWED);
  assertEquals((await pending(client)).map(({ id }) => id), [other.id]);
  assertEquals((await home.cli(["deny", other.id.slice(0, 4)])).code, 0);
  assertEquals((await other.hook.exit(END_MS)).stdout, deniedWith("Denied by the user"));
});

Deno.test("H4 a question is answered with its answer, and a yes without one is refused and leaves it open", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const questions = [{ question: "Which colour?", header: "Colour", options: [{ label: "red" }, { label: "blue" }] }];
  const event = { ...recorded("claude", "PermissionRequest"), tool_name: "AskUserQuestion", tool_input: { questions } };
  await using asks = await heldWith(home, client, event);
  const { id } = asks;
  const shown = (await home.cli(["approvals"])).stdout;
  for (const words of ["Which colour?", "red", "blue"]) assertMatch(shown, new RegExp(words.replace("?", "\\?")));
  assertEquals((await home.cli(["approve", id])).code, 2);
  assertEquals((await pending(client)).length, 1);
  assertEquals((await home.cli(["approve", id, "--answer", "blue"])).code, 0);
  const { code, stdout } = await asks.hook.exit(END_MS);
  assertEquals(code, 0);
  const updatedInput = { questions, answers: { "Which colour?": "blue" } };
  const decision = { behavior: "allow", updatedInput };
  assertEquals(JSON.parse(stdout), { hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
});

Deno.test("H4 an answer that fits two questions or options as they are shown decides nothing, and says where to give it", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const keys = ["a", "b"].map((letter) => `Use key sk-${letter.repeat(20)}`);
  const choice = (question: string) => ({ question, options: [...keys, "neither"] });
  const ask = (session: string, choices: Json[]) =>
    hook(home, { agent: "mine", session, event: "ask", for: "question", choices }, { agent: "custom" });
  await using watch = home.spawn(["watch"]);
  await watching(client, watch);
  await using options = ask("s1", [choice("Which?")]);
  await using questions = ask("s2", [choice("Which?"), choice("Which?")]);
  await eventually(async () => (await pending(client)).length === 2, END_MS, "both questions");
  const idOf = async (session: string) =>
    String((await pending(client)).find(({ sessionId }) => sessionId === session)?.["id"]);
  const [one, two] = [await idOf("s1"), await idOf("s2")];
  const unclear = await home.cli(["approve", one, "--answer", "Use key ***"]);
  assertMatch(unclear.stderr, /is no single option or question as they are shown/);
  const equal = await home.cli(["approve", two, "--answer", "neither", "--answer", "Use key ***"]);
  assertMatch(equal.stderr, /read the same\nhint: answer them in the agent's own terminal\n$/);
  assertEquals([unclear.code, equal.code, (await pending(client)).length], [2, 1, 2]);
  assertEquals((await home.cli(["approve", one, "--answer", "neither"])).code, 0);
  assertEquals((await home.cli(["deny", two])).code, 0);
  assertEquals(JSON.parse((await options.exit(END_MS)).stdout), {
    decision: "allow",
    answers: { "Which?": "neither" },
  });
  assertEquals(JSON.parse((await questions.exit(END_MS)).stdout)["decision"], "deny");
  watch.kill("SIGTERM");
});

Deno.test("A4 a write is not approved blind: approvals shows what would be written, below the path", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const tool_input = { file_path: "/w/a.txt", old_string: "safe\n", new_string: "TOKEN=hunter2000\n\u202eevil" };
  const event = { ...recorded("claude", "PermissionRequest", { tool: "Edit" }), tool_input };
  await using asks = await heldWith(home, client, event);
  const one = await approval(client, asks.id);
  const { stdout } = await home.cli(["approvals"]);
  const lines = ["Edit: /w/a.txt", "- safe", "- ", "+ TOKEN=***", "+ \\u202eevil"].map((line) => `    ${line}\n`);
  assert(stdout.includes(lines.join("")), stdout);
  assertEquals([one["input"], one["detail"]], ["/w/a.txt", "- safe\n- \n+ TOKEN=***\n+ \\u202eevil"]);
  assertMatch((await home.cli(["approve", asks.id])).stderr, /approved once \(Edit: \/w\/a\.txt\)/);
  assertEquals((await asks.hook.exit(END_MS)).stdout, ALLOWED);
});
