/**
 * An approval: one request of one agent, and the decision that a human or one of their rules made on it. Pure.
 *
 * The state is a union whose members carry their own fields, as with sessions. An approval is pending once and resolved
 * once: the first decision wins. Where none of our decisions reached the agent, the state says why (`expired` is not
 * `denied`).
 */
import { parseDecider } from "./decider.ts";
import type { WaitingFor } from "./session.ts";

/** What a call does to the machine, where that is sure; `unknown` where it is not. */
export const RISKS = ["reads", "writes", "network", "destroys", "unknown"] as const;
export type Risk = typeof RISKS[number];

/** The label of an approval, also as journals before 0.2 have it: there `execute` was a guess, as were the others. */
export function riskNamed(name: string): Risk {
  return RISKS.find((risk) => risk === name) ?? OLD_RISKS.get(name) ?? "unknown";
}

const OLD_RISKS: ReadonlyMap<string, Risk> = new Map([["read", "reads"], ["write", "writes"], [
  "destructive",
  "destroys",
]]);

/** How far an approval reaches: this call, this session, this folder and the folders below it, everywhere. */
export const APPROVAL_SCOPES = ["once", "session", "workspace", "always"] as const;
export type ApprovalScope = typeof APPROVAL_SCOPES[number];

/** A question with its choices, as an agent sends them (a question tool, an MCP form). */
export interface Choice {
  readonly question: string;
  readonly options: readonly string[];
  /** What the agent says of each option, at the option's place; empty where it says nothing. Absent: of none. */
  readonly descriptions?: readonly string[];
  readonly multiple: boolean;
}

/** What a call does, independent of the name that the agent gives its tool: the base of rules and of the label. */
export type Action = "command" | "write" | "read" | "fetch" | "other";

/**
 * What would be written: the new file as a whole, lines to replace (each old one behind `- `, each new one behind `+ `),
 * or a patch in the agent's own form.
 */
export const DETAIL_FORMS = ["content", "edit", "patch"] as const;
export type DetailForm = typeof DETAIL_FORMS[number];

/** Fields of a search's input that say which files of its folder it shows. */
export const SEARCH_FILTERS: readonly string[] = ["glob", "include", "include_pattern"];

/** A working directory that is told in a way that nobody can read: no call in it passes. */
export const UNKNOWN_FOLDER = "~?";

/**
 * What the agent requests, as its adapter read it. Never stored as it is: `subject` is the real text, not masked,
 * because a rule must match what will run and not what is shown.
 */
export interface ApprovalRequest {
  readonly for: WaitingFor;
  /** The agent's own name of the tool; for an elicitation the MCP server's. */
  readonly tool: string;
  readonly action: Action;
  /** What the request is about, complete: the command line, the path, the URL; for other tools the input as JSON. */
  readonly subject: string;
  /** The working directory of this call, where the agent sends one, as it names it. It may differ from its session's. */
  readonly cwd?: string;
  /** Of a search: whether it shows names of files or what stands in them. */
  readonly search?: "names" | "text";
  /**
   * Every path that the call touches, where there are several or where the subject is not a path; `/folder/**` stands
   * for everything below the folder. What decides the call goes by them: all must pass, and one is enough for a deny
   * rule. Neither stored nor shown.
   */
  readonly paths?: readonly string[];
  /**
   * What would be written, or how it would run, for people to read. Shown below the subject. No rule matches it: a rule
   * for a tool on files is about the path. Not masked.
   */
  readonly detail?: string;
  /** What kind of text the detail is, where that is sure. */
  readonly detailForm?: DetailForm;
  /** All that the tool is given, where the agent tells it: a script that asks about the same call shows the same. Not kept. */
  readonly toolInput?: Readonly<Record<string, unknown>>;
  /** The command would run outside the agent's own sandbox: only a human may approve it, each time anew. */
  readonly unsandboxed?: true;
  /** The reason that the agent gives. */
  readonly reasoning?: string;
  readonly choices?: readonly Choice[];
  /** What the agent itself offers to allow from now on, one readable line each. */
  readonly suggestions?: readonly string[];
  /** Where the agent would keep exactly this call's permission itself, by how far the approval reaches. */
  readonly remembers?: Readonly<Partial<Record<ApprovalScope, readonly string[]>>>;
  /**
   * Where the agent's own dialog is while we decide.
   * `beside`: on the screen, so that waiting blocks nobody.
   * `behind`: the agent shows it only after its hook has ended.
   * `gate`: there is none; without a decision the call runs (a hook before a tool). Only rules decide here.
   * `none`: there is none, because the daemon runs the agent; without a decision the call is cancelled.
   */
  readonly dialog: "beside" | "behind" | "gate" | "none";
  /** So long the agent lets the request wait for us, s; absent: as long as the hooks that we register may run. */
  readonly holdSecs?: number;
  /** False where the hook can deny the call but not approve it. */
  readonly acceptsApproval: boolean;
  /**
   * Requested by a script (`approval.request`), not by a call of an agent: no rule decides it, and its decision makes
   * no rule.
   */
  readonly scripted?: true;
}

/** What a human or a rule decided about a request. In memory only: the journal stores the {@link ApprovalState}. */
export type Decision =
  | {
    readonly kind: "approve";
    readonly scope: ApprovalScope;
    /** The agent is to keep it too: in its own settings, where no rule of ours reaches. */
    readonly remember?: true;
    /** For questions: the text of the question → the chosen label or free text. */
    readonly answers?: Readonly<Record<string, string>>;
    /** The reason, for the record: no agent takes one with a yes. */
    readonly message?: string;
  }
  | { readonly kind: "deny"; readonly message?: string };

interface Decided {
  readonly at: string;
  /** The client that decided, or `rule:<id>`, `mode:<safety mode>`, `interceptor:<name>`. */
  readonly by: string;
  readonly ruleId?: string;
  /** What was said with it: secrets masked, control characters visible. */
  readonly message?: string;
  /** The agent did not get it: its hook was gone, or nobody read what it said. */
  readonly delivered?: false;
}

/** The fields that belong to each state; in JSON they stand under the state's own name. `at` is ISO 8601 UTC. */
export interface ApprovalFields {
  pending: Readonly<Record<string, never>>;
  /** `expiresAt`: when the rule that it made ends, ISO 8601 UTC; absent where it has no end, or no rule was made. */
  approved: Decided & { readonly scope: ApprovalScope; readonly expiresAt?: string };
  denied: Decided;
  /** Nobody decided before the deadline: the agent got no decision and shows its own dialog. */
  expired: { readonly at: string };
  /** Approved in the agent's own terminal: the call ran. `despite`: we had recorded a denial, which came too late. */
  elsewhere: { readonly at: string; readonly despite?: "denied" };
  /** Refused or closed with Esc in the agent's own terminal. */
  dismissed: { readonly at: string };
  /** The requester is gone: its session ended, or the daemon was restarted. */
  cancelled: { readonly at: string; readonly reason: string };
}

export type ApprovalStatus = keyof ApprovalFields;

export type ApprovalState = {
  [S in ApprovalStatus]: { readonly status: S } & { readonly [K in S]: ApprovalFields[S] };
}[ApprovalStatus];

/** Whether a rule, the safety mode or an interceptor decided, so that no human was involved. */
export function isAutomatic(state: ApprovalState): boolean {
  const by = state.status === "approved" ? state.approved.by : state.status === "denied" ? state.denied.by : undefined;
  return by !== undefined && parseDecider(by).kind !== "client";
}

/** A word of an interceptor on a request (core/interceptors.ts), safe to show. */
export interface ApprovalNote {
  /** The interceptor's name. */
  readonly by: string;
  readonly text: string;
  /** It made a person be asked, or denied the request; absent: it only says something of it. */
  readonly says?: "ask" | "deny";
}

/** An approval as it is stored and shown: secrets masked, control characters visible, length bounded. */
export type Approval = ApprovalState & {
  readonly id: string;
  /** The session that waits: a sub-agent's own row where a sub-agent made the request. */
  readonly sessionId: string;
  readonly agent: string;
  readonly cwd?: string;
  readonly for: WaitingFor;
  readonly tool: string;
  /** Absent in journals of versions before 0.2. */
  readonly action?: Action;
  /** The command, path, URL or input: its beginning and its end. */
  readonly input: string;
  /**
   * What would be written, or how it would run: beginning and end. Absent where the agent sends nothing, empty for an
   * empty file.
   */
  readonly detail?: string;
  /** So many UTF-16 units of what is asked are not in here: it is approved only after all of it was opened. */
  readonly missing?: number;
  /** So many of the missing units never arrived: nobody can open them here, so that it can only be denied. */
  readonly cutBy?: number;
  /** It would run outside the agent's own sandbox: always asked. */
  readonly unsandboxed?: true;
  /** While it is open, the agent's own terminal shows no dialog for it: the agent waits for its hook. */
  readonly hidesDialog?: true;
  /** Its agent has no terminal, because the daemon runs it: nobody else can answer it, and it ends with its turn. */
  readonly noDialog?: true;
  readonly risk: Risk;
  readonly reasoning?: string;
  readonly choices?: readonly Choice[];
  readonly suggestions?: readonly string[];
  /** Those that count most first. */
  readonly notes?: readonly ApprovalNote[];
  readonly requestedAt: string;
  /** From this time on the agent gets no decision from us. ISO 8601 UTC. */
  readonly deadline: string;
};

/** A decision for future calls, made by `approve --scope` (journaled) or given in the configuration. */
export interface Rule {
  readonly id: string;
  readonly decision: "allow" | "deny";
  /** Absent: every agent. */
  readonly agent?: string;
  /** The agent's name of the tool, or `*`. */
  readonly tool: string;
  /**
   * The subject that it matches, literally except for `*`: any text in a deny rule; what it stands for in an allow rule
   * depends on the call (policy/rule.ts).
   */
  readonly pattern: string;
  readonly scope: Exclude<ApprovalScope, "once">;
  /** For scope session. */
  readonly sessionId?: string;
  /** For scope workspace: an absolute folder; calls of sessions in it or below match. */
  readonly workspace?: string;
  readonly createdAt: string;
  /** ISO 8601 UTC; absent: until revoked. */
  readonly expiresAt?: string;
  /** Where the agent keeps the same permission itself: a revocation does not reach it. */
  readonly remembered?: readonly string[];
  /** Who made it: a client, or `config`, `workspace`. */
  readonly by: string;
}
