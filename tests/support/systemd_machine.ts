/**
 * A real `systemd --user` of a test's own, for a temporary home: in its own mount, process and cgroup namespace, with an
 * empty /run. It sees the machine's files, so a socket in the home is reached from outside too; its process ids are its
 * own, so what is signalled is signalled by {@link SystemdMachine.run}.
 *
 *     const why = await whyNoSystemd();
 *     Deno.test({ name: `… ${why === undefined ? "" : ` (ignored: ${why})`}`, ignore: why !== undefined, fn: async () => {
 *       await using home = await TestHome.create();
 *       await using machine = await SystemdMachine.start(home);
 *       await machine.cli(["daemon", "install"]);
 *       await machine.systemctl("is-active", "agent-console.service");
 *     } });
 */
import type { TestHome } from "./harness.ts";
import { type Outcome, run, startTime } from "./harness_process.ts";
import { eventually, within } from "./harness_wait.ts";

const MANAGERS = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"];
const PROGRAMS = ["/usr/bin/systemctl", "/usr/bin/unshare", "/usr/bin/nsenter"];
const RUNTIME_DIR = "/run/user/0";

/** Longest start of the manager, and longest end of all that it ran, ms. */
const START_MS = 20_000;
const END_MS = 20_000;

/**
 * A cgroup of its own, so that nothing of it stays; without the right to make one it runs in ours. The shell behind
 * unshare is the first process of its namespace: the kernel ends all others with it, and it ends when we do, because
 * then its stdin has an end.
 */
const OUTER = String.raw`
base=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$base$(sed -n 's/^0:://p' /proc/self/cgroup)/ac-systemd-$$
[ -n "$base" ] && mkdir "$group" 2>/dev/null && echo $$ > "$group/cgroup.procs" || group=
unshare -m -p -f --mount-proc -C --kill-child /bin/sh -c "$1" sh "$2"
code=$?
[ -z "$group" ] || { echo $$ > "$group/../cgroup.procs"; find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; }
exit $code
`;
/** /run/systemd/system is what sd_booted(3) looks for: without it systemctl says that the system is offline. */
const INNER = String.raw`
set -e
mount -t tmpfs -o mode=755,size=64m run /run
mkdir -p /run/systemd/system /run/user/0
chmod 700 /run/user/0
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 cgroup /sys/fs/cgroup
"$1" --user </dev/null >&2 &
systemd=$!
until systemctl --user is-system-running >/dev/null 2>&1; do
  kill -0 $systemd
  [ "$(systemctl --user is-system-running 2>/dev/null)" != degraded ] || break
  sleep 0.05
done
echo ready
cat >/dev/null
`;

export class SystemdMachine implements AsyncDisposable {
  readonly #home: TestHome;
  readonly #child: Deno.ChildProcess;
  readonly #pid: number;

  private constructor(home: TestHome, child: Deno.ChildProcess, pid: number) {
    this.#home = home;
    this.#child = child;
    this.#pid = pid;
  }

  /** @throws where the manager does not come up */
  static async start(home: TestHome): Promise<SystemdMachine> {
    const child = spawnMachine(home.root);
    try {
      return new SystemdMachine(home, child, await firstProcess(child));
    } catch (error) {
      await endMachine(child, undefined);
      throw error;
    }
  }

  /** Runs a program in it; the environment is that of a login: HOME, PATH and where the manager is. */
  run(
    argv: readonly string[],
    options: { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number } = {},
  ): Promise<Outcome> {
    const env = { ...loginEnv(this.#home.root), ...options.env };
    const { timeoutMs } = options;
    const enter = ["/usr/bin/nsenter", "-t", String(this.#pid), "-m", "-p", "-C", "--"];
    return run([...enter, ...argv], { env, cwd: "/", ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }

  /** Runs our program in it, as a person would in this home. */
  cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const command = this.#home.command(args, { env: { XDG_RUNTIME_DIR: RUNTIME_DIR, ...env } });
    return this.run(command.argv, { env: command.env, timeoutMs: 60_000 });
  }

  systemctl(...words: readonly string[]): Promise<Outcome> {
    return this.run(["/usr/bin/systemctl", "--user", "--no-pager", ...words]);
  }

  /** One property of a unit, as `systemctl show` prints its value. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.systemctl("show", "--value", "-p", name, unit)).stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endMachine(this.#child, this.#pid);
  }
}

/** Why no such machine runs here, for the reason of an ignored test; undefined where one does: one was started and ended. */
export async function whyNoSystemd(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "no systemd on this system";
  if (Deno.uid() !== 0) return "needs root, for namespaces";
  const missing = [managerPath() ?? MANAGERS[0]!, ...PROGRAMS].find((path) => !isFile(path));
  if (missing !== undefined) return `no ${missing}`;
  const child = spawnMachine("/nonexistent");
  let pid: number | undefined;
  try {
    pid = await firstProcess(child);
    return undefined;
  } catch (error) {
    return `no systemd of our own: ${(error as Error).message.replaceAll(/\s+/g, " ").slice(0, 120)}`;
  } finally {
    await endMachine(child, pid);
  }
}

function managerPath(): string | undefined {
  return MANAGERS.find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function loginEnv(home: string): Record<string, string> {
  return { HOME: home, PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LANG: "C.UTF-8", XDG_RUNTIME_DIR: RUNTIME_DIR };
}

function spawnMachine(home: string): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: ["-c", OUTER, "sh", INNER, managerPath() ?? ""],
    clearEnv: true,
    env: { ...loginEnv(home), SYSTEMD_LOG_TARGET: "console", SYSTEMD_LOG_LEVEL: "warning" },
    cwd: "/",
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Waits until the manager answers. @returns the first process of its namespace, by our own count */
async function firstProcess(child: Deno.ChildProcess): Promise<number> {
  let said = "";
  const stderr = child.stderr.pipeThrough(new TextDecoderStream());
  const drained = (async () => {
    for await (const text of stderr) said = (said + text).slice(-2000);
  })();
  const reader = child.stdout.getReader();
  const { value } = await within(reader.read(), START_MS, "a systemd that runs");
  if (value === undefined) {
    await drained;
    throw new Error(said.trim() || "it ended without a word");
  }
  reader.releaseLock();
  await child.stdout.cancel();
  const unshare = childrenOf(child.pid)[0];
  const first = unshare === undefined ? undefined : childrenOf(unshare)[0];
  if (first === undefined) throw new Error("the kernel does not tell the children of a process");
  return first;
}

function childrenOf(pid: number): number[] {
  return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(Number);
}

/** Its stdin ends, so its first process does, and with that all others. */
async function endMachine(child: Deno.ChildProcess, first: number | undefined): Promise<void> {
  await child.stdin.close().catch(() => {});
  try {
    await within(child.status, END_MS, "the end of the systemd of a test");
  } catch (error) {
    if (first !== undefined) Deno.kill(first, "SIGKILL");
    child.kill("SIGKILL");
    await child.status;
    throw error;
  } finally {
    if (!child.stdout.locked) await child.stdout.cancel().catch(() => {});
    if (!child.stderr.locked) await child.stderr.cancel().catch(() => {});
  }
  if (first !== undefined) await eventually(() => startTime(first) === undefined, END_MS, "no process of it");
}
