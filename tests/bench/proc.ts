/** What Linux tells about a process in /proc. */

const USER_HZ = 100;

export const HAS_PROC = Deno.build.os === "linux";

/** Memory that is the process's own, MB (10^6 bytes): not the pages of the binary, which all processes share. */
export function privateMb(pid: number): number {
  const kib = /^RssAnon:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  return Number(kib) * 1024 / 1e6;
}

/** CPU seconds of a process and of its children that ended. */
export function cpuSecs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? NaN), 0) / USER_HZ;
}

/** CPU of its main thread so far, ms (proc_pid_schedstat(5)): finer than {@link cpuSecs}, for what takes little. */
export function mainThreadMs(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ")[0]) / 1e6;
}

/** How often the main thread went to sleep so far: it changes whenever a timer or anything else woke it. */
export function wakeUps(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/status`);
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1]);
}
