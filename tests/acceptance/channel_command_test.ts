/** Channels of the real daemon, in its sandbox: a command of the user's gets the question on stdin, and cannot do harm. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { namesIn } from "../support/exists.ts";
import { held, hook } from "../support/hook_process.ts";
import { processesNaming } from "../support/harness_process.ts";
import type { Json } from "../support/wire.ts";

/** Notifications are made 2 s after the first need. */
const NOTIFIED_MS = 30_000;

/** A home whose command channel is this shell script, which finds its folder in $0. */
async function homeWith(script: string, more: Json = {}, args: readonly string[] = []): Promise<TestHome> {
  const home = await TestHome.create();
  const program = `${home.root}/notify`;
  await Deno.writeTextFile(program, `#!/bin/sh\nhere=$(dirname "$0")\n${script}\n`, { mode: 0o755 });
  await Deno.mkdir(home.dir, { mode: 0o700 });
  const config = { channels: { command: { argv: [program, ...args] }, ...more } };
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config), { mode: 0o600 });
  return home;
}

const SAVE = 'cat > "$here/part" && mv "$here/part" "$here/notified-$(date +%s%N)"';

async function notified(home: TestHome): Promise<Json[]> {
  const made = (await namesIn(home.root)).filter((name) => name.startsWith("notified-")).sort();
  return await Promise.all(
    made.map(async (name) => JSON.parse(await Deno.readTextFile(`${home.root}/${name}`)) as Json),
  );
}

Deno.test("X3 first hour 5: a question reaches the command once, as JSON, with hostile text that nothing runs", async () => {
  await using home = await homeWith(
    `printf '%s\\n' "$@" > "$here/args"; env > "$here/env"; pwd > "$here/pwd"; ${SAVE}`,
    {},
    [
      "$(touch pwned)",
      "a b",
    ],
  );
  await home.start({ env: { DISPLAY: ":7", ANTHROPIC_API_KEY: "sk-ant-REDACTED" } });
  await using client = await home.connect({ token: true });
  const command = `touch "$(touch ${home.root}/pwned)" \`id\`; #(id) \u001b[31m --help && rm -rf x`;
  await using asks = await held(home, client, { command });
  const [first] = await eventually(
    async () => {
      const all = await notified(home);
      return all.length > 0 && all;
    },
    NOTIFIED_MS,
    "a notification",
  ) as [Json];
  assertEquals([first["schema"], first["kind"], first["others"]], [1, "question", []]);
  const session = first["session"] as Json;
  const approval = first["approval"] as Json;
  assertEquals([session["id"], session["agent"], session["status"], approval["id"], approval["tool"]], [
    "s1",
    "claude",
    "waiting",
    asks.id,
    "Bash",
  ]);
  const text = String(first["text"]);
  assertEquals(
    [text.includes("\\x1b[31m"), text.includes("\u001b"), approval["risk"]],
    [true, false, "destroys"],
    text,
  );
  assertMatch(text, /^\S+ waits: Bash: touch .*&& rm -rf x \(destroys\)$/);
  assertEquals(await Deno.readTextFile(`${home.root}/args`), "$(touch pwned)\na b\n");
  assertEquals(await Deno.readTextFile(`${home.root}/pwd`), "/\n");
  const env = await Deno.readTextFile(`${home.root}/env`);
  assertMatch(env, /^DISPLAY=:7$/m);
  assertMatch(env, /^PATH=\/usr\/bin:\/bin$/m);
  assert(!/ANTHROPIC|AGENT_CONSOLE|DENO_/.test(env), env);
  assertEquals((await namesIn(home.root)).includes("pwned"), false);

  await using second = await held(home, client, { session: "s2", command: "touch b1" });
  await eventually(async () => (await notified(home)).length === 2, NOTIFIED_MS, "the second notification");
  assertEquals(((await notified(home))[1]?.["approval"] as Json)["id"], second.id);
  const { channel } = await client.request("status") as Json;
  assertEquals(channel, { on: ["command"] });
});

Deno.test("first hour 5: who answers within 2 s, is muted, or is in quiet hours is not notified", async () => {
  await using home = await homeWith(SAVE);
  await home.start();
  await using client = await home.connect({ token: true });
  await using asks = await held(home, client, { command: "touch answered" });
  await client.request("approval.decide", { id: asks.id, decision: "approve" });

  const muted = await home.cli(["channel", "mute", "30m"]);
  assertEquals(muted.code, 0, muted.stderr);
  assertMatch(muted.stderr, /^no channel notifies until \d\d:\d\d \((?:30|29)m\)/);
  await using _silent = await held(home, client, { session: "s2", command: "touch muted" });
  await pause(3000);
  assertEquals(await notified(home), []);
  await home.kill();
  await home.start();
  const list = await home.json(["channel", "list", "--json"]);
  assert(typeof list["mutedUntil"] === "string", "a mute outlives the daemon");

  await using again = await home.connect({ token: true });
  assertEquals((await home.cli(["channel", "mute", "off"])).code, 0);
  await using _called = await held(home, again, { session: "s3", command: "touch called" });
  await eventually(async () => (await notified(home)).length > 0, NOTIFIED_MS, "a notification");
  assertEquals((await notified(home)).map((one) => (one["session"] as Json)["id"]), ["s3"]);
});

Deno.test("first hour 5: a failed turn notifies too, and quiet hours silence all", async () => {
  await using home = await homeWith(SAVE);
  await home.start();
  const fail = async (session: string) => {
    for (
      const event of [{ hook_event_name: "UserPromptSubmit", prompt: session }, {
        hook_event_name: "StopFailure",
        error: "rate_limit",
      }]
    ) {
      await using one = hook(home, { session_id: session, cwd: "/home/u/infra", ...event });
      assertEquals((await one.exit(NOTIFIED_MS)).code, 0);
    }
  };
  await fail("f1");
  await eventually(async () => (await notified(home)).length === 1, NOTIFIED_MS, "a notification");
  const [first] = await notified(home);
  assertEquals([first?.["kind"], first?.["text"], "approval" in (first ?? {})], [
    "failure",
    "infra failed: rate limit",
    false,
  ]);

  const config = JSON.parse(await Deno.readTextFile(home.path("config.jsonc"))) as { channels: Json };
  config.channels["quiet_hours"] = "00:00-00:00";
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(config));
  const reloaded = await home.json(["daemon", "reload", "--json"]);
  assertEquals([reloaded["applied"], reloaded["needsRestart"]], [["channels.quiet_hours"], []]);
  await fail("f2");
  await pause(3000);
  assertEquals((await notified(home)).length, 1);
  assertMatch((await home.cli(["channel", "list"])).stdout, /quiet: 00:00-00:00, which is now/);
});

Deno.test("first hour 5: a command that hangs is killed, the daemon goes on, and status says so", async () => {
  const nap = `987654.${Deno.pid}`; // no other run of this test names it
  await using home = await homeWith(`exec sleep ${nap}`);
  const started = performance.now();
  await home.start();
  await using client = await home.connect({ token: true });
  await using _asks = await held(home, client, { command: "touch hangs" });
  await eventually(() => processesNaming(nap).length > 0, NOTIFIED_MS, "the command");
  assertEquals(await client.request("ping") as unknown !== undefined, true);
  const problem = await eventually(
    async () => {
      const { channel } = await client.request("status") as { channel: Json };
      return channel["problems"];
    },
    40_000,
    "a problem",
  );
  assertEquals(problem, ["command: it was killed, because it did not end"]);
  assertEquals(processesNaming(nap), []);
  assert(performance.now() - started > 10_000);
});

Deno.test("first hour 5: channel test tells the exit code and what the program said; off and unknown say what to do", async () => {
  await using home = await homeWith('echo "no network: token=abcdefgh12345678secret" >&2; exit 3');
  await home.start();
  const { code, stdout, stderr } = await home.cli(["channel", "test", "command"]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^error: command did not notify: \S+\/notify: exit code 3: no network: token=\*\*\*\nhint: run it by hand, /,
  );
  const off = await home.cli(["channel", "test", "desktop"]);
  assertEquals([off.code, off.stderr], [
    1,
    "error: the channel desktop is off\n" +
    "hint: agent-console config set channels.desktop.enabled true, then agent-console daemon restart\n",
  ]);
  assertEquals((await home.cli(["channel", "test", "pager"])).code, 2);
  assertMatch(
    (await home.cli(["channel", "list"])).stdout,
    /^command {2}fails {2}\S+\/notify\n {2}last notification: exit code 3: /m,
  );
  for (const time of ["8d", "soon", "-1m", "0s"]) {
    const wrong = await home.cli(["channel", "mute", "--", time]);
    assertEquals(wrong.code, 2, time);
    assert(wrong.stderr.includes(time), wrong.stderr);
  }
  const { channels } = await home.json(["channel", "list", "--json"]) as { channels: Json[] };
  assertEquals(channels.map(({ name, enabled, program }) => [name, enabled, program]), [
    ["desktop", false, null],
    ["tmux", false, null],
    ["command", true, `${home.root}/notify`],
    ...channels.slice(3).map(({ name }) => [name, false, null]),
  ]);
  await Deno.writeTextFile(`${home.root}/notify`, '#!/bin/sh\ncat > "$(dirname "$0")/notified-1"\n');
  const good = await home.cli(["channel", "test", "command"]);
  assertEquals(
    [good.code, good.stdout.split("\n")[0]],
    [0, `command: a notification went out by ${home.root}/notify`],
    good.stderr,
  );
  const [first] = await notified(home);
  assertEquals([first?.["test"], first?.["schema"], first?.["kind"]], [true, 1, "question"]);
});

Deno.test("A7 first hour 5: a channel that is turned on while the daemon runs needs a restart, and says so", async () => {
  await using home = await TestHome.create();
  await home.start();
  await Deno.writeTextFile(
    home.path("config.jsonc"),
    JSON.stringify({ channels: { command: { argv: ["/usr/bin/env"] } } }),
    { mode: 0o600 },
  );
  const reloaded = await home.json(["daemon", "reload", "--json"]);
  assertEquals([reloaded["applied"], reloaded["needsRestart"]], [[], ["channels.command.argv"]]);
  const refused = await home.cli(["channel", "test", "command"]);
  assertEquals([refused.code, refused.stderr], [
    1,
    "error: the channel command cannot notify: the daemon was started without it, and needs a restart\n" +
    "hint: agent-console daemon restart\n",
  ]);
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  assertEquals((await home.cli(["channel", "test", "command"])).code, 0);
  const { permissions: flags } = await home.json(["daemon", "permissions", "--json"]) as {
    permissions: { flag: string; reason: string }[];
  };
  assertEquals(
    flags.find(({ flag }) => flag === "--allow-run=/usr/bin/env")?.reason,
    "channels.command.argv: notify you when an agent needs you",
  );
});
