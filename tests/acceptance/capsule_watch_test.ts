/** Changes of a granted capsule's folder: recorded before the tick sees them, a burst of them once, and none of them runs. */
import { assertEquals, assertMatch } from "@std/assert";
import { capsuleList, grantNow, sayTo } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";

const main = (word: string) => `export default (capsule: any) => capsule.command("hello", () => "${word}");`;
const HELLO = { commands: [{ name: "hello", description: "says hello" }] };
/** Below the tick of 10 s, and above what a loaded machine needs for one look. */
const SOON_MS = 4000;

const changes = (home: TestHome) => readJournal(home).filter(({ type }) => type === "capsule.changed");
const digests = (home: TestHome) => changes(home).map(({ data }) => (data as { digest: string | null }).digest);
const until = (home: TestHome, count: number, what: string) =>
  eventually(() => changes(home).length >= count, SOON_MS, what, 20);

async function withHello(home: TestHome): Promise<string> {
  const folder = writeCapsule(home.path("capsules"), HELLO, { "main.ts": main("one"), "lib/a.ts": "" });
  await home.start();
  await grantNow(home, "demo");
  return folder;
}

/** Without a pause: no tick of the daemon comes between. */
function burst(folder: string): void {
  for (let at = 0; at < 50; at++) {
    if (at === 10) Deno.mkdirSync(`${folder}/more`, { mode: 0o700 });
    Deno.writeTextFileSync(`${folder}/${at < 10 ? "lib" : "more"}/f${at}.ts`, `${at}`, { mode: 0o600 });
  }
}

Deno.test("X1 a changed folder is recorded at once and once, asks again and goes on as granted; changed back, too", async () => {
  await using home = await TestHome.create();
  const folder = await withHello(home);
  const granted = (await capsuleList(home))[0]?.["grantedDigest"];
  await Deno.writeTextFile(`${folder}/lib/a.ts`, "export {};");
  await until(home, 1, "the record of the change");
  const [changed] = await capsuleList(home);
  assertEquals([changed?.["changed"], digests(home)], [true, [changed?.["digest"] as string]]);
  assertMatch((await home.cli(["status"])).stdout, /demo.*not what you granted/);
  assertEquals(await sayTo(home, "/hello"), "one");

  await Deno.writeTextFile(`${folder}/lib/a.ts`, "");
  await until(home, 2, "the record of what is as granted again");
  assertEquals([digests(home)[1], (await capsuleList(home))[0]?.["changed"]], [granted as string, false]);
  assertEquals((await home.cli(["status"])).stdout.includes("not what you granted"), false);
});

Deno.test("X1 fifty writes of one moment are one record, also in a folder that is new; so is a folder that goes and comes again", async () => {
  await using home = await TestHome.create();
  const folder = await withHello(home);
  burst(folder);
  await until(home, 1, "the record of the burst");
  await Deno.writeTextFile(`${folder}/more/f49.ts`, "again");
  await until(home, 2, "the record of a change in the new folder");
  assertEquals(digests(home).at(-1), (await capsuleList(home))[0]?.["digest"] as string);

  await Deno.rename(folder, `${folder}-away`);
  await until(home, 3, "the record of its absence");
  await Deno.rename(`${folder}-away`, folder);
  await until(home, 4, "the record of its return");
  await Deno.writeTextFile(`${folder}/main.ts`, main("two"));
  await until(home, 5, "the record of a change after its return");
  assertEquals([changes(home).length, digests(home)[2]], [5, null]);
  assertEquals(await sayTo(home, "/hello"), "one");
});

Deno.test("X1 changes are recorded as soon behind an install over what is granted, which puts another folder there", async () => {
  await using home = await TestHome.create();
  const folder = await withHello(home);
  const source = writeCapsule(`${home.root}/source`, HELLO, { "main.ts": main("two"), "lib/a.ts": "" });
  const { code, stderr } = await home.cli(["capsule", "install", source, "--yes"]);
  assertEquals(code, 0, stderr);
  await until(home, 1, "the record of the install");
  for (const [at, word] of ["three", "four", "five"].entries()) { // a tick sees one of them at most
    await Deno.writeTextFile(`${folder}/main.ts`, main(word));
    await until(home, at + 2, `the record of ${word}`);
  }
});
