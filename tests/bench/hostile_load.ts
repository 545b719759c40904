/** Capsules that take what they can of the machine, each in a form that lasts: `body` runs 200 ms after it has loaded. */

/** Writes to the channel what the API would not. */
const RAW = `
  import { writeSync } from "node:fs";
  const raw = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      try { at += writeSync(1, bytes.subarray(at)); } catch (error) { if ((error as any).code !== "EAGAIN") throw error; }
    }
  };
  const log = (text: string) => raw(JSON.stringify({ jsonrpc: "2.0", method: "log", params: { level: "info", text } }) + "\\n");`;

export interface HostileLoad {
  readonly name: string;
  readonly body: string;
  /** Its process ends of it: it is started anew again and again. */
  readonly ends?: boolean;
  /** Runs in place of loading. */
  readonly isAtLoad?: boolean;
}

export const HOSTILE_LOADS: readonly HostileLoad[] = [
  { name: "flood", body: `for (;;) log("x");`, ends: true },
  { name: "flood-of-bytes", body: `for (;;) log("x".repeat(500_000));`, ends: true },
  { name: "large-message", body: `for (let n = 0; n < 64; n++) raw("x".repeat(1024 * 1024));`, ends: true },
  { name: "busy-loop", body: "for (;;);" },
  { name: "heap-bomb", body: "const all = []; for (;;) all.push(new Array(1000).fill(all.length));", ends: true },
  {
    name: "buffer-bomb",
    body:
      `for (;;) { const all = []; try { for (;;) all.push(new Uint8Array(8_388_608).fill(1)) } catch { /* again */ } }`,
    ends: true, // V8 ends where an allocation of its own fails
  },
  {
    name: "fork",
    body: `for (;;) { try { new Deno.Command("/bin/true").outputSync(); } catch { /* refused */ } }`,
  },
  {
    name: "workers",
    body: `for (let n = 0; n < 200; n++) new Worker("data:text/javascript,for(;;);", { type: "module" });`,
    ends: true,
  },
  { name: "hang", body: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);" },
  { name: "crash", body: `throw new Error("no");`, ends: true, isAtLoad: true },
  // All that the pace of the channel allows, and no more.
  { name: "all-it-may", body: `for (;;) await capsule.kv.set("a", "x".repeat(900_000));` },
];

export function hostileCapsule({ body, isAtLoad }: HostileLoad): string {
  if (isAtLoad === true) return `${RAW}\n${body}`;
  return `${RAW}\nexport default (capsule: any) => void setTimeout(async () => { ${body} }, 200);`;
}
