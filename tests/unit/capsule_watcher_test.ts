/** X1: what ends a capsule behind its daemon knows both by their start, for a pid is given again. */
import { assertEquals } from "@std/assert";
import { type CapsuleRun, capsuleRunText } from "../../src/platform/capsule_texts.ts";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";

const RUN: CapsuleRun = {
  name: "demo",
  deno: "/opt/deno",
  host: "/opt/host.js",
  code: "/data/code",
  main: "main.ts",
  net: [],
  read: [],
  write: [],
  env: {},
  nice: undefined,
  privileged: false,
};
const FIELDS = 52;

/** The shell's script that looks at both processes, with a /proc in `folder` and a look each 50 ms. */
function watcher(folder: string): string {
  const script = / -c '([^']*)' watch /.exec(capsuleRunText(RUN))?.[1] ?? "";
  assertEquals([script.includes("/proc/"), script.includes("sleep 5")], [true, true]);
  return script.replaceAll("/proc/", `${folder}/`).replaceAll("sleep 5", "sleep 0.05").replaceAll(
    "/bin/ps",
    "/bin/false",
  );
}

/** In the place of /proc: the process `pid`, started at `start`, which leads its session. */
function tell(folder: string, pid: number, start: number): void {
  const fields = Array.from({ length: FIELDS }, (_, at) => `${at + 1}`);
  [fields[0], fields[1], fields[5], fields[21]] = [`${pid}`, "(a) b) (c d)", `${pid}`, `${start}`];
  Deno.mkdirSync(`${folder}/${pid}`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/${pid}/new`, `${fields.join(" ")}\n`);
  Deno.renameSync(`${folder}/${pid}/new`, `${folder}/${pid}/stat`);
}

async function watched(test: (folder: string, daemon: number, capsule: number) => Promise<void>, ended: boolean) {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  const sleep = () => new Deno.Command("/bin/sleep", { args: ["60"] }).spawn();
  const [daemon, capsule] = [sleep(), sleep()];
  const all = [daemon, capsule];
  try {
    for (const { pid } of [daemon, capsule]) tell(folder, pid, 1000);
    const args = ["-c", watcher(folder), "watch", `${daemon.pid}`, `${capsule.pid}`];
    const watch = new Deno.Command("/bin/sh", { args, stdout: "null", stderr: "null" }).spawn();
    const nice = `${folder}/${capsule.pid}/autogroup`;
    all.push(watch);
    let isOver = false;
    void watch.status.then(() => isOver = true);
    await eventually(() => exists(nice), 10_000, "the capsule is made nice");
    await test(folder, daemon.pid, capsule.pid);
    await eventually(() => isOver, 10_000, "the end of the watcher");
    if (!ended) capsule.kill("SIGTERM");
    assertEquals((await capsule.status).signal, ended ? "SIGKILL" : "SIGTERM");
  } finally {
    for (const one of all) {
      try {
        one.kill("SIGKILL");
      } catch { /* it has ended */ }
      await one.status;
    }
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("X1 a process that has got the pid of a capsule is not ended in its place", async () => {
  await watched((folder, _, capsule) => Promise.resolve(tell(folder, capsule, 2000)), false);
});

Deno.test("X1 a capsule ends with its daemon, also where another process has got the daemon's pid", async () => {
  await watched((folder, daemon) => Promise.resolve(tell(folder, daemon, 2000)), true);
});
