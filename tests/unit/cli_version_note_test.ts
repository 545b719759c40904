import { assertEquals } from "@std/assert";
import { differenceOf, versionNote } from "../../src/cli/version_note.ts";
import { VERSION } from "../../src/protocol/version.ts";

const HINT = "hint: agent-console daemon restart";

Deno.test("first hour 1: a daemon of the same program is not worth a word", () => {
  assertEquals(differenceOf({ version: "1.2.3" }, { version: "1.2.3" }), undefined);
  assertEquals(differenceOf({ version: "1.2.3", build: "0a" }, { version: "1.2.3", build: "0a" }), undefined);
});

Deno.test("first hour 1: a daemon of another program is named, with the way to cure it", () => {
  const cases = [
    [{ version: "1.0.0" }, { version: "1.1.0" }, "1.0.0", "1.1.0"],
    [{ version: "1.0.0", build: "0a" }, { version: "1.1.0", build: "0b" }, "1.0.0 (build 0a)", "1.1.0 (build 0b)"],
    [{ version: "1.0.0", build: "0a" }, { version: "1.0.0", build: "0b" }, "1.0.0 (build 0a)", "1.0.0 (build 0b)"],
    [{ version: "1.0.0" }, { version: "1.0.0", build: "0b" }, "1.0.0 (not installed)", "1.0.0 (build 0b)"],
    [{ version: "1.0.0", build: "0b" }, { version: "1.0.0" }, "1.0.0 (build 0b)", "1.0.0 (not installed)"],
  ] as const;
  for (const [daemon, own, theirs, ours] of cases) {
    assertEquals(differenceOf(daemon, own), `the daemon runs ${theirs}, this is ${ours}`);
  }
});

Deno.test("first hour 1: a command that connects again and again says it once", () => {
  const said: string[] = [];
  const greeted = versionNote({ note: (text) => void said.push(text) });
  const hello = { protocol: 1, pid: 2, bootId: "", scope: "admin", capabilities: [], limits: {} };
  greeted({ ...hello, version: VERSION });
  assertEquals(said, []);
  greeted({ ...hello, version: "0.0.1" });
  greeted({ ...hello, version: "0.0.2" });
  assertEquals(said, [`note: the daemon runs 0.0.1, this is ${VERSION}\n${HINT}`]);
});
