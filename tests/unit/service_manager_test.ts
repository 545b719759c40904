/** The service manager's part, with a manager that replies as told: systemd's and launchd's words and codes. */
import { assertEquals, assertRejects } from "@std/assert";
import { runManager } from "../../src/client/own_service.ts";
import type { FileStat } from "../../src/platform/system.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { installService } from "../../src/service/install.ts";
import { danglingLinks, installedService, type Wanted, whyUnused } from "../../src/service/installed.ts";
import { managerOf, managerReplies } from "../../src/service/manager.ts";
import { planService, type ServiceOptions } from "../../src/service/plan.ts";
import { readPlist, readUnit } from "../../src/service/read_text.ts";
import type { Ran } from "../../src/service/steps.ts";

const linux: ServiceOptions = {
  os: "linux",
  userHome: "/home/u",
  uid: 1000,
  env: { PATH: "/usr/bin:/opt/a b", DENO_DIR: '/c/"q"' },
  argv: ["/usr/bin/deno", "run", "--v8=$x%y", "/app/m ain.ts", "--home", "/data/h & <1>\\"],
  home: "/data/h & <1>\\",
};
const mac: ServiceOptions = { ...linux, os: "darwin", uid: 501 };
const UNIT = "/home/u/.config/systemd/user/agent-console.service";
const MARK = "# Written by `agent-console daemon install`";
const LINK = "/home/u/.config/systemd/user/default.target.wants/agent-console.service";
const PLIST = "/home/u/Library/LaunchAgents/com.agent-console.daemon.plist";
const TARGET = "gui/501/com.agent-console.daemon";
const OK: Ran = { code: 0, stdout: "", stderr: "" };

function diskOf(files: Readonly<Record<string, string>>, kinds: Readonly<Record<string, FileStat["kind"]>> = {}) {
  const names = Object.keys(files);
  return {
    read: (path: string) => new TextEncoder().encode(files[path]),
    stat: (path: string): FileStat | undefined =>
      files[path] === undefined ? undefined : {
        kind: kinds[path] ?? "file",
        size: 0,
        mode: 0o644,
        uid: 1,
        inode: names.indexOf(path),
        device: 1,
        mtimeMs: 0,
      },
  };
}

function installed(options: ServiceOptions, more: Readonly<Record<string, string>> = {}) {
  const { path, text } = planService(options);
  const service = installedService(options, diskOf({ [path]: text, [LINK]: "", ...more }));
  if (service === undefined) throw new Error("it is not found");
  return service;
}

/** A manager that notes what it was asked, and replies by the command's beginning. */
function fakeManager(replies: Readonly<Record<string, Ran>> = {}) {
  const ran: string[] = [];
  const run = (argv: readonly string[]) => {
    const line = argv.join(" ");
    ran.push(line);
    const known = Object.keys(replies).find((beginning) => line.startsWith(beginning));
    return Promise.resolve(known === undefined ? OK : replies[known]!);
  };
  return { run, take: () => ran.splice(0), pause: () => Promise.resolve() };
}

Deno.test("X2 what was rendered is read back: the words and variables of a unit and of a property list", () => {
  for (const [options, read] of [[linux, readUnit], [mac, readPlist]] as const) {
    const { argv, env } = read(planService(options).text);
    assertEquals(argv, linux.argv, options.os);
    assertEquals([env["PATH"], env["AGENT_CONSOLE_HOME"]], ["/usr/bin:/opt/a b", linux.home], options.os);
    assertEquals(env["DENO_DIR"], '/c/"q"', options.os);
  }
});

Deno.test("X2 a service is known by its files: its home, whether it is enabled, whether it has a socket", () => {
  const { path, text } = planService(linux);
  const look = (files: Readonly<Record<string, string>>) => installedService(linux, diskOf(files));
  assertEquals([look({})?.home, look({ [path]: text })?.enabled], [undefined, false]);
  const both = look({ [path]: text, [LINK]: "" });
  assertEquals([both?.home, both?.enabled, both?.units], [linux.home, true, ["agent-console.service"]]);
  const socket = UNIT.replace(".service", ".socket");
  const wants = socket.replace("user/", "user/sockets.target.wants/");
  const activated = look({ [path]: text, [socket]: MARK, [wants]: "" });
  assertEquals([activated?.enabled, activated?.units], [true, ["agent-console.socket", "agent-console.service"]]);
  // A link to /dev/null is how systemd masks a unit.
  assertEquals(installedService(linux, diskOf({ [UNIT]: text }, { [UNIT]: "symlink" })), undefined);
  // Nor is a file without our mark, or a socket's unit that somebody else made.
  assertEquals(look({ [path]: text.replaceAll(/^#.*\n/gm, "") }), undefined);
  assertEquals(look({ [path]: text, [socket]: "[Socket]", [wants]: "" })?.units, ["agent-console.service"]);
  const masked = installedService(linux, diskOf({ [path]: text, [socket]: MARK }, { [socket]: "symlink" }));
  assertEquals(masked?.units, ["agent-console.service"]);
  const dangling = (target: string, more: Readonly<Record<string, string>> = {}) =>
    danglingLinks(linux, diskOf({ [LINK]: "", ...more }), (link) => link === LINK ? target : undefined);
  assertEquals([dangling(UNIT), dangling("../agent-console.service")], [[LINK], [LINK]]);
  assertEquals([dangling(UNIT, { [UNIT]: text }), dangling("/usr/lib/systemd/user/agent-console.service")], [[], []]);
  assertEquals([installed(mac).enabled, installed(mac).path], [true, PLIST]);
});

Deno.test("X2 a service is not used for another home, another socket or options that its unit has not", () => {
  const service = installed(linux);
  const wanted: Wanted = { root: linux.home!, socket: undefined, options: [], env: {} };
  const why = (more: Partial<Wanted>) => whyUnused(service, { ...wanted, ...more });
  assertEquals(why({}), undefined);
  assertEquals(why({ root: "/else" }), `it is that of ${linux.home}`);
  assertEquals(why({ socket: "/s" }), "--socket is not as in its unit");
  assertEquals(why({ env: { AGENT_CONSOLE_SOCKET: "/s" } }), "AGENT_CONSOLE_SOCKET is not as in its unit");
  assertEquals(why({ options: ["ephemeral", "workspace"] }), "its unit has no --ephemeral, --workspace");
  assertEquals(whyUnused({ ...service, enabled: false }, wanted), "it is not enabled");
  const named = installed({ ...linux, argv: [...linux.argv, "--socket", "/s"] });
  assertEquals(whyUnused(named, wanted), "it listens on /s");
  assertEquals(whyUnused(named, { ...wanted, socket: "/s" }), undefined);
});

Deno.test("X2 systemd: a unit is started after reset-failed, read again where it was written, and inactive after a stop", async () => {
  const shown = (lines: string): Ran => ({ ...OK, stdout: `FragmentPath=${UNIT}\n${lines}` });
  const manager = fakeManager({
    "systemctl --user show": shown("NeedDaemonReload=no\nActiveState=active\nMainPID=42\nExecMainStatus=0\n"),
  });
  const files = diskOf({});
  const own = managerOf(installed(linux), 1000, { ...manager, files });
  assertEquals(await own.state(), { state: "active", pid: 42, exitCode: 0, listens: false });
  for (const [code, exitCode] of [[1, 7], [2, 0]]) {
    const ended = shown(`ActiveState=failed\nMainPID=0\nExecMainCode=${code}\nExecMainStatus=7\n`);
    const state = await managerOf(installed(linux), 1000, { ...fakeManager({ "systemctl --user show": ended }), files })
      .state();
    assertEquals(state, { state: "failed", pid: undefined, exitCode: exitCode!, listens: false });
  }
  manager.take();
  await own.start({ renewed: false });
  assertEquals(manager.take(), [
    "systemctl --user reset-failed agent-console.service",
    "systemctl --user start agent-console.service",
  ]);
  await own.start({ renewed: true });
  assertEquals(manager.take()[0], "systemctl --user daemon-reload");
  await own.stop({ force: false });
  assertEquals(manager.take(), [
    "systemctl --user stop agent-console.service",
    "systemctl --user reset-failed agent-console.service",
  ]);
  await own.stop({ force: true });
  assertEquals(manager.take()[0], "systemctl --user kill --signal=SIGKILL agent-console.service");
  const activated = installed(linux, { [UNIT.replace(".service", ".socket")]: MARK });
  await managerOf(activated, 1000, { ...manager, files }).stop({ force: false });
  assertEquals(manager.take()[0], "systemctl --user stop agent-console.socket agent-console.service");
});

Deno.test("X2 systemd: a manager that does not reply, or has another file of that name, is left alone", async () => {
  const stateWith = async (reply: Ran) => {
    const manager = fakeManager({ "systemctl --user show": reply });
    return { state: await managerOf(installed(linux), 1000, { ...manager, files: diskOf({}) }).state(), manager };
  };
  const noBus: Ran = { code: 1, stdout: "", stderr: "Failed to connect to bus: No medium found\n" };
  assertEquals((await stateWith(noBus)).state, undefined);
  const other = await stateWith({ ...OK, stdout: "FragmentPath=/etc/systemd/user/agent-console.service\nMainPID=9\n" });
  assertEquals([other.state, other.manager.take().length], [undefined, 1]);
  // Written where no manager was: a look changes nothing, and only who is to change it has it read its files.
  const unread = { ...OK, stdout: "FragmentPath=\nActiveState=inactive\nMainPID=0\n" };
  assertEquals((await stateWith(unread)).manager.take().filter((line) => !line.includes(" show ")), []);
  for (const stdout of [unread.stdout, `FragmentPath=${UNIT}\nNeedDaemonReload=yes\n`]) {
    const manager = fakeManager({ "systemctl --user show": { ...OK, stdout } });
    const refresh = () => managerOf(installed(linux), 1000, { ...manager, files: diskOf({}) }).refresh();
    assertEquals([await refresh(), manager.take()[1]], [undefined, "systemctl --user daemon-reload"]);
    const refused: Ran = { code: 1, stdout: "", stderr: "Reload request rejected\n" };
    const replies = { "systemctl --user show": { ...OK, stdout }, "systemctl --user daemon-reload": refused };
    assertEquals(
      await managerOf(installed(linux), 1000, { ...fakeManager(replies), files: diskOf({}) }).refresh(),
      refused,
    );
  }
  assertEquals(await managerReplies("linux", 1, fakeManager({ "systemctl --user show": noBus }).run), false);
  assertEquals(await managerReplies("linux", 1, fakeManager().run), true);
});

Deno.test("X2 launchd: what print says of a label, and a stop that unloads it", async () => {
  const own = (reply: Ran) => {
    const manager = fakeManager({ "launchctl print": reply });
    return { manager, service: managerOf(installed(mac), 501, { ...manager, files: diskOf({}) }) };
  };
  const running = `${TARGET} = {\n\tpath = ${PLIST}\n\tstate = running\n\tpid = 77\n}\n`;
  const ended = `${TARGET} = {\n\tpath = ${PLIST}\n\tstate = not running\n\tlast exit code = 7\n}\n`;
  assertEquals(await own({ ...OK, stdout: running }).service.state(), {
    state: "active",
    pid: 77,
    exitCode: 0,
    listens: false,
  });
  assertEquals(await own({ ...OK, stdout: ended }).service.state(), {
    state: "inactive",
    pid: undefined,
    exitCode: 7,
    listens: false,
  });
  const unloaded: Ran = { code: 113, stdout: "", stderr: "Could not find service in domain for port\n" };
  assertEquals(await own(unloaded).service.state(), { state: "inactive", pid: undefined, exitCode: 0, listens: false });
  const nobody: Ran = { code: 113, stdout: "", stderr: "Could not find domain for user gui: 501\n" };
  assertEquals(await own(nobody).service.state(), undefined);
  assertEquals(await own({ ...OK, stdout: running.replace(PLIST, "/other.plist") }).service.state(), undefined);
  const { manager, service } = own(unloaded);
  assertEquals((await service.stop({ force: true })).code, 0);
  assertEquals(manager.take(), [
    `launchctl kill SIGKILL ${TARGET}`,
    `launchctl bootout ${TARGET}`,
    `launchctl print ${TARGET}`,
  ]);
});

Deno.test("X2 a command of the manager that does not end in time has a code of its own, as has one that is not there", async () => {
  assertEquals((await runManager(["sleep", "60"], undefined, 100)).code, 124);
  assertEquals((await runManager(["sleep", "60"], AbortSignal.timeout(100))).code, 124);
  assertEquals((await runManager(["agent-console-no-such-program"])).code, 127);
  const started = { ...OK, code: 124 };
  const ports = { ...fakeManager({ "systemctl --user restart": started }), files: noFiles };
  await assertRejects(
    () => installService(planService(linux), ports),
    ConsoleError,
    "because systemctl --user restart agent-console.service did not end in time",
  );
});

const noFiles = { stat: () => undefined, read: () => new Uint8Array(), mkdir() {}, replace() {}, remove() {} };
