/** systemd's socket and a daemon that runs programs, which would inherit it; and a unit that is older than the configuration. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";
import { UNIT } from "../support/live_service.ts";
import { liveUser, type ServiceUser } from "../support/service_user.ts";
import type { Json } from "../support/wire.ts";

const SOCKET = "agent-console.socket";

/** A job that prints the sockets it has open. */
async function addProgram({ home }: ServiceUser): Promise<void> {
  const script = `${home.root}/work`;
  await Deno.writeTextFile(script, "#!/bin/sh\nls -l /proc/self/fd\n", { mode: 0o755 });
  await Deno.mkdir(home.dir, { recursive: true, mode: 0o700 });
  const scheduler = { programs: { work: { argv: [script] } } };
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify({ scheduler }), { mode: 0o600 });
}

/** The unit ends once, with the code for a configuration that does not fit, and says why to a client and in the log. */
async function assertRefuses(user: ServiceUser, why: RegExp): Promise<void> {
  const { code, stderr } = await user.machine.cli(["ls"]);
  assert(code !== 0, "a daemon replied");
  assertMatch(stderr, why);
  assertMatch(stderr, /hint: agent-console daemon restart/);
  const ended = async () => await user.machine.property(UNIT, "ExecMainStatus") === "78";
  await eventually(ended, 5000, "the end of the daemon", 50);
  assertEquals(await user.machine.property(UNIT, "NRestarts"), "0");
  assertMatch(await Deno.readTextFile(user.home.path("logs/daemon.log")), why);
}

liveUser("X2 systemd's socket: not for a daemon that runs programs, which would inherit it", async (user) => {
  await addProgram(user);
  const refused = await user.machine.cli(["daemon", "install", "--socket-activation"]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /would inherit systemd's socket\nhint: agent-console daemon install/);
  assert(!exists(user.unitPath));
  await Deno.remove(user.home.path("config.jsonc"));
  await user.done(["daemon", "install", "--socket-activation", "--now"]);
  await user.home.ready();
  await addProgram(user);
  const { err } = await user.done(["daemon", "restart"]);
  assertMatch(err, /note: the daemon has its own socket again: /);
  const pid = await user.home.ready();
  assertEquals([await user.unitState(), await user.daemons()], [["active", pid], [pid]]);
  assertEquals((await user.machine.systemctl("is-enabled", UNIT)).stdout, "enabled\n");
  assertEquals(await user.machine.property(SOCKET, "LoadState"), "not-found");
  await user.done(["cron", "add", "work", "* * * * * *", "--max-runs", "1"]);
  const stdout = await eventually(
    async () => {
      const [run] = JSON.parse((await user.done(["cron", "jobs", "--json"])).out)["runs"] as Json[];
      return run?.["outcome"] === undefined ? "" : String(run["stdout"]);
    },
    15_000,
    "the end of a run",
    200,
  );
  assertMatch(stdout, / 0 -> /);
  assert(!/ 3 -> socket:/.test(stdout), stdout);
});

liveUser(
  "X2 systemd's socket: a unit of before does not get it, says so once, and a restart mends it",
  async (user) => {
    await user.done(["daemon", "install", "--socket-activation"]);
    const old = user.unit.replace(/ (?:"--activated"|--activated) (?:"[^"]*"|\S+)/, "");
    assert(old !== user.unit, user.unit);
    await Deno.writeTextFile(user.unitPath, old);
    assertEquals((await user.machine.systemctl("daemon-reload")).code, 0);
    await assertRefuses(user, /its unit does not say where it is/);
    await user.done(["daemon", "restart"]);
    const pid = await user.home.ready();
    assertEquals(await user.unitState(), ["active", pid]);
  },
);

liveUser(
  "X2 systemd's socket: one that was moved in the configuration alone is refused once, and said",
  async (user) => {
    await user.done(["daemon", "install", "--socket-activation", "--now"]);
    await user.home.ready();
    const moved = `${user.home.root}/moved.sock`;
    await user.done(["config", "set", "daemon.ipc_socket_path", JSON.stringify(moved)]);
    await user.machine.systemctl("restart", UNIT);
    await assertRefuses(user, /and the configuration says .*moved\.sock/);
    await user.done(["daemon", "restart"]);
    await using client = await user.home.connect({ socket: moved });
    assertEquals(await user.unitState(), ["active", client.hello["pid"] as number]);
  },
);
