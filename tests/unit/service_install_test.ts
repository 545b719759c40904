import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { installService, uninstallService, writeUnitFiles } from "../../src/service/install.ts";
import { notifySocketOf, planService, type ServiceOptions } from "../../src/service/plan.ts";
import { OK, ServiceDouble } from "../support/service_double.ts";

const linux: ServiceOptions = {
  os: "linux",
  userHome: "/home/u",
  uid: 1000,
  env: { PATH: "/usr/bin:.:rel:/opt/bin:/usr/bin" },
  argv: ["/usr/bin/deno", "run", "/app/main.ts", "daemon"],
};
const UNIT = "/home/u/.config/systemd/user/agent-console.service";
const NAME = "agent-console.service";

Deno.test("X2 install twice changes nothing the second time, and a running daemon goes on", async () => {
  const machine = new ServiceDouble();
  const first = await installService(planService(linux), machine);
  assertEquals([first.change, first.running, first.path], ["created", true, UNIT]);
  assertEquals(machine.take(), [
    "systemctl --user daemon-reload",
    "systemctl --user reset-failed agent-console.service",
    "systemctl --user enable agent-console.service",
    "systemctl --user restart agent-console.service",
  ]);
  const disk = [...machine.disk];
  const second = await installService(planService(linux), machine);
  assertEquals([second.change, second.running], ["unchanged", true]);
  assertEquals([...machine.disk], disk);
  assert(!machine.take().some((line) => line.includes(" restart ")));
  const third = await installService(planService({ ...linux, argv: ["/usr/bin/other"] }), machine);
  assertEquals(third.change, "updated");
  assert(machine.take().includes("systemctl --user restart agent-console.service"));
});

Deno.test("X2 a dry run writes and runs nothing and says what it would", async () => {
  const machine = new ServiceDouble();
  const result = await installService(planService(linux), machine, { dryRun: true });
  assertEquals([result.change, result.running, machine.ran.length, machine.disk.size], ["created", false, 0, 1]);
  assertEquals(result.commands[0], "systemctl --user daemon-reload");
  await installService(planService(linux), machine);
  machine.take();
  const gone = await uninstallService(planService(linux), machine, { dryRun: true });
  assertEquals([gone.change, machine.ran.length, machine.disk.has(UNIT)], ["removed", 0, true]);
});

Deno.test("X2 uninstall removes the unit alone, keeps data, and may be repeated", async () => {
  const machine = new ServiceDouble();
  const data = "/home/u/.agent-console/journal";
  machine.disk.set("/home/u/.agent-console", undefined);
  machine.disk.set(data, new Uint8Array([1]));
  await installService(planService(linux), machine);
  machine.take();
  const result = await uninstallService(planService(linux), machine);
  assertEquals([result.change, machine.disk.has(UNIT), machine.disk.get(data)], [
    "removed",
    false,
    new Uint8Array([1]),
  ]);
  assertEquals(machine.take(), [
    "systemctl --user stop agent-console.service",
    "systemctl --user disable agent-console.service",
    "systemctl --user daemon-reload",
    "systemctl --user reset-failed agent-console.service",
  ]);
  assertEquals((await uninstallService(planService(linux), machine)).change, "absent");
  assertEquals(machine.ran, []);
});

const SOCKET = UNIT.replace(/service$/, "socket");
const activated: ServiceOptions = { ...linux, socketUnit: "wanted", socketPath: "/home/u/.agent-console/daemon.sock" };
const left: ServiceOptions = { ...linux, socketUnit: "left" };

Deno.test("X2 with socket activation systemd holds the socket, and nothing starts the daemon but its first client", async () => {
  const machine = new ServiceDouble();
  const result = await installService(planService(activated), machine);
  assertEquals([result.change, result.running, machine.disk.has(SOCKET)], ["created", true, true]);
  assertEquals(machine.take(), [
    "systemctl --user daemon-reload",
    "systemctl --user reset-failed agent-console.service",
    "systemctl --user reset-failed agent-console.socket",
    "systemctl --user disable agent-console.service",
    "systemctl --user enable agent-console.socket",
    "systemctl --user stop agent-console.service",
    "systemctl --user restart agent-console.socket",
  ]);
  // Again it changes nothing; `now` starts the daemon too.
  assertEquals((await installService(planService({ ...activated, start: "now" }), machine)).change, "unchanged");
  assertEquals(machine.take().slice(-2), [
    "systemctl --user start agent-console.socket",
    "systemctl --user start agent-console.service",
  ]);
  machine.disk.delete(SOCKET);
  assertEquals((await installService(planService(activated), machine)).change, "updated");
  machine.take();
  // Without it the socket is gone before the service binds its own.
  assertEquals((await installService(planService(left), machine)).change, "updated");
  assertEquals(machine.take(), [
    "systemctl --user stop agent-console.socket",
    "systemctl --user disable agent-console.socket",
    "systemctl --user daemon-reload",
    "systemctl --user reset-failed agent-console.service",
    "systemctl --user reset-failed agent-console.socket",
    "systemctl --user enable agent-console.service",
    "systemctl --user restart agent-console.service",
  ]);
  assertEquals(machine.disk.has(SOCKET), false);
});

Deno.test("X2 the socket's unit is gone when systemd reads its files again, so that it does not stay loaded", async () => {
  const read: boolean[] = [];
  const machine: ServiceDouble = new ServiceDouble((line) => {
    if (line.includes(" daemon-reload")) read.push(machine.disk.has(SOCKET));
    return OK;
  });
  await installService(planService(activated), machine);
  await installService(planService(left), machine);
  assertEquals(read, [true, false]);
});

Deno.test("X2 uninstall takes the socket's unit back first, also where only that is left", async () => {
  const machine = new ServiceDouble();
  await installService(planService(activated), machine);
  machine.take();
  machine.disk.delete(UNIT);
  assertEquals((await uninstallService(planService(left), machine)).change, "removed");
  assertEquals(machine.take(), [
    "systemctl --user stop agent-console.socket",
    "systemctl --user disable agent-console.socket",
    "systemctl --user stop agent-console.service",
    "systemctl --user disable agent-console.service",
    "systemctl --user daemon-reload",
    // One that failed stays listed else.
    "systemctl --user reset-failed agent-console.service",
    "systemctl --user reset-failed agent-console.socket",
  ]);
  assertEquals([machine.disk.has(UNIT), machine.disk.has(SOCKET)], [false, false]);
});

Deno.test("X2 nothing is started where that is wanted", async () => {
  for (const options of [linux, activated]) {
    const machine = new ServiceDouble();
    const result = await installService(planService({ ...options, start: "not" }), machine);
    assertEquals([result.running, machine.take().filter((line) => /start|stop/.test(line))], [false, []]);
  }
});

Deno.test("X2 systemd's socket for its services is looked for where the session says, and where it is by convention", () => {
  const found = (env: Record<string, string>, ...sockets: readonly string[]) =>
    notifySocketOf({ env, uid: 7 }, (path) => sockets.includes(path));
  const usual = "/run/user/7/systemd/notify";
  assertEquals(found({}, usual), usual);
  assertEquals(found({ XDG_RUNTIME_DIR: "/x/" }, "/x/systemd/notify", usual), "/x/systemd/notify");
  assertEquals(found({ XDG_RUNTIME_DIR: "rel" }, usual), usual);
  assertEquals(found({ XDG_RUNTIME_DIR: "/x" }), undefined);
});

Deno.test("without a service manager the unit is written, and the result says what to run and that nothing runs", async () => {
  const noBus = { code: 1, stdout: "", stderr: "Failed to connect to bus: No medium found\n" };
  const missing = { code: 127, stdout: "", stderr: "" };
  for (const answer of [() => missing, (line: string) => line.includes(" enable ") ? OK : noBus]) {
    const machine = new ServiceDouble(answer);
    const result = await installService(planService(linux), machine);
    assertEquals([result.change, result.running, machine.disk.has(UNIT)], ["created", false, true]);
    const reload = "systemctl --user daemon-reload";
    const needed = `${reload} && systemctl --user enable ${NAME} && systemctl --user restart ${NAME}`;
    assert(
      result.notes[0]?.endsWith(
        `No service manager answers here, so the daemon was not started by it. Where one does, run: ${needed}`,
      ),
    );
    // Again: nothing is written, and the manager has still not read it.
    const again = await installService(planService(linux), machine);
    assertEquals([again.change, again.notes[0]], ["unchanged", result.notes[0]]);
    const gone = await uninstallService(planService(linux), machine);
    assertEquals([gone.change, machine.disk.has(UNIT)], ["removed", false]);
    assertMatch(
      gone.notes[0] ?? "",
      /No service manager answers here: .* run: systemctl --user stop .*; .*daemon-reload/,
    );
    const later = await installService(planService({ ...linux, start: "not" }), machine);
    assertEquals(later.notes[0], "No service manager answers here. The next login goes by the file.");
    await uninstallService(planService(linux), machine);
  }
});

Deno.test("a service manager that answers and refuses is an error with its words", async () => {
  const machine = new ServiceDouble((line) =>
    line.includes(" restart ")
      ? { code: 1, stdout: "", stderr: "Job failed.\n" }
      : line.includes("reset")
      ? { ...OK, code: 1 }
      : OK
  );
  const error = await assertRejects(() => installService(planService(linux), machine), ConsoleError);
  assertEquals(error.kind, "failed");
  assertMatch(error.message, /systemctl --user restart agent-console\.service exited with 1: Job failed\.$/);
});

Deno.test("what is not our file at the unit's path is left alone", async () => {
  const machine = new ServiceDouble();
  machine.links.add(UNIT);
  const error = await assertRejects(() => installService(planService(linux), machine), ConsoleError);
  assertEquals([error.kind, machine.ran.length], ["unsafe_path", 0]);
  await assertRejects(() => uninstallService(planService(linux), machine), ConsoleError, "is a symlink");

  const other = new ServiceDouble();
  await installService(planService(linux), other);
  other.disk.set(UNIT, new TextEncoder().encode("[Service]\nExecStart=/bin/other\n"));
  for (const work of [installService, uninstallService]) {
    await assertRejects(() => work(planService(linux), other), ConsoleError, "was not written by agent-console");
  }
  assertMatch(new TextDecoder().decode(other.disk.get(UNIT)), /bin\/other/);
});

Deno.test("each path is looked at before one file is written or one command run", async () => {
  const machine = new ServiceDouble();
  await installService(planService(activated), machine);
  machine.take();
  const before = machine.disk.get(UNIT);
  machine.disk.set(SOCKET, new TextEncoder().encode("[Socket]\nListenStream=/mine\n"));
  for (const options of [{ ...activated, argv: ["/usr/bin/other"] }, { ...left, argv: ["/usr/bin/other"] }]) {
    const plan = planService(options);
    for (const work of [installService, uninstallService]) {
      await assertRejects(() => work(plan, machine), ConsoleError, "socket was not written by agent-console");
    }
    assertThrows(() => writeUnitFiles([plan, { path: SOCKET, text: "" }], machine.files), ConsoleError, SOCKET);
    assertEquals([machine.disk.get(UNIT), machine.ran], [before, []]);
  }
});

Deno.test("the unit's folder follows an absolute XDG_CONFIG_HOME; its environment is what a bare manager lacks", () => {
  const at = (xdg: string) => planService({ ...linux, env: { ...linux.env, XDG_CONFIG_HOME: xdg } }).path;
  assertEquals(at("/x/"), "/x/systemd/user/agent-console.service");
  assertEquals(at("rel"), UNIT);
  const { text } = planService({ ...linux, env: { ...linux.env, DENO_DIR: "/c" }, home: "/data/a c" });
  assertEquals(text.split("\n").filter((line) => line.startsWith("Environment=")), [
    "Environment=PATH=/usr/bin:/opt/bin",
    'Environment="AGENT_CONSOLE_HOME=/data/a c"',
    "Environment=DENO_DIR=/c",
    "Environment=DENO_NO_UPDATE_CHECK=1",
    "Environment=MALLOC_ARENA_MAX=1",
    "Environment=MALLOC_MMAP_THRESHOLD_=131072",
  ]);
  assertThrows(() => planService({ ...linux, os: "windows" }), ConsoleError, "on linux and darwin only");
});

Deno.test("M2 a service sends telemetry where the configuration says so, and takes nothing of OpenTelemetry from a session", () => {
  const telemetry = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
  const unset = (text: string) => /^UnsetEnvironment=(.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  const { text } = planService({ ...linux, telemetry });
  assert(text.includes("\nEnvironment=OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n"));
  assert(!unset(text).includes("OTEL_DENO"));
  // Each of these would lead elsewhere.
  for (const name of ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) {
    assert(unset(text).includes(name), name);
  }
  assert(unset(planService(linux).text).includes("OTEL_EXPORTER_OTLP_ENDPOINT"));
});
