/** X1: a capsule's folder as it is read, its digest, and each reason for which one is refused. */
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ChangedFolders } from "../../src/capsule/changes.ts";
import { Grants } from "../../src/capsule/grants.ts";
import { FOLDER_LIMITS, readCapsule, readUnnamed } from "../../src/capsule/folder.ts";
import { findCapsules } from "../../src/capsule/discovery.ts";
import { CapsuleFlaw } from "../../src/capsule/read_manifest.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { Desk } from "../support/desk.ts";

const UID = Deno.uid();
const NOTHING = { net: [], read: [], write: [], env: [], kv: 0, secrets: [], exec: [] };

function inFolder(test: (place: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const place = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-" });
    try {
      await test(place);
    } finally {
      await Deno.remove(place, { recursive: true });
    }
  };
}

const reasonOf = (folder: string, uid = UID) => assertThrows(() => readCapsule(folder, uid), CapsuleFlaw).message;

Deno.test(
  "X1 the digest of a capsule is that of all its files, as sha256sum would write them",
  inFolder(async (place) => {
    const folder = writeCapsule(place, {}, { "main.ts": "1", "lib/a.ts": "2", "lib.ts": "3" });
    const { digest, files } = readCapsule(folder, UID);
    assertEquals(files.map(({ path }) => path), ["capsule.jsonc", "lib.ts", "lib/a.ts", "main.ts"]);
    const script = "sha256sum capsule.jsonc lib.ts lib/a.ts main.ts | sha256sum";
    const { stdout } = await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output();
    assertEquals(new TextDecoder().decode(stdout).slice(0, 64), digest);
    await Deno.writeTextFile(`${folder}/lib/a.ts`, "4");
    assertEquals(readCapsule(folder, UID).digest === digest, false);
  }),
);

Deno.test(
  "X1 a capsule with a link, a hidden file or a pipe is refused",
  inFolder((place) => {
    const folder = writeCapsule(place);
    Deno.symlinkSync("/etc/passwd", `${folder}/names.ts`);
    assertEquals(reasonOf(folder), `${folder}/names.ts is a symlink, not a file`);
    Deno.removeSync(`${folder}/names.ts`);
    Deno.symlinkSync("/etc", `${folder}/lib`);
    assertEquals(reasonOf(folder), `${folder}/lib is a symlink, not a file`);
    Deno.removeSync(`${folder}/lib`);
    Deno.writeTextFileSync(`${folder}/.env`, "");
    assertMatch(reasonOf(folder), /^it holds "\.env": .*none is hidden$/);
    Deno.removeSync(`${folder}/.env`);
    new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
    assertEquals(reasonOf(folder), `${folder}/pipe is a device or pipe, not a file`);
    Deno.symlinkSync(folder, `${place}/demo2`);
    assertEquals(reasonOf(`${place}/demo2`), `${place}/demo2 is a symlink, not a folder`);
  }),
);

Deno.test(
  "X1 a folder that cannot be looked at is a flaw, and the look at granted folders goes on",
  inFolder((place) => {
    // In the place of a sandbox that shows it no more: the system refuses the look, and does not say that nothing is there.
    Deno.writeTextFileSync(`${place}/file`, "");
    const hidden = `${place}/file/demo`;
    assertMatch(reasonOf(hidden), /demo cannot be looked at: .*[Nn]ot a directory/);
    const { store, journal } = new Desk();
    const grants = new Grants();
    const { manifest, digest } = readCapsule(writeCapsule(place), UID);
    for (const folder of [hidden, `${place}/demo`]) {
      const grant = { name: folder === hidden ? "hidden" : "demo", digest, manifest, folder, capabilities: NOTHING };
      grants.apply({ type: "capsule.granted", data: { grant } }, "2026-01-01T00:00:00.000Z");
    }
    Deno.writeTextFileSync(`${place}/demo/main.ts`, "changed");
    new ChangedFolders(store, grants).check();
    assertEquals(
      journal.records.map(({ type, data }) => [type, (data as { name: string }).name]),
      [["capsule.changed", "hidden"], ["capsule.changed", "demo"]],
    );
  }),
);

Deno.test(
  "X1 a change of the moment in which the folder was read is seen, though size and time are as before",
  inFolder((place) => {
    const { store, journal } = new Desk();
    const grants = new Grants();
    const folder = writeCapsule(place);
    const { manifest, digest } = readCapsule(folder, UID);
    const grant = { name: "demo", digest, manifest, folder, capabilities: NOTHING };
    grants.apply({ type: "capsule.granted", data: { grant } }, "2026-01-01T00:00:00.000Z");
    const changes = new ChangedFolders(store, grants);
    const now = new Date();
    for (const text of ["1", "2"]) {
      Deno.writeTextFileSync(`${folder}/main.ts`, text);
      Deno.utimeSync(`${folder}/main.ts`, now, now);
      changes.check();
    }
    const digests = journal.records.map(({ data }) => (data as { digest: string }).digest);
    assertEquals([digests.length, digests[1]], [2, readCapsule(folder, UID).digest]);
  }),
);

Deno.test(
  "X1 a capsule that others may write, or own, is refused, with what cures it",
  inFolder((place) => {
    const folder = writeCapsule(place, {}, { "main.ts": "", "lib/a.ts": "" });
    Deno.chmodSync(`${folder}/lib/a.ts`, 0o620);
    const file = `${folder}/lib/a.ts`;
    assertEquals(reasonOf(folder), `${file} has mode 0620, which lets others write to it; cure: chmod go-w ${file}`);
    Deno.chmodSync(`${folder}/lib/a.ts`, 0o600);
    Deno.chmodSync(`${folder}/lib`, 0o702);
    assertMatch(reasonOf(folder), /lib has mode 0702, which lets others write to it/);
    Deno.chmodSync(`${folder}/lib`, 0o700);
    assertMatch(reasonOf(folder, (UID ?? 0) + 1), new RegExp(`^${folder} belongs to uid ${UID}, not to you`));
  }),
);

Deno.test(
  "X1 a capsule that is too large, has no main or another name is refused",
  inFolder((place) => {
    const folder = writeCapsule(place, { main: "other.ts" });
    assertEquals(reasonOf(folder), "its main, other.ts, is not there");
    Deno.renameSync(folder, `${place}/else`);
    writeCapsule(place);
    Deno.removeSync(`${place}/else/capsule.jsonc`);
    assertEquals(reasonOf(`${place}/else`), "it has no capsule.jsonc");
    Deno.renameSync(folder, `${place}/third`);
    assertEquals(reasonOf(`${place}/third`), "it is named demo, and its folder third: they must be the same");
    assertEquals(readUnnamed(`${place}/third`, UID).manifest.name, "demo");

    const files = Array.from({ length: FOLDER_LIMITS.files }, (_, at) => [`f${at}.ts`, ""]);
    const many = writeCapsule(`${place}/many`, {}, Object.fromEntries(files));
    assertEquals(reasonOf(many), `it has more than ${FOLDER_LIMITS.files} files`);
    const deep = writeCapsule(`${place}/deep`, {}, { "main.ts": "", [`${"d/".repeat(9)}a.ts`]: "" });
    assertMatch(reasonOf(deep), /lies too deep: 8 folders at most$/);
    const large = writeCapsule(`${place}/large`, {}, { "main.ts": "x".repeat(FOLDER_LIMITS.fileBytes + 1) });
    assertEquals(reasonOf(large), `main.ts has more than ${FOLDER_LIMITS.fileBytes} bytes`);
    const parts = Array.from({ length: 5 }, (_, at) => [`f${at}.ts`, "x".repeat(FOLDER_LIMITS.fileBytes)]);
    const heavy = writeCapsule(`${place}/heavy`, {}, { "main.ts": "", ...Object.fromEntries(parts) });
    assertEquals(reasonOf(heavy), `its files have more than ${FOLDER_LIMITS.bytes} bytes together`);
  }),
);

Deno.test(
  "X1 capsules are found in the home and in trusted workspaces; of two with one name the granted one counts, then the home's",
  inFolder((place) => {
    const [capsules, workspace] = [`${place}/capsules`, `${place}/project`];
    const [home, theirs] = [writeCapsule(capsules), writeCapsule(`${workspace}/.agent-console/capsules`)];
    writeCapsule(capsules, { name: "second" });
    const find = (granted?: string) =>
      findCapsules(
        { capsules, workspaces: [workspace, `${place}/none`], uid: UID },
        (name) => name === "demo" ? granted : undefined,
      )
        .map((one) => [one.folder, "reason" in one ? one.reason : "taken"]);
    const second = [`${capsules}/second`, "taken"];
    const refused = (folder: string) => `another capsule has its name: ${folder}`;
    assertEquals(find(), [[home, "taken"], second, [theirs, refused(home)]]);
    assertEquals(find(theirs), [[home, refused(theirs)], second, [theirs, "taken"]]);
    const one = findCapsules({ capsules, workspaces: [workspace], uid: UID, name: "second" }, () => undefined);
    assertEquals(one.map(({ folder }) => folder), [`${capsules}/second`]);
    Deno.chmodSync(capsules, 0o777);
    assertMatch(find()[1]?.[1] ?? "", /capsules has mode 0777, which lets others write to it$/);
  }),
);
