// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** What the audit's commands say of files that somebody has changed: which file it is, where, and what to do. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { fillHome, homeKeyText, openHomeJournal, signHome, signMore } from "../support/home_journal.ts";
import { audit, grow, signedHome } from "../support/witness_home.ts";

const SEGMENT = "journal/0000000000000001.jsonl";

/** @param change of the text of the file in the home */
function altered(home: TestHome, name: string, change: (text: string) => string): void {
  const text = Deno.readTextFileSync(home.path(name));
  const changed = change(text);
  assert(changed !== text, name);
  Deno.writeTextFileSync(home.path(name), changed);
}

Deno.test("C3 a removed record is at one place for verify, query, export and a start, and each says what to do", async () => {
  await using home = await signedHome();
  altered(home, SEGMENT, (text) => text.split("\n").toSpliced(9, 1).join("\n"));
  const { stderr: verify } = await home.cli(["audit", "verify"]);
  const [said = ""] = verify.split("\n");
  assertStringIncludes(said, "is missing: record 11 stands there");
  for (const args of [["query"], ["export", "--output", `${home.root}/all.jsonl`]]) {
    const stderr = await audit(home, 7, ...args);
    assertStringIncludes(stderr, said.replace("error: ", ""), args.join(" "));
    assertStringIncludes(stderr, "\nhint: keep the files as they are; agent-console audit verify says what to do\n");
  }
  const started = await home.cli(["daemon"]); // what `daemon start` starts, whose words it gives
  assertEquals(started.code, 7);
  for (const text of [started.stderr, Deno.readTextFileSync(home.path("logs/daemon.log"))]) {
    assertStringIncludes(text, "agent-console audit verify says what to do");
  }
});

Deno.test("C3 a journal.head that was changed is named itself where a signed checkpoint covers the record", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  const size = readJournal(home).length;
  altered(home, "journal.head", (text) => text.replace(/"hash":"\w{64}/, `"hash":"${"0".repeat(64)}`));
  const told = await audit(home, 7, "verify");
  assertStringIncludes(told, `journal.head at byte 0 was changed: it has another hash or place of record ${size}`);
  assertStringIncludes(told, "hint: put journal.head back as it was, or move it away");
  Deno.removeSync(home.path("journal.checkpoints"));
  assertStringIncludes(await audit(home, 7, "verify"), "is not that of journal.head: one of the two was changed");
});

Deno.test("C10 a proof or a kept checkpoint that was changed is told apart from one that another key has signed", async () => {
  await using home = await signedHome();
  const [name] = (await homeKeyText(home)).split("+");
  const proof = JSON.parse(await audit(home, 0, "prove", "7", "--json"));
  const note = proof.checkpoint as string;
  const file = `${home.root}/given`;
  const forged = [
    note.replace(/\n\d+\n/, "\n999\n"),
    note.slice(0, -1),
    note.replace(/\n$/, "AAAA\n"),
    `${note}junk\n`,
  ];
  for (const checkpoint of forged) {
    Deno.writeTextFileSync(file, JSON.stringify({ ...proof, checkpoint }));
    for (const option of ["--proof", "--against"]) {
      const told = await audit(home, 7, "verify", option, file);
      assertStringIncludes(told, `checkpoint was changed: the signature of ${name} does not hold\nhint: `);
      assert(!told.includes("--key"), told);
    }
  }
});

Deno.test("C10 what covers no record any more, and a key that is gone, are named by file and record", async () => {
  await using home = await signedHome();
  const journal = openHomeJournal(home, 2500);
  fillHome(journal, 40);
  await journal.snapshot({});
  const { seq } = await signHome(home, journal);
  const { last } = (await journal.prune(Date.now() + 60_000, seq))!;
  await journal.close();
  await grow(home, 5);
  const key = Deno.readTextFileSync(home.path("keys/journal.key"));
  Deno.removeSync(home.path("keys/journal.key"));
  assertStringIncludes(await audit(home, 0, "verify"), "keys/journal.key is missing, and without a key (--key) nobody");
  assertEquals(JSON.parse(await audit(home, 0, "verify", "--json")).missingFiles, ["keys/journal.key"]);
  Deno.writeTextFileSync(home.path("keys/journal.key"), key, { mode: 0o600 });
  assertStringIncludes(await audit(home, 0, "verify"), "signed by ");
  const sizeOf = (line: string) => Number(/\\n(\d+)\\n/.exec(line)?.[1]);
  altered(home, "journal.checkpoints", (text) => {
    const lines = text.split("\n").filter((line) => sizeOf(line) <= last);
    return lines.map((line) => `${line}\n`).join("");
  });
  const reach = Math.max(...Deno.readTextFileSync(home.path("journal.checkpoints")).trimEnd().split("\n").map(sizeOf));
  assertStringIncludes(
    await audit(home, 0, "verify"),
    `no signed checkpoint covers these records: those of journal.checkpoints reach up to record ${reach}\n`,
  );
});

Deno.test("C10 the files beside a copy are named as they are there", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  Deno.renameSync(home.path("journal"), `${home.root}/kept`);
  for (const name of ["head", "checkpoints"]) {
    Deno.renameSync(home.path(`journal.${name}`), `${home.root}/kept.${name}`);
  }
  const copy = ["verify", "--offline", `${home.root}/kept`];
  altered(home, "../kept.checkpoints", (text) => text.replace("{", "["));
  const told = await audit(home, 7, ...copy);
  assertStringIncludes(told, "does not verify: kept.checkpoints at byte 0 is not a checkpoint\n");
  assert(!told.includes("journal.checkpoints"), told);
});

Deno.test("C10 a place on a full disk keeps no empty file behind a checkpoint that it did not take", async () => {
  await using home = await signedHome();
  const file = `${home.root}/kept.notes`;
  const { argv, env } = home.command(["audit", "witness", "--file", file]);
  // No write to a file is taken, as on a full disk.
  const limited = ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh", ...argv];
  await using running = home.spawnArgv(limited, env);
  const { code, stderr } = await running.exit(60_000);
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, `${file} cannot be written: File too large`);
  assertStringIncludes(stderr, "\nhint: the folder must be there, with room on its disk, ");
  assertEquals([...Deno.readDirSync(home.root)].map(({ name }) => name).filter((name) => name === "kept.notes"), []);
});

Deno.test("Q1 a session's name is told to be none of its ids, of a query and an export", async () => {
  await using home = await signedHome();
  for (const args of [["query"], ["export", "--output", `${home.root}/all.jsonl`]]) {
    const told = await audit(home, 0, ...args, "--session", "web", "--since", "0000-01-01");
    assertStringIncludes(told, "begins with web: give an id, as records have it, and no name; agent-console ls --all");
    assertStringIncludes(told, "written at 0000-01-01 ");
  }
});
