/** X1: what a person is told of a grant, and of what differs from the last one. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readManifest } from "../../src/capsule/read_manifest.ts";
import { capabilityLines, changeLines } from "../../src/cli/capsule_text.ts";
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
