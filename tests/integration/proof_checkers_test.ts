/** `audit verify --proof` and the checker in Python hold the same proofs for true: altered ones go through both. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readKeptElsewhere, readProof } from "../../src/cli/commands/audit_files.ts";
import { checkProof } from "../../src/journal/proof_check.ts";
import { proveConsistency, proveInclusion } from "../../src/journal/prove.ts";
import { signedNote, verifierKeyText } from "../../src/merkle/note.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { digest, sign, signingKey } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open } from "../support/memory_journal.ts";

const SUPPORT = new URL("../support/", import.meta.url).pathname;
/** All proofs in one process: they come as a list of base64. Most have the same signature, whose check is slow. */
const DRIVER = `import base64, functools, json, sys
sys.path.insert(0, ${JSON.stringify(SUPPORT)})
import check_proof
check_proof.signature_holds = functools.cache(check_proof.signature_holds)
json.dump([check_proof.verdict(base64.b64decode(one), sys.argv[1]) for one in json.load(sys.stdin)], sys.stdout)`;

interface Altered {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly holds: boolean;
}

async function python(key: string, all: readonly Altered[]): Promise<[boolean, string][]> {
  const args = ["-B", "-c", DRIVER, key];
  const child = new Deno.Command("python3", { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(all.map(({ bytes }) => bytes.toBase64()))));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** A record whose text has U+FFFD, and whatever makes proofs of its journal. */
async function signedJournal() {
  const { journal, files } = open(new MemoryFiles(), { fsync: "never" });
  fill(journal, 12);
  journal.append({ type: "test.added", actor: "test", data: { text: "\ufffd" } });
  const { seq } = await sign(files, journal);
  fill(journal, 4);
  await sign(files, journal);
  const key = await signingKey(files);
  const place = { dir: DIR, files, digest, verify: ed25519Verify, key };
  return { place, key, inclusion: await proveInclusion(place, seq), earlier: await proveConsistency(place, 11) };
}

/** The same bytes in another form: base64 whose last digit has bits that belong to no byte. */
function loose(text: string): string {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = digits.indexOf(text.at(-2)!);
  return `${text.slice(0, -2)}${digits[last + 1]}=`;
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

async function altered(
  { key, inclusion, earlier }: Awaited<ReturnType<typeof signedJournal>>,
): Promise<readonly Altered[]> {
  const text = JSON.stringify(inclusion);
  const encoder = new TextEncoder();
  const all: Altered[] = [];
  const add = (name: string, of: string | Uint8Array, holds = false) =>
    all.push({ name, bytes: typeof of === "string" ? encoder.encode(of) : of, holds });
  const fields = (name: string, of: object, changed: object, holds = false) =>
    add(`${name} ${JSON.stringify(changed).slice(0, 60)}`, JSON.stringify({ ...of, ...changed }), holds);
  const put = (name: string, from: string, to: string, holds = false) => {
    assert(text.includes(from), `${name}: ${from}`);
    add(name, text.replace(from, () => to), holds);
  };
  fields("as made", inclusion, {}, true);
  fields("as made", earlier, {}, true);
  fields("unknown member", inclusion, { extra: { a: [1, null] } }, true);
  for (const format of [undefined, null, "1", "2", [1], [2], 0, -1, 2, 1.5, true, {}]) {
    fields("format", inclusion, { format });
  }
  put("format", '"format":1', '"format":1.0', true);
  put("format", '"format":1', '"format":1e400');
  put("lone surrogate", "\ufffd", "\\ud800");
  put("escaped replacement character", "\ufffd", "\\ufffd", true);
  add("a byte that is no UTF-8", replaced(encoder.encode(text), [0xef, 0xbf, 0xbd], [0xff]));
  add("byte order mark", `\ufeff${text}`);
  add("something behind it", `${text}x`);
  put("NaN", '"format":1', '"extra":NaN,"format":1');
  const { path } = inclusion;
  fields("path", inclusion, { path: path.map((one) => [one]) });
  fields("path", inclusion, { path: Object.fromEntries(path.map((one) => [one, one])) });
  fields("path", inclusion, { path: path.with(0, loose(path[0]!)) });
  fields("path", inclusion, { path: path.with(0, ` ${path[0]}`) });
  fields("path", inclusion, { path: path.with(0, path[0]!.replace("=", "")) });
  fields("path", inclusion, { path: path.join() });
  fields("path", inclusion, { path: [...path, path[0]] });
  fields("path", inclusion, { path: null });
  for (const depth of [65, 900, 100_000]) {
    add(`path, ${depth} deep`, text.replace(/"path":\[[^\]]*\]/, `"path":${nested(depth)}`));
    put(`unknown member, ${depth} deep`, '"format":1', `"extra":${nested(depth)},"format":1`);
  }
  put("unknown member, 63 deep", '"format":1', `"extra":${nested(63)},"format":1`, true);
  put("many lists", '"format":1', `"extra":[${"[],".repeat(10_000)}[]],"format":1`);
  add("a string of quotes without an end", `"${'\\"'.repeat(400_000)}`); // minutes, where each quote is begun at again
  add("only brackets", nested(100_000).slice(0, 100_000));
  fields("earlier", earlier, { fromRoot: [earlier.fromRoot] });
  fields("earlier", earlier, { fromRoot: loose(earlier.fromRoot) });
  fields("earlier", earlier, { from: 12 });
  fields("earlier", earlier, { from: true });
  fields("number", inclusion, { seq: true, index: false });
  fields("number", inclusion, { seq: String(inclusion.seq) });
  fields("number", inclusion, { index: -1 });
  fields("number", inclusion, { index: null });
  fields("kind", inclusion, { kind: ["inclusion"] });
  fields("kind", inclusion, { kind: "both" });
  fields("record", inclusion, { record: [inclusion.record] });
  fields("record", inclusion, { record: "12" });
  const note = inclusion.checkpoint;
  const [signed = "", signature = ""] = note.split("\n\n");
  const other = signature.replace(/\S+\n$/, (one) => `${one.startsWith("A") ? "B" : "A"}${one.slice(1)}`);
  const wrong = (await signedNote("another text\n", key, key.sign, digest)).split("\n\n")[1]!;
  const checkpoint = (name: string, changed: string, holds = false) => {
    assert(changed !== note, name);
    fields(`checkpoint: ${name}`, inclusion, { checkpoint: changed }, holds);
  };
  checkpoint("signature of another", note + other, true);
  checkpoint("signature of another before it", `${signed}\n\n${other}${signature}`, true);
  checkpoint("no line feed at its end", note.slice(0, -1));
  checkpoint("the signature twice", note + signature, true);
  checkpoint("a wrong one behind it", note + wrong);
  checkpoint("a wrong one before it", `${signed}\n\n${wrong}${signature}`);
  checkpoint("garbage behind it", `${note}garbage\n`);
  checkpoint("an empty line behind it", `${note}\n`);
  checkpoint("101 signatures", note + other.repeat(100));
  checkpoint("100 signatures", note + other.repeat(99), true);
  checkpoint("another line separator", note.replaceAll("\n", "\u2028"));
  checkpoint("another line separator behind it", `${note.slice(0, -1)}\u2028`);
  checkpoint("another line separator between signatures", `${note.slice(0, -1)}\u2028${signature}`);
  checkpoint("another line separator in a name", `${note}${other.replace("\u2014 ", "\u2014 \u2028")}`);
  checkpoint("a control character", `${note}${other.replace("\u2014 ", "\u2014 \u0001")}`);
  checkpoint("a lone surrogate", `${note}${other.replace("\u2014 ", "\u2014 \ud800")}`);
  checkpoint("loose base64", `${signed}\n\n${signature.slice(0, -3)}${loose(signature.slice(-3, -1))}\n`);
  checkpoint("CRLF", note.replaceAll("\n", "\r\n"));
  fields("checkpoint", inclusion, { checkpoint: [note] });
  const rewritten = async (name: string, of: string, holds = false) =>
    checkpoint(name, await signedNote(of, key, key.sign, digest), holds);
  const lines = signed.split("\n");
  await rewritten("more lines", `${signed}\nmore\n`, true);
  await rewritten("no root", `${lines.slice(0, 2).join("\n")}\n`);
  await rewritten("size with a zero before it", `${lines.with(1, `0${lines[1]}`).join("\n")}\n`);
  await rewritten("wide digits", `${lines.with(1, "１７").join("\n")}\n`);
  await rewritten("loose root", `${lines.with(2, loose(lines[2]!)).join("\n")}\n`);
  for (const end of ["/from/1", "/from/x", "/from/0", "/from/2", "x"]) {
    await rewritten(`origin ${end}`, `${lines.with(0, lines[0] + end).join("\n")}\n`);
  }
  for (const value of ["[]", "null", "1", '"x"', "{}", ""]) add(value, value);
  return all;
}

function replaced(bytes: Uint8Array, from: readonly number[], to: readonly number[]): Uint8Array {
  const at = bytes.findIndex((_, index) => from.every((one, i) => bytes[index + i] === one));
  assert(at >= 0);
  return new Uint8Array([...bytes.subarray(0, at), ...to, ...bytes.subarray(at + from.length)]);
}

Deno.test("C10 the checker in Python and audit verify --proof hold the same proofs for true", async () => {
  const signed = await signedJournal();
  const all = await altered(signed);
  const theirs = await python(verifierKeyText(signed.key, digest), all);
  const file = await Deno.makeTempFile();
  try {
    for (const [index, { name, bytes, holds }] of all.entries()) {
      await Deno.writeFile(file, bytes);
      const [ours, said] = await verdict(() => checkProof(readProof(file), signed.place));
      assertEquals({ name, ours, theirs: theirs[index]![0] }, { name, ours: holds, theirs: holds }, said);
      assert(holds || theirs[index]![1].startsWith("does not hold: "), theirs[index]![1]);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("C10 a proof with too many lines of signatures is told as that, not as one of another key", async () => {
  const { key, inclusion, place } = await signedJournal();
  const [, signature = ""] = inclusion.checkpoint.split("\n\n");
  const checkpoint = inclusion.checkpoint + signature.repeat(100);
  const error = await assertRejects(() => checkProof({ ...inclusion, checkpoint }, place), ConsoleError);
  assertEquals(error.message, "the proof does not hold: its checkpoint has 101 lines of signatures, more than 100");
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, JSON.stringify({ ...inclusion, checkpoint }));
    const kept = await assertRejects(() => readKeptElsewhere(file, key), ConsoleError);
    assertEquals(kept.message, "the kept checkpoint has 101 lines of signatures, more than 100");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("C10 the checker in Python says in one line what it was not given", async () => {
  const { key } = await signedJournal();
  const line = verifierKeyText(key, digest);
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "usage: check_proof.py KEY"],
    [["no key"], "the key cannot be used: it is not name+id+key"],
    [[line.replace(/\+[0-9a-f]{8}\+/, "+00000000+")], "the key cannot be used: it is not whole"],
    [[`${line}é`], "the key cannot be used: "],
    [[line, "/nonexistent/proof.json"], "cannot be read: "],
  ];
  for (const [given, why] of cases) {
    const args = ["-B", `${SUPPORT}check_proof.py`, ...given];
    const { code, stdout, stderr } = await new Deno.Command("python3", { args, stdin: "null" }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals([code, stdout.length, said.trimEnd().split("\n").length], [2, 0, 1], said);
    assert(said.startsWith(why), said);
  }
});

/** A refusal is an error for people; anything else is a bug, and fails the test. */
async function verdict(check: () => Promise<unknown>): Promise<[boolean, string]> {
  try {
    await check();
    return [true, "it holds"];
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error;
    return [false, `${error.kind}: ${error.message}`];
  }
}

Deno.test("C10 what has no end, or is too long, is not read as a proof or a checkpoint", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [pipe, long, link] = ["pipe", "long", "link"].map((name) => `${folder}/${name}`) as [string, string, string];
    assert((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
    await Deno.writeTextFile(long, "{}");
    await Deno.symlink(long, link);
    assertEquals(readProof(link), {});
    await Deno.truncate(long, 64 * 1_048_576 + 1);
    for (
      const [path, says] of [
        [pipe, "is not a regular file"],
        ["/dev/zero", "is not a regular file"],
        [folder, "is not a regular file"],
        [long, "has 67108865 bytes, more than 64 MiB"],
        [link, "has 67108865 bytes, more than 64 MiB"],
      ] as const
    ) {
      const { kind, message } = assertThrows(() => readProof(path), ConsoleError);
      assertEquals([kind, message], ["usage", `${path} ${says}`]);
      const [, said] = await verdict(() => readKeptElsewhere(path, undefined));
      assertEquals(said, `usage: ${path} ${says}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
