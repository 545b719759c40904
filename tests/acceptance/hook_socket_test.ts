/** S1–S7 of the socket for hooks by HTTP, and A2: what can be had by it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { eventually } from "../support/harness_wait.ts";
import { assertHarmless, EVENT } from "../support/hook_inputs.ts";
import { run } from "../support/harness_process.ts";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { dataFolder, runStub, spyOnProgram } from "../support/stub_hook.ts";
import type { Json } from "../support/wire.ts";

const ignore = isForeign;

/** Sends bytes as they are; gives all that comes until the daemon hangs up. */
async function talk(path: string, text: string, hold = false): Promise<string> {
  const socket = await Deno.connect({ transport: "unix", path });
  try {
    await socket.write(new TextEncoder().encode(text));
    if (!hold) await socket.closeWrite();
    let said = "";
    const buffer = new Uint8Array(4096);
    for (let count; (count = await socket.read(buffer).catch(() => null)) !== null;) {
      said += new TextDecoder().decode(buffer.subarray(0, count));
    }
    return said;
  } finally {
    socket.close();
  }
}

const HEAD = "POST /hook/claude/report HTTP/1.1\r\nHost: localhost\r\n";
const post = (body: string, more = "") => `${HEAD}${more}Content-Length: ${body.length}\r\n\r\n${body}`;

Deno.test({
  name: "A2 the socket for hooks takes one kind of report, strictly, and lets nothing else be done or read",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    const path = home.path("hook.sock");
    const refused: readonly string[] = [
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /hook/claude/report HTTP/1.1\r\nHost: evil.example\r\n\r\n",
      "GET /hook/claude/report HTTP/1.0\r\nHost: localhost\r\n\r\n",
      "GET /hook/../claude/report HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /hook/claude/ask HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "PUT /hook/claude/report HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /hook/claude/report HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
      "GET /hook/claude/report HTTP/1.1\nHost: localhost\n\n\r\n\r\n",
      `${HEAD}\r\n{}`,
      `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      `${HEAD}Content-Length: -2\r\n\r\n{}`,
      `${HEAD}Transfer-Encoding: gzip\r\n\r\n{}`,
      `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      `${HEAD}ac-tmux: without a sign\r\nContent-Length: 2\r\n\r\n{}`,
      '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1}}\r\n\r\n',
      "\u0000\u0001\r\n\r\n",
    ];
    for (const text of refused) {
      const said = await talk(path, text);
      assert(said.startsWith("HTTP/1.1 400 "), `${JSON.stringify(text)}: ${said}`);
    }
    assertEquals(await talk(path, "x".repeat(40_000), true), "", "a head without an end");
    assertStringIncludes(await talk(path, post("{ nonsense")), "HTTP/1.1 400 ");
    assertStringIncludes(await talk(path, post(EVENT)), "HTTP/1.1 204 ");
    const queries = await talk(path, "GET /hook/claude/report HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(3));
    assertEquals(queries.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 204", "HTTP/1.1 400"], "more than one query");
    const query = "GET /hook/claude/rule HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const both = await talk(path, query + post(EVENT.replaceAll("h1", "h2"), "Expect: 100-continue\r\n"));
    assertEquals(both.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 204", "HTTP/1.1 100", "HTTP/1.1 204"]);
    await using client = await home.connect({ token: true });
    const { sessions } = await client.request("session.list") as { sessions: Json[] };
    assertEquals(sessions.map(({ id }) => id).sort(), ["h1", "h2"]);
  },
});

Deno.test({
  name:
    "S1 the socket for hooks is private, goes with the daemon, and comes back where its file went or its daemon was killed",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    const path = home.path("hook.sock");
    await home.start({ args: ["--limit", "tickMs=300"], umask: "000" });
    assertEquals((await Deno.lstat(path)).mode! & 0o777, 0o600);
    await Deno.remove(path);
    await eventually(() => Deno.lstat(path), 20_000, "another socket in its place");
    assertEquals((await Deno.lstat(path)).mode! & 0o777, 0o600);
    await home.kill();
    assert((await Deno.lstat(path)).isSocket);
    await home.start();
    const ran = await spyOnProgram(home);
    await eventually(
      async () => {
        const tries = ran().length;
        assertHarmless("after a kill", await runStub(home, "report", { stdin: EVENT }));
        return ran().length === tries; // else a daemon of a busy machine was late
      },
      20_000,
      "a report that the socket takes",
    );
    await home.stop();
    assertEquals(await Deno.lstat(path).then(() => "there", () => "gone"), "gone");
  },
});

Deno.test({
  name:
    "S4 a link, a file or another's folder in the place of that socket gets no byte, and keeps no daemon from its start",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await home.stop();
    const path = home.path("hook.sock");
    await Deno.writeTextFile(path, "mine");
    await home.start();
    assertEquals(await Deno.readTextFile(path), "mine");
    const log = () => Deno.readTextFile(home.path("logs/daemon.log")); // is opened behind the start
    await eventually(async () => (await log()).includes("no socket for hooks by HTTP"), 20_000, "why there is none");
    const ran = await spyOnProgram(home);
    await runStub(home, "report", { stdin: EVENT });
    await Deno.remove(path);
    await Deno.symlink(home.socketPath, path);
    await runStub(home, "report", { stdin: EVENT });
    assertEquals(ran(), ["claude report", "claude report"]);
  },
});

Deno.test({
  name: "S5 where the home's path is too long for that socket the daemon says so, and hooks take the other way",
  ignore,
  fn: async () => {
    await using home = await TestHome.create();
    const long = `${home.root}/${"x".repeat(90)}`;
    const socket = ["--home", long, "--socket", `${home.root}/d.sock`];
    assertEquals((await home.cli([...socket, "daemon", "start"])).code, 0);
    const words = [...stubArgv(dataFolder(home), long), "claude", "report"];
    const { env } = home.command([]);
    assertHarmless("a long path", await run(words, { env, cwd: home.root, stdin: EVENT }));
    const ids = async () => ((await home.json([...socket, "ls", "--json"]))["sessions"] as Json[]).map(({ id }) => id);
    // The event of a hook that is slow comes with a tick.
    assertEquals(await eventually(async () => (await ids()).length > 0 && await ids(), 30_000, "a session"), ["h1"]);
    assertEquals((await home.cli([...socket, "daemon", "stop"])).code, 0);
    assertStringIncludes(await Deno.readTextFile(`${long}/logs/daemon.log`), "no socket for hooks by HTTP");
  },
});

Deno.test({
  name:
    "A2 where rules are evaluated before each tool call, that event goes to the program, without another installation",
  ignore,
  fn: async () => {
    const rules = [{ tool: "Bash", pattern: "rm *", decision: "deny" }];
    await using home = await TestHome.create({ config: JSON.stringify({ approvals: { rules, pre_tool_use: true } }) });
    await home.start();
    const call = {
      session_id: "r1",
      hook_event_name: "PreToolUse",
      cwd: "/x",
      tool_name: "Bash",
      tool_use_id: "t1",
      tool_input: { command: "rm -rf /x/y" },
    };
    const { code, stdout } = await runStub(home, "rule", { stdin: JSON.stringify(call) });
    assertEquals(code, 0);
    assertStringIncludes(stdout, '"deny"');
    const ran = await spyOnProgram(home);
    await runStub(home, "rule", { stdin: JSON.stringify(call) });
    assertEquals(ran(), ["claude rule"]);
  },
});
