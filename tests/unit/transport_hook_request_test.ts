/** A2: the HTTP of hooks, as it is read: what our stub sends in whatever pieces, and nothing else. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { HookBody, parseHookHead } from "../../src/transport/hook_request.ts";

const head = (...lines: readonly string[]) =>
  parseHookHead(["POST /hook/claude/report HTTP/1.1", "Host: localhost", ...lines].join("\r\n"));
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (pieces: readonly Uint8Array[]) => pieces.map((piece) => new TextDecoder().decode(piece)).join("");

Deno.test("A2 a head has the agent, the word and the facts, empty ones too; the last white space of a value is curl's", () => {
  const parsed = head(
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "ac-tmux-pane: =%1",
    "ac-ssh-tty: =",
    "User-Agent: curl/8.9.1",
    "Accept: */*",
  );
  assertEquals(parsed, {
    method: "POST",
    agent: "claude",
    word: "report",
    length: undefined,
    waits: true,
    facts: new Map([["tmux_pane", "%1"], ["ssh_tty", ""]]),
  });
  assertEquals(head("Content-Length: 12")?.length, 12);
});

Deno.test("A2 a head that our stub does not send is none", () => {
  for (
    const lines of [
      [],
      ["Content-Length: 1", "Content-Length: 1"],
      ["Content-Length: 1", "Transfer-Encoding: chunked"],
      ["Content-Length: 1e3"],
      ["Content-Length: 99999999999"],
      ["Transfer-Encoding: chunked, chunked"],
      ["Content-Length: 1", "ac-tmux: x"],
      ["Content-Length: 1", "ac-tmux: =a\nb"],
      ["Content-Length: 1", "ac-tmux: =ü"],
      ["Content-Length: 1", " folded: x"],
      ["Content-Length: 1", "no colon"],
      ["Content-Length : 1"],
      ["Content-Length: 1", "Origin: http://localhost"],
      ["Content-Length: 1", "X: y"],
    ]
  ) assertEquals(head(...lines), undefined, lines.join(" | "));
});

Deno.test("A2 a body is the same in whatever pieces it comes, and what follows it is not read", () => {
  const chunked = 'f\r\n{"a":{"b":"\r\n"}}\r\n2;x\r\n';
  assertEquals(new HookBody(undefined).push(bytes(chunked)), undefined, "an extension of a chunk");
  const whole = "5\r\nabc\r\n\r\n1\r\nd\r\nA\r\n0123456789\r\n0\r\n\r\nGET /";
  for (let size = 1; size <= whole.length; size++) {
    const body = new HookBody(undefined);
    const data: Uint8Array[] = [];
    for (let at = 0; at < whole.length && !body.isWhole; at += size) {
      data.push(...body.push(bytes(whole).slice(at, at + size)) ?? []);
    }
    assertEquals([text(data), body.isWhole], ["abc\r\nd0123456789", true], `pieces of ${size}`);
  }
  const counted = new HookBody(3);
  assertEquals([text(counted.push(bytes("abcdef")) ?? []), counted.isWhole], ["abc", true]);
  assertEquals(new HookBody(0).isWhole, true);
});

Deno.test("A2 no bytes make the reader of bodies throw, wait for more than it was promised, or give what was not sent", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.option(fc.nat(50), { nil: undefined }), (raw, length) => {
    const body = new HookBody(length);
    const data = body.push(raw) ?? [];
    const size = data.reduce((sum, piece) => sum + piece.length, 0);
    assertEquals(size <= Math.min(raw.length, length ?? raw.length), true);
  }));
});

Deno.test("A2 a body may come in small chunks, but not in them without end; large ones are bounded by their data", () => {
  const bodyOf = (count: number, size: number) => {
    const body = new HookBody(undefined);
    return body.push(bytes(`${size.toString(16)}\r\n${"x".repeat(size)}\r\n`.repeat(count)));
  };
  assertEquals(bodyOf(8192, 1)?.length, 8192);
  assertEquals(bodyOf(8193, 1), undefined);
  assertEquals(bodyOf(8193, 255), undefined);
  assertEquals(bodyOf(20_000, 256)?.length, 20_000);
});
