/** C1: kill -9 in the middle of writes. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { brokenAt, readJournal } from "../support/harness_journal.ts";
import { pause, rounds } from "../support/harness_wait.ts";
import type { RawClient } from "../support/wire.ts";

const WRITERS = 8;
/** One in flight for each writer would never crash between two appends: each keeps a few. */
const PIPELINE = 4;

interface Ack {
  readonly key: string;
  readonly seq: number;
}

/** Writes until the connection breaks; gives what was acknowledged. */
async function write(client: RawClient, name: string): Promise<Ack[]> {
  const acks: Ack[] = [];
  const lane = async (lane: number) => {
    for (let at = 0;; at++) {
      const key = `${name}-${lane}-${at}`;
      const event = { session_id: `w-${name}`, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: key };
      try {
        const params = { agent: "claude", event, idempotencyKey: key };
        const { seq } = await client.request("session.report", params, 10_000);
        acks.push({ key, seq: Number(seq) });
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: PIPELINE }, (_, at) => lane(at)));
  return acks;
}

Deno.test("C1 after every kill -9 under 8 writers each acknowledged write is there once and the sequence is whole", async () => {
  await using home = await TestHome.create();
  const acked: Ack[] = [];
  const total = rounds(10, 200);
  const enough = total * WRITERS;
  // On a busy machine little is acknowledged before a crash: there are more of them then.
  for (let round = 0; round < total || (acked.length <= enough && round < 4 * total); round++) {
    await home.start();
    const clients = await Promise.all(Array.from({ length: WRITERS }, () => home.connect()));
    const writing = clients.map((client, at) => write(client, `${round}-${at}`));
    await pause(20 + (round * 37) % 150); // the moment of the crash, another one in each round
    await home.kill();
    acked.push(...(await Promise.all(writing)).flat());
    for (const client of clients) await client.close();
  }
  await home.start();
  assert(acked.length > enough, `only ${acked.length} writes were acknowledged`);

  const lines = readJournal(home);
  assertEquals(brokenAt(lines), undefined);
  const seqs = new Map<string, number[]>();
  for (const { data, seq } of lines) {
    const key = data["idempotencyKey"];
    if (typeof key === "string") seqs.set(key, [...(seqs.get(key) ?? []), seq]);
  }
  const twice = [...seqs].filter(([, at]) => at.length !== 1);
  const lost = acked.filter(({ key, seq }) => seqs.get(key)?.[0] !== seq);
  assertEquals([twice, lost], [[], []]);

  const verify = await home.cli(["audit", "verify", "--json"]);
  assertEquals(verify.code, 0, verify.stderr);
  // The state came from the journal: every session with an acknowledged write is there.
  await using client = await home.connect({ token: true });
  const { sessions } = await client.request("session.list") as { sessions: { id: string }[] };
  const shown = new Set(sessions.map(({ id }) => id));
  const missing = acked.map(({ key }) => `w-${key.split("-").slice(0, 2).join("-")}`).filter((id) => !shown.has(id));
  assertEquals(missing, []);
});

Deno.test("C1 a write that was not acknowledged can be repeated with its key and is then there once", async () => {
  await using home = await TestHome.create();
  const event = { session_id: "r", hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: "again" };
  await home.start();
  for (let round = 0; round < 5; round++) {
    await using client = await home.connect();
    const params = { agent: "claude", event, idempotencyKey: `repeat-${round}` };
    // The answer races the kill: it may or may not come, and the record may or may not be there.
    const first = client.request("session.report", params, 5000).catch(() => undefined);
    await home.kill();
    const before = await first;
    await home.start();
    await using again = await home.connect();
    const after = await again.request("session.report", params);
    if (before !== undefined) assertEquals(after, before);
    const found = readJournal(home).filter(({ data }) => data["idempotencyKey"] === `repeat-${round}`);
    assertEquals(found.length, 1);
  }
});
