/** The example capsule guard: what it says of a call, by the words of that and its risk. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type {
  Capsule,
  CapsuleRequest,
  CapsuleSettings,
  InterceptHandler,
  Verdict,
} from "../../install/capsules/agent-console.d.ts";
import guard from "../../install/capsules/guard/main.ts";

const CALL: CapsuleRequest = {
  id: "k4xq2",
  sessionId: "s1",
  agent: "demo",
  cwd: "/w/web",
  workspace: "/w/web",
  for: "permission",
  tool: "Bash",
  action: "command",
  input: "make test",
  risk: "unknown",
  would: "allow",
};

function verdictOf(call: Partial<CapsuleRequest>, settings?: CapsuleSettings) {
  return judged({ ...CALL, ...call }, settings);
}

function judged(call: CapsuleRequest, settings: CapsuleSettings = { network: "ask", outside: "ask" }) {
  let handler: InterceptHandler | undefined;
  guard({ settings, log: () => {}, intercept: (given: InterceptHandler) => handler = given } as unknown as Capsule);
  return handler?.(call, { signal: new AbortController().signal });
}

const destroys = (input: string, more: Partial<CapsuleRequest> = {}) => verdictOf({ input, risk: "destroys", ...more });
const asks = (reason: string): Verdict => ({ decision: "ask", reason });

Deno.test("X1 guard asks about what reaches other machines, and says nothing of what it can read otherwise", () => {
  assertEquals(verdictOf({ input: "curl https://example.test", risk: "network" }), asks("it reaches other machines"));
  const fetches = { tool: "WebFetch", action: "fetch", input: "https://example.test", risk: "unknown" } as const;
  assertEquals(verdictOf(fetches), asks("it reaches other machines"));
  for (const input of ["make test", `git commit -m "it's done"`, "a && b | c; d", "make Überraschung"]) {
    assertEquals(verdictOf({ input }), undefined, input);
  }
  assertEquals(verdictOf({ input: "cat 'a b' > c", risk: "writes" }), undefined, "its risk was told for sure");
  assertEquals(verdictOf({ tool: "Write", action: "write", input: "/w/web/*.ts", risk: "writes" }), undefined);
});

Deno.test("X1 guard asks about a command that it cannot read, and about what is not all there", () => {
  for (
    const input of [
      "make > log",
      "echo $x",
      "echo `id`",
      "make\nid",
      "ls *",
      "ls ~",
      "a {b,c}",
      "a \\; b",
      "(a)",
      "a #b",
    ]
  ) {
    assertEquals(verdictOf({ input }), asks("it cannot be read plainly"), input);
  }
  assertEquals(verdictOf({ missing: 1, risk: "reads" }), asks("not all of it can be seen here"));
});

Deno.test("X1 guard lets pass what destroys by plain paths inside of the session's folder, and asks about all else", () => {
  for (
    const input of ["rm -rf build", "rm -rf ./build dist/a.js", "rm /w/web/a", "rmdir a/", "truncate -s 0 log", "rm"]
  ) {
    assertEquals(destroys(input), undefined, input);
  }
  assertEquals(destroys("rm -rf build", { cwd: "/w/web/below" }), undefined);
  const outside: [string, string][] = [
    ["rm -rf /etc", "/etc"],
    ["rm -rf build /w/webs", "/w/webs"],
    ["rm -rf .", "/w/web"],
    ["rm -rf /w/web/", "/w/web"],
    ["rm -- -x /tmp/a", "/tmp/a"],
    ["shred //tmp/./a", "/tmp/a"],
  ];
  for (const [input, path] of outside) assertEquals(destroys(input), asks(`it destroys ${path}`), input);
  assertEquals(destroys("rm build", { cwd: "/tmp" }), asks("it destroys /tmp/build"), "the call runs elsewhere");
  assertEquals(destroys("rm -rf ../web/a"), asks("it destroys, and ../web/a leads up"));
  assertEquals(destroys("rm -- -a/../../x"), asks("it destroys, and -a/../../x leads up"));
  for (
    const input of [
      ...["git push --force", "sudo rm a", "bash -c 'rm a'", "rm $x", "rm 'a b'", "rm a && make", "rm ~/a", "rm a\nid"],
      ...["/bin/rm a", "dd if=/dev/zero of=a", "rm -rf *"],
    ]
  ) assertEquals(destroys(input), asks("it destroys, and where cannot be told"), input);
  assertEquals(destroys("rm a", { action: "other" }), asks("it destroys, and where cannot be told"));
  const { cwd: _, workspace: __, ...nowhere } = CALL;
  assertEquals(
    judged({ ...nowhere, input: "rm a", risk: "destroys" }),
    asks("it destroys, and its folder is not known"),
  );
});

Deno.test("X1 guard denies by its settings alone, never what it cannot read, and is silent where you are asked anyway", () => {
  const deny = { network: "deny", outside: "deny" };
  const network = { input: "curl a", risk: "network" } as const;
  const outside = { input: "rm /etc/a", risk: "destroys" } as const;
  for (const would of ["allow", "ask"] as const) {
    const denied = (call: Partial<CapsuleRequest>) => verdictOf({ ...call, would }, deny);
    assertEquals(denied(network), { decision: "deny", reason: "it reaches other machines" });
    assertEquals(denied(outside), { decision: "deny", reason: "it destroys /etc/a" });
  }
  assertEquals(verdictOf({ input: "rm $x", risk: "destroys" }, deny), asks("it destroys, and where cannot be told"));
  for (const call of [network, outside, { input: "make > log" }]) {
    assertEquals(verdictOf({ ...call, would: "ask" }), undefined);
    assertEquals(verdictOf(call, { network: "Deny", outside: "no" }), verdictOf(call), "what is no deny asks");
    assertNotEquals(verdictOf(call), undefined);
  }
  assertEquals(verdictOf({ for: "elicitation", risk: "network" }, deny), undefined, "a question runs nothing");
});

Deno.test("X1 guard logs a setting that is neither ask nor deny once, at its start and when the setting has changed", () => {
  const logs: unknown[] = [];
  let settings = { network: "Deny", outside: "ask" };
  let handler: InterceptHandler | undefined;
  guard({
    get settings() {
      return settings;
    },
    log: (text: string, fields: unknown) => logs.push(text, fields),
    intercept: (given: InterceptHandler) => handler = given,
  } as unknown as Capsule);
  const told = (about: string, value: string) => [
    `the setting ${about} is neither "ask" nor "deny": you are asked`,
    { value },
  ];
  assertEquals(logs, told("network", "Deny"));
  const ask = (input: string, risk: CapsuleRequest["risk"]) =>
    handler?.({ ...CALL, input, risk }, { signal: new AbortController().signal });
  for (let at = 0; at < 3; at++) assertEquals(ask("curl a", "network"), asks("it reaches other machines"));
  assertEquals(logs, told("network", "Deny"), "once");
  settings = { network: "deny", outside: "no" };
  for (let at = 0; at < 3; at++) assertEquals(ask("rm /etc/a", "destroys"), asks("it destroys /etc/a"));
  assertEquals(ask("curl a", "network"), { decision: "deny", reason: "it reaches other machines" });
  assertEquals(logs, [...told("network", "Deny"), ...told("outside", "no")]);
});
