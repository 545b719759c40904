/** Ends a program together with what it has started: the group that it leads, where it was started in a session of its own. */
import { commandOf } from "./process.ts";
import { usualPlaces } from "./program_places.ts";

/** Of these the daemon may run the one that exists: Deno's own way to signal a group would need the permission to run anything. */
export const KILL_PROGRAMS: readonly string[] = usualPlaces("kill");

/** Resolves when `killer` has done it. A group that is gone, or a killer that is not there, is no error. */
export async function signalGroup(killer: string, leader: number, signal: "TERM" | "KILL"): Promise<void> {
  try {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    await commandOf([killer, `-${signal}`, "--", `-${leader}`], { env: {}, cwd: "/", ...streams }).output();
  } catch {
    // whoever called has another way, or none
  }
}
