// deno-lint-ignore-file no-sync-fn-in-async-fn -- a look at a file between two steps: nothing else waits meanwhile
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ClientContext } from "../../src/client/endpoint.ts";
import { stopDaemon } from "../../src/client/stop.ts";
import { takeLock } from "../../src/daemon/runtime_files.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { tryLock } from "../../src/platform/lock_file.ts";
import { probe, PS_PATHS } from "../../src/platform/process_table.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { isAlive } from "../support/harness_process.ts";
import { patience } from "../support/harness_wait.ts";

/** A home whose lock is held by this process: whatever the pid file says, somebody runs. */
class HeldHome {
  readonly context: ClientContext;
  readonly pidFile: string;
  readonly #lock;

  constructor() {
    const paths = homePaths(Deno.makeTempDirSync({ prefix: "ac-" }));
    this.context = {
      program: thisProgram(import.meta.url),
      paths,
      socketFlag: paths.socket,
      mayStart: false,
      kind: "cli",
    };
    this.pidFile = paths.pid;
    this.#lock = tryLock(paths.lock);
  }

  note(pid: number, start: string, executable: string, bootId: string): void {
    Deno.writeTextFileSync(this.pidFile, `${pid}\n${start}\n${executable}\n${bootId}\n`);
  }

  stop(stepMs: number): Promise<number | undefined> {
    return stopDaemon(this.context, {
      force: false,
      restart: false,
      stepMs,
      pidFile: this.pidFile,
      confirm: () => Promise.resolve(true),
    });
  }

  [Symbol.dispose](): void {
    this.#lock?.release();
    Deno.removeSync(this.context.paths.root, { recursive: true });
  }
}

class Bystander {
  readonly #child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  readonly pid = this.#child.pid;

  async start(): Promise<string> {
    const ps = PS_PATHS.find((path) => Deno.statSync(path).isFile) ?? "ps";
    const table = await probe(ps, Deno.pid, [this.pid]);
    return "unusable" in table ? "" : table.processes.find(({ pid }) => pid === this.pid)?.startedAt ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // A test has ended it.
    }
    await this.#child.status;
  }
}

Deno.test("I6 stop takes a successor for nobody it was told to stop: another boot in the pid file", async () => {
  using home = new HeldHome();
  await using other = new Bystander();
  home.note(other.pid, "-", "/bin/deno", "first");
  const stopping = home.stop(3000);
  await new Promise((resolve) => setTimeout(resolve, 100)); // it looks at the first one meanwhile
  home.note(other.pid, "-", "/bin/deno", "second");
  assertEquals(await stopping, other.pid);
  assert(isAlive(other.pid));
});

Deno.test("I6 stop is done when its process has gone from the process table, whoever holds the lock", async () => {
  using home = new HeldHome();
  const other = new Bystander();
  home.note(other.pid, await other.start(), "/bin/deno", "first");
  await other[Symbol.asyncDispose]();
  assertEquals(await home.stop(1000), other.pid);
});

Deno.test("I3 stop signals no process that runs something else, although pid and start time fit", async () => {
  using home = new HeldHome();
  await using other = new Bystander();
  home.note(other.pid, await other.start(), "/usr/local/bin/deno", "first");
  const error = await assertRejects(() => home.stop(300), ConsoleError);
  assertEquals(error.kind, "failed");
  assert(isAlive(other.pid));
});

Deno.test("I3 stop ends a process that is the noted one in every respect", async () => {
  using home = new HeldHome();
  await using other = new Bystander();
  home.note(other.pid, await other.start(), "/usr/bin/sleep", "first");
  assertEquals(await home.stop(1000), other.pid);
  assert(!isAlive(other.pid));
});

/** Holds a lock in a process of its own, for a while from when it says so. */
async function heldFor(ms: number, path: string): Promise<Deno.ChildProcess> {
  const code = `const f = Deno.openSync(${JSON.stringify(path)}, { create: true, write: true }); f.lockSync(true);
    console.log("held"); setTimeout(() => f.close(), ${ms});`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

Deno.test("I6 a lock that is held for an instant, as by a look at it, is no daemon; one that stays held is", async () => {
  const root = Deno.makeTempDirSync({ prefix: "ac-" });
  const paths = homePaths(root);
  const look = await heldFor(100, paths.lock);
  const lock = takeLock(paths, paths.pid);
  await look.status;
  const begin = performance.now();
  const error = await assertRejects(() => Promise.try(() => takeLock(paths, paths.pid)), ConsoleError);
  assertEquals(error.kind, "already_running");
  const ms = performance.now() - begin;
  assert(ms < await patience(2000), `${ms} ms`);
  lock.release();
  Deno.removeSync(root, { recursive: true });
});
