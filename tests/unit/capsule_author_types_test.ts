/** What the types for authors say of sessions, approvals and requests is what the daemon has: by type, and by value. */
import { assertEquals } from "@std/assert";
import type {
  CapsuleApproval,
  CapsuleRequest,
  CapsuleSession,
  Verdict,
} from "../../install/capsules/agent-console.d.ts";
import { interceptedRequest } from "../../src/approvals/ask_interceptors.ts";
import type { InterceptedRequest, InterceptVerdict } from "../../src/core/interceptors.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { Session } from "../../src/domain/session.ts";

/** They compile where what the daemon has is what authors are told. */
interface Told {
  readonly session: (session: Session) => CapsuleSession;
  readonly approval: (approval: Approval) => CapsuleApproval;
  readonly request: (request: InterceptedRequest) => CapsuleRequest;
  readonly verdict: (verdict: Verdict) => InterceptVerdict;
}
const SAME = <T>(value: T) => value;
const TOLD: Told = { session: SAME, approval: SAME, request: SAME, verdict: SAME };

const MEMBERS: Readonly<Record<keyof CapsuleRequest, true>> = {
  id: true,
  sessionId: true,
  agent: true,
  cwd: true,
  workspace: true,
  for: true,
  tool: true,
  action: true,
  input: true,
  detail: true,
  missing: true,
  risk: true,
  would: true,
};

Deno.test("X1 an interceptor is told each member that the types for authors name, and no other", () => {
  const approval: Approval = {
    id: "k4xq2",
    sessionId: "s1",
    agent: "demo",
    cwd: "/w/below",
    for: "permission",
    tool: "Bash",
    action: "command",
    input: "make",
    detail: "",
    missing: 1,
    risk: "unknown",
    requestedAt: "2026-01-02T03:04:05.000Z",
    deadline: "2026-01-02T03:14:05.000Z",
    reasoning: "it is not told",
    status: "pending",
    pending: {},
  };
  const request = TOLD.request(interceptedRequest(approval, "allow", "/w"));
  assertEquals(Object.keys(request).sort(), Object.keys(MEMBERS).sort());
  assertEquals([request.workspace, request.cwd], ["/w", "/w/below"]);
});
