/**
 * A session: one conversation of one agent.
 *
 * The status is a union whose members carry their own fields, so that a state without meaning (an idle row with a
 * running tool, a waiting row that waits for nothing) cannot be written.
 */
/** What a blocked agent wants from the human. */
export type WaitingFor = "permission" | "question" | "plan" | "elicitation";

/**
 * Why a question can only be answered in the agent's own terminal, where that is known.
 * `unsupported`: its hook takes no such answer. `no_window`: its hook would have kept the dialog from the screen, and no
 * window was open. `window_closed`: the last one was closed. `deadline`: nobody answered here in time. `restarted`: the
 * daemon has ended since. `undelivered`: its hook is gone.
 */
export type TerminalOnly = "unsupported" | "no_window" | "window_closed" | "deadline" | "restarted" | "undelivered";

/** Why a turn failed; agents' own names are mapped to these, anything else is `unknown`. */
export type ErrorKind =
  | "rate_limit"
  | "overloaded"
  | "auth"
  | "billing"
  | "invalid_request"
  | "model_not_found"
  | "server"
  | "max_tokens"
  | "unknown";

/** The tool that runs now: its name and one readable line about its input. */
export interface ToolUse {
  readonly name: string;
  readonly text?: string;
  /** The agent's id of the call, where it sends one. */
  readonly id?: string;
}

/** How a closed session is opened again: argv, and the folder to run it in. */
export interface Reopen {
  readonly command: readonly string[];
  readonly cwd?: string;
}

/** The fields that belong to each status; in JSON they stand under the status's own name. */
export interface StatusFields {
  /** Announced, no turn yet. */
  starting: Readonly<Record<string, never>>;
  /** Finished its turn; waits for nobody. `background` counts tasks that outlive the turn. */
  idle: { readonly lastMessage?: string; readonly background?: number };
  /** A turn is running, or sub-agents still work for it. */
  working: { readonly tool?: ToolUse; readonly subagents: number };
  /** Blocked on the human. */
  waiting: {
    readonly for: WaitingFor;
    readonly text: string;
    /**
     * The call whose dialog is open, where the agent names it: other calls that run at the same time do not end the
     * wait.
     */
    readonly tool?: ToolUse;
    readonly approvalId?: string;
    /** Only without an `approvalId`. */
    readonly terminalOnly?: TerminalOnly;
    /**
     * Set where a script made the request, not the agent: the state that the row returns to. Stored under this name.
     */
    readonly before?: NotWaiting;
  };
  /** The turn failed. */
  error: { readonly kind: ErrorKind; readonly text: string };
  /** Ended. `lastMessage`: what it said at the end of its last turn. */
  closed: { readonly reason: string; readonly lastMessage?: string; readonly reopenable?: Reopen };
}

export type Status = keyof StatusFields;

/** In the order of lists: who needs the human comes first. */
export const STATUSES: readonly Status[] = [
  "waiting",
  "error",
  "working",
  "starting",
  "idle",
  "closed",
];

export type State = {
  [S in Status]: { readonly status: S } & { readonly [K in S]: StatusFields[S] };
}[Status];

export type NotWaiting = Exclude<State, { readonly status: "waiting" }>;

/** Where the agent's terminal is, so that a client can bring it to the front. */
export interface Terminal {
  /** `TERM_PROGRAM` or the multiplexer's name. */
  readonly program?: string;
  /** tmux pane id (`%3`), from `TMUX_PANE`. */
  readonly tmuxPane?: string;
  /** tmux socket path, the first part of `TMUX`. */
  readonly tmuxSocket?: string;
  /** Window or pane id of another terminal (kitty, WezTerm, zellij, iTerm). */
  readonly windowId?: string;
  readonly zellijSession?: string;
  /** Set where the agent runs at the far end of an ssh connection. */
  readonly ssh?: boolean;
}

/** What the agent's present process has cost and how full its context is, as the agent counts it. */
export interface Cost {
  /** US dollars; a resumed conversation counts anew (recorded). */
  readonly usd?: number;
  /** Percent of the model's context window, 0…100; absent before the model's first answer. */
  readonly contextPercent?: number;
  /** In the context window, as of the last answer. */
  readonly tokens?: number;
}

/** One window of a subscription's usage limit. */
export interface PlanLimit {
  /** 0…100, more where the plan allows more. */
  readonly usedPercent: number;
  /** ISO 8601 UTC. */
  readonly resetsAt?: string;
}

/** The limits that agents report; they belong to the account, not to the session. */
export interface PlanLimits {
  readonly fiveHour?: PlanLimit;
  readonly sevenDay?: PlanLimit;
}

/** What is known about a session beside its status. Times are ISO 8601 UTC. */
export interface Facts {
  readonly title?: string;
  readonly cwd?: string;
  readonly gitBranch?: string;
  readonly model?: string;
  readonly permissionMode?: string;
  readonly pid?: number;
  /** The process that started the last hook, for agents that send no pid with their hooks (confirmed_pid.ts). */
  readonly parentPid?: number;
  /** Where the process `pid` says that its own server is (row_processes.ts). */
  readonly serverUrl?: string;
  readonly tty?: string;
  readonly terminal?: Terminal;
  readonly transcriptPath?: string;
  readonly parentId?: string;
  readonly lastPrompt?: string;
  readonly cost?: Cost;
  readonly planLimits?: PlanLimits;
}

/** A process, and whether the process table here has shown it. */
export interface ProcessRef {
  readonly pid?: number;
  readonly pidSeen?: true;
}

/** What belongs to one process of a conversation. */
export interface OwnFields extends ProcessRef {
  readonly serverUrl?: string;
  readonly tty?: string;
  readonly terminal?: Terminal;
  readonly subagents: number;
  readonly promptId?: string;
  readonly cost?: Cost;
}

/** A process that the row does not show. */
export type OtherProcess = OwnFields & { readonly pid: number } & State;

export interface SessionFields extends Facts {
  /** The folder that the session began in, where it has left it: {@link Facts.cwd} is the one of its last event. */
  readonly workspace?: string;
  /** The agent's own session id. */
  readonly id: string;
  readonly agent: string;
  readonly startedAt: string;
  /** When the present status began. */
  readonly since: string;
  readonly lastEventAt: string;
  /** Higher is more urgent; 0 unless it was set. */
  readonly priority: number;
  readonly tags: readonly string[];
  readonly turnCount: number;
  /** Sub-agents that run for this session now, whatever its status. */
  readonly subagents: number;
  /** The process table here has shown `pid` alive: only then can its end be seen. */
  readonly pidSeen?: true;
  /** Further processes in which the conversation is open (row_processes.ts), each with its own state. */
  readonly others?: readonly OtherProcess[];
  /** Id of the newest prompt: a turn end that names an older one leaves a queued prompt running. */
  readonly promptId?: string;
}

export type Session = SessionFields & State;

/** A period that a session spent in one status. */
export interface HistoryEntry {
  readonly status: Status;
  readonly from: string;
  /** Length of the period in milliseconds, never negative even where the clock was set back. */
  readonly durationMs: number;
}

/** Most periods kept for one session; older ones are forgotten. */
export const HISTORY_CAP = 20;

/** Longest texts kept in a session, in UTF-16 units: a row is a summary, the transcript has the whole. */
export const TEXT_CAPS = Object.freeze({
  id: 200,
  title: 200,
  path: 1024,
  prompt: 400,
  message: 1000,
  waiting: 2000,
  tool: 400,
  tag: 64,
  tags: 32,
});

/** The fields of `session` without its state: the base on which the next state is built. */
export function withoutState(session: Session): SessionFields {
  const { status: _s, starting: _1, idle: _2, working: _3, waiting: _4, error: _5, closed: _6, ...fields } = session as
    & Session
    & Partial<StatusFields>;
  return fields;
}

/** What a session said last, of which nothing is known while a turn runs. */
export function lastMessageOf(session: State): string | undefined {
  if (session.status === "idle") return session.idle.lastMessage;
  return session.status === "closed" ? session.closed.lastMessage : undefined;
}

/** The state of `session` without its other fields. */
export function sessionState(session: State): State {
  switch (session.status) {
    case "starting":
      return { status: "starting", starting: session.starting };
    case "idle":
      return { status: "idle", idle: session.idle };
    case "working":
      return { status: "working", working: session.working };
    case "waiting":
      return { status: "waiting", waiting: session.waiting };
    case "error":
      return { status: "error", error: session.error };
    case "closed":
      return { status: "closed", closed: session.closed };
  }
}
