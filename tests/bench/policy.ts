/** What one decision of the policy costs: reading a command and comparing it with six rules. */
import type { ApprovalRequest } from "../../src/domain/approval.ts";
import { classify } from "../../src/policy/classify.ts";
import { evaluatePolicy, type Policy } from "../../src/policy/evaluation.ts";
import { CALLER, requestOf, rule, samples, WHERE } from "../support/policy_samples.ts";
import type { Row } from "./result.ts";

const GOAL_US = 50;
const GOAL_LONGEST_MS = 5;
const ROUNDS = 40;

const RULES = [
  ...["make *", "npm run * *", "deno task -* *", "src/*"].map((pattern) => rule(pattern)),
  ...["git push*", "*secret*"].map((pattern) => rule(pattern, { decision: "deny", tool: "*" })),
];
const POLICY: Policy = { safetyMode: "guarded", rules: RULES };

function decide(request: ApprovalRequest): void {
  const call = classify(request, WHERE);
  evaluatePolicy(call, POLICY, CALLER);
  void call.risk;
}

/** Shapes that were slow once, or could be, as long as a hook sends them. */
const LONG = 900_000;
/** As long as a plain command is read, in a few words more or less. */
const PLAIN = 1500;
const SHAPES = [
  "a",
  "a ",
  "a;",
  "cat a;",
  "a/",
  "x/../",
  "xargs ",
  "xargs git ",
  "sudo git -a ",
  "find -name x ",
  "git ",
  "https://",
  "'",
  '"',
  "\\",
  "$(",
  "{a,",
  "\n",
  "é",
  "=",
  "-",
];

export function policy(): Promise<readonly Row[]> {
  const texts = [
    ...samples("everyday.txt", { escapes: false }),
    ...samples("hostile.txt", { escapes: true }),
  ].map(({ text }) => text);
  const requests = texts.map((text) => requestOf(text));
  const payloads = texts.map((command) =>
    JSON.stringify({ hook_event_name: "PermissionRequest", session_id: "s", cwd: "/p/app", tool_input: { command } })
  );
  const run = (action: () => void) => {
    const began = performance.now();
    for (let n = 0; n < ROUNDS; n++) action();
    return (performance.now() - began) * 1000 / (ROUNDS * texts.length);
  };
  const ours = () => requests.forEach(decide);
  const theirs = () => payloads.forEach((text) => JSON.stringify(JSON.parse(text)));
  for (const warm of [ours, theirs]) run(warm);
  const [decision, json] = [run(ours), run(theirs)];
  const longest = SHAPES.flatMap((shape) => [LONG, PLAIN].map((length) => ({ shape, length }))).flatMap(
    ({ shape, length }) => {
      const text = shape.repeat(Math.ceil(length / shape.length));
      return [requestOf(text), requestOf(text, { action: "write", tool: "Write" })].map((request) => {
        // The best of three: one look may meet the compiler or the garbage collector.
        const looks = [1, 2, 3].map(() => {
          const began = performance.now();
          decide(request);
          return performance.now() - began;
        });
        return { shape: JSON.stringify(shape), ms: Math.min(...looks) };
      });
    },
  ).reduce((a, b) => a.ms > b.ms ? a : b);
  return Promise.resolve([{
    id: "POLICY",
    what:
      `one decision with ${RULES.length} rules, over ${texts.length} commands; the longest of ${SHAPES.length} shapes of 0.9 MB`,
    counterpart: "reading and writing the hook's JSON",
    goal: `≤ ${GOAL_US} µs; ≤ ${GOAL_LONGEST_MS} ms`,
    measured: `${decision.toFixed(1)} µs / ${json.toFixed(1)} µs; ${longest.ms.toFixed(1)} ms (${longest.shape})`,
    ok: decision <= GOAL_US && longest.ms <= GOAL_LONGEST_MS,
  }]);
}
