/**
 * What an approval is: one question of one agent that a human (or a rule of theirs) answers. Pure.
 *
 * The state is a union whose members carry their own fields, as with sessions. An approval is pending once and settled
 * once: the first answer wins, and where no answer came from us it says why (`expired` is not `denied`).
 */
import type { WaitingFor } from "./session.ts";

/** What a tool can do to the machine, the mildest first. */
export const RISKS = ["read", "write", "execute", "network", "destructive"] as const;
export type Risk = typeof RISKS[number];

/** How far a yes reaches: this call, this session, this folder and below, everywhere. */
export const APPROVAL_SCOPES = ["once", "session", "workspace", "always"] as const;
export type ApprovalScope = typeof APPROVAL_SCOPES[number];

/** A question with its choices, as agents put them (a question tool, an MCP form). */
export interface Choice {
  readonly question: string;
  readonly options: readonly string[];
  readonly multiple: boolean;
}

/** What a call does, whatever the agent calls its tool: the base of rules and of the risk class. */
export type Action = "command" | "write" | "read" | "fetch" | "other";

/**
 * What the agent asks, as its adapter read it. It is never stored as it is: `subject` is the real text, not masked,
 * because a rule must match what will run and not what is shown.
 */
export interface ApprovalRequest {
  readonly for: WaitingFor;
  /** The agent's own name of the tool; for an elicitation the MCP server's. */
  readonly tool: string;
  readonly action: Action;
  /** The whole of what matters: the command line, the path, the URL; for other tools the input as JSON. */
  readonly subject: string;
  /** The folder of this very call, where the agent tells one: it may be another than its session's. */
  readonly cwd?: string;
  /**
   * Every path that the call touches, where there are several or the subject is not one; `/folder/**` is all that is below.
   * For deny rules: neither stored nor shown.
   */
  readonly paths?: readonly string[];
  /**
   * What would be written, or how it would run, for people to read: shown below the subject, and never matched by a rule,
   * which for a tool on files is about the path. Not masked.
   */
  readonly detail?: string;
  /** A command that is to run outside the agent's own sandbox: that a human allows, each time anew. */
  readonly unsandboxed?: true;
  /** What the agent says about it. */
  readonly reasoning?: string;
  readonly choices?: readonly Choice[];
  /** What the agent itself offers to allow from now on, one readable line each. */
  readonly suggestions?: readonly string[];
  /**
   * `beside`: the agent's own dialog is on the screen meanwhile, so that waiting costs nobody anything.
   * `behind`: the agent shows it only after the hook has answered.
   * `gate`: there is no dialog; without an answer the call goes on (a hook before a tool). Only rules decide.
   */
  readonly dialog: "beside" | "behind" | "gate";
  /** False where the agent takes a no from a hook, but no yes. */
  readonly acceptsApproval: boolean;
  /** A script asks (`approval.request`), about no call of an agent's: no rule answers it, and none comes of the answer. */
  readonly scripted?: true;
}

/** The answer that an agent gets. */
export type Decision =
  | {
    readonly kind: "approve";
    readonly scope: ApprovalScope;
    /** For questions: the question's text → the chosen label or free text. */
    readonly answers?: Readonly<Record<string, string>>;
  }
  | { readonly kind: "deny"; readonly message?: string };

/** The fields that belong to each state; in JSON they stand under the state's own name. `at` is ISO 8601 UTC. */
export interface ApprovalFields {
  pending: Readonly<Record<string, never>>;
  /** `by`: the client that answered, or `rule:<id>`, `mode:<safety mode>`. */
  approved: { readonly at: string; readonly by: string; readonly scope: ApprovalScope; readonly ruleId?: string };
  denied: { readonly at: string; readonly by: string; readonly message?: string; readonly ruleId?: string };
  /** Nobody answered in time: the agent got no decision and asks in its own terminal. */
  expired: { readonly at: string };
  /** Answered in the agent's own terminal: the call ran. */
  elsewhere: { readonly at: string };
  /** Closed in the agent's own terminal with no or Esc. */
  dismissed: { readonly at: string };
  /** What asked is gone: its session ended, or the daemon was started anew. */
  cancelled: { readonly at: string; readonly reason: string };
}

export type ApprovalStatus = keyof ApprovalFields;

export type ApprovalState = {
  [S in ApprovalStatus]: { readonly status: S } & { readonly [K in S]: ApprovalFields[S] };
}[ApprovalStatus];

/** Whether a rule or the safety mode gave the answer: nobody was asked. */
export function isAutomatic(state: ApprovalState): boolean {
  const by = state.status === "approved" ? state.approved.by : state.status === "denied" ? state.denied.by : "";
  return /^(?:rule|mode):/.test(by);
}

/** What is kept and shown: secrets masked, controls visible, length bounded. */
export type Approval = ApprovalState & {
  readonly id: string;
  /** The row that waits: a sub-agent's own where a sub-agent asks. */
  readonly sessionId: string;
  readonly agent: string;
  readonly cwd?: string;
  readonly for: WaitingFor;
  readonly tool: string;
  /** The real command, path, URL or input: head and tail. */
  readonly input: string;
  /** What would be written, or how it would run: head and tail; absent where the agent does not tell, empty for nothing. */
  readonly detail?: string;
  readonly risk: Risk;
  readonly reasoning?: string;
  readonly choices?: readonly Choice[];
  readonly suggestions?: readonly string[];
  readonly requestedAt: string;
  /** After it the agent gets no decision. */
  readonly deadline: string;
};

/** A standing answer, from `approve --scope` (journaled) or from the configuration. */
export interface Rule {
  readonly id: string;
  readonly decision: "allow" | "deny";
  /** Absent: every agent. */
  readonly agent?: string;
  /** The agent's name of the tool, or `*`. */
  readonly tool: string;
  /** The subject it matches: literally, but for `*`: any text in a deny rule, in an allow rule less (rule_glob.ts). */
  readonly pattern: string;
  readonly scope: Exclude<ApprovalScope, "once">;
  /** For scope session. */
  readonly sessionId?: string;
  /** For scope workspace: an absolute folder; calls of sessions in it or below match. */
  readonly workspace?: string;
  readonly createdAt: string;
  /** ISO 8601 UTC; absent: until revoked. */
  readonly expiresAt?: string;
  /** Who gave it: a client, or `config`, `workspace`. */
  readonly by: string;
}
