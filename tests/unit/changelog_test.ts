/** CHANGELOG.md is in the form of Keep a Changelog 1.1.0, so that programs can read it, and tells of this version. */
import { assertEquals, assertThrows } from "@std/assert";
import { VERSION } from "../../src/protocol/version.ts";

const KINDS: readonly string[] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

interface Release {
  /** Undefined for what is not released. */
  readonly version: string | undefined;
  readonly date: string | undefined;
  /** Changes by kind. */
  readonly kinds: Map<string, string[]>;
}

/** @throws {Error} with the line that is not of the form */
function parseChangelog(text: string): Release[] {
  const releases: Release[] = [];
  let changes: string[] | undefined;
  const lines = text.split("\n");
  if (lines[0] !== "# Changelog") throw new Error("line 1 is not # Changelog");
  for (const [at, line] of lines.entries()) {
    const wrong = (why: string) => new Error(`line ${at + 1}: ${why}`);
    if (line.startsWith("## ")) {
      const [, version, date] = /^## \[(\d+\.\d+\.\d+(?:-[\w.]+)?)\] - (\d{4}-\d\d-\d\d)$/.exec(line) ?? [];
      if (version === undefined && line !== "## [Unreleased]") throw wrong("no [Unreleased], no [version] - date");
      if (version === undefined && releases.length > 0) throw wrong("[Unreleased] is not the first");
      if (date !== undefined && new Date(date).toISOString().slice(0, 10) !== date) throw wrong("no day");
      releases.push({ version, date, kinds: new Map() });
      changes = undefined;
    } else if (line.startsWith("### ")) {
      const kind = line.slice(4);
      const kinds = releases.at(-1)?.kinds;
      if (!KINDS.includes(kind) || kinds === undefined) throw wrong(`${kind} is no kind of change`);
      if (kinds.has(kind)) throw wrong(`${kind} stands there twice`);
      kinds.set(kind, changes = []);
    } else if (line.startsWith("- ")) {
      if (changes === undefined) throw wrong("a change of no kind");
      changes.push(line.slice(2));
    } else if (line.startsWith("  ")) {
      if (changes === undefined || changes.length === 0) throw wrong("a line that goes on from none");
      changes.push(`${changes.pop()} ${line.trim()}`);
    } else if (line !== "" && !line.startsWith("#### ") && releases.length > 0) throw wrong("no change");
  }
  return releases;
}

Deno.test("D2 the changelog is in its form, each kind once and none empty, versions from the newest on", async () => {
  const releases = parseChangelog(await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url)));
  assertEquals(releases[0]?.version, undefined, "what comes next has a place");
  for (const { version, kinds } of releases) {
    const empty = [...kinds].filter(([, changes]) => changes.length === 0).map(([kind]) => kind);
    assertEquals(empty, [], version);
    const all = [...kinds.values()].flat();
    assertEquals(all.length, new Set(all).size, `${version}: a change is told twice`);
  }
  const dates = releases.slice(1).map(({ date }) => date!);
  assertEquals(dates, [...dates].sort().reverse());
  const told = releases.slice(1).map(({ version }) => version);
  if (releases.length > 1) assertEquals(told[0], VERSION, "the program's version is the last that was released");
});

Deno.test("D2 a changelog that is not in its form is told by its line", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["# Changes", /line 1/],
    ["# Changelog\n## 0.1.0 (unreleased)", /line 2: no \[Unreleased\]/],
    ["# Changelog\n## [0.1.0] - 2026-02-30", /line 2: no day/],
    ["# Changelog\n## [0.1.0] - 2026-02-03\n## [Unreleased]", /line 3: \[Unreleased\] is not the first/],
    ["# Changelog\n## [Unreleased]\n### Improved", /line 3: Improved is no kind/],
    ["# Changelog\n## [Unreleased]\n### Fixed\n### Fixed", /line 4: Fixed stands there twice/],
    ["# Changelog\n## [Unreleased]\n- a", /line 3: a change of no kind/],
    ["# Changelog\n## [Unreleased]\n### Fixed\nwords", /line 4: no change/],
  ];
  for (const [text, why] of wrong) {
    assertEquals(why.test(assertThrows(() => parseChangelog(text), Error).message), true, text);
  }
  const [one] = parseChangelog("# Changelog\n## [1.0.0-rc.1] - 2026-02-03\n### Fixed\n- a\n  b\n");
  assertEquals([one?.version, one?.date, one?.kinds.get("Fixed")], ["1.0.0-rc.1", "2026-02-03", ["a b"]]);
});
