/**
 * Seeded fuzz: what a valid message becomes when its members, its texts or its bytes are changed, and what must hold after
 * it. `AC_SEED` repeats a run; the seed is in what a failure says.
 */
import { assert, assertEquals } from "@std/assert";
import type { TestHome } from "./harness.ts";
import { eventually, rounds } from "./harness_wait.ts";
import type { Json } from "./wire.ts";

/** A number from 0 to 1, as of `Math.random`. */
export type Next = () => number;

/** mulberry32: small, seeded, good enough to choose nonsense. */
export function random(seed: number): Next {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** That of a run that is to be repeated, else another each time. */
export function seedOfRun(): number {
  return Number(Deno.env.get("AC_SEED") ?? Date.now() % 1_000_000);
}

export const pick = <T>(next: Next, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;

export function randomBytes(next: Next, most: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: Math.floor(next() * most) }, () => Math.floor(next() * 256));
}

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    "",
    "x",
    "s1",
    "\u0000",
    "\ud800",
    "\u202ea\u001b[2J",
    "é😀",
    "__proto__",
  ],
  ...[[], {}, [[]], "a".repeat(3000), JSON.parse('{"__proto__":1}'), ["session"], "claude", "2026-01-01T00:00:00.000Z"],
  JSON.parse("[".repeat(200) + "]".repeat(200)),
];
const NAMES = ["__proto__", "constructor", "toString", "id", "params", "sessionId", "size", "", "\u0000"];
/** What may mean something to whoever reads the bytes. */
const TOKENS = [
  "\n",
  "\r\n\r\n",
  "\0",
  '"',
  "\\",
  "{",
  "[",
  "}",
  ",",
  ":",
  "\u001b[2J",
  "😀",
  "9".repeat(40),
  "-0",
  "1e999",
];

/** `value` with some member of it, at any depth, changed, left out, repeated, renamed or put elsewhere. */
export function mutatedJson(next: Next, value: Json): Json {
  const copy = structuredClone(value);
  for (let times = 1 + Math.floor(next() * 3); times > 0; times--) {
    let owner: Record<string, unknown> | unknown[] = copy;
    for (;;) {
      const key: string = pick(next, Object.keys(owner));
      const member: unknown = key === undefined ? undefined : (owner as Json)[key];
      const isInner = typeof member === "object" && member !== null && Object.keys(member).length > 0;
      if (isInner && next() < 0.8) {
        owner = member as Json;
        continue;
      }
      changeMember(next, owner as Json, key ?? pick(next, NAMES));
      break;
    }
  }
  return copy;
}

function changeMember(next: Next, owner: Json, key: string): void {
  const put = (name: string, value: unknown) =>
    Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true });
  const member = owner[key];
  const kind = next();
  if (kind < 0.5) put(key, structuredClone(pick(next, VALUES)));
  else if (kind < 0.6) delete owner[key];
  else if (kind < 0.7) put(pick(next, NAMES), structuredClone(member));
  else if (kind < 0.8) put(key, [member, structuredClone(member)]);
  else if (typeof member === "string") {
    const at = Math.floor(next() * member.length);
    put(key, member.slice(0, at) + pick(next, [...TOKENS, "x".repeat(5000)]) + member.slice(at));
  } else put(key, { [key]: member });
}

/** `bytes` with some of them changed, left out, repeated, cut off, or with something between them. */
export function mutatedBytes(next: Next, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let out = [...bytes];
  for (let times = 1 + Math.floor(next() * 4); times > 0; times--) {
    const at = Math.floor(next() * out.length);
    const length = Math.floor(next() * 20);
    const kind = next();
    if (kind < 0.4) out[at] = Math.floor(next() * 256);
    else if (kind < 0.55) out.splice(at, length);
    else if (kind < 0.7) out.splice(at, 0, ...out.slice(at, at + length));
    else if (kind < 0.9) out.splice(at, 0, ...new TextEncoder().encode(pick(next, TOKENS)));
    else out = out.slice(0, at);
  }
  return Uint8Array.from(out);
}

/** The daemon takes back memory when it has been at rest for a tick. */
export const FUZZ_ARGS = ["--limit", "tickMs=500"];
/** Above what it had when a third of the time was over, MiB: what was said so far is in its rows, and no more. */
const MOST_GROWTH_MIB = 32;
/** Even eight hooks make more. */
const FEW_RECORDS = 4;
const LANES = 6;
/** How much longer than its time it may go on until it was enough, ms. */
const ENOUGH_MS = 60_000;
const MIB = 1_048_576;

/**
 * Runs `attack` in some lanes until the time is over, then checks that nothing came of it.
 *
 * @param isEnough goes on until then: a busy machine does little in that time
 */
export async function fuzz(
  home: TestHome,
  attack: (next: Next) => Promise<void>,
  isEnough: () => boolean = () => true,
): Promise<void> {
  const seed = seedOfRun();
  const ms = rounds(2000, 60_000);
  const pid = home.needPid();
  const lanes = Array.from({ length: LANES }, (_, lane) => random(seed + lane));
  const forMs = async (ms: number, isEnough = () => true) => {
    const end = performance.now() + ms;
    const last = end + ENOUGH_MS;
    const goesOn = () => performance.now() < end || (!isEnough() && performance.now() < last);
    await Promise.all(lanes.map(async (next) => {
      while (goesOn()) await attack(next);
    }));
  };
  try {
    await forMs(ms / 3);
    const before = await rssMib(home);
    await forMs(ms * 2 / 3, isEnough);
    await assertUnharmed(home, pid);
    await eventually(
      async () => await rssMib(home) < before + MOST_GROWTH_MIB,
      30_000,
      `no more than ${before} MiB`,
      500,
    );
  } catch (error) {
    throw new Error(`fuzz with AC_SEED=${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function rssMib(home: TestHome): Promise<number> {
  await using client = await home.connect({ token: true });
  return Number((await client.request("status"))["rssBytes"]) / MIB;
}

async function assertUnharmed(home: TestHome, pid: number): Promise<void> {
  assertEquals(home.needPid(), pid, "the daemon is the same");
  {
    await using client = await home.connect({ token: true });
    const status = async () => await client.request("status") as { lastError?: unknown; journal: Json };
    // What hooks left in the spool comes with a tick.
    const hasSome = async () => Number((await status()).journal["count"]) > FEW_RECORDS;
    await eventually(hasSome, 20_000, `more than ${FEW_RECORDS} records: something of it is near what is valid`, 100);
    const { lastError, journal } = await status();
    assertEquals(lastError, undefined);
    assertEquals(journal["readOnly"], false);
  }
  const log = [...home.files()].filter(([path]) => path.includes("/logs/")).map(([, text]) => text).join("");
  assertEquals(log.split("\n").filter((line) => line.includes('"level":"error"')), []);
  const { code, stdout, stderr } = await home.cli(["audit", "verify"]);
  assert(code === 0, `audit verify: ${stdout}${stderr}`);
}
