/** The installed program in a temporary home with 30 sessions, and the smallest client beside it. */
import { REPOSITORY, TestHome } from "../support/harness.ts";
import type { Outcome } from "../support/harness_process.ts";
import { InstallingUser } from "../support/installed.ts";
import { pour } from "./daemon.ts";
import { processMs, type Way } from "./measure.ts";

export const SESSIONS = 30;
export const COUNTERPART = "a Deno program that only connects, writes and reads";
const HELLO = '{"id":1,"method":"hello","params":{"protocol":1}}';

export interface Installed {
  readonly home: TestHome;
  readonly user: InstallingUser;
  /** The environment of every process that is measured. */
  readonly env: Record<string, string>;
  /** Whole process of the smallest client. */
  readonly theirs: Way;
}

/** Installs from a copy of this repository and starts the daemon as a person would. @throws where a command fails */
export async function withInstalled<T>(measure: (installed: Installed) => Promise<T>): Promise<T> {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  await done("install", user.fromClone("install"));
  await done("daemon start", user.installed("daemon", "start"));
  await pour(home.socketPath, { sessions: SESSIONS, count: SESSIONS * 10 });
  const env = user.env();
  const client = [Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/bench/peers/client.ts`, home.socketPath, HELLO];
  return await measure({ home, user, env, theirs: () => processMs(client, { env }) });
}

/** The outcome of a command that must not fail. */
export async function done(what: string, outcome: Promise<Outcome>): Promise<Outcome> {
  const ended = await outcome;
  if (ended.code !== 0) throw new Error(`${what} failed: exit ${ended.code}, ${ended.stderr}`);
  return ended;
}
