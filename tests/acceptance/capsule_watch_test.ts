/** Changes of a granted capsule's folder: recorded without a tick, a burst of them once, and none of them runs. */
import { assertEquals, assertMatch } from "@std/assert";
import { capsuleList, grantNow, sayTo } from "../support/capsule_commands.ts";
import { writeCapsule } from "../support/capsule_folder.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { eventually } from "../support/harness_wait.ts";

const main = (word: string) => `export default (capsule: any) => capsule.command("hello", () => "${word}");`;
const HELLO = { commands: [{ name: "hello", description: "says hello" }] };
/** What a loaded machine needs for one look, at most. */
const SOON_MS = 20_000;
/** The tick, which looks too, comes behind the end of each test: what is recorded, a watch has reported. */
const NO_TICK = ["--limit", "tickMs=3600000"];
/** Writes with a longer pause between them are no burst: the daemon waits 200 ms for the next one. */
const BURST_MS = 150;

const changes = (home: TestHome) => readJournal(home).filter(({ type }) => type === "capsule.changed");
const digests = (home: TestHome) => changes(home).map(({ data }) => (data as { digest: string | null }).digest);
const until = (home: TestHome, count: number, what: string) =>
  eventually(() => changes(home).length >= count, SOON_MS, what, 20);

async function withHello(home: TestHome): Promise<string> {
  const folder = writeCapsule(home.path("capsules"), HELLO, { "main.ts": main("one"), "lib/a.ts": "" });
  await home.start({ args: NO_TICK });
  await grantNow(home, "demo");
  return folder;
}

/** Fifty writes, also into a new folder; gives how long they took, ms. */
function writeFifty(folder: string, more: string): number {
  const began = performance.now();
  for (let at = 0; at < 50; at++) {
    if (at === 10) Deno.mkdirSync(`${folder}/${more}`, { mode: 0o700 });
    Deno.writeTextFileSync(`${folder}/${at < 10 ? "lib" : more}/f${at}.ts`, `${more} ${at}`, { mode: 0o600 });
  }
  return performance.now() - began;
}

/**
 * A burst, and another where the disk or the machine made a pause in it: that is no burst.
 *
 * @returns the new folder, and how many records there were before
 */
async function burst(home: TestHome, folder: string): Promise<{ readonly more: string; readonly before: number }> {
  for (let at = 0; at < 10; at++) {
    const [more, before] = [`more${at}`, changes(home).length];
    const ms = writeFifty(folder, more);
    await until(home, before + 1, "the record of the burst");
    if (ms < BURST_MS) return { more, before };
    const isRecorded = async () => digests(home).at(-1) === (await capsuleList(home))[0]?.["digest"];
    await eventually(isRecorded, SOON_MS, "the record of the burst's end", 50);
  }
  throw new Error(`ten times fifty writes took longer than ${BURST_MS} ms: this machine makes no burst`);
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
  const { more, before } = await burst(home, folder);
  await Deno.writeTextFile(`${folder}/${more}/f49.ts`, "again");
  await until(home, before + 2, "the record of a change in the new folder");
  assertEquals(digests(home).at(-1), (await capsuleList(home))[0]?.["digest"] as string);

  await Deno.rename(folder, `${folder}-away`);
  await until(home, before + 3, "the record of its absence");
  await Deno.rename(`${folder}-away`, folder);
  await until(home, before + 4, "the record of its return");
  await Deno.writeTextFile(`${folder}/main.ts`, main("two"));
  await until(home, before + 5, "the record of a change after its return");
  assertEquals([changes(home).length, digests(home)[before + 2]], [before + 5, null]);
  assertEquals(await sayTo(home, "/hello"), "one");
});

Deno.test("X1 changes are recorded as soon behind an install over what is granted, which puts another folder there", async () => {
  await using home = await TestHome.create();
  const folder = await withHello(home);
  const source = writeCapsule(`${home.root}/source`, HELLO, { "main.ts": main("two"), "lib/a.ts": "" });
  const { code, stderr } = await home.cli(["capsule", "install", source, "--yes"]);
  assertEquals(code, 0, stderr);
  await until(home, 1, "the record of the install");
  for (const [at, word] of ["three", "four", "five"].entries()) {
    await Deno.writeTextFile(`${folder}/main.ts`, main(word));
    await until(home, at + 2, `the record of ${word}`);
  }
});
