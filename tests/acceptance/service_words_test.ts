/** What commands say of a service under a real `systemd --user`, and what `--no-start` leaves undone. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../support/exists.ts";
import { UNIT } from "../support/live_service.ts";
import { liveUser } from "../support/service_user.ts";

const SOCKET = "agent-console.socket";
/** No systemctl is found there. */
const NO_MANAGER = { PATH: "/nowhere" };

liveUser("X2 daemon install --no-start enables for the next login, and starts nothing", async (user) => {
  const states = async (unit: string) =>
    (await Promise.all(["is-enabled", "is-active"].map((what) => user.machine.systemctl(what, unit))))
      .map(({ stdout }) => stdout.trim());
  const wouldRun = async (...options: readonly string[]) =>
    (await user.done(["daemon", "install", "--dry-run", ...options])).out.split("\n")
      .filter((line) => /^would run: .* (?:re)?start /.test(line)).length;
  assertEquals([await wouldRun(), await wouldRun("--no-start")], [1, 0]);
  await user.done(["daemon", "install", "--no-start"]);
  assertEquals(await states(UNIT), ["enabled", "inactive"]);
  await user.done(["--no-start", "daemon", "install", "--socket-activation"]);
  assertEquals([await states(SOCKET), await states(UNIT)], [["enabled", "inactive"], ["disabled", "inactive"]]);
  // Those that are told to start it do.
  await user.done(["daemon", "install", "--no-socket-activation"], { AGENT_CONSOLE_NO_START: "1" });
  assertEquals(await states(UNIT), ["enabled", "active"]);
});

liveUser("X2 of a service whose socket waits each command says so, and each of its files is named", async (user) => {
  const socketPath = user.unitPath.replace(UNIT, SOCKET);
  const changes = (change: string) => `${user.unitPath}: ${change}\n${socketPath}: ${change}\n`;
  const dry = await user.done(["daemon", "install", "--socket-activation", "--dry-run"]);
  assert(dry.out.includes(changes("would be created")), dry.out);
  const installed = await user.done(["daemon", "install", "--socket-activation"]);
  assert(installed.out.startsWith(changes("created")), installed.out);
  const waits = /systemd's socket waits: the first client starts it/;
  for (const [args, expected] of [[["daemon", "status"], 3], [["daemon", "status", "-v"], 3]] as const) {
    const { code, stdout, stderr } = await user.machine.cli(args);
    assertEquals([code, stdout.includes(user.unitPath)], [expected, args.length > 2], stdout);
    assertMatch(stderr, waits);
  }
  assertMatch((await user.machine.cli(["doctor"])).stdout, waits);
  assertEquals((await user.unitState())[0], "inactive");
  assertMatch((await user.done(["daemon", "start"])).out, /^started, pid \d+$/m);
  assertMatch((await user.done(["daemon", "start"])).out, /^already running, pid \d+$/m);
  assertMatch((await user.done(["daemon", "restart"])).out, /^started, pid \d+$/m);
  const changed = await user.done(["daemon", "install", "--no-socket-activation"]);
  assert(changed.out.includes(`${user.unitPath}: updated\n${socketPath}: removed\n`), changed.out);
  await user.done(["daemon", "install", "--socket-activation"]);
  const removed = await user.done(["daemon", "uninstall"]);
  assert(removed.out.includes(changes("removed")), removed.out);
});

liveUser("X2 where no manager replies, a dry run and the status of a service say so", async (user) => {
  const dry = await user.done(["daemon", "install", "--dry-run"], NO_MANAGER);
  assertMatch(dry.err, /No service manager answers here: the file would be written, and nothing started/);
  assert(!exists(user.unitPath));
  await user.install();
  const status = await user.done(["daemon", "status"], NO_MANAGER);
  assertMatch(status.out, /no service manager replies here: this daemon may run outside of it/);
  assert(!/outside/.test((await user.done(["daemon", "status"])).out));
});

liveUser(
  "X2 a stop that the manager refuses is an error with its words, while its socket would start the next",
  async (user) => {
    await user.done(["daemon", "install", "--socket-activation", "--now"]);
    const pid = await user.home.ready();
    for (const unit of [SOCKET, UNIT]) {
      const folder = `${user.unitPath.replace(UNIT, unit)}.d`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(`${folder}/mine.conf`, "[Unit]\nRefuseManualStop=yes\n");
    }
    await user.machine.systemctl("daemon-reload");
    const { code, stderr } = await user.machine.cli(["daemon", "stop"]);
    assertEquals([code, await user.daemons()], [1, []], `pid ${pid}: ${stderr}`);
    assertMatch(stderr, /^error: the service was not stopped: .*[Rr]efused/);
    assertEquals((await user.machine.systemctl("is-active", SOCKET)).stdout, "active\n");
    // Where nothing would start one, what has ended counts as stopped.
    for (const unit of [SOCKET, UNIT]) await Deno.remove(`${user.unitPath.replace(UNIT, unit)}.d`, { recursive: true });
    await user.machine.systemctl("daemon-reload");
    await user.done(["daemon", "install", "--no-socket-activation"]);
    const folder = `${user.unitPath}.d`;
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/mine.conf`, "[Unit]\nRefuseManualStop=yes\n");
    await user.machine.systemctl("daemon-reload");
    assertMatch((await user.done(["daemon", "stop"])).out, /^stopped, pid \d+$/m);
  },
);
