/**
 * THE table of methods. The router, the table in docs/protocol.md, completions and the tests are driven by it. It imports
 * nothing, so that clients load it without a validator; the shapes of params and results stand in method_schemas.ts, and
 * the compiler asks for one a row. Rows are sorted by area, then by name. Adding a method = one row, its two shapes, one
 * handler of the same name.
 */

/** What a connection may do; each includes the ones before it. */
export const SCOPES = ["report", "read", "approve", "admin"] as const;
export type Scope = typeof SCOPES[number];

/** The scopes that a token of the gateway may have, the narrowest first: who comes without one is not let in there. */
export const GATEWAY_SCOPES = ["read", "approve", "admin"] as const satisfies readonly Scope[];
export type GatewayScope = typeof GATEWAY_SCOPES[number];

export interface MethodRow {
  readonly area: "daemon" | "session" | "live" | "approval" | "audit";
  /** Other names that are accepted: those of the five designs that this daemon unites. */
  readonly aliases: readonly string[];
  readonly scope: Scope;
  /** Changes state, so it takes an `idempotencyKey` and is refused while the daemon stops. */
  readonly mutates: boolean;
  /** An agent speaks by it, not a window: over the gateway only who may do all calls it. */
  readonly reports?: true;
  /** Deadline in ms where it is not the general one. */
  readonly timeoutMs?: number;
  readonly doc: string;
}

export const METHODS = {
  "approval.add_rule": {
    area: "approval",
    aliases: [],
    scope: "admin",
    mutates: true,
    doc: "Adds a rule that a person wrote.",
  },
  "approval.decide": {
    area: "approval",
    aliases: ["ApprovalDecision", "ConfirmAction", "confirm_action"],
    scope: "approve",
    mutates: true,
    doc: "Answers an approval; the first answer wins. A scope beyond once makes a rule.",
  },
  "approval.delivered": {
    area: "approval",
    aliases: [],
    scope: "report",
    reports: true,
    mutates: false,
    doc: "From the connection that waited: the decision was given to the agent, or could not be.",
  },
  "approval.evaluate": {
    area: "approval",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "What the rules and the safety mode would decide of a command now, and why; nothing runs and nothing is kept.",
  },
  "approval.list": {
    area: "approval",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "The requests that wait, oldest first, and apart those that only the agents' own terminals can answer; with " +
      "status all the newest resolved ones too.",
  },
  "approval.request": {
    area: "approval",
    aliases: [],
    scope: "report",
    reports: true,
    mutates: false,
    timeoutMs: 600_000,
    doc: "Asks the human on behalf of a script or a tool, and waits for the answer; rules have no part in it.",
  },
  "approval.revoke": {
    area: "approval",
    aliases: [],
    scope: "approve",
    mutates: true,
    doc: "Takes a rule back.",
  },
  "approval.rules": {
    area: "approval",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "The rules in force: those of answers and those of the configuration.",
  },
  "approval.text": {
    area: "approval",
    aliases: [],
    scope: "approve",
    mutates: false,
    doc:
      "All of what an approval asks; one that shows not all of it is approved only after this, by a client of the same kind.",
  },
  "approval.wait": {
    area: "approval",
    aliases: [],
    scope: "report",
    reports: true,
    mutates: false,
    timeoutMs: 600_000,
    doc: "Waits for the approval that this connection's own report opened.",
  },
  "audit.head": {
    area: "audit",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "Size and last hash of the journal: keep it, and audit verify --against proves completeness.",
  },
  "audit.tail": {
    area: "audit",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "The last records of the journal, oldest first.",
  },
  "audit.verify": {
    area: "audit",
    aliases: [],
    scope: "admin",
    mutates: false,
    timeoutMs: 600_000,
    doc: "Reads all of the journal again and checks its chain, while the daemon serves; a fault ends the daemon.",
  },
  "config.get": {
    area: "daemon",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "The configuration in force, each value with its origin.",
  },
  "config.reload": {
    area: "daemon",
    aliases: ["ReloadConfig"],
    scope: "admin",
    mutates: false,
    doc: "Reads the configuration again; tells which keys were applied and which need a restart.",
  },
  disconnect: {
    area: "daemon",
    aliases: ["Disconnect"],
    scope: "report",
    mutates: false,
    doc: "Answers, then closes this connection.",
  },
  dump: {
    area: "daemon",
    aliases: ["DUMP"],
    scope: "read",
    mutates: false,
    doc: "Everything the daemon holds, for a bug report; no secrets.",
  },
  hello: {
    area: "daemon",
    aliases: ["Authenticate", "connect", "initialize"],
    scope: "report",
    mutates: false,
    doc: "The handshake; must be the first message.",
  },
  ping: {
    area: "daemon",
    aliases: ["Ping"],
    scope: "report",
    mutates: false,
    doc: "Answers at once, with the daemon's time.",
  },
  shutdown: {
    area: "daemon",
    aliases: ["STOP", "Shutdown"],
    scope: "admin",
    mutates: false,
    doc: "Stops the daemon after the requests in flight; force skips the wait.",
  },
  status: {
    area: "daemon",
    aliases: ["GetStatus", "STATUS", "StatusQuery", "status_query"],
    scope: "report",
    mutates: false,
    doc: "How the daemon is: process, clients, sessions, journal.",
  },
  subscribe: {
    area: "live",
    aliases: ["SUB", "Subscribe"],
    scope: "read",
    mutates: false,
    doc: "A snapshot, and from that instant every event; with since, the missed events instead of the snapshot.",
  },
  unsubscribe: {
    area: "live",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "Ends one subscription of this connection.",
  },
  "session.close": {
    area: "session",
    aliases: ["RM"],
    scope: "admin",
    mutates: true,
    doc: "Marks a session as ended.",
  },
  "session.delete": {
    area: "session",
    aliases: ["DELETE"],
    scope: "admin",
    mutates: true,
    doc: "Forgets a session; its records stay in the journal.",
  },
  "session.get": {
    area: "session",
    aliases: ["GET"],
    scope: "read",
    mutates: false,
    doc: "One session with its history.",
  },
  "session.history": {
    area: "session",
    aliases: [],
    scope: "read",
    mutates: false,
    doc: "The periods a session went through, with their lengths.",
  },
  "session.list": {
    area: "session",
    aliases: ["LIST"],
    scope: "read",
    mutates: false,
    doc: "All sessions, most urgent first.",
  },
  "session.reopen": {
    area: "session",
    aliases: ["REOPEN"],
    scope: "admin",
    mutates: true,
    doc: "Marks a closed session as open again.",
  },
  "session.report": {
    area: "session",
    aliases: [],
    scope: "report",
    reports: true,
    mutates: true,
    doc: "An agent's own event, as its hook received it; a request may be decided at once or opens an approval.",
  },
  "session.update": {
    area: "session",
    aliases: ["SET"],
    scope: "admin",
    mutates: true,
    doc: "Sets fields of a session; absent ones stay. With agent, an unknown session is created.",
  },
} as const satisfies Record<string, MethodRow>;

export type MethodName = keyof typeof METHODS;

const BY_NAME: ReadonlyMap<string, MethodName> = new Map(
  (Object.keys(METHODS) as MethodName[]).flatMap((name) => [
    [name, name] as const,
    ...METHODS[name].aliases.map((alias) => [alias, name] as const),
  ]),
);

/** The method that `name` or its alias stands for. */
export function resolveMethod(name: string): MethodName | undefined {
  return BY_NAME.get(name);
}

export function covers(scope: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
}
