/** Clients and a service whose socket systemd holds: a look starts nothing, a stop closes it, a start opens it. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { UNIT } from "../support/live_service.ts";
import { liveUser } from "../support/service_user.ts";
import type { Json } from "../support/wire.ts";

const SOCKET = "agent-console.socket";

liveUser(
  "X2 systemd's socket: a look starts no daemon, a stop closes it for hooks too, a command opens it again",
  async (user) => {
    await user.done(["daemon", "install", "--socket-activation"]);
    const states = async () => (await user.machine.systemctl("is-active", SOCKET, UNIT)).stdout;
    const down = await user.status();
    assertEquals([down["state"], (down["service"] as Json)["waits"]], ["not_running", true]);
    assertEquals(await states(), "active\ninactive\n");
    const stopped = await user.done(["daemon", "stop"]);
    assertMatch(stopped.out, /no daemon ran, and it would have started one/);
    assertEquals(await states(), "inactive\ninactive\n");
    assertEquals((await user.machine.cli(["daemon", "stop"])).code, 3);
    const lists = await Promise.all(Array.from({ length: 8 }, () => user.machine.cli(["ls", "--json"])));
    assertEquals(lists.filter(({ code }) => code !== 0), []);
    assertEquals(await states(), "active\nactive\n");
    const pid = await user.home.ready();
    assertEquals([await user.unitState(), await user.daemons()], [["active", pid], [pid]]);
    await user.done(["daemon", "stop"]);
    assertEquals([await states(), await user.daemons()], ["inactive\ninactive\n", []]);
  },
);

liveUser("X2 systemd's socket: a restart keeps it, and moves it where the configuration says so", async (user) => {
  await user.done(["daemon", "install", "--socket-activation", "--now"]);
  const first = await user.home.ready();
  await user.done(["config", "set", "feeds.claude_sessions", "true"]);
  const since = await user.machine.property(SOCKET, "ActiveEnterTimestampMonotonic");
  await user.done(["daemon", "restart"]);
  const second = await user.home.ready();
  assertNotEquals(second, first);
  assertEquals(await user.unitState(), ["active", second]);
  assert(user.unit.includes(".claude"), user.unit);
  assertEquals(await user.machine.property(SOCKET, "ActiveEnterTimestampMonotonic"), since);
  const moved = `${user.home.root}/moved.sock`;
  await user.done(["config", "set", "daemon.ipc_socket_path", JSON.stringify(moved)]);
  await user.done(["daemon", "restart"]);
  await using client = await user.home.connect({ socket: moved });
  assertEquals(await user.unitState(), ["active", client.hello["pid"] as number]);
});

liveUser("X2 systemd's socket: what only asks or sets something starts no daemon", async (user) => {
  await user.done(["daemon", "install", "--socket-activation"]);
  const asks: readonly (readonly [readonly string[], number])[] = [
    [["version", "--check"], 0],
    [["ls", "--no-start"], 3],
    [["config", "set", "daemon.log_level", "debug"], 0],
    [["daemon", "reload"], 3],
    [["daemon", "status"], 3],
    [["doctor"], 0],
  ];
  for (const [args, expected] of asks) {
    const { code, stderr } = await user.machine.cli(args);
    const said = `${args.join(" ")}: ${stderr}`;
    if (args[0] !== "doctor") assertEquals(code, expected, said);
    assertEquals((await user.machine.systemctl("is-active", SOCKET, UNIT)).stdout, "active\ninactive\n", said);
  }
  assertEquals((await user.machine.cli(["ls"])).code, 0);
  assertEquals((await user.unitState())[0], "active");
});
