/** The notes of a run that cannot be written at its start: a folder in its place stands for the full disk. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { writeToken } from "../../src/daemon/runtime_files.ts";
import { readyFile, RuntimeFiles } from "../../src/daemon/services/runtime_files.ts";
import { StopControl } from "../../src/daemon/stop_control.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { exists } from "../support/exists.ts";

Deno.test("C6 pid and ready file that cannot be written are told once, keep nothing from starting and come with a tick", async () => {
  const root = await Deno.makeTempDir({ prefix: "ac-" });
  try {
    const home = `${root}/home`;
    const paths = homePaths(home);
    const pidFilePath = paths.pid;
    const inPlace = [paths.pid, paths.ready];
    for (const path of inPlace) await Deno.mkdir(`${path}/kept`, { recursive: true });
    const told: string[] = [];
    const log = { debug: () => {}, info: () => {}, warn: (text: string) => void told.push(text), error: () => {} };
    const notes = {
      ...{ pid: Deno.pid, executable: "x", bootId: "b", version: "1" },
      ...{ socketPath: `${home}/daemon.sock`, startedAt: "2026-11-20T10:00:00.000Z" },
    };
    const files = new RuntimeFiles({
      ...{ paths, pidFilePath, notes, isActivated: true, log, stop: new StopControl(), record: () => {} },
      closeListener: () => Promise.resolve(),
    });
    const ready = readyFile({ paths, notes, log });
    for (const service of [files, ready]) service.start?.();
    for (const service of [files, ready, files, ready]) await service.tick?.();
    assertEquals(told, ["no pid file yet", "no ready file yet"]);
    for (const path of inPlace) await Deno.remove(path, { recursive: true });
    for (const service of [files, ready]) await service.tick?.();
    assertEquals((await Deno.readTextFile(pidFilePath)).split("\n")[0], `${Deno.pid}`);
    assertEquals(JSON.parse(await Deno.readTextFile(paths.ready)), notes);
    for (const service of [ready, files]) await service.stop?.({ reason: "test", force: false, restart: false });
    await ready.tick?.();
    assertEquals([exists(paths.ready), exists(pidFilePath)], [false, false], "none comes back");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("C6 a token that cannot be written is an error that says so", () => {
  const paths = homePaths("/nowhere/home");
  const error = assertThrows(() => writeToken(paths, "secret"), ConsoleError) as unknown as ConsoleError;
  assertStringIncludes(error.message, "/nowhere/home/daemon.token cannot be written");
  assertStringIncludes(error.hint ?? "", "free space");
});
