import { assert, assertEquals } from "@std/assert";
import { DaemonLog } from "../../src/daemon/logging.ts";

const MIB = 1_048_576;

function opened(path: string, level: "debug" | "info" = "info"): DaemonLog {
  return new DaemonLog({ path, level, echo: false });
}

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function textOf(path: string): string {
  return Deno.readTextFileSync(path);
}

function statOf(path: string): { readonly size: number; readonly mode: number } {
  const { size, mode } = Deno.statSync(path);
  return { size, mode: (mode ?? 0) & 0o777 };
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function lines(path: string): Record<string, unknown>[] {
  return textOf(path).trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("the log keeps what is said before it is open, and goes on in a file that exists", () =>
  withFolder(async (folder) => {
    const path = `${folder}/daemon.log`;
    for (const run of [1, 2]) {
      const log = opened(path);
      log.info("early", { run });
      log.debug("nobody asked");
      await log.open();
      await log.open();
      log.error("late", { key: "Bearer abcdefghijklmnopqrstuvwxyz0123456789" });
      log.close();
      log.info("after the end");
    }
    assertEquals(lines(path).map(({ message }) => message), ["early", "late", "early", "late"]);
    const { ts, ...first } = lines(path)[0] ?? {};
    assertEquals(first, { level: "info", message: "early", run: 1 });
    assert(Math.abs(Date.now() - Date.parse(String(ts))) < 60_000, String(ts));
    assert(!textOf(path).includes("abcdefghijklmnop"), "a credential is in the log");
    assertEquals(statOf(path).mode, 0o600);
  }));

Deno.test("the log is rotated before it passes 5 MiB, and three old files are kept", () =>
  withFolder(async (folder) => {
    const log = opened(`${folder}/daemon.log`);
    await log.open();
    const text = "x ".repeat(MIB / 4);
    for (let i = 0; i < 50; i++) log.info(text, { i });
    log.close();
    const names = namesIn(folder);
    assertEquals(names, ["daemon.log", "daemon.log.1", "daemon.log.2", "daemon.log.3"]);
    for (const name of names) assert(statOf(`${folder}/${name}`).size <= 5 * MIB, name);
    const kept = names.toReversed().flatMap((name) => lines(`${folder}/${name}`)).map(({ i }) => i as number);
    assertEquals(kept.at(-1), 49);
    assert(kept.every((i, at) => at === 0 || i === kept[at - 1]! + 1), "the order of the lines is broken");
  }));

Deno.test("a log that cannot be rotated goes on in the old file", () =>
  withFolder(async (folder) => {
    const log = opened(`${folder}/daemon.log`);
    await log.open();
    await Deno.mkdir(`${folder}/daemon.log.1/inside`, { recursive: true });
    await Deno.mkdir(`${folder}/daemon.log.2/inside`, { recursive: true });
    await Deno.mkdir(`${folder}/daemon.log.3/inside`, { recursive: true });
    for (let i = 0; i < 12; i++) log.info("x ".repeat(MIB / 4), { i });
    log.close();
    assertEquals(lines(`${folder}/daemon.log`).at(-1)?.["i"], 11);
  }));
