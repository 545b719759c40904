/** The log file on a disk that fills up: a line that was cut costs itself, and not the one behind it. */
import { assertEquals } from "@std/assert";
import { RotatingFile } from "../../src/daemon/rotating_file.ts";
import { MemoryFiles } from "../support/memory_files.ts";

const path = "/logs/daemon.log";

function opened(files: MemoryFiles, maxBytes = 1000): RotatingFile {
  return new RotatingFile({ path, maxBytes, oldFiles: 3, files });
}

function textOf(files: MemoryFiles, name = path): string {
  return new TextDecoder().decode(files.read(name));
}

Deno.test("a line behind one that a full disk has cut begins on a line of its own, whatever part of it was written", () => {
  for (let fits = 0; fits <= 4; fits++) {
    const files = new MemoryFiles();
    const log = opened(files);
    log.write("one\n");
    files.capacity = 4 + fits;
    log.write("two\n");
    log.write("lost\n"); // the line feed in front of it may fit
    files.free();
    log.write("three\n");
    log.write("four\n");
    const rest = ["", "t\n", "tw\n", "two\n", "two\n"][fits];
    assertEquals(textOf(files), `one\n${rest}three\nfour\n`, `${fits} bytes fit`);
  }
});

Deno.test("a log that a process left in the middle of a line goes on with a line of its own", () => {
  for (const [left, expected] of [["", "new\n"], ["whole\n", "whole\nnew\n"], ["cut", "cut\nnew\n"]] as const) {
    const files = new MemoryFiles();
    files.put(path, new TextEncoder().encode(left));
    opened(files).write("new\n");
    assertEquals(textOf(files), expected);
  }
});

Deno.test("a line that was cut counts with what is in the file, and the file behind it begins with no empty line", () => {
  const files = new MemoryFiles();
  const log = opened(files, 10);
  log.write("12345\n");
  files.capacity = 8;
  log.write("abc\n");
  files.free();
  log.write("xyz\n");
  assertEquals([textOf(files, `${path}.1`), textOf(files)], ["12345\nab", "xyz\n"]);
});
