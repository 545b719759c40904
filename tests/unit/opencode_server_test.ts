/** What OpenCode's server replies is read within bounds: of bytes, of depth and of how much there is to make of it. */
import { assertEquals, assertRejects } from "@std/assert";
import { OpenCodeServer } from "../../src/agents/opencode/server.ts";
import { isNestedBeyond } from "../../src/lib/json_nesting.ts";

const SESSION = { id: "ses_1", cwd: "/w" };
const MIB = 1024 * 1024;

/** A server whose replies are made by `reply`; its urls are kept. */
function serverOf(reply: (limit: number) => string) {
  const limits: number[] = [];
  const server = new OpenCodeServer({
    exchange: ({ url }, maxBytes) => {
      const limit = Number(new URL(url).searchParams.get("limit"));
      limits.push(limit);
      const text = reply(limit);
      if (text.length > maxBytes) return Promise.reject(new RangeError(`the reply is longer than ${maxBytes} bytes`));
      return Promise.resolve({ status: 200, text });
    },
    follow: async (_request, _maxChars, { onStatus, onLine }) => {
      await Promise.resolve(onStatus(200));
      onLine(`data:${reply(0)}`);
    },
  }, { username: undefined, password: undefined });
  const messages = () => server.messages(SESSION, AbortSignal.timeout(5000));
  return { server, limits, messages };
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

Deno.test("R7 P2 a reply of OpenCode's server that nests too deep, or is nothing but brackets, is not parsed", async () => {
  assertEquals(await serverOf(() => nested(64)).messages(), []);
  for (const text of [nested(65), nested(2 * MIB), `[${"[],".repeat(MIB)}[]]`, `[${'{"a":{}},'.repeat(200_000)}{}]`]) {
    const parsed = JSON.parse;
    let seen = 0;
    JSON.parse = (...given: Parameters<typeof parsed>) => (seen++, parsed(...given));
    try {
      await assertRejects(serverOf(() => text).messages, Error, "does not tell the session's messages");
    } finally {
      JSON.parse = parsed;
    }
    assertEquals(seen, 0);
  }
  const events: unknown[] = [];
  const event = (deep: string) => `{"type":"a","properties":{"sessionID":"ses_1","deep":${deep}}}`;
  for (const deep of [nested(62), nested(63)]) {
    const { server } = serverOf(() => event(deep));
    await server.follow(SESSION, AbortSignal.timeout(5000), (one) => events.push(one), () => {});
  }
  assertEquals(events.length, 1);
});

Deno.test("R7 where the messages are too long, fewer are asked for; a long text is read", async () => {
  const message = JSON.stringify({ info: {}, parts: [{ text: '[{"\\'.repeat(20_000) }] });
  const few = serverOf((limit) => `[${Array(limit).fill(message).join()}]`);
  assertEquals([(await few.messages()).length, few.limits], [10, [100, 10]]);
  const never = serverOf(() => JSON.stringify(["x".repeat(5 * MIB)]));
  await assertRejects(never.messages, Error, "longer than");
  assertEquals(never.limits, [100, 10]);
});

Deno.test("brackets nest outside of strings only, and those that are closed count as containers", () => {
  const most = { depth: 3, containers: 5 };
  for (
    const [json, expected] of [
      ["[[{}]]", false],
      ["[[[[", true],
      ['[{"a":[{', true],
      ["[[],[],[],[]]", false],
      ["[[],[],[],[],[]]", true],
      [JSON.stringify(["[[[[{{{{", '\\"[[[[', "\\"]), false],
      ['["[[[[[', false],
      ["]]]]", false],
    ] as const
  ) assertEquals(isNestedBeyond(json, most), expected, json);
});
