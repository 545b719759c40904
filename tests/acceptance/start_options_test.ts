/** How a daemon is started: its options on every spelling, restart keeps them, and the launcher's shut inspector. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { commandLine, listeningPorts } from "../support/harness_process.ts";
import { eventually, patience, pause, rounds } from "../support/harness_wait.ts";
import { watching } from "../support/hook_process.ts";
import type { Json, RawClient } from "../support/wire.ts";

const SESSION = "01234567-89ab-4def-8123-456789abcdef";
const OPTIONS = {
  "--ephemeral": (s: Json) => assertEquals(s["ephemeral"], true),
  "--workspace=/some/where": (s: Json) => assertEquals(s["workspace"], "/some/where"),
  [`--session=${SESSION}`]: (s: Json) => assertEquals(s["bootId"], SESSION),
  "--verbose": (s: Json) => assert(commandLine(Number(s["pid"])).includes("--verbose")),
  "-w /else/where": (s: Json) => assertEquals(s["workspace"], "/else/where"),
  [`-s ${SESSION}`]: (s: Json) => assertEquals(s["bootId"], SESSION),
  "-v": (s: Json) => assert(commandLine(Number(s["pid"])).includes("--verbose")),
};

/** The first client of the daemon that is being started: an ephemeral one ends soon behind its last. */
function firstClient(home: TestHome, socket?: string): Promise<RawClient> {
  const where = socket === undefined ? {} : { socket };
  return eventually(() => home.connect(where), 30_000, "a daemon that answers hello", 20);
}

const DEFAULTS = { ephemeral: false, workspace: null };

/** What one daemon is started with, and what it must have of it. */
type Start = readonly (readonly [string, (status: Json) => void])[];

/** The long run starts a daemon for each option, the short one a daemon for the first four and one for the others. */
function starts(): readonly Start[] {
  const left = Object.entries(OPTIONS);
  const all: Start[] = [[["", (s: Json) => assertEquals({ ...s, ...DEFAULTS }, s)]]];
  while (left.length > 0) all.push(left.splice(0, rounds(4, 1)));
  return all;
}

for (const spelling of ["daemon start", "daemon -d", "daemon start -f", "daemon"]) {
  Deno.test(`start options: each of them arrives with ${spelling}`, async () => {
    await using home = await TestHome.create();
    const words = spelling.split(" ");
    const here = spelling === "daemon" || spelling.endsWith("-f");
    for (const start of starts()) {
      const options = start.flatMap(([option]) => option.split(" ")).filter((word) => word !== "");
      const check = (status: Json) => start.forEach(([_, isThere]) => isThere(status));
      const args = [...words, ...options];
      if (here) {
        await using daemon = home.spawn(args);
        await using client = await firstClient(home);
        check(await client.request("status"));
        daemon.kill("SIGTERM");
        assertEquals((await daemon.exit(20_000)).code, 0);
      } else {
        await using starter = home.spawn(args);
        await using client = await firstClient(home);
        const { code, stderr } = await starter.exit(20_000);
        assertEquals(code, 0, stderr);
        check(await client.request("status"));
        const pid = home.signal("SIGTERM");
        await home.gone(pid);
      }
    }
  });
}

Deno.test("start options: before the subcommand they count too, and global ones stand anywhere", async () => {
  await using home = await TestHome.create();
  assertEquals((await home.cli(["daemon", "-w", "/w", "start", "--socket", `${home.dir}/other.sock`])).code, 0);
  await eventually(
    async () => {
      const found = await home.json(["status", "--json", "--no-start"]);
      return found["workspace"] === "/w" && found["socketPath"] === `${home.dir}/other.sock`;
    },
    20_000,
    "the daemon with its options",
  );
  assertEquals((await home.stop()).code, 0);
  assertEquals((await home.cli(["daemon", "status", "--no-start"])).code, 3);
  assertEquals((await home.cli(["daemon", "logs", "--wrong"])).code, 2);
});

Deno.test("daemon install takes --now or --no-start, and not both", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await home.cli(["daemon", "install", "--now", "--no-start", "--dry-run"]);
  assertEquals([code, stderr], [
    2,
    "error: --now and --no-start say the opposite of each other\nhint: leave one out\n",
  ]);
  const starts = async (...more: string[]) =>
    /^would run: .* (?:re)?start(?: |$)|kickstart/m.test(
      (await home.cli(["daemon", "install", "--dry-run", ...more])).stdout,
    );
  assertEquals([await starts(), await starts("--no-start")], [true, false]);
});

Deno.test("restart keeps the workspace, the socket, --ephemeral and --verbose of the daemon it replaces", async () => {
  await using home = await TestHome.create();
  const socket = `${home.dir}/mine.sock`;
  const started = ["daemon", "start", "-w", "/w", "-v", "--ephemeral", "--socket", socket];
  await using starter = home.spawn(started);
  // Somebody stays, so that the daemon does while the next command starts.
  await using stays = await firstClient(home, socket);
  assertEquals((await starter.exit(20_000)).code, 0);
  const before = await home.json(["status", "--json", "--no-start"]);
  await using restarter = home.spawn(["daemon", "restart"]);
  await stays.end(30_000);
  await using _staysToo = await firstClient(home, socket);
  const restart = await restarter.exit(20_000);
  assertEquals(restart.code, 0, restart.stderr);
  const after = await home.json(["status", "--json", "--no-start"]);
  assert(after["pid"] !== before["pid"]);
  for (const name of ["workspace", "socketPath", "ephemeral"]) assertEquals(after[name], before[name], name);
  assertEquals([after["workspace"], after["socketPath"], after["ephemeral"]], ["/w", socket, true]);
  assert(commandLine(Number(after["pid"])).includes("--verbose"));
});

Deno.test("restart takes a socket from the configuration as it is now, not as it was", async () => {
  await using home = await TestHome.create();
  await home.start();
  const set = await home.cli(["config", "set", "daemon.ipc_socket_path", `${home.dir}/new.sock`]);
  assertEquals(set.code, 0, set.stderr);
  const restart = await home.cli(["daemon", "restart"]);
  assertEquals(restart.code, 0, restart.stderr);
  assertEquals((await home.json(["status", "--json", "--no-start"]))["socketPath"], `${home.dir}/new.sock`);
});

Deno.test("A6 SIGUSR1 opens no port of the launcher in the foreground, nor of watch", async () => {
  await using home = await TestHome.create();
  await using launcher = await home.foreground();
  await using watch = home.spawn(["watch"]);
  await using client = await home.connect({ token: true });
  await watching(client, watch);
  for (const process of [launcher, watch]) {
    const most = await patience(200);
    process.kill("SIGUSR1");
    await pause(100); // the promise's span; a busy machine gets more
    await eventually(() => listeningPorts(process.pid).length === 0, most, "no listening port");
    await pause(200); // and it stays shut
    assertEquals(listeningPorts(process.pid), []);
    assert(!process.ended);
  }
  launcher.kill("SIGTERM");
  const { code, stderr } = await launcher.exit(20_000);
  assertEquals(code, 0, stderr);
  assertMatch(watch.stderr, /^(?!.*a bug)/s);
});

Deno.test("a mistyped subcommand or number is refused with what was meant, exit 2", async () => {
  await using home = await TestHome.create();
  for (
    const [args, says] of [
      [
        ["daemon", "strat"],
        'unknown command "daemon strat"\nhint: did you mean daemon start?',
      ],
      [["daemon", "foo"], 'unknown command "daemon foo"\nhint: agent-console daemon --help'],
      ...["x", "0", "1001", "1.5", "-3"].map((lines) => [
        ["audit", "tail", `--lines=${lines}`],
        `--lines is "${lines}", expected a whole number from 1 to 1000\nhint: agent-console audit tail --help`,
      ]),
    ] as [string[], string][]
  ) {
    const { code, stderr } = await home.cli(args);
    assertEquals([code, stderr], [2, `error: ${says}\n`]);
  }
});
