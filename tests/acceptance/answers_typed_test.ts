/** H4: what people type names the approval or session that they mean, and nothing else; `show` shows all of it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { ALLOWED, deniedWith, held, heldWith, pending, recorded } from "../support/hook_process.ts";
import type { Json, RawClient } from "../support/wire.ts";

/** A process on a busy machine; far less than a hook is held. */
const END_MS = 20_000;

async function openHome(): Promise<{ home: TestHome; client: RawClient }> {
  const home = await TestHome.create();
  await home.start();
  return { home, client: await home.connect({ token: true }) };
}

/** A hook that asks with `tool_input`, held; the id of its approval. */
async function asking(home: TestHome, client: RawClient, session: string, cwd: string, tool: string, tool_input: Json) {
  const event = { ...recorded("claude", "PermissionRequest", { session, cwd }), tool_name: tool, tool_input };
  const { hook, id } = await heldWith(home, client, event);
  return { process: hook, id };
}

const COLOURS = {
  questions: [{ question: "Which colour?", header: "Colour", options: [{ label: "Red" }, { label: "Blue" }] }],
};

Deno.test("first hour 3: approve and deny take the name of a session, and nothing where only one thing is asked", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  const none = await home.cli(["approve"]);
  assertEquals([none.code, none.stderr], [1, "error: nothing waits for an answer\n"]);
  await using web = await held(home, client, { session: "s1", cwd: "/w/web", command: "npm test" });
  await using shop = await held(home, client, { session: "s2", cwd: "/w/shop", command: "git push" });
  const which = await home.cli(["approve"]);
  assertEquals([which.code, (await pending(client)).length], [1, 2]);
  assertEquals(which.stderr.split("\n").slice(0, 3), [
    "error: 2 wait for an answer:",
    `  ${web.id}  web   Bash: npm test`,
    `  ${shop.id}  shop  Bash: git push`,
  ]);
  assertEquals((await home.cli(["deny"])).code, 1);
  const mistyped = await home.cli(["approve", "shp"]);
  assertEquals(mistyped.stderr, 'error: no request or session matches "shp"\nhint: did you mean shop?\n');
  const yes = await home.cli(["approve", "SHOP"]);
  assertEquals([yes.code, yes.stderr], [0, `${shop.id}: approved once (Bash: git push)\n`]);
  assertEquals((await shop.hook.exit(END_MS)).stdout, ALLOWED);
  const idle = await home.cli(["approve", "shop"]);
  assertEquals([idle.code, idle.stderr.split("\n")[0]], [1, 'error: "shop" asks nothing now']);
  assertEquals((await home.cli(["deny", "--message", "no"])).code, 0);
  assertEquals((await web.hook.exit(END_MS)).stdout, deniedWith("no"));
  const again = await home.cli(["approve", web.id]);
  assertEquals([again.code, again.stderr], [1, `error: request "${web.id}" was already denied by cli\n`]);
});

Deno.test("first hour 3: two things that one session asks are listed, and an exact id decides", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using a = await held(home, client, { cwd: "/w/web", command: "touch a" });
  await using b = await held(home, client, { cwd: "/w/web", command: "touch b" });
  const { code, stderr } = await home.cli(["approve", "web"]);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    new RegExp(`^error: "web" may be 2 requests:\n  ${a.id} .*touch a\n  ${b.id} .*touch b\nhint: `),
  );
  assertEquals((await home.cli(["approve", b.id])).code, 0);
  assertEquals((await b.hook.exit(END_MS)).stdout, ALLOWED);
  assertEquals((await pending(client)).map(({ id }) => id), [a.id]);
});

Deno.test("first hour 3: a question is answered by number, by text or its beginning; own words only with --say", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  const answered = async (...words: string[]) => {
    const { process, id } = await asking(home, client, "s1", "/w/web", "AskUserQuestion", COLOURS);
    await using _process = process;
    const done = await home.cli(["approve", ...words, "web"]);
    assertEquals(done.code, 0, done.stderr);
    const { hookSpecificOutput: { decision: { updatedInput: { answers } } } } = JSON.parse(
      (await process.exit(END_MS)).stdout,
    );
    assert(done.stderr.startsWith(`${id}: approved once (Which colour? → `), done.stderr);
    return answers["Which colour?"];
  };
  assertEquals(await answered("--answer", "2"), "Blue");
  assertEquals(await answered("--answer", "blue"), "Blue");
  assertEquals(await answered("--answer", "r"), "Red");
  assertEquals(await answered("--say", "2"), "2");
  const { process, id } = await asking(home, client, "s1", "/w/web", "AskUserQuestion", COLOURS);
  await using _process = process;
  const wrong = await home.cli(["approve", "web", "--answer", "green"]);
  assertEquals([wrong.code, wrong.stderr], [
    2,
    'error: --answer "green" is none of the choices:\n  Which colour?\n    1  Red\n    2  Blue\n' +
    "hint: give its number, its text or the beginning of it; your own words: --say TEXT\n",
  ]);
  const bare = await home.cli(["approve", id]);
  assertEquals(bare.code, 2);
  assertMatch(bare.stderr, /needs --answer:\n {2}Which colour\?\n {4}1 {2}Red\n {4}2 {2}Blue\nhint: .*--answer 1/);
  assertEquals((await pending(client)).length, 1);
  assertEquals((await home.cli(["deny", "web"])).code, 0);
});

Deno.test("first hour 3: --answer on what is no question, and a mistyped scope, say so and decide nothing", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  await using asks = await held(home, client, { cwd: "/w/web" });
  const answer = await home.cli(["approve", asks.id, "--answer", "yes"]);
  assertEquals([answer.code, answer.stderr.split("\n")[0]], [
    2,
    `error: request "${asks.id}" asks no question, so it takes no --answer`,
  ]);
  const scope = await home.cli(["approve", asks.id, "--scope", "sesion"]);
  assertEquals([scope.code, scope.stderr], [
    2,
    'error: --scope is "sesion", expected once, session, workspace or always\nhint: did you mean session?\n',
  ]);
  for (const words of [["-i", asks.id], ["-i", "--yes"]]) {
    assertEquals((await home.cli(["approve", ...words])).code, 2, words.join(" "));
  }
  const piped = await home.cli(["approve", "-i"], { stdin: "y" });
  assertEquals([piped.code, piped.stderr.split("\n")[0]], [
    1,
    "error: stdin is no terminal, so nobody can press a key",
  ]);
  assertEquals((await pending(client)).length, 1);
});

Deno.test("A4 show of an approval shows the whole command with its lines, an edit as a diff, a file as it will be", async () => {
  const { home, client } = await openHome();
  await using _home = home;
  await using _client = client;
  const middle = Array.from({ length: 300 }, (_, at) => `echo ${at}`).join("\n");
  const command = `set -e\n${middle}\nrm -rf \u001b[2Jbuild`;
  const long = await asking(home, client, "s1", "/w/web", "Bash", { command });
  await using _long = long.process;
  const { code, stdout } = await home.cli(["show", "web"]);
  assertEquals(code, 0);
  assertStringIncludes(
    stdout,
    `${`Bash: set -e\n${middle}\nrm -rf \\x1b[2Jbuild`.split("\n").map((line) => `    ${line}\n`).join("")}`,
  );
  assertMatch(stdout, /\n +only once: such a call is asked each time\n/);
  const unseen = await home.cli(["approve", "web"]);
  assertEquals(unseen.code, 1, "a name does not say which request was read");
  assertMatch(unseen.stderr, /hint: give its id, \w+, or --yes/);
  assertEquals((await home.cli(["approve", "web", "--yes"])).code, 0, "it was shown whole");

  const old = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
  const now = [...old.slice(0, 7), "EIGHT"];
  const edit = { file_path: "/w/docs/a.txt", old_string: old.join("\n"), new_string: now.join("\n") };
  const edits = await asking(home, client, "s2", "/w/docs", "Edit", edit);
  await using _edits = edits.process;
  const diff = (await home.cli(["show", edits.id])).stdout;
  const hunk = ["--- /w/docs/a.txt", "+++ /w/docs/a.txt", "@@", " five", " six", " seven", "-eight", "+EIGHT"];
  assertStringIncludes(diff, hunk.map((line) => `    ${line}\n`).join(""));
  assertMatch(diff, /\n +--scope session, workspace or always: /);
  assertMatch((await home.cli(["show", edits.id, "--full"])).stdout, /\n {5}one\n/);
  const { approvals: [whole] } = await home.json(["show", edits.id, "--json"]) as { approvals: Json[] };
  assertEquals([whole?.["detailForm"], whole?.["input"]], ["edit", "/w/docs/a.txt"]);

  const content = "- a\n+ b\nTOKEN=hunter2000\n";
  const writes = await asking(home, client, "s3", "/w/new", "Write", { file_path: "/w/new/b.md", content });
  await using _writes = writes.process;
  assertStringIncludes(
    (await home.cli(["show", "new"])).stdout,
    "    Write: /w/new/b.md\n\n    - a\n    + b\n    TOKEN=***\n",
  );
  const { sessions, approvals } = await home.json(["show", "new", "--json"]) as { sessions: Json[]; approvals: Json[] };
  assertEquals([sessions.map(({ id }) => id), approvals.map(({ id }) => id)], [["s3"], [writes.id]]);
});

Deno.test("first hour 3: session commands take a name; delete takes the beginning of an id only with a yes", async () => {
  await using home = await TestHome.create();
  await home.start();
  for (const [id, cwd] of [["delta", "/w/web"], ["delight", "/w/shop"]] as const) {
    assertEquals((await home.cli(["session", "update", id, "--agent", "mine", "--cwd", cwd])).code, 0);
  }
  const unclear = await home.cli(["session", "delete", "del"]);
  assertEquals([unclear.code, unclear.stderr.split("\n")[0]], [1, 'error: "del" may be 2 sessions:']);
  const begun = await home.cli(["session", "delete", "delt"]);
  assertEquals([begun.code, begun.stderr], [
    1,
    "error: stdin is no terminal, so nobody can confirm\nhint: give the whole id, delta, or --yes\n",
  ]);
  assertEquals(((await home.json(["ls", "--json"]))["sessions"] as Json[]).length, 2);
  assertEquals((await home.cli(["session", "rename", "web", "Front"])).stderr, "web is now called Front\n");
  assertEquals((await home.cli(["session", "close", "front"])).stderr, "Front: closed\n");
  assertMatch((await home.cli(["session", "reopen", "FRONT"])).stderr, /^Front: idle/);
  assertMatch((await home.cli(["show", "front"])).stdout, /^Front {2}[^\n]*idle for [^]*\nid +delta\n/);
  assertEquals((await home.cli(["session", "delete", "Front"])).stderr, "delta: deleted\n");
  assertEquals((await home.cli(["session", "delete", "deli", "--yes"])).stderr, "delight: deleted\n");
});
