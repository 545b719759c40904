/** The notes of the memory: kept by the journal, bounded, without secrets, and found again after a restart. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { memoryFeature } from "../../src/memory/mod.ts";
import { memoryMethods } from "../../src/memory/methods.ts";
import { Notes } from "../../src/memory/notes.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { checkParams } from "../../src/rpc/router.ts";
import { FeaturesAlone } from "../support/feature_alone.ts";

const WEB = "/home/u/web";

/** The memory of a daemon, and of the one after it. */
const alone = () => new FeaturesAlone([memoryFeature]);
const restarted = ({ desk: { journal } }: FeaturesAlone) => new FeaturesAlone([memoryFeature], { journal });

const refused = async (kind: string, call: Promise<unknown>) => {
  const error = await assertRejects(() => call, ConsoleError);
  assertEquals(error.kind, kind, error.message);
  return error;
};

/** The index is made in slices, and a daemon's timers keep no process alive: its listener does. */
async function alive<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

Deno.test("a workspace sees its own notes and the global ones, the newest first", async () => {
  const one = alone();
  const append = async (text: string, workspace?: string) =>
    (await one.call("memory.append", { text, ...(workspace === undefined ? {} : { workspace }) })).id;
  const [first, global, below] = [await append("one", WEB), await append("two"), await append("three", `${WEB}/api`)];
  const last = await append("four", `${WEB}/./docs/../`);
  const seen = async (workspace?: string, limit?: number) => {
    const given = { ...(workspace === undefined ? {} : { workspace }), ...(limit === undefined ? {} : { limit }) };
    return (await one.call("memory.peek", given)).notes.map(({ id }) => id);
  };
  assertEquals(await seen(`${WEB}/`), [last, global, first]);
  assertEquals(await seen(WEB, 1), [last]);
  assertEquals(await seen(`${WEB}/api`), [below, global]);
  assertEquals(await seen(), [global]);
  assertEquals((await one.call("memory.peek", { workspace: WEB })).notes.at(-1), {
    id: first,
    at: "2026-11-20T10:00:00.000Z",
    by: "cli:admin",
    text: "one",
    tags: [],
    workspace: WEB,
  });
  assertEquals(await one.call("memory.stats", {}), {
    notes: 4,
    bytes: 15,
    global: 1,
    workspaces: [{ workspace: WEB, notes: 2 }, { workspace: `${WEB}/api`, notes: 1 }],
    maxNotes: 10_000,
    maxBytes: 4_194_304,
    maxNoteBytes: 16_384,
  });
});

Deno.test("C1 after a restart the memory is the same, and a search finds the same", () =>
  alive(async () => {
    const word = fc.constantFrom(
      "deploy",
      "Tuesday",
      "useEffect",
      "naïve",
      "テスト",
      "\u001b[31m",
      "token=abcdefgh12345678",
    );
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          text: fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" ")),
          tags: fc.array(word, { maxLength: 2 }),
          workspace: fc.constantFrom(undefined, WEB, `${WEB}/`, "/"),
        }),
      },
      fc.record({ forget: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const one = alone();
        const ids: string[] = [];
        for (const [at, given] of steps.entries()) {
          // So that this index follows each change, and that of the next daemon is made at once.
          if (at % 4 === 0) await one.call("memory.search", { query: "deploy" });
          if ("forget" in given) {
            const [id] = ids.splice(given.forget % Math.max(1, ids.length), 1);
            if (id !== undefined) await one.call("memory.forget", { id });
            continue;
          }
          const { text, tags, workspace } = given;
          const where = workspace === undefined ? {} : { workspace };
          ids.push((await one.call("memory.append", { text, tags, ...where })).id);
        }
        const told = async (alone: FeaturesAlone) => {
          const all: unknown[] = [await alone.call("memory.stats", {})];
          for (const where of [{}, { workspace: WEB }, { workspace: "/" }]) {
            all.push(await alone.call("memory.peek", { ...where, limit: 100 }));
            for (const query of ["tuesday naive", "effect", "テスト", "deplyo"]) {
              all.push(await alone.call("memory.search", { ...where, query, limit: 100 }));
            }
          }
          return all;
        };
        const live = await told(one);
        assertEquals(await told(restarted(one)), live);
        const saved = new Notes();
        for (const { type, data, ts } of one.desk.journal.records) saved.apply({ type, data } as never, ts);
        const state = JSON.stringify(saved.save());
        const restored = new Notes();
        restored.restore(JSON.parse(state));
        assertEquals([JSON.stringify(restored.save()), restored.bytes], [state, saved.bytes]);
      }),
      { numRuns: 40 },
    );
  }));

Deno.test("a search follows what is appended and forgotten behind it, and begins anew after a rest", () =>
  alive(async () => {
    const one = alone();
    const search = async (query: string) =>
      (await one.call("memory.search", { query, workspace: WEB })).notes.map(({ id }) => id);
    assertEquals(await search("deploy"), []);
    const { id: first } = await one.call("memory.append", { text: "ask before you deploy", workspace: WEB });
    const { id: second } = await one.call("memory.append", { text: "no hurry", tags: ["deploy"] });
    await one.call("memory.append", { text: "deploy", workspace: "/home/u/other" });
    assertEquals((await search("deploy")).sort(), [first, second].sort());
    await one.call("memory.forget", { id: first });
    assertEquals(await search("deploy"), [second]);
    one.desk.pass(3_600_000);
    await one.services[0]?.tick?.();
    assertEquals(await search("deploy"), [second]);
    assertEquals(await search("…!?"), []);
  }));

Deno.test("P6 one key makes one note, and its repeat gets the same answer after a restart", async () => {
  const one = alone();
  const append = { text: "password=hunter2hunter2", workspace: WEB, idempotencyKey: "k1" };
  const made = await one.call("memory.append", append);
  assertEquals(await one.call("memory.append", append), made);
  const forget = { id: made.id.slice(0, 3), idempotencyKey: "k2" };
  const forgotten = await one.call("memory.forget", forget);
  assertEquals([made.masked, forgotten.id], [true, made.id]);
  const next = restarted(one);
  assertEquals([await next.call("memory.append", append), await next.call("memory.forget", forget)], [made, forgotten]);
  assertEquals(next.desk.events, ["memory.appended", "memory.forgotten"]);
  await refused("conflict", next.call("memory.forget", { id: "other", idempotencyKey: "k1" }));
});

Deno.test("what is forgotten twice, unknown or not clear is refused, and nothing is forgotten for it", async () => {
  const one = alone();
  const ids: string[] = [];
  // More notes than there are first letters.
  for (let at = 0; at < 40; at++) ids.push((await one.call("memory.append", { text: `note ${at}` })).id);
  const letter = ids.map(([first = ""]) => first).find((first) => ids.filter((id) => id.startsWith(first)).length > 1);
  const unclear = await refused("invalid_params", one.call("memory.forget", { id: letter ?? "" }));
  assertEquals(unclear.details["param"], "id");
  const unknown = await refused("not_found", one.call("memory.forget", { id: "none!" }));
  assertEquals(unknown.hint, "agent-console memory peek");
  await one.call("memory.forget", { id: ids[0] ?? "" });
  const twice = await refused("conflict", restarted(one).call("memory.forget", { id: ids[0] ?? "" }));
  assert(twice.message.includes("forgotten already"), twice.message);
  assertEquals((await one.call("memory.stats", {})).notes, 39);
});

Deno.test("A3 no secret of a note, a tag or a folder is in the journal or in an answer", async () => {
  const one = alone();
  const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
  const note = {
    text: `use ${secret}, or password: "hunter2hunter2"`,
    tags: [`token=${secret}`],
    workspace: `/home/${secret}`,
  };
  const { masked } = await one.call("memory.append", note);
  const { notes } = await one.call("memory.peek", { workspace: note.workspace });
  assertEquals([masked, notes.length], [true, 1]);
  const told = JSON.stringify([notes, one.desk.journal.records, await one.call("memory.stats", {})]);
  for (const part of [secret, "hunter2"]) assert(!told.includes(part), told);
  assertEquals((await one.call("memory.append", { text: "the token is in Vault" })).masked, undefined);
});

Deno.test("A4 hostile text is kept as it was written, but for what is no UTF-8", async () => {
  const one = alone();
  const text = "a\u001b]52;c;aGk=\u0007\u202eb\u0000\r\n__proto__ \ud800";
  await one.call("memory.append", { text, tags: ["\u200b", " x ", "x"] });
  const [note] = (await restarted(one).call("memory.peek", {})).notes;
  assertEquals([note?.text, note?.tags], [text.toWellFormed(), ["\u200b", "x"]]);
});

Deno.test("P2 a note that is too large, or for which there is no room, is refused and changes nothing", async () => {
  const one = alone();
  const large = await refused("too_large", one.call("memory.append", { text: "é".repeat(8193) }));
  assertEquals([large.details["param"], large.message.includes("16386")], ["text", true]);
  for (let at = 0; at < 256; at++) await one.call("memory.append", { text: "é".repeat(8192) });
  const full = await refused("conflict", one.call("memory.append", { text: "x" }));
  assertEquals([full.hint, one.desk.journal.records.length], ["agent-console memory forget ID", 256]);

  const many = alone();
  for (let at = 0; at < 10_000; at++) await many.call("memory.append", { text: "x" });
  await refused("conflict", many.call("memory.append", { text: "x" }));
  const [note] = (await many.call("memory.peek", { limit: 1 })).notes;
  await many.call("memory.forget", { id: note?.id ?? "" });
  await many.call("memory.append", { text: "x" });
  many.desk.journal.room = 0;
  await refused(
    "read_only",
    many.call("memory.forget", { id: (await many.call("memory.peek", {})).notes[0]?.id ?? "" }),
  );
  assertEquals((await many.call("memory.stats", {})).notes, 10_000);
});

Deno.test("P5 the rows refuse what is unknown or wrong by name", () => {
  const wrong: readonly [keyof typeof memoryMethods, object, string][] = [
    ["memory.append", { text: " \n" }, "text"],
    ["memory.append", { text: 5 }, "text"],
    ["memory.append", { text: "x", workspace: "web" }, "workspace"],
    ["memory.append", { text: "x", tags: ["a".repeat(65)] }, "tags"],
    ["memory.append", { text: "x", tags: Array(17).fill("a") }, "tags"],
    ["memory.append", { text: "x", idempotencyKey: "" }, "idempotencyKey"],
    ["memory.append", { text: "x", global: true }, "global"],
    ["memory.forget", { id: "" }, "id"],
    ["memory.forget", {}, "id"],
    ["memory.peek", { limit: 0 }, "limit"],
    ["memory.peek", { limit: 101 }, "limit"],
    ["memory.peek", { workspace: 5 }, "workspace"],
    ["memory.search", { query: "" }, "query"],
    ["memory.search", { query: "x".repeat(1001) }, "query"],
    ["memory.search", { query: "x", limit: 1.5 }, "limit"],
    ["memory.stats", { workspace: WEB }, "workspace"],
  ];
  for (const [method, params, param] of wrong) {
    const error = assertThrows(() => checkParams(method, memoryMethods[method], params), ConsoleError);
    assert(error.kind === "invalid_params" && error.message.includes(`"${param}`), error.message);
  }
});
