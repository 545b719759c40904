/** Units of our names that somebody else wrote, masked or linked, under a real `systemd --user`: they stay as they are. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { UNIT } from "../support/live_service.ts";
import { liveUser } from "../support/service_user.ts";

const SOCKET = "agent-console.socket";

liveUser("X2 a unit that somebody else wrote is neither replaced nor started, and ends no daemon", async (user) => {
  const { machine, unitPath } = user;
  await user.install();
  const foreign = user.unit.split("\n").filter((line) => !line.startsWith("#"))
    .join("\n").replace("[Service]", "[Service]\nEnvironment=MY_OWN=kept");
  await user.done(["daemon", "stop"]);
  await Deno.writeTextFile(unitPath, foreign);
  await machine.systemctl("daemon-reload");
  await user.done(["ls"]);
  const pid = await user.home.ready();
  assertEquals([user.unit, await user.unitState()], [foreign, ["inactive", 0]]);
  await user.done(["daemon", "restart"]);
  assertEquals(user.unit, foreign);
  assertEquals((await user.status())["service"], null);
  assertMatch((await machine.cli(["doctor"])).stdout, /was not written by agent-console: no service is used/);
  // What is refused is refused before the daemon is asked to end.
  const next = await user.home.ready();
  assert(next !== pid);
  for (const command of ["install", "uninstall"]) {
    const { code, stdout, stderr } = await machine.cli(["daemon", command]);
    assertEquals([code, stdout], [6, ""], stderr);
    assertMatch(stderr, /^error: \S+ was not written by agent-console\n/);
    assertEquals([user.unit, await user.daemons()], [foreign, [next]]);
  }
});

liveUser("X2 a socket that is masked stays so, whatever starts the daemon or installs the service", async (user) => {
  const { machine } = user;
  await user.install();
  const socketPath = user.unitPath.replace(UNIT, SOCKET);
  assertEquals((await machine.systemctl("mask", SOCKET)).code, 0);
  await user.done(["daemon", "stop"]);
  for (const command of [["ls"], ["daemon", "restart"], ["daemon", "install"]]) {
    await user.done(command);
    assertEquals(await Deno.readLink(socketPath), "/dev/null", command.join(" "));
    assertEquals(await user.unitState(), ["active", await user.home.ready()]);
  }
  const { code, stderr } = await machine.cli(["daemon", "install", "--socket-activation"]);
  assertEquals(code, 6);
  assertMatch(stderr, /agent-console\.socket is a symlink, not a file/);
  assertEquals((await user.unitState())[0], "active");
});

liveUser("X2 a socket's unit that leads into a user's own folder is not replaced by a restart", async (user) => {
  await user.machine.install("--socket-activation");
  const socketPath = user.unitPath.replace(UNIT, SOCKET);
  await user.done(["daemon", "stop"]);
  const own = `${user.home.root}/${SOCKET}`;
  await Deno.rename(socketPath, own);
  await Deno.writeTextFile(own, "# mine\n", { append: true });
  await Deno.symlink(own, socketPath);
  await user.machine.systemctl("daemon-reload");
  await user.done(["daemon", "restart"]);
  assertEquals(await Deno.readLink(socketPath), own);
  assert((await Deno.readTextFile(own)).endsWith("# mine\n"));
});

liveUser("X2 an uninstall leaves the link that enables somebody else's unit, and removes our own", async (user) => {
  const { machine, home } = user;
  const folder = `${home.root}/.local/share/systemd/user`;
  await Deno.mkdir(folder, { recursive: true });
  const text = "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=default.target\n";
  await Deno.writeTextFile(`${folder}/${UNIT}`, text);
  await machine.systemctl("daemon-reload");
  assertEquals((await machine.systemctl("enable", UNIT)).code, 0);
  const link = user.unitPath.replace(UNIT, `default.target.wants/${UNIT}`);
  assertEquals(await Deno.readLink(link), `${folder}/${UNIT}`);
  assertMatch((await user.done(["daemon", "uninstall"])).out, /: absent$/m);
  assertEquals((await machine.systemctl("is-enabled", UNIT)).stdout, "enabled\n");
  await Deno.remove(`${folder}/${UNIT}`);
  await Deno.remove(link);
  await Deno.symlink(`../${UNIT}`, link);
  assertMatch((await user.done(["daemon", "uninstall"])).out, /: removed$/m);
  assert(!exists(link));
});
