import { assert, assertEquals } from "@std/assert";
import { makePrivate, notedFolders, noteMissing, removeEmpty } from "../../src/platform/made_folders.ts";
import { exists } from "../support/exists.ts";
import { isRoot, STRANGER } from "../support/harness_guard.ts";

const NOWHERE = { paths: [], endings: [] };

async function inTemp(body: (at: (name: string) => string) => Promise<void> | void): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "acf-" });
  try {
    await body((name) => `${root}/${name}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("X2 what was missing around our folder is noted once, what is in it is not", () =>
  inTemp((at) => {
    const own = at("a/b/own");
    const places = { paths: [own, at("a/x/y/file")], endings: [] };
    makePrivate(at("a/b/own/c"), own);
    assertEquals([...notedFolders(own, places)].sort(), [at("a"), at("a/b")]);
    makePrivate(at("a/b/own/d/e"), own);
    noteMissing(at("a/x/y"), own);
    assertEquals([...notedFolders(own, places)].sort(), [at("a"), at("a/b"), at("a/x"), at("a/x/y")]);
    assert(!exists(at("a/x")));
    for (const path of ["a", "a/b", "a/b/own/d"]) assertEquals(Deno.lstatSync(at(path)).mode! & 0o777, 0o700, path);
  }));

Deno.test("X2 only folders that are empty go, the innermost first", () =>
  inTemp((at) => {
    for (const path of ["a/b/c", "kept/in", "target"]) Deno.mkdirSync(at(path), { recursive: true });
    Deno.writeTextFileSync(at("kept/in/file"), "");
    Deno.symlinkSync(at("target"), at("link"));
    const asked = ["a", "a/b", "a/b/c", "kept", "kept/in", "link", "gone"].map(at);
    assertEquals(removeEmpty(asked), ["a/b/c", "a/b", "a"].map(at));
    for (const path of ["kept/in/file", "link", "target"]) assert(exists(at(path)), path);
  }));

Deno.test("X2 a note that cannot be read is none", () =>
  inTemp((at) => {
    assertEquals(notedFolders(at("nothing"), NOWHERE), []);
    Deno.writeTextFileSync(at("made_folders.jsonl"), "{");
    assertEquals(notedFolders(at(".").replace(/\/\.$/, ""), NOWHERE), []);
  }));

Deno.test("X2 a note counts only for a place of ours, in a file that nobody else may write", () =>
  inTemp((at) => {
    const own = at("own");
    const record = `${own}/made_folders.jsonl`;
    Deno.mkdirSync(own, { mode: 0o700 });
    const noted = ["s", "s/kept", "p/.claude", "p", "elsewhere", "s/../elsewhere", "q.claude"].map(at);
    Deno.writeTextFileSync(record, noted.map((path) => `${JSON.stringify(path)}\n`).join(""), { mode: 0o600 });
    const places = { paths: [at("s/kept/file")], endings: ["/.claude"] };
    const ours = ["s", "s/kept", "p/.claude"].map(at);
    assertEquals(notedFolders(own, places), ours);
    for (const path of [record, own]) {
      const mode = Deno.lstatSync(path).mode! & 0o777;
      Deno.chmodSync(path, mode | 0o020);
      assertEquals(notedFolders(own, places), [], path);
      Deno.chmodSync(path, mode);
      if (!isRoot) continue;
      Deno.chownSync(path, STRANGER, STRANGER);
      assertEquals(notedFolders(own, places), [], path);
      Deno.chownSync(path, Deno.uid(), Deno.gid());
    }
    assertEquals(notedFolders(own, places), ours);
  }));
