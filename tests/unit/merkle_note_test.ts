/** Signed notes: the published examples, and what counts for nothing. */
import { assert, assertEquals } from "@std/assert";
import {
  checkpointText,
  fromBase64,
  openedNote,
  parseCheckpoint,
  parseVerifierKey,
  signedNote,
  verifierKeyText,
} from "../../src/merkle/note.ts";
import { ed25519Seed, ed25519Signer, ed25519Verify } from "../../src/platform/ed25519.ts";
import { sha256BytesOfRecord } from "../../src/platform/hash.ts";

const digest = sha256BytesOfRecord;

/** Key and note of the example in https://c2sp.org/signed-note (revision d4c16da5). */
const C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE = "This is an example message.\n\n" +
  "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/** The example of golang.org/x/mod/sumdb/note, with its private key. */
const GO_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n` +
  "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

function opened(note: string, key: string): Promise<string | undefined> {
  return openedNote(note, parseVerifierKey(key, digest)!, ed25519Verify, digest);
}

Deno.test("C10 the published examples of signed notes open, and are signed to the byte", async () => {
  assertEquals(await opened(C2SP_NOTE, C2SP_KEY), "This is an example message.\n");
  assertEquals(await opened(GO_NOTE, GO_KEY), GO_TEXT);
  const signer = await ed25519Signer(Uint8Array.fromBase64(GO_SECRET).slice(1));
  const key = { name: "PeterNeumann", publicKey: signer.publicKey };
  assertEquals(verifierKeyText(key, digest), GO_KEY);
  assertEquals(await signedNote(GO_TEXT, key, signer.sign, digest), GO_NOTE);
});

Deno.test("C10 a note is opened by its own key alone, whoever else has signed", async () => {
  assertEquals(await opened(C2SP_NOTE, GO_KEY), undefined);
  const other = "\u2014 other.example/key AAAAAAB0ZXN0\n";
  assertEquals(await opened(C2SP_NOTE + other, C2SP_KEY), "This is an example message.\n");
  assertEquals(await opened(C2SP_NOTE + other.repeat(99), C2SP_KEY), "This is an example message.\n");
  assertEquals(await opened(C2SP_NOTE + other.repeat(100), C2SP_KEY), undefined, "100 lines are the most");
  const signer = await ed25519Signer(ed25519Seed());
  const named = await signedNote(
    "This is an example message.\n",
    { ...signer, name: "example.com/foo" },
    signer.sign,
    digest,
  );
  assertEquals(await opened(named, C2SP_KEY), undefined);
});

Deno.test("C10 a changed note does not open", async () => {
  const signature = C2SP_NOTE.slice(C2SP_NOTE.indexOf("\u2014"));
  const changed = [
    C2SP_NOTE.replace("example message", "exemple message"),
    C2SP_NOTE.replace("message.\n", "message.\n\n"),
    C2SP_NOTE.replace("\u2014", "-"),
    C2SP_NOTE.slice(0, -1),
    C2SP_NOTE.replace("This", "Th\tis"),
    C2SP_NOTE.replace("yaQM=", "yaQN="),
    C2SP_NOTE.replace("OBH3", "OBH4"),
    signature,
    `${C2SP_NOTE}${signature.replace("OBH3", "OBH4")}`,
    "",
  ];
  for (const note of changed) assertEquals(await opened(note, C2SP_KEY), undefined, JSON.stringify(note));
});

Deno.test("C10 a key that is not whole is none", () => {
  const bad = [
    "",
    "a+b",
    C2SP_KEY.slice(1),
    C2SP_KEY.replace("530d", "530e"),
    C2SP_KEY.replace("Aek", "Bek"),
    `${C2SP_KEY}=`,
  ];
  for (const key of bad) assertEquals(parseVerifierKey(key, digest), undefined, key);
});

Deno.test("C10 a checkpoint is origin, size and root, as Go writes a tree", () => {
  const go = "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n";
  const parsed = parseCheckpoint(go);
  assert(parsed !== undefined);
  assertEquals([parsed.origin, parsed.size], ["go.sum database tree", 123456789012]);
  assertEquals(checkpointText(parsed), go);
  const bad = [
    go.replace("123", "0123"),
    go.replace("123", "-123"),
    go.replace("Tszz", "Tsz"),
    go.replace("=", ""),
    "a\n1\n",
    "\n1\nx\n",
  ];
  for (const text of bad) assertEquals(parseCheckpoint(text), undefined, text);
  assertEquals(fromBase64("TszzRgjT G6x"), undefined);
  assertEquals(fromBase64("AB=="), undefined); // the bits behind the byte are not zero
});
