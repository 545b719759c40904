/** X1: what a person is told of a grant, and of what differs from the last one. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../src/capsule/read_manifest.ts";
import { capabilityLines, changeLines, settingLines, withNewlyAsked } from "../../src/cli/capsule_text.ts";
import { MANIFEST } from "../support/capsule_folder.ts";

const manifestWith = (net: readonly string[]) => readManifest(JSON.stringify({ ...MANIFEST, capabilities: { net } }));

Deno.test("X1 a file whose bytes differ has changed, also where both are no text", () => {
  const manifest = manifestWith([]);
  const { capabilities } = manifest;
  const file = (...bytes: readonly number[]) => ({ path: "data.ts", bytes: new Uint8Array(bytes) });
  const lines = (was: ReturnType<typeof file>, is: ReturnType<typeof file>) =>
    changeLines({ digest: "", manifest, capabilities, files: [was] }, { manifest, capabilities, files: [is] });
  assertEquals(lines(file(0x22, 0xff), file(0x22, 0xfe)), ["the file data.ts has changed"]);
  assertEquals(lines(file(0xef, 0xbb, 0xbf, 0x31), file(0x31)), ["the file data.ts has changed"]);
  assertEquals(lines(file(0x31, 0x32), file(0x31)), ["the file data.ts has changed"]);
  assertEquals(lines(file(0xff), file(0xff)), []);
});

Deno.test("X1 a granted address in a local network of IPv6 is told as around you", () => {
  const manifest = manifestWith(["[fd00::1]:80", "[2001:db8::1]:443", "[::1]:8080"]);
  const text = capabilityLines(manifest, manifest.capabilities).join("\n");
  assertStringIncludes(text, "may connect to [fd00::1]:80, which is around you: in fc00::/7\n");
  assertStringIncludes(text, "may connect to [2001:db8::1]:443\n");
  assertStringIncludes(text, "may connect to [::1]:8080, and so its names may lead into [::1]\n");
});

Deno.test("X1 other bytes that may be kept are one change, and what was asked for and not granted is none", () => {
  const asking = (capabilities: unknown) => readManifest(JSON.stringify({ ...MANIFEST, capabilities }));
  const [was, is] = [asking({ net: ["a:1", "b:1"], kv: 20_000 }), asking({ net: ["a:1", "b:1", "c:1"], kv: 20_000 })];
  const before = { digest: "", manifest: was, capabilities: { ...was.capabilities, net: ["a:1"], kv: 10 }, files: [] };
  const changes = (manifest: typeof was) =>
    changeLines(before, { manifest, files: [], capabilities: withNewlyAsked(before, manifest.capabilities) });
  assertEquals(changes(was), []);
  assertEquals(changes(is), ["new: may connect to c:1"]);
  assertEquals(changes(asking({ net: ["b:1"], kv: 1000 })), [
    "may keep 1000 B of its own, instead of 10 B",
    "no longer: may connect to a:1",
  ]);
  assertEquals(changes(asking({ net: ["a:1"] })), ["no longer: may keep 10 B of its own"]);
});

Deno.test("X1 a setting is told with its type, its default and what is in force", () => {
  const { settings } = readManifest(JSON.stringify({
    ...MANIFEST,
    settings: {
      channel: { type: "string", default: "", description: "where to" },
      days: { type: "number", default: 1 },
    },
  }));
  assertEquals(settingLines(settings, { channel: "#a", days: "2" }), [
    'channel = "#a" (string, default ""): where to',
    "days = 1 (number, default 1)",
  ]);
  assertEquals(settingLines(settings, undefined)[0], 'channel = "" (string, default ""): where to');
});
