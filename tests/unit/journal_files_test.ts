import { assert, assertEquals, assertThrows } from "@std/assert";
import { openJournal } from "../../src/journal/journal.ts";
import { verifyJournal } from "../../src/journal/verify.ts";
import { daemonTurns, systemClock } from "../../src/platform/clock.ts";
import { sleep } from "../../src/platform/delay.ts";
import { denoFiles, isNotFound } from "../../src/platform/deno_files.ts";
import { UNFINISHED } from "../../src/platform/system.ts";
import { runningSha256, sha256Hex } from "../../src/platform/hash.ts";

const text = (value: string) => new TextEncoder().encode(value);

async function inFolder(run: (dir: string) => void | Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await run(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("sha256 is that of FIPS 180-4", () => {
  const sha256 = sha256Hex;
  assertEquals(sha256(text("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

Deno.test("the real files do what their interface says", () =>
  inFolder(async (dir) => {
    const path = `${dir}/a`;
    assertEquals([denoFiles.stat(path), denoFiles.list(`${dir}/none`)], [undefined, []]);
    const error = assertThrows(() => denoFiles.read(path));
    assert(isNotFound(error) && !isNotFound(new Error("x")));
    assertThrows(() => denoFiles.append(path, "never"));
    denoFiles.remove(path);
    const file = denoFiles.append(path, "new");
    assertThrows(() => denoFiles.append(path, "new"), Deno.errors.AlreadyExists);
    file.write(text("hello "));
    file.write(text("world"));
    await file.sync();
    assertEquals(file.size(), 11);
    file.truncate(8);
    file.write(text("!")); // at the end, not where the old end was
    file.close();
    assertEquals(denoFiles.read(path), text("hello wo!"));
    assertEquals(denoFiles.readRange(path, 6, 2), text("wo"));
    assertEquals(denoFiles.readRange(path, 6, 100), text("wo!"));
    assertEquals(denoFiles.readRange(path, 60, 100), text(""));
    const { kind, size, mode } = denoFiles.stat(path)!;
    assertEquals([kind, size, mode], ["file", 9, 0o600]);
    denoFiles.replace(path, text("new"));
    denoFiles.create(`${dir}/b`, text("b"), 0o644);
    assertThrows(() => denoFiles.create(`${dir}/b`, text("c"), 0o600), Deno.errors.AlreadyExists);
    assertEquals([denoFiles.stat(path)?.mode, denoFiles.stat(`${dir}/b`)?.mode], [0o600, 0o644]);
    await Deno.symlink(path, `${dir}/link`);
    assertEquals([denoFiles.stat(`${dir}/link`)?.kind, denoFiles.stat(dir)?.kind], ["symlink", "directory"]);
    denoFiles.rename(path, `${dir}/c`);
    assertEquals(denoFiles.list(dir), ["b", "c", "link"]);
    assertThrows(() => denoFiles.replace(`${dir}/none/x`, text("x")), Deno.errors.NotFound);
    denoFiles.mkdir(`${dir}/folder`, 0o700);
    assertThrows(() => denoFiles.replace(`${dir}/folder`, text("x")));
    const given = denoFiles.replaceInParts(`${dir}/c`);
    await given.write(text("up"));
    given.discard();
    assertEquals(denoFiles.read(`${dir}/c`), text("new"));
    const parts = denoFiles.replaceInParts(`${dir}/c`);
    await parts.write(text("0, "));
    await parts.overwrite(0, text("1"));
    await parts.write(text("2"));
    assertEquals(denoFiles.read(`${dir}/c`), text("new"));
    await parts.commit();
    parts.discard();
    assertEquals([denoFiles.read(`${dir}/c`), denoFiles.stat(`${dir}/c`)?.mode], [text("1, 2"), 0o600]);
    assertThrows(() => denoFiles.replaceInParts(`${dir}/none/x`), Deno.errors.NotFound);
    assertEquals(denoFiles.list(dir), ["b", "c", "folder", "link"], "no temporary file is left");
  }));

Deno.test("the modes of files and folders do not depend on the umask", () =>
  inFolder((dir) => {
    for (const umask of [0, 0o022, 0o077, 0o177]) {
      const before = Deno.umask(umask);
      try {
        const name = `${dir}/${umask}`;
        denoFiles.mkdir(name, 0o700);
        denoFiles.append(`${name}/a`, "may").close();
        denoFiles.replace(`${name}/r`, text("r"));
        denoFiles.replace(`${name}/s`, text("s"), 0o644);
        const modes = [name, `${name}/a`, `${name}/r`, `${name}/s`].map((path) => denoFiles.stat(path)?.mode);
        assertEquals(modes, [0o700, 0o600, 0o600, 0o644]);
      } finally {
        Deno.umask(before);
      }
    }
  }));

Deno.test("a journal on the disk: rotation, fsync, snapshot, torn end, verification", () =>
  inFolder(async (parent) => {
    const dir = `${parent}/journal`;
    const sha256 = sha256Hex;
    const open = () => {
      const seqs: number[] = [];
      const states: unknown[] = [];
      const opened = openJournal({
        dir,
        files: denoFiles,
        sha256,
        runningSha256,
        clock: systemClock,
        timers: { sleep },
        turns: daemonTurns,
        fsync: "interval",
        segmentBytes: 20_000,
        actor: "daemon",
      }, { restore: (state) => states.push(state) > 0, record: ({ seq }) => seqs.push(seq) });
      return { ...opened, seqs, states };
    };
    const { journal } = open();
    assertEquals(denoFiles.stat(dir)?.mode, 0o700);
    for (let i = 0; i < 200; i++) journal.append({ type: "a.b", actor: "x", data: { i } });
    await journal.durable(journal.head().seq);
    await journal.snapshot({ i: 199 });
    for (let i = 0; i < 5; i++) journal.append({ type: "a.b", actor: "x", data: { i } });
    const { seq } = journal.head();
    assertEquals(journal.since(seq - 100, 100, 1e6)?.length, 100);
    await journal.close();
    const { journal: again, ...found } = open();
    assertEquals(
      [found.states, found.seqs.length, found.recovered],
      [[{ i: 199 }], 6, undefined],
      "5, and the one that vouches",
    );
    assertEquals(again.head(), journal.head());
    await again.close();
    const last = denoFiles.list(dir).filter((name) => name.endsWith(".jsonl")).at(-1)!;
    const file = denoFiles.append(`${dir}/${last}`, "never");
    file.truncate(file.size() - 5);
    file.close();
    const result = await verifyJournal({ dir, files: denoFiles, sha256 });
    assert(result.ok && result.size === seq - 1 && (result.unfinished ?? 0) > 0);
    const third = open();
    assertEquals([third.journal.head().seq, third.recovered?.segment], [seq - 1, last]);
    for (const name of denoFiles.list(dir)) assertEquals(denoFiles.stat(`${dir}/${name}`)?.mode, 0o600, name);
    await third.journal.close();
  }));

Deno.test("A7 a replacement is a new file of ours, whatever lies under its temporary name", () =>
  inFolder(async (dir) => {
    const path = `${dir}/kept`;
    denoFiles.create(`${dir}/outside`, text("theirs"), 0o666);
    await Deno.symlink(`${dir}/outside`, `${path}${UNFINISHED}`);
    const replacement = denoFiles.replaceInParts(path);
    await replacement.write(text("ours"));
    await replacement.commit();
    const { kind, mode } = denoFiles.stat(path)!;
    assertEquals([kind, mode], ["file", 0o600]);
    assertEquals([denoFiles.read(path), denoFiles.read(`${dir}/outside`)], [text("ours"), text("theirs")]);
  }));
