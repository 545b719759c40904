/** Filters of the audit as they are typed, and tables as spreadsheets read them. */
import { assertEquals, assertThrows } from "@std/assert";
import { type FilterOptions, recordFilter, reportLines } from "../../src/cli/audit_filter.ts";
import type { QueryReport } from "../../src/journal/query_report.ts";
import { csvLine } from "../../src/lib/csv.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { localTime } from "../../src/view/times.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");

Deno.test("Q1 times of filters are days, times and spans, and a day of --until is the whole day", () => {
  const local = (...parts: [number, number, number]) => new Date(...parts).getTime();
  const cases: readonly [string, "since" | "until", number][] = [
    ["90m", "since", NOW - 5_400_000],
    ["2026-11-20T10:30Z", "since", Date.parse("2026-11-20T10:30:00Z")],
    ["2026-11-20 10:30:15.25+02:00", "until", Date.parse("2026-11-20T08:30:15.250Z")],
    ["2026-11-20", "since", local(2026, 10, 20)],
    ["2026-11-20", "until", local(2026, 10, 21) - 1],
    ["2024-02-29", "since", local(2024, 1, 29)],
    ["0500-01-01", "since", local(500, 0, 1)],
    ["2026-11-20T10:30", "since", new Date(2026, 10, 20, 10, 30).getTime()],
  ];
  for (const [given, which, at] of cases) {
    assertEquals(recordFilter({ [which]: given }, NOW)[which], new Date(at).toISOString(), given);
  }
});

Deno.test("Q1 a time outside of the years that records can have is the first or the last of them", () => {
  const [first, last] = ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];
  for (const until of ["9999-12-31T23:59-05:00", "9999-12-31T23:59:59.999Z"]) {
    assertEquals(recordFilter({ until }, NOW).until! > "9999-12-31T23:58", true, until);
  }
  assertEquals(recordFilter({ until: "9999-12-31T23:59:59.999-14:00" }, NOW).until, last);
  assertEquals(recordFilter({ since: "0000-01-01T00:00+14:00" }, NOW).since, first);
  assertEquals(recordFilter({ since: "0042-03-01T00:00Z" }, NOW).since, "0042-03-01T00:00:00.000Z");
  assertEquals(recordFilter({ since: "99999999d" }, NOW).since, first);
  for (const day of ["0001-01-01", "0042-12-31", "9999-12-31"]) {
    const { since, until } = recordFilter({ since: day, until: day }, NOW);
    const span = Date.parse(until!) - Date.parse(since!) + 1;
    assertEquals(span <= 86_400_000 && span > 86_400_000 / 3 && since!.length === 24, true, `${since} ${until}`);
  }
});

Deno.test("Q1 what a query has left out is said line by line", () => {
  const report: QueryReport = {
    journal: { first: 11, last: 40, hash: "0".repeat(64) },
    pruned: { seq: 10, hash: "0".repeat(64) },
    looked: 20,
    from: 21,
    to: 40,
    matched: 3,
    types: [],
    sessions: ["a1", "a\u001b2"],
    clockSetBack: true,
  };
  const filter = { since: "2026-11-20T00:00:00.000Z", until: "2026-11-21T00:00:00.000Z" };
  assertEquals(reportLines({ ...report, stopped: "size" }, filter, "shown"), [
    "3 shown of 20 records looked at (21 to 40); the journal has 30 (11 to 40)",
    "earlier records were not looked at: these are 8 MiB; audit export gives all",
    "records 1 to 10 were pruned: what they were is not known here",
    `written at ${localTime(filter.since)} or later`,
    `written at ${localTime(filter.until)} or earlier`,
    "the clock was once set back: times were looked for in all records",
    "2 sessions begin so: a1, a\\x1b2",
  ]);
  assertEquals(
    reportLines({ ...report, stopped: "limit" }, {}, "shown")[1],
    "earlier records were not looked at: 3 are what --limit asks for",
  );
});

Deno.test("Q1 a leap second is refused with what to give instead", () => {
  const { kind, details } = assertThrows(() => recordFilter({ until: "2016-12-31T23:59:60Z" }, NOW), ConsoleError);
  assertEquals([kind, String(details["hint"]).includes("no leap second")], ["usage", true]);
});

Deno.test("Q1 a filter that cannot be meant is refused by its name", () => {
  const cases: readonly [FilterOptions, string][] = [
    ...[
      "",
      "yesterday",
      "17",
      "2026-02-30",
      "2026-13-01",
      "2026-11-20T25:00",
      "0m",
      "999999999d",
      "2026-11-20T10",
      "-0001-01-01",
    ]
      .map((since) => [{ since }, "--since is"] as [FilterOptions, string]),
    [{ from: "0" }, "--from is"],
    [{ from: "5", to: "4" }, "--from is behind --to"],
    [{ since: "1h", until: "2h" }, "--since is later than --until"],
    [{ type: ["Session"] }, "--type is"],
    [{ type: ["a.b", "a..b"] }, "--type is"],
    [{ session: "" }, "--session is empty"],
    [{ actor: "" }, "--actor is empty"],
    [{ text: "" }, "--text is empty"],
  ];
  for (const [options, says] of cases) {
    const { kind, message } = assertThrows(() => recordFilter(options, NOW), ConsoleError);
    assertEquals([kind, message.startsWith(says)], ["usage", true], `${JSON.stringify(options)}: ${message}`);
  }
});

Deno.test("Q1 a table is that of RFC 4180, and no cell of it is a formula", () => {
  assertEquals(csvLine([1, "plain", 'a "b", c', "two\nlines", ""]), '1,plain,"a ""b"", c","two\nlines",\r\n');
  for (const start of ["=", "+", "-", "@", "\t=", " +", "\r-", "＝", "＋", "－", "＠"]) {
    const cell = csvLine([`${start}1+1`]).replace(/^"/, "");
    assertEquals(cell[0], "'", JSON.stringify(cell));
  }
});

Deno.test("Q1 no cell of a table is a formula where semicolons or tabs separate them, quotes or spaces before it", () => {
  const formulas = ["=1+1", "+1", "-1", "@SUM(1)", "＝1"];
  for (const separator of [";", "\t", "\n", "\r"]) {
    for (const before of ["", " ", '"', '""', ' " ', `${separator}"`]) {
      for (const formula of formulas) {
        const line = csvLine([
          7,
          `plain${separator}${before}${formula}${separator}x`,
          `${separator}${before}${formula}`,
        ]);
        const cells = line.split(separator).map((cell) => cell.replace(/^[\s"]+/, ""));
        assertEquals(cells.filter((cell) => /^[=+\-@＝]/.test(cell)), [], JSON.stringify(line));
        assertEquals(line.split(separator + "'").length, 3, JSON.stringify(line));
      }
    }
  }
  assertEquals(csvLine(["a;b = c - d", "1-2", "a; b"]), '"a;b = c - d",1-2,"a; b"\r\n');
  assertEquals(csvLine(["; \t".repeat(200_000) + "=1"]).length, 600_000 + 8); // in linear time
});
