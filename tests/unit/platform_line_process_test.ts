import { assert, assertEquals } from "@std/assert";
import { type LineProcess, openLines } from "../../src/platform/line_process.ts";
import { startTime } from "../support/harness_process.ts";
import { eventually, patience, within } from "../support/harness_wait.ts";

/** A program that nothing ends has this long until the test is red, ms; {@link LineProcess.end} gives it one second. */
const MOST_MS = 5000;

function opened(argv: readonly string[], signal = new AbortController().signal): LineProcess {
  const child = openLines(argv, signal);
  assert(child !== undefined);
  return child;
}

async function firstLine({ lines }: LineProcess): Promise<string> {
  const { value } = await within(lines[Symbol.asyncIterator]().next(), MOST_MS, "the first line");
  return value;
}

Deno.test("H3 a program is talked with line by line, and ends when its stdin is closed", async () => {
  const child = opened(["cat"]);
  await child.send("one");
  await child.send("zwei ü");
  const lines = child.lines[Symbol.asyncIterator]();
  assertEquals([await lines.next(), await lines.next()].map(({ value }) => value), ["one", "zwei ü"]);
  const before = performance.now();
  await child.end();
  const ms = performance.now() - before;
  assert(ms < await patience(900), "its end was not noticed");
  assertEquals((await lines.next()).done, true);
});

Deno.test("H3 a last line without its end is a line, and what nobody reads is dropped", async () => {
  const said: string[] = [];
  const child = opened(["printf", "a\\n\\nb"]);
  for await (const line of child.lines) said.push(line);
  await child.end();
  assertEquals(said, ["a", "", "b"]);
  await opened(["printf", "a\\nb"]).end();
});

Deno.test("H3 a program that ignores the end of its stdin and every polite signal is ended", async () => {
  const child = opened(["sh", "-c", 'trap "" TERM INT HUP; echo ready; while :; do sleep 1; done']);
  assertEquals(await firstLine(child), "ready");
  await within(child.end(), MOST_MS, "its end");
});

Deno.test("H3 what a program has started is ended with it, and cannot hold us by the pipe that it inherited", async () => {
  const child = opened(["sh", "-c", "sleep 25 & echo $!"]);
  const pid = Number(await firstLine(child));
  assert(startTime(pid) !== undefined, "there was nothing to end");
  const next = child.lines[Symbol.asyncIterator]().next();
  await within(child.end(), MOST_MS, "the end of a program whose child holds its stdout");
  assertEquals((await within(next, MOST_MS, "the end of the lines")).done, true);
  await eventually(() => startTime(pid) === undefined, MOST_MS, "the end of what it started");
});

Deno.test("H3 an abort ends a program at once, and its lines", async () => {
  const abort = new AbortController();
  const child = opened(["sleep", "25"], abort.signal);
  const next = child.lines[Symbol.asyncIterator]().next();
  abort.abort();
  assertEquals((await within(next, MOST_MS, "the end of the lines")).done, true);
  await within(child.end(), MOST_MS, "its end");
});

Deno.test("H3 a program that is not there is no child", () => {
  assertEquals(openLines(["no-such-program-of-ours"], new AbortController().signal), undefined);
});
