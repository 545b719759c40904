/** Where an export may go: stdout by a dash, files outside of the home, and one place for one thing. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { exportPlaces } from "../../src/cli/export_target.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

function refused(output: string | undefined, manifest: string | undefined, home: string, says: string): void {
  const { kind, message, details } = assertThrows(
    () => exportPlaces({ format: "csv", output, manifest }, home),
    ConsoleError,
  );
  assertEquals(kind, "usage");
  assert(message.includes(says) && details["hint"] !== undefined, message);
}

Deno.test("Q1 a dash names stdout, for the records or for their manifest", () => {
  const places = (output?: string, manifest?: string, format: "csv" | "jsonl" = "csv") => {
    const { records, manifest: beside } = exportPlaces({ format, output, manifest }, "/nowhere");
    return [records.path, beside === undefined ? "none" : beside.path];
  };
  assertEquals(places(), [undefined, "none"]);
  assertEquals(places("-"), [undefined, "none"]);
  assertEquals(places("-", "/m"), [undefined, "/m"]);
  assertEquals(places("/t", "-"), ["/t", undefined]);
  assertEquals(places("/t"), ["/t", "/t.manifest.json"]);
  assertEquals(places("/t", undefined, "jsonl"), ["/t", "none"]);
  assertEquals(places("./-"), [`${Deno.cwd()}/-`, `${Deno.cwd()}/-.manifest.json`]);
  refused("-", "-", "/nowhere", "the records go to stdout");
  refused(undefined, "-", "/nowhere", "the records go to stdout");
  refused("/a/../t", "/t", "/nowhere", "the same file");
});

Deno.test("Q1 no export goes into the home, by whatever way its path leads there", async () => {
  const root = await Deno.makeTempDir();
  try {
    const [home, work] = [`${root}/home`, `${root}/work`];
    for (const folder of [home, `${home}/journal`, work, `${root}/home2`]) await Deno.mkdir(folder);
    await Deno.symlink(`${home}/journal`, `${root}/linked`);
    await Deno.symlink(home, `${work}/home`);
    await Deno.symlink(home, `${root}/other`);
    const into = [
      `${home}/x`,
      `${home}/journal/x.jsonl`,
      `${home}/none/x`,
      `${root}/linked/x`,
      `${work}/home/x`,
      `${work}/../home/journal/x`,
      `${root}/linked/../other/x`,
    ];
    for (const path of into) {
      for (const named of [home, `${root}/other`]) {
        refused(path, undefined, named, "--output names ");
        refused(`${work}/t`, path, named, "--manifest names ");
        refused("-", path, named, "--manifest names ");
      }
    }
    for (const path of [`${work}/x`, `${root}/home2/x`, `${work}/home/../x`, `${root}/home.jsonl`]) {
      assert(exportPlaces({ format: "csv", output: path }, home).records.path?.startsWith(root));
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
