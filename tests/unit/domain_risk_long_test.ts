/** No text holds up the daemon: it judges one event at a time, and every hook waits for it. */
import { assert } from "@std/assert";
import fc from "fast-check";
import type { ApprovalRequest } from "../../src/domain/approval.ts";
import { riskOf } from "../../src/policy/risk.ts";
import { matches } from "../../src/policy/rule.ts";

/** Far more than any of these takes; what grows with the square of its length takes far longer. */
const ENOUGH_MS = 3000;
/** About as long as a line of the wire may be. */
const LONGEST = 1_000_000;

function judgesInTime(subject: string): void {
  const ask: ApprovalRequest = {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject,
    dialog: "beside",
    takesYes: true,
  };
  const deny = { id: "r", decision: "deny", tool: "*", scope: "always", createdAt: "", by: "config" } as const;
  const start = performance.now();
  riskOf(ask);
  for (const pattern of ["*git push*x", "curl *", "*a*b*c"]) {
    matches({ ...deny, pattern }, ask, { agent: "a", sessionId: "s", now: 0 });
  }
  const took = performance.now() - start;
  assert(took < ENOUGH_MS, `${took} ms for ${subject.length} of ${subject.slice(0, 60)}`);
}

const repeated = (part: string, length: number) => part.repeat(Math.ceil(length / part.length));

const PARTS = [
  ...["env ", "env -x ", "env -S ", "env -S 'a b' ", "env --split-string=x ", "xargs ", "xargs -z ", "sudo -Z "],
  ...["xargs -z sh -c ", "find -exec ", "find -exec env -S ", "fd -x ", "timeout 5 ", "ssh h ", "watch ", "eval "],
  ...["bash -c '", "bash -c ", "bash -c -o ", "docker rm 'a b' ", "docker env -S ", "git -C ", "-x ", "a b "],
  ...["$(", '"$(', "`", "<(", "((", "[", "<<", "((<<a", "<<a\n", "((<<a\n", "((<<a\na\n", "sh <<a\n", "sh <<a\na\n"],
  ...["a;", "{ ", "coproc ! ]] ", "echo sh|sh;", "sh<<<'a';", "$'", "\\\n", "$(a)", "<(a)", "$(<<a\n)", "$(<<a\na\n)"],
  ...["<<a\n$(((<<a\na\n)\na\n", "$(env ((<<a\na\n", "`a`", "a[", "/?*a", "../", "\u0301"],
];

Deno.test("judging a long text of anything ends", () => {
  for (const part of PARTS) judgesInTime(repeated(part, 200_000));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PARTS), { minLength: 2, maxLength: 4 }), (parts) => {
      judgesInTime(repeated(parts.join(""), 200_000));
    }),
    { numRuns: 10 },
  );
});

Deno.test("as many commands as a line can hold are judged", () => {
  judgesInTime(repeated("a;", LONGEST));
  judgesInTime(repeated("$(a)", LONGEST));
  judgesInTime("cp " + Array.from({ length: LONGEST / 10 }, (_, at) => `?*a${at}`).join("/"));
  judgesInTime("cp " + repeated("*e", LONGEST));
});

Deno.test("a finder with a command in each of its words is not read to the end", () => {
  judgesInTime(`find ${repeated("-exec ", LONGEST)}`);
});

Deno.test("a long word behind many wrappers counts for each of them", () => {
  judgesInTime("xargs -I % -@ ".repeat(6) + "a -b -c -d -e -f -g -h " + repeated("x/", LONGEST));
});
