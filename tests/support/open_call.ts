/** A request that waits for an answer: a call that only reads. */
import type { Approval } from "../../src/domain/approval.ts";

export const OPEN_CALL: Approval = {
  status: "pending",
  pending: {},
  id: "k1",
  sessionId: "s",
  agent: "claude",
  for: "permission",
  tool: "Bash",
  input: "ls",
  risk: "reads",
  requestedAt: "2026-01-01T00:00:00.000Z",
  deadline: "2026-01-01T00:10:00.000Z",
};
