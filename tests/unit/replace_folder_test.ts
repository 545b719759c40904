/** X1: a folder that takes the place of another is there, or what was there before is. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readUnnamed } from "../../src/capsule/folder.ts";
import { addCapsule } from "../../src/client/add_capsule.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import { replaceFolder } from "../../src/platform/replace_folder.ts";
import { writeCapsule } from "../support/capsule_folder.ts";

const RENAME = Deno.renameSync;

function renameBy(rename: typeof RENAME): void {
  Deno.renameSync = rename;
}

/** Runs `test` while the renames fail that `fails` says, in a temporary folder. */
async function whileRenamesFail(
  fails: (from: string, to: string) => boolean,
  test: (place: string, failing: <T>(what: () => T) => T) => void | Promise<void>,
) {
  const place = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
  const failing = <T>(what: () => T): T => {
    renameBy((from, to) => {
      if (fails(`${from}`, `${to}`)) throw new Error("no space left");
      RENAME(from, to);
    });
    return what();
  };
  try {
    await test(place, failing);
  } finally {
    renameBy(RENAME);
    await Deno.remove(place, { recursive: true });
  }
}

const names = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();

function twoFolders(place: string) {
  for (const name of ["old", "new"]) {
    Deno.mkdirSync(`${place}/${name}`);
    Deno.writeTextFileSync(`${place}/${name}/${name}.ts`, "");
  }
}

Deno.test("X1 a folder takes the place of another, or of none", async () => {
  await whileRenamesFail(() => false, (place) => {
    twoFolders(place);
    replaceFolder(`${place}/new`, `${place}/old`);
    assertEquals([names(place), names(`${place}/old`)], [["old"], ["new.ts"]]);
    replaceFolder(`${place}/old`, `${place}/third`);
    assertEquals(names(place), ["third"]);
  });
});

Deno.test("X1 what was there is back where the new folder cannot be put there, or is named", async () => {
  await whileRenamesFail((from) => from.endsWith("/new"), (place, failing) => {
    twoFolders(place);
    assertThrows(() => failing(() => replaceFolder(`${place}/new`, `${place}/old`)), Error, "no space left");
    assertEquals([names(place), names(`${place}/old`)], [["new", "old"], ["old.ts"]]);
  });
  await whileRenamesFail((_, to) => to.endsWith("/old"), (place, failing) => {
    twoFolders(place);
    const { message } = assertThrows(() => failing(() => replaceFolder(`${place}/new`, `${place}/old`)), Error);
    const [, aside = ""] = /; what was there lies in (.*)$/.exec(message) ?? [];
    assertEquals(names(aside), ["old.ts"]);
  });
});

Deno.test("X1 an installed capsule is there still where another version of it cannot be put there", async () => {
  const isSecond = (from: string) => from.includes("/.new-");
  await whileRenamesFail(isSecond, async (place, failing) => {
    const paths = homePaths(`${place}/home`);
    await Deno.mkdir(paths.root, { mode: 0o700 });
    const installed = writeCapsule(paths.capsules);
    const other = readUnnamed(writeCapsule(place, { version: "2.0.0" }), Deno.uid());
    await assertRejects(() => failing(() => addCapsule({ paths }, other, () => Promise.resolve(true))), Error);
    assertEquals(names(paths.capsules), ["demo"]);
    assertEquals(readUnnamed(installed, Deno.uid()).manifest.version, "1.0.0");
  });
});
