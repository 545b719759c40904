/** What channels run: argv without a shell, texts that are no options, formats or markup, and the sandbox for exactly that. */
import { assert, assertEquals } from "@std/assert";
import { commandChannel } from "../../src/channel/command/notify.ts";
import { desktopChannel } from "../../src/channel/desktop/notify.ts";
import type { NotificationContent } from "../../src/channel/kind.ts";
import { channelPermissions } from "../../src/channel/permissions.ts";
import { programEnv } from "../../src/channel/programs.ts";
import { tmuxChannel } from "../../src/channel/tmux/notify.ts";
import { type ChannelSettings, channelsSection } from "../../src/channel/section.ts";
import { initialSettings, valuesOf } from "../../src/config/values.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { type Need, needMessage } from "../../src/view/need_words.ts";
import { displayMessage, isTmuxSocket, readClients, tmuxPane } from "../../src/domain/tmux.ts";
import type { BoundedRun, RunOutcome } from "../../src/platform/bounded_run.ts";

const HOSTILE = "--help <b>&\"'$(touch /tmp/x) #(touch /tmp/x) #{pane_id} %H `id`;";
const need: Need = { key: "k", kind: "question", sessionId: "s", name: "-u", what: HOSTILE };
const content: NotificationContent = { needs: [need], message: needMessage([need]) };
const signal = new AbortController().signal;
const sockets = () => ["/tmp/tmux-0/default"];

function recorder(answer: (argv: readonly string[]) => string = () => "") {
  const ran: { argv: readonly string[]; options: BoundedRun }[] = [];
  const run = (argv: readonly string[], options: BoundedRun): Promise<RunOutcome> => {
    ran.push({ argv, options });
    return Promise.resolve({ kind: "ended", code: 0, stdout: answer(argv), stderr: "" });
  };
  return { ran, run, env: { PATH: "/usr/bin:/bin" } };
}

Deno.test("X3 desktop: the texts stand behind --, the body is no markup", async () => {
  const { ran, run, env } = recorder();
  await desktopChannel("/usr/bin/notify-send", run, env).notify(content, signal);
  const [{ argv }] = ran as [typeof ran[0]];
  assertEquals(argv.slice(-3), [
    "--",
    "agent-console: -u waits",
    HOSTILE.replace("&", "&amp;").replace("<b>", "&lt;b&gt;"),
  ]);
});

Deno.test("X3 desktop on macOS: the script is fixed, the texts are its arguments", async () => {
  const { ran, run, env } = recorder();
  await desktopChannel("/usr/bin/osascript", run, env).notify(content, signal);
  const [{ argv }] = ran as [typeof ran[0]];
  const dashes = argv.indexOf("--");
  assertEquals(argv.slice(dashes), ["--", "agent-console: -u waits", HOSTILE]);
  assert(argv.slice(0, dashes).every((word) => !word.includes("help")));
});

Deno.test("X3 tmux: no format, no time, no second command, no option; clients without a screen are left out", async () => {
  const clients = "17 $0 %0 0 /dev/pts/1\n18 $0 %0 1 client-99\n20 $1 %3 0 /dev/pts/2\nnonsense\n";
  const { ran, ...tmux } = recorder((argv) => argv.includes("list-clients") ? clients : "");
  const outcome = await tmuxChannel({ program: "/usr/bin/tmux", ...tmux }, sockets).notify(content, signal);
  assertEquals(outcome.kind, "ended");
  const [, ...messages] = ran.map(({ argv }) => argv);
  assertEquals(messages.map((argv) => argv[argv.indexOf("-c") + 1]), ["/dev/pts/2", "/dev/pts/1"]);
  for (const argv of messages) {
    const text = argv.at(-1) ?? "";
    assertEquals([argv.at(-2), text.includes("#"), / %%H /.test(text), text.endsWith(";")], ["--", false, true, false]);
    assert(text.startsWith("▲ -u waits: "), text);
  }
});

Deno.test("first hour 5: tmux with nobody attached says so", async () => {
  const { ran: _, ...tmux } = recorder();
  const outcome = await tmuxChannel({ program: "/usr/bin/tmux", ...tmux }, sockets).notify(content, signal);
  assert(outcome.kind === "nobody" && outcome.problem.includes("no tmux client"), JSON.stringify(outcome));
});

Deno.test("first hour 5: a command gets the question as JSON on stdin, and its own words as they are", async () => {
  const { ran, ...given } = recorder();
  const other: Need = { key: "2", kind: "failure", sessionId: "t", name: "infra", what: "overloaded" };
  const needs = [need, other];
  await commandChannel({
    program: "/bin/notify",
    args: () => ["a b", "$HOME"],
    ...given,
    sessionOf: () => undefined,
  }).notify({ needs, message: needMessage(needs) }, signal);
  const [{ argv, options }] = ran as [typeof ran[0]];
  assertEquals(argv, ["/bin/notify", "a b", "$HOME"]);
  assertEquals(JSON.parse(options.stdin ?? ""), {
    schema: 1,
    kind: "question",
    session: { id: "s", name: "-u" },
    text: "1 waits: -u · 1 failed: infra",
    others: [{ kind: "failure", session: { id: "t", name: "infra" }, text: "infra: overloaded" }],
  });
});

Deno.test("X3 only panes of a server in tmux's own folder of this user are spoken to", () => {
  const good = { tmuxSocket: "/tmp/tmux-1000/default", tmuxPane: "%3" };
  assertEquals(tmuxPane(good, 1000), { socket: good.tmuxSocket, pane: "%3" });
  for (
    const bad of [
      { ...good, tmuxPane: "%3;kill-server" },
      { ...good, tmuxPane: "-x" },
      { ...good, tmuxSocket: "/home/u/evil.sock" },
      { ...good, tmuxSocket: "/tmp/tmux-1001/default" },
      { ...good, tmuxSocket: "tmux-1000/default" },
      { ...good, tmuxSocket: "/tmp/tmux-1000/../x/tmux-1000/y" },
      { tmuxSocket: good.tmuxSocket },
      undefined,
    ]
  ) assertEquals(tmuxPane(bad, 1000), undefined, JSON.stringify(bad));
  assertEquals(isTmuxSocket("/tmp/tmux-1000/a\nb", 1000), false);
  assertEquals(readClients("1 $0 %0 0 /dev/pts/1").map(({ name }) => name), ["/dev/pts/1"]);
  assertEquals(displayMessage({ socket: "/s", client: "c", text: "a;" }).at(-1), "a; ");
});

const settings = (changed: Partial<ChannelSettings>): ChannelSettings => ({
  ...valuesOf(initialSettings(SCHEMA), channelsSection),
  ...changed,
});
const permissions = (changed: Partial<ChannelSettings>, there: readonly string[]) =>
  channelPermissions({
    settings: settings(changed),
    env: (name) => name === "HOME" ? "/home/u" : undefined,
    exists: (path) => there.includes(path),
  }).filter(({ kind }) => kind === "run").map(({ values, configKey }) => [...values, configKey]);

Deno.test("A7 the sandbox lets run exactly the programs of channels that are on", () => {
  const there = ["/usr/bin/notify-send", "/usr/bin/tmux", "/home/u/bin/notify", "/usr/local/bin/ring"];
  assertEquals(channelPermissions({ settings: settings({}), env: () => undefined, exists: () => true }), []);
  assertEquals(permissions({ desktop: { enabled: true } }, there), [
    ["/usr/bin/notify-send", "channels.desktop.enabled"],
    ["/usr/bin/tmux", "channels.desktop.enabled"],
  ]);
  assertEquals(permissions({ tmux: { enabled: true } }, there), [["/usr/bin/tmux", "channels.tmux.enabled"]]);
  assertEquals(permissions({ command: { argv: ["~/bin/notify", "x"] } }, ["/home/u/bin/notify"]), [
    ["/home/u/bin/notify", "channels.command.argv"],
  ]);
  assertEquals(permissions({ command: { argv: ["ring"] } }, ["/usr/local/bin/ring"]), [
    ["/usr/local/bin/ring", "channels.command.argv"],
  ]);
  assertEquals(permissions({ command: { argv: ["/opt/gone"] } }, there), [["/usr/bin/tmux", "channels.command.argv"]]);
});

Deno.test("first hour 5: programs get a closed environment; no address in it names a program", () => {
  const given = (more: Record<string, string>) =>
    programEnv((name) => ({ HOME: "/home/u", LD_PRELOAD: "x", ...more })[name]);
  const own = `/run/user/${Deno.uid()}`;
  const always = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", HOME: "/home/u" };
  const usual = { ...always, XDG_RUNTIME_DIR: own, DBUS_SESSION_BUS_ADDRESS: `unix:path=${own}/bus` };
  assertEquals(given({}), usual);
  assertEquals(given({ DBUS_SESSION_BUS_ADDRESS: "unixexec:path=/home/u/evil" }), usual);
  assertEquals(given({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/a;unixexec:path=/home/u/evil" }), usual);
  assertEquals(given({ XDG_RUNTIME_DIR: "relative", DISPLAY: "" }), usual);
  assertEquals(given({ XDG_RUNTIME_DIR: "/r", DBUS_SESSION_BUS_ADDRESS: "unix:abstract=/tmp/x", DISPLAY: ":1" }), {
    ...always,
    XDG_RUNTIME_DIR: "/r",
    DBUS_SESSION_BUS_ADDRESS: "unix:abstract=/tmp/x",
    DISPLAY: ":1",
  });
});

Deno.test("X3 the program of a command is a full path or a bare name, never an option or a path from somewhere", () => {
  const argv = SCHEMA.find("channels.command.argv");
  for (const good of [[], ["/usr/bin/env"], ["~/bin/notify", "-x", "a b"], ["ring"]]) {
    assert(argv?.accepts(good), `${good}`);
  }
  for (const bad of [["bin/notify"], ["-x"], [""], ["/a,b"], ["/a\nb"], [5], "x", ["~you/x"], ["/"], ["./x"]]) {
    assertEquals(argv?.accepts(bad), false, `${bad}`);
  }
});
