/** B8: more sessions than one page holds, with the real program; pages are made small for it. */
import { assert, assertEquals } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";
import type { Json, RawClient } from "../support/wire.ts";

const SESSIONS = 400;
const SMALL_PAGES = ["--limit", "pageRows=50"];

type Row = { readonly id: string; readonly status: string; readonly title?: string };

/** Creates sessions, or changes them where they are. */
async function set(client: RawClient, from: number, to: number, title: string): Promise<void> {
  await Promise.all(Array.from({ length: to - from }, (_, i) => {
    const status = i % 3 === 0 ? "waiting" : "working";
    return client.request("session.update", { sessionId: `s${from + i}`, agent: "test", status, title });
  }));
}

async function homeWithSessions(): Promise<TestHome> {
  const home = await TestHome.create();
  await home.start({ args: SMALL_PAGES });
  await using client = await home.connect({ token: true });
  await set(client, 0, SESSIONS, "first");
  return home;
}

const rowsOf = (list: Json) => list["sessions"] as Row[];

Deno.test("B8 pages hold every session once, as they were at the first, while others change; an old cursor is refused", async () => {
  await using home = await homeWithSessions();
  await using client = await home.connect({ token: true });
  await using other = await home.connect({ token: true });
  const first = await client.request("session.list");
  const rows = rowsOf(first);
  assertEquals(rows.length, 50);
  let cursor = first["nextCursor"];
  const cursors = [cursor];
  for (let page = 0; cursor !== undefined; page++) {
    await set(other, page * 20, page * 20 + 20, "second");
    await other.request("session.delete", { sessionId: `s${SESSIONS - 1 - page}` });
    const next = await client.request("session.list", { cursor });
    assertEquals(next["seq"], first["seq"]);
    rows.push(...rowsOf(next));
    cursor = next["nextCursor"];
    cursors.push(cursor);
  }
  assertEquals([rows.length, new Set(rows.map(({ id }) => id)).size], [SESSIONS, SESSIONS]);
  assertEquals(new Set(rows.map(({ title }) => title)), new Set(["first"]));
  const statuses = rows.map(({ status }) => status);
  assertEquals(statuses, statuses.toSorted((a, b) => a === b ? 0 : a === "waiting" ? -1 : 1));
  const { error } = await client.call("session.list", { cursor: cursors[0] });
  assertEquals([error?.code, error?.data?.["param"]], [-32602, "cursor"]);
  const begun = (await other.request("session.list"))["nextCursor"];
  assertEquals((await client.call("session.list", { cursor: begun })).error?.code, -32602, "another connection's");
});

Deno.test("B8 ls, next and dump of many pages: every session once, the most urgent one, and how many are left out", async () => {
  await using home = await homeWithSessions();
  const { sessions } = await home.json(["ls", "--json"]) as { sessions: Row[] };
  assertEquals(new Set(sessions.map(({ id }) => id)).size, SESSIONS);
  assertEquals(sessions.length, SESSIONS);
  assertEquals(rowsOf(await home.json(["next", "--json"])).map(({ id }) => id), [sessions[0]!.id]);
  const dump = await home.json(["daemon", "dump"]);
  assertEquals([rowsOf(dump).length, dump["sessionsLeftOut"]], [50, SESSIONS - 50]);
  assert((await home.cli(["show", "s399"])).stdout.includes("s399"), "a session of the last page is found by its name");
});

Deno.test("L2 a follower that reads pages while sessions change ends with the picture of session.list", async () => {
  await using home = await homeWithSessions();
  await using client = await home.connect({ token: true });
  const watch = home.spawn(["watch", "--json"]);
  try {
    // As many rounds as the window takes to come up: the sessions that go come again, so that none runs out.
    for (let round = 0; !watch.stdout.includes('"type":"snapshot"') || round < 3; round++) {
      const first = (round * 7) % (SESSIONS / 2);
      await set(client, first, first + 40, `round ${round}`);
      const last = SESSIONS - 1 - round % 100;
      if (round >= 100) await set(client, last, last + 1, `again in round ${round}`);
      await client.request("session.delete", { sessionId: `s${last}` });
    }
    const { size } = await client.request("audit.head") as { size: number };
    // The last piece of output may end inside a line.
    const whole = () => watch.stdout.split("\n").slice(0, -1);
    await eventually(() => whole().some((line) => line.includes(`"seq":${size},`)), 30_000, `event ${size} in watch`);
    const lines = whole().map((line) => JSON.parse(line) as Json);
    const picture = new Map<string, Row>();
    for (const line of lines) {
      if (line["type"] === "snapshot") { for (const row of rowsOf(line)) picture.set(row.id, row); }
      const session = (line["data"] as { session?: Row } | undefined)?.session;
      if (line["type"] === "session.deleted") picture.delete(session!.id);
      else if (session !== undefined) picture.set(session.id, session);
    }
    const { sessions } = await home.json(["ls", "--json"]) as { sessions: Row[] };
    const shown = (rows: Iterable<Row>) => [...rows].map(({ id, status, title }) => `${id} ${status} ${title}`).sort();
    assertEquals(shown(picture.values()), shown(sessions));
    const seqs = lines.slice(1).map((line) => Number(line["seq"]));
    assertEquals(seqs, seqs.map((_, at) => Number(lines[0]!["seq"]) + at + 1));
  } finally {
    await watch[Symbol.asyncDispose]();
  }
});
