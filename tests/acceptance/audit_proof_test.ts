// deno-lint-ignore-file no-sync-fn-in-async-fn -- changes files between two steps: nothing else waits
/** Signed checkpoints and proofs as people and strangers use them; a checker in Python knows only what docs/audit.md says. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { readJournal } from "../support/harness_journal.ts";
import { homeKeyText, signMore } from "../support/home_journal.ts";
import { eventually } from "../support/harness_wait.ts";

const CHECKER = new URL("../support/check_proof.py", import.meta.url).pathname;

/** Signed by its daemon. */
async function signedHome(): Promise<TestHome> {
  const home = await TestHome.create();
  await home.start();
  {
    await using client = await home.connect();
    for (let i = 0; i < 30; i++) {
      const event = { session_id: `s${i % 5}`, hook_event_name: "UserPromptSubmit", cwd: "/x", prompt: `naïve ✓ ${i}` };
      await client.request("session.report", { agent: "claude", event });
    }
  }
  await home.stop();
  return home;
}

async function cli(home: TestHome, code: number, ...args: string[]): Promise<string> {
  const done = await home.cli(args);
  assertEquals(done.code, code, `${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return code === 0 ? done.stdout.trim() : done.stderr;
}

/** What the checker says of each of these proofs. */
async function python(key: string, ...proofs: string[]): Promise<{ readonly code: number; readonly said: string[] }> {
  const folder = Deno.makeTempDirSync({ dir: "/tmp", prefix: "ac-" });
  try {
    const files = proofs.map((proof, at) => {
      Deno.writeTextFileSync(`${folder}/${at}`, proof);
      return `${folder}/${at}`;
    });
    const { code, stdout } = await new Deno.Command("python3", { args: [CHECKER, key, ...files] }).output();
    return { code, said: new TextDecoder().decode(stdout).trim().split("\n") };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("C10 a stranger with the key checks proofs of records and of an earlier size, without this program", async () => {
  await using home = await signedHome();
  const key = await cli(home, 0, "audit", "key");
  const [origin] = key.split("+");
  const size = readJournal(home).length;
  const proofs: string[] = [];
  for (const seq of [1, 17, size]) {
    proofs.push(await cli(home, 0, "audit", "prove", String(seq), "--json"));
    assertEquals(JSON.parse(JSON.parse(proofs.at(-1)!).record).seq, seq);
  }
  const earlier = await cli(home, 0, "audit", "prove", "--from", "11", "--json");
  assertEquals(await python(key, ...proofs, earlier), {
    code: 0,
    said: [
      ...[1, 17, size].map((seq) => `record ${seq} is in the tree of ${size} records of ${origin}`),
      `the tree of 11 records is the beginning of that of ${size} records of ${origin}`,
    ],
  });
  const changed = [
    ...proofs.map((proof) => proof.replace(/\\"type\\":\\"[a-z]/, '\\"type\\":\\"z')),
    earlier.replace(`\\n${size}\\n`, `\\n${size + 1}\\n`),
    earlier.replace('"from":11', '"from":12'),
  ];
  const wrong = await python(key, ...changed);
  assertEquals(wrong.said.slice(0, -1), [
    ...proofs.map(() => "does not hold: another root"),
    "does not hold: the signature is wrong",
  ]);
  assertStringIncludes(wrong.said.at(-1)!, "does not hold: the path");
  assertEquals(wrong.code, 1);
  await using other = await TestHome.create();
  await signMore(other);
  const otherKey = await homeKeyText(other);
  assertEquals(await python(otherKey, earlier), { code: 1, said: ["does not hold: the key has not signed it"] });
  Deno.writeTextFileSync(home.path("p.json"), earlier);
  const said = await cli(other, 0, "audit", "verify", "--proof", home.path("p.json"), "--key", key);
  assertStringIncludes(said, `ok: the tree of 11 records is the beginning of that of ${size} records`);
  const refused = await cli(other, 7, "audit", "verify", "--proof", home.path("p.json"));
  assertStringIncludes(refused, `the proof does not hold: its checkpoint is not signed by ${otherKey.split("+")[0]}`);
  await using keyless = await TestHome.create();
  const unsaid = await cli(keyless, 1, "audit", "verify", "--proof", home.path("p.json"));
  assertStringIncludes(unsaid, "no key to check the proof by\nhint: give the key that signed it with --key");
  // What another key signed is told alike, whatever it is given as, and a program gets an object.
  for (const option of ["--proof", "--against"]) {
    const { code, stdout, stderr } = await other.cli(["audit", "verify", option, home.path("p.json"), "--json"]);
    assertEquals(code, 7, stderr);
    assertStringIncludes(stderr, "hint: another key signed it");
    const { ok, problem } = JSON.parse(stdout);
    assertEquals(ok, false);
    assertStringIncludes(problem.what, `not signed by ${otherKey.split("+")[0]}`);
  }
});

Deno.test("C10 the hash of each record follows from its line by the documented rule alone", async () => {
  await using home = await signedHome();
  const lines = Deno.readTextFileSync(home.path("journal/0000000000000001.jsonl")).trimEnd().split("\n");
  let prev = "0".repeat(64);
  for (const line of lines) {
    const { hash, ...rest } = JSON.parse(line);
    for (const text of [canonical(rest), line.replace(/,"hash":"[0-9a-f]{64}"(?=,"prev":"[^{}]*\}$)/, "")]) {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      assertEquals(new Uint8Array(digest).toHex(), hash);
    }
    assertEquals(rest.prev, prev);
    prev = hash;
  }
  assert(lines.length > 30);
});

/** Members sorted by their names, no blanks: what docs/audit.md says, written anew. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

Deno.test("C10 a copy elsewhere verifies by the key, and a checkpoint that was kept proves it complete up to there", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  const key = await homeKeyText(home);
  const [origin] = key.split("+");
  const size = readJournal(home).length;
  assertStringIncludes(await cli(home, 0, "audit", "verify"), `signed by ${origin}: 1 checkpoint up to record ${size}`);
  Deno.writeTextFileSync(home.path("kept.json"), await cli(home, 0, "audit", "prove", String(size), "--json"));
  await signMore(home);
  const now = readJournal(home).length;
  assertStringIncludes(
    await cli(home, 0, "audit", "verify", "--against", home.path("kept.json")),
    `complete up to record ${size}`,
  );
  const copy = home.path("copy");
  Deno.mkdirSync(copy);
  for (const name of ["/0000000000000001.jsonl", ".head", ".checkpoints"]) {
    Deno.copyFileSync(home.path(`journal${name}`), `${copy}${name}`);
  }
  await using stranger = await TestHome.create();
  const offline = ["audit", "verify", "--offline", copy];
  assertStringIncludes(await cli(stranger, 0, ...offline), "without a key (--key) nobody knows who signed");
  assertStringIncludes(await cli(stranger, 0, ...offline, "--key", key), `2 checkpoints up to record ${now}`);
  assertStringIncludes(
    await cli(stranger, 2, ...offline, "--against", home.path("kept.json")),
    "a kept checkpoint counts only with the key that signed it",
  );
  const path = `${copy}/0000000000000001.jsonl`;
  const rows = Deno.readTextFileSync(path).split("\n").slice(0, -1);
  Deno.writeTextFileSync(path, rows.slice(0, size - 3).map((row) => `${row}\n`).join(""));
  Deno.removeSync(`${copy}.head`);
  assertStringIncludes(
    await cli(stranger, 7, ...offline, "--key", key),
    `copy.checkpoints counts ${now} records, the end was cut off`,
  );
  Deno.removeSync(`${copy}.checkpoints`);
  const alone = await cli(stranger, 0, ...offline, "--key", key);
  const unknown = "copy.checkpoints is missing and copy.head is missing: " +
    "whoever can write the files can have made any record anew, and nobody knows whether records at the end are gone";
  assertStringIncludes(alone, unknown);
  assert(!alone.includes("yet"), alone);
  const said = JSON.parse(await cli(stranger, 0, ...offline, "--key", key, "--json"));
  assertEquals(said.missingFiles, ["copy.checkpoints", "copy.head"]);
  assertStringIncludes(
    await cli(stranger, 7, ...offline, "--key", key, "--against", home.path("kept.json")),
    `the kept checkpoint counts ${size} records, the end was cut off`,
  );
});

Deno.test("C10 the key is made at the first start for us alone, and without it nothing is signed again", async () => {
  await using home = await TestHome.create();
  assertStringIncludes(await cli(home, 1, "audit", "key"), "there is no signing key yet");
  await home.start();
  await eventually(() => exists(home.path("keys/journal.key")), 30_000, "the key");
  const key = await cli(home, 0, "audit", "key");
  assertMatch(key, /^agent-console\/journal\/[0-9a-f]{16}\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}$/);
  assertEquals(JSON.parse(await cli(home, 0, "audit", "key", "--json")).key, key);
  assertStringIncludes(
    await cli(home, 1, "audit", "prove", "1"),
    "no checkpoint covers record 1 yet\nhint: agent-console daemon restart, which signs at its stop",
  );
  await home.stop();
  assertEquals(Deno.statSync(home.path("keys/journal.key")).mode! & 0o777, 0o600);
  assertStringIncludes(await cli(home, 0, "audit", "prove", "1"), "record 1 is in the tree of");
  const checkpoints = Deno.readTextFileSync(home.path("journal.checkpoints"));
  // Of PRIVATE+KEY+NAME+ID+SECRET, where the last is in base64 and may have a plus itself.
  const secret = Deno.readTextFileSync(home.path("keys/journal.key")).trim().split("+").slice(4).join("+");
  assertEquals(secret.length, 44);
  for (const [path, text] of home.files()) {
    if (!path.endsWith("/keys/journal.key")) assert(!text.includes(secret), `the key is in ${path}`);
  }
  Deno.renameSync(home.path("keys/journal.key"), home.path("moved"));
  await home.start();
  for (const args of [["key"], ["prove", "1"]]) {
    const lost = await cli(home, 7, "audit", ...args);
    assertStringIncludes(lost, "NOT SIGNED: the key that signed journal.checkpoints is gone");
    assertStringIncludes(lost, "hint: put keys/journal.key back");
  }
  await home.stop();
  assertEquals(Deno.readTextFileSync(home.path("journal.checkpoints")), checkpoints);
  assertStringIncludes(
    Deno.readTextFileSync(home.path("logs/daemon.log")),
    "the key that signed journal.checkpoints is gone",
  );
  Deno.renameSync(home.path("moved"), home.path("keys/journal.key"));
  await home.start();
  await home.stop();
  const size = readJournal(home).length;
  assertStringIncludes(await cli(home, 0, "audit", "verify"), `2 checkpoints up to record ${size}`);
});

Deno.test("C10 what the audit is given wrongly is named, and checks nothing", async () => {
  await using home = await TestHome.create();
  await signMore(home);
  const size = readJournal(home).length;
  Deno.writeTextFileSync(home.path("no.json"), "{}");
  Deno.writeTextFileSync(home.path("text"), "no JSON");
  for (
    const [code, says, ...args] of [
      [2, "give either the number of a record or --from and a size", "prove"],
      [2, "give either the number of a record or --from and a size", "prove", "1", "--from", "2"],
      [2, 'the record is "x"', "prove", "x"],
      [2, "--key is not a key as its line of text", "verify", "--key", "a+b+c"],
      [2, "--proof checks a proof by itself", "verify", "--proof", home.path("no.json"), "--offline", "/x"],
      [
        2,
        'the file is not what "audit prove --json" prints\nhint: give a file that',
        "verify",
        "--proof",
        home.path("no.json"),
      ],
      [
        2,
        'is not what "audit head --json" prints\nhint: give a file that',
        "verify",
        "--against",
        home.path("no.json"),
      ],
      [1, "there is no file", "verify", "--proof", home.path("none.json")],
      [2, 'is not what "audit prove --json" prints', "verify", "--proof", home.path("text")],
      [1, "there is no journal in", "verify", "--offline", home.path("nothing")],
      [1, `hint: did you mean ${home.path("journal")}?`, "verify", "--offline", home.path("")],
      [1, "there is no journal in", "verify", "--offline", home.path("logs")],
      [2, "is not a folder\nhint: name the folder", "verify", "--offline", home.path("journal.head")],
      [1, `there is no record 9999: the journal has ${size}\nhint: give a number up to ${size}`, "prove", "9999"],
      [1, `there is no record 9999: the journal has ${size}`, "prove", "--from", "9999"],
    ] as [number, string, ...string[]][]
  ) {
    assertStringIncludes(await cli(home, code, "audit", ...args), says);
  }
});
