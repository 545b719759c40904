/** Clients and an installed service under a real `systemd --user`: whatever starts or stops the daemon goes through its unit. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";
import { UNIT } from "../support/live_service.ts";
import { liveUser } from "../support/service_user.ts";
import type { Json } from "../support/wire.ts";

const CLIENTS = 20;
/** There is no systemctl. */
const NO_MANAGER = { PATH: "/nowhere" };

liveUser("X2 I5 with a service installed, twenty commands at once start its unit, once, after a stop", async (user) => {
  const first = await user.install();
  assertEquals(await user.unitState(), ["active", first]);
  const stopped = await user.done(["daemon", "stop", "--reason", "lunch"]);
  assertMatch(stopped.out, new RegExp(`stopped, pid ${first}`));
  assertEquals(await user.unitState(), ["inactive", 0]);
  const down = await user.status();
  assertEquals([down["state"], (down["service"] as Json)["state"]], ["stopped", "inactive"]);
  const lists = await Promise.all(Array.from({ length: CLIENTS }, () => user.machine.cli(["ls", "--json"])));
  assertEquals(lists.filter(({ code }) => code !== 0).map(({ stderr }) => stderr), []);
  const second = await user.home.ready();
  assertNotEquals(second, first);
  assertEquals(await user.unitState(), ["active", second]);
  assertEquals(await user.daemons(), [second]);
  // The daemon was asked first, so that it knows why: the manager's signal would say nothing.
  const journal = await user.done(["audit", "tail", "-n", "50", "--json"]);
  assert(journal.out.includes("lunch"), journal.out);
});

liveUser(
  "X2 a restart stays in the unit, which is written anew where the configuration or the program has changed",
  async (user) => {
    const first = await user.install();
    const before = user.unit;
    await user.done(["daemon", "restart"]);
    const second = await user.home.ready();
    assertNotEquals(second, first);
    assertEquals([await user.unitState(), user.unit], [["active", second], before]);
    await user.done(["config", "set", "daemon.pid_file_path", `"${user.home.root}/other.pid"`]);
    await user.done(["config", "set", "channels.desktop.enabled", "true"]);
    // Another shell's PATH and agents' folders are not the service's.
    await user.done(["daemon", "restart"], { PATH: "/usr/bin:/bin", CLAUDE_CONFIG_DIR: `${user.home.root}/other` });
    const third = await user.home.ready();
    const after = user.unit;
    assert(after.includes(`--allow-write=${user.home.dir},${user.home.root}/other.pid`), after);
    assert(!before.includes("WAYLAND_DISPLAY") && /--allow-env=\S*WAYLAND_DISPLAY/.test(after), after);
    const environment = (text: string) => text.split("\n").filter((line) => line.startsWith("Environment="));
    assertEquals(environment(after), environment(before));
    assertEquals(await user.unitState(), ["active", third]);
    assert((await Deno.readTextFile(`${user.home.root}/other.pid`)).startsWith(`${third}\n`));
    // A unit of a program that was moved: what starts it unasked mends it too.
    await user.done(["daemon", "stop"]);
    const entry = /\S+\.[jt]s(?= --home)/.exec(after)?.[0] ?? "";
    await Deno.writeTextFile(user.unitPath, after.replace(entry, "/nowhere/main.js"));
    const doctor = await user.machine.cli(["doctor", "--json"]);
    assertMatch(doctor.stdout, /is not what this program would write/);
    await user.done(["ls"]);
    assertEquals([user.unit, await user.unitState()], [after, ["active", await user.home.ready()]]);
  },
);

liveUser(
  "X2 a daemon that runs outside of the service makes way for it at the install, and one that does is told of",
  async (user) => {
    await user.done(["daemon", "start"]);
    const outside = await user.home.ready();
    assertEquals((await user.status())["service"], null);
    const installed = await user.done(["daemon", "install"]);
    assertMatch(installed.out, new RegExp(`stopped, pid ${outside}`));
    const inside = await user.home.ready();
    const socket = user.home.path("daemon.sock");
    assertEquals(installed.out.split("\n").at(-2), `the service runs, pid ${inside}; its socket: ${socket}`);
    assertEquals([await user.unitState(), await user.daemons()], [["active", inside], [inside]]);
    // The same again: it stays.
    await user.done(["daemon", "install"]);
    assertEquals(await user.unitState(), ["active", inside]);
    // Options that its unit does not have.
    await user.done(["daemon", "stop"]);
    const odd = await user.done(["daemon", "start", "--workspace", "/tmp"]);
    assertMatch(odd.err, /the service is not used: its unit has no --workspace/);
    await user.home.ready();
    assertEquals((await user.unitState())[0], "inactive");
    await user.done(["daemon", "stop"]);
    const traced = await user.done(["daemon", "start"], { OTEL_DENO: "true" });
    assertMatch(traced.err, /the service is not used: OTEL_DENO is not as in its unit/);
    await user.home.ready();
    assertMatch((await user.done(["daemon", "status"])).out, /runs outside of it: agent-console daemon restart/);
  },
);

liveUser(
  "X2 a daemon that hangs, or comes again and again, is stopped through the unit, which is inactive then",
  async (user) => {
    const pid = await user.install();
    await user.machine.run(["/bin/kill", "-STOP", String(pid)]);
    await user.done(["daemon", "stop", "--force", "--timeout", "1"]);
    assertEquals(await user.unitState(), ["inactive", 0]);
    // Longer than systemd waits before it starts one again.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assertEquals([await user.unitState(), await user.daemons()], [["inactive", 0], []]);
    // Long enough for a command to come in between.
    await user.machine.dropIn("[Service]\nRestartSec=5min\n");
    await user.machine.systemctl("daemon-reload");
    await user.done(["daemon", "start"]);
    const next = await user.home.ready();
    await user.machine.run(["/bin/kill", "-KILL", String(next)]);
    await eventually(
      async () => (await user.machine.property(UNIT, "SubState")) === "auto-restart",
      30_000,
      "a restart to come",
    );
    const stopped = await user.done(["daemon", "stop"]);
    assertMatch(stopped.out, /stopped the service: no daemon ran, and it would have started one/);
    assertEquals([await user.unitState(), await user.daemons()], [["inactive", 0], []]);
  },
);

liveUser("X2 a command that starts a unit which had failed says so, and where to see why", async (user) => {
  await user.install();
  await user.done(["daemon", "stop"]);
  const config = user.home.path("config.jsonc");
  const good = await Deno.readTextFile(config).catch(() => "{}");
  await Deno.writeTextFile(config, '{ "daemon": 5 }');
  await user.machine.systemctl("start", UNIT);
  await eventually(async () => (await user.unitState())[0] === "failed", 30_000, "a unit that failed");
  await Deno.writeTextFile(config, good);
  const { err } = await user.done(["ls"]);
  assertMatch(
    err,
    /the unit of the service had failed and is started again; .* journalctl --user -u agent-console\.service/,
  );
  assertEquals(await user.unitState(), ["active", await user.home.ready()]);
  assert(!(await user.done(["ls"])).err.includes("failed"), "once");
});

liveUser(
  "X2 hooks start the unit, not after a stop by a person; without a manager a daemon of its own starts",
  async (user) => {
    await user.install();
    await user.done(["hooks", "install", "claude", "--no-feed"]);
    await user.machine.systemctl("stop", UNIT);
    const quiet = ["daemon", "start", "--auto", "--quiet"];
    // As by su or cron: the folder is where systemd makes it.
    await user.done(quiet, { XDG_RUNTIME_DIR: "" });
    assertEquals(await user.unitState(), ["active", await user.home.ready()]);
    await user.done(["daemon", "stop"]);
    await Deno.remove(user.home.path("daemon.stopped"));
    const start = await user.done(quiet, NO_MANAGER);
    // It starts all the same, and says nothing but in its log.
    assertEquals([start, (await user.unitState())[0]], [{ out: "", err: "" }, "inactive"]);
    // The log is opened behind the start.
    const log = () => Deno.readTextFileSync(user.home.path("logs/daemon.log"));
    await eventually(() => /"message":"no service manager replies here, /.test(log()), 30_000, "why it runs outside");
    assertMatch((await user.done(["daemon", "status"])).out, /runs outside of it/);
    await user.done(["daemon", "stop"]);
    const typed = await user.done(["ls"], NO_MANAGER);
    assertMatch(typed.err, /no service manager replies here/);
    await user.done(["daemon", "stop"]);
    const launcher =
      (await user.machine.run(["/usr/bin/find", `${user.home.root}/.local/share`, "-name", "start", "-type", "f"]))
        .stdout.trim();
    const byHook = () => user.machine.run([launcher], { timeoutMs: 60_000 });
    await byHook();
    assertEquals([await user.unitState(), await user.daemons()], [["inactive", 0], []]);
    await Deno.remove(user.home.path("daemon.stopped"));
    await byHook();
    assertEquals(await user.unitState(), ["active", await user.home.ready()]);
  },
);

liveUser(
  "X2 after an uninstall nothing of the service is left, the data is, and commands start the daemon as before",
  async (user) => {
    const pid = await user.install();
    const removed = await user.done(["daemon", "uninstall"]);
    assertMatch(removed.out, new RegExp(`stopped, pid ${pid}`));
    const wants = `${user.home.root}/.config/systemd/user/default.target.wants`;
    assertEquals([exists(user.unitPath), exists(`${wants}/${UNIT}`), exists(user.home.path("journal"))], [
      false,
      false,
      true,
    ]);
    assertEquals((await user.machine.systemctl("list-units", "--all", "--plain", "--no-legend", UNIT)).stdout, "");
    await user.done(["daemon", "start", "--auto", "--quiet"]); // as a hook does: it was not a stop
    const next = await user.home.ready();
    assertEquals([await user.daemons(), (await user.status())["service"]], [[next], null]);
    // Half of a service: a link whose unit somebody removed.
    await Deno.mkdir(wants, { recursive: true });
    await Deno.symlink(user.unitPath, `${wants}/${UNIT}`);
    const doctor = await user.machine.cli(["doctor"]);
    assertMatch(doctor.stdout, /leads to no unit\n\s+→ agent-console daemon uninstall/);
    await user.done(["daemon", "uninstall"]);
    assertEquals(await Array.fromAsync(Deno.readDir(wants)), []);
    assertMatch((await user.machine.cli(["doctor"])).stdout, /service +none is installed/);
  },
);

liveUser(
  "X2 a daemon that cannot start by its unit ends the command with its own words and exit code",
  async (user) => {
    await user.install();
    await user.done(["daemon", "stop"]);
    const files = (await Array.fromAsync(Deno.readDir(user.home.path("journal")))).map(({ name }) => name);
    const path = user.home.path(`journal/${files.find((name) => name.endsWith(".jsonl"))}`);
    const whole = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, whole.replace("daemon", "deamon"));
    await Deno.remove(user.home.path("journal/snapshot.json"));
    for (const args of [["daemon", "start"], ["ls"]]) {
      const { code, stderr } = await user.machine.cli(args);
      assertEquals(code, 7, stderr);
      assertMatch(stderr, /^error: the journal does not verify: record 1 .*altered/m);
    }
    await eventually(async () => (await user.unitState()).join(" ") === "failed 0", 30_000, "a unit that failed");
    assertMatch((await user.machine.cli(["doctor"])).stdout, /agent-console\.service is current and has failed/);
    await Deno.writeTextFile(path, whole);
    await user.done(["ls"]);
    assertEquals(await user.unitState(), ["active", await user.home.ready()]);
    // All of us goes, through the unit too.
    await user.done(["uninstall", "--yes"]);
    assertEquals([await user.daemons(), exists(user.unitPath)], [[], false]);
    assertEquals(await user.machine.property(UNIT, "LoadState"), "not-found");
  },
);

liveUser("X2 I1 an installation while hooks start daemons all the time ends with the service's own", async (user) => {
  let isOver = false;
  const starter = async () => {
    while (!isOver) await user.machine.cli(["daemon", "start", "--auto"]);
  };
  const starters = [starter(), starter()];
  const ended: number[] = [];
  try {
    for (let round = 0; round < 2; round++) {
      await user.home.ready();
      const { code, stderr } = await user.machine.cli(["daemon", "install"]);
      ended.push(code);
      assertEquals(code, 0, stderr);
      const pid = await user.home.ready();
      assertEquals(await user.unitState(), ["active", pid]);
      // One that a hook began to start before the unit was there finds the lock taken, and ends.
      await eventually(async () => String(await user.daemons()) === String(pid), 30_000, `no daemon but ${pid}`);
      await user.done(["daemon", "uninstall"]);
    }
  } finally {
    isOver = true;
    await Promise.all(starters);
  }
  assertEquals(ended, [0, 0]);
});
