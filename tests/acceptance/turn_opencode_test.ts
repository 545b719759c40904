/** Prompts for sessions of an OpenCode that somebody else runs, over its own server (feeds.opencode_server). */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeOpenCode, isPortTaken, SERVED, SERVER } from "../support/fake_opencode.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

type Told = Readonly<Record<"id" | "status" | "reply" | "error", string>> & { readonly tools: readonly Json[] };

const taken = isPortTaken();

function serverTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: taken ? `${name} (ignored: another program listens on OpenCode's port)` : name,
    ignore: taken,
    fn,
  });
}

async function withOpenCode(env: Record<string, string> = {}) {
  const home = await TestHome.create({ config: '{"feeds": {"opencode_server": true}}' });
  const opencode = new FakeOpenCode();
  opencode.start();
  await home.start({ env });
  const client = await home.connect({ token: true });
  await report(client, SERVED, SERVER);
  const hasWay = async () => {
    const { error } = await client.call("turn.submit", { sessionId: SERVED, text: "first" }) as { error?: Json };
    return error === undefined;
  };
  opencode.isBusy = true; // so that it waits
  await eventually(hasWay, 10_000, "the reader of the feed");
  const { turns: [first] } = await client.request("turn.recent", {}) as { turns: Told[] };
  await client.request("turn.cancel", { turnId: first?.id });
  await untilTurn(client, String(first?.id), "cancelled");
  opencode.isBusy = false;
  return { home, opencode, client };
}

async function report(client: RawClient, sessionID: string, serverUrl?: string, env = {}): Promise<void> {
  const event = { type: "session.created", sessionID, pid: Deno.pid, directory: "/w", serverUrl, properties: {} };
  await client.request("session.report", { agent: "opencode", event, env });
}

async function submitted(client: RawClient, text: string): Promise<string> {
  return String((await client.request("turn.submit", { sessionId: SERVED, text }))["turnId"]);
}

async function untilTurn(client: RawClient, turnId: string, status: string): Promise<Told> {
  return await eventually(
    async () => {
      const { turns: [turn] } = await client.request("turn.recent", { turnId }) as { turns: Told[] };
      return turn?.status === status ? turn : undefined;
    },
    15_000,
    `a turn that is ${status}`,
  );
}

const sent = (opencode: FakeOpenCode, count: number) =>
  eventually(() => opencode.prompts.length === count, 10_000, `${count} prompts`);

serverTest(
  "R7 a prompt goes into a session of somebody's OpenCode once, when it is free; what is said there is the turn's, and cancel aborts it",
  async () => {
    const { home, opencode, client } = await withOpenCode();
    await using _ = home;
    try {
      assertEquals(opencode.prompts, [], "what was withdrawn was not sent");
      const running = home.cli(["submit", SERVED, "list the files"]);
      await sent(opencode, 1);
      assertEquals(opencode.prompts, [{ parts: [{ type: "text", text: "list the files" }] }], "no settings of ours");
      opencode.runs("ls -l");
      opencode.says("two ", "files");
      opencode.says("and no more");
      opencode.ends();
      const done = await running;
      assertEquals([done.code, done.stdout], [0, "two files\n\nand no more\n"], done.stderr);
      const { turns } = await client.request("turn.recent", {}) as { turns: Told[] };
      const [turn] = turns.filter(({ status }) => status === "finished");
      assertEquals(turn?.tools, [{ id: "call_1", name: "bash", text: "ls -l", status: "completed" }]);
      assertEquals(opencode.directories, new Set(["/w"]), "each call names the session's folder");

      opencode.typed("mine"); // somebody types there
      const later = await submitted(client, "and now this");
      const never = await submitted(client, "never this");
      await client.request("turn.cancel", { turnId: never });
      await untilTurn(client, never, "cancelled");
      opencode.says("not the turn's");
      assertEquals([(await untilTurn(client, later, "queued")).status, opencode.prompts.length], ["queued", 1]);
      opencode.ends();
      await sent(opencode, 2);
      await untilTurn(client, later, "running");
      await client.request("turn.cancel", { turnId: later });
      await untilTurn(client, later, "cancelled");
      assertEquals([opencode.prompts.length, opencode.aborts > 0], [2, true]);

      const failing = await submitted(client, "fail");
      await sent(opencode, 3);
      opencode.ends({ name: "APIError", data: { message: "too many" } });
      assertEquals((await untilTurn(client, failing, "failed")).error, "too many");

      opencode.lags = true;
      const begun = await submitted(client, "begin");
      await sent(opencode, 4);
      await eventually(() => !opencode.lags, 20_000, "a look at a turn that seems idle");
      opencode.says("behind its beginning");
      opencode.ends();
      assertEquals((await untilTurn(client, begun, "finished")).reply, "behind its beginning");

      opencode.tells = false; // its events are lost
      const quiet = await submitted(client, "say it");
      await sent(opencode, 5);
      opencode.runs("pwd");
      opencode.says("from the record");
      opencode.ends();
      const heard = await untilTurn(client, quiet, "finished");
      assertEquals([heard.reply, heard.tools.length], ["from the record", 1]);
      await eventually(() => opencode.listeners === 0, 20_000, "no connection at rest");
      const before = opencode.calls;
      await new Promise((resolve) => setTimeout(resolve, 2500)); // longer than each of its waits in a turn
      assertEquals(opencode.calls, before, "nothing is asked at rest");
    } finally {
      await home.stop();
      await opencode.stop();
    }
  },
);

serverTest(
  "R7 garbage, a redirect or no reply of OpenCode's server costs only its prompt, and nothing is sent twice",
  async () => {
    const { home, opencode, client } = await withOpenCode();
    await using _ = home;
    try {
      const fails = async (end: string, reply: () => Response, why: RegExp) => {
        opencode.replies.set(end, reply);
        assertMatch((await untilTurn(client, await submitted(client, "hello"), "failed")).error, why);
        opencode.replies.clear();
      };
      await fails("status", () => new Response("<html>"), /does not tell which sessions work/);
      await fails("message", () => Response.json({}), /does not tell the session's messages/);
      await fails("message", () => new Response(new Uint8Array(17 << 20)), /longer than/);
      await fails(SERVED, () => Response.redirect(`${SERVER}session/${SERVED}?again`), /refused it with 302/);
      await fails("prompt_async", () => Response.json({ data: { message: "busy now" } }, { status: 400 }), /busy now/);
      await fails(SERVED, () => Response.json({}, { status: 404 }), /does not know this session/);
      const cutOff = () => new Response(new ReadableStream({ start: (body) => body.error(new Error("cut")) }));
      await fails("prompt_async", cutOff, /did not say whether it has taken the prompt/);
      assertEquals(opencode.prompts, []);

      opencode.replies.set("event", () => new Response("not found", { status: 404 }));
      const turn = await submitted(client, "say it");
      await sent(opencode, 1);
      opencode.says("without events");
      opencode.ends();
      assertEquals((await untilTurn(client, turn, "finished")).reply, "without events");

      const lost = await submitted(client, "and then");
      await sent(opencode, 2);
      await opencode.stop();
      assertMatch((await untilTurn(client, lost, "failed")).error, /127.0.0.1:4096 does not reply/);
      assertMatch((await untilTurn(client, await submitted(client, "more"), "failed")).error, /does not reply/);
      assertEquals(opencode.prompts.length, 2);
    } finally {
      await home.stop();
      await opencode.stop().catch(() => {});
    }
  },
);

serverTest(
  "R7 only a session whose own process listens there has the way, and the server's password is the daemon's",
  async () => {
    const { home, opencode, client } = await withOpenCode({ OPENCODE_SERVER_PASSWORD: "secret" });
    await using _ = home;
    try {
      opencode.password = "secret";
      const turn = await submitted(client, "hello");
      await sent(opencode, 1);
      opencode.says("hi");
      opencode.ends();
      assertEquals((await untilTurn(client, turn, "finished")).reply, "hi");
      opencode.password = "another";
      assertMatch((await untilTurn(client, await submitted(client, "hello"), "failed")).error, /wants a password/);
      opencode.password = undefined;

      // A window without a server tells OpenCode's default; an older plugin tells nothing.
      await report(client, "ses_window", "http://localhost:4096/");
      await report(client, "ses_old");
      await report(client, SERVED, "http://localhost:4096/"); // it goes on in another window
      await report(client, "ses_container", SERVER, { AC_PID_NAMESPACE: "pid:[1]" }); // its loopback is not ours
      for (const id of ["ses_window", "ses_old", "ses_container", SERVED]) {
        const { code, stderr } = await home.cli(["submit", id, "hello"]);
        assertEquals(code, 1);
        assertStringIncludes(stderr, "feeds.opencode_server is on, and opencode does not tell of this session there");
      }
      assertEquals(opencode.prompts.length, 1);
    } finally {
      await home.stop();
      await opencode.stop();
    }
  },
);

serverTest(
  "R7 behind the end of a session's process whoever listens there gets neither prompt nor password",
  async () => {
    const { home, opencode, client } = await withOpenCode({ OPENCODE_SERVER_PASSWORD: "secret" });
    await using _ = home;
    const process = new Deno.Command("/bin/sleep", { args: ["60"] }).spawn();
    try {
      const event = {
        type: "session.created",
        sessionID: "ses_ends",
        pid: process.pid,
        serverUrl: SERVER,
        properties: {},
      };
      await client.request("session.report", { agent: "opencode", event, env: {} });
      const session = async () => (await client.request("session.get", { sessionId: "ses_ends" }))["session"] as Json;
      await eventually(async () => (await session())["pidSeen"] === true, 20_000, "the look that shows it alive");
      process.kill("SIGKILL");
      await process.status;
      await eventually(async () => (await session())["lost"] === true, 30_000, "the lost row");
      const before = opencode.calls;
      const { code, stderr } = await home.cli(["submit", "ses_ends", "hello"]);
      assertEquals(code, 1);
      assertStringIncludes(stderr, "its process is gone: agent-console session close ses_ends, then submit goes on");
      assertEquals(opencode.calls, before);
    } finally {
      try {
        process.kill("SIGKILL");
      } catch {
        // it has ended
      }
      await home.stop();
      await opencode.stop();
    }
  },
);
