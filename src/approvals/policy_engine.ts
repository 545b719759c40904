/**
 * Decides requests without a human: the policy (policy/evaluation.ts) with its inputs, which are the configuration, the
 * rules made by decisions, the workspace's own file and the circuit breaker.
 */
import { loadWorkspace } from "../config/workspace.ts";
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Inbox } from "./inbox.ts";
import type { Decision, Rule } from "../domain/approval.ts";
import { type Breaker, type BreakerEvent, CLOSED, modeUnder, openSince, stepBreaker } from "./breaker.ts";
import { evaluatePolicy, type Policy, type PolicyDecision, withWorkspacePolicy } from "../policy/evaluation.ts";
import type { SafetyMode } from "../domain/safety_mode.ts";
import type { Report } from "../domain/report.ts";
import { type ClassifiedRequest, classify } from "../policy/classify.ts";
import type { Decider } from "../domain/decider.ts";
import { type GivenRule, givenRules, hasExpired, type RuleContext } from "../policy/rule.ts";
import { WORKSPACE_CONFIG } from "../platform/home_paths.ts";
import type { Clock, Log } from "../platform/system.ts";
import { LinkLooks, type ResolveLinks } from "./link_looks.ts";
import { holdsForRealFiles } from "./real_files.ts";
import type { Where } from "../policy/where.ts";
import { AutoApprovedCalls } from "./auto_approved_calls.ts";

/** The configuration of the policy, read at each call: a reload takes effect at once. */
export interface PolicySettings {
  readonly safetyMode: SafetyMode;
  readonly rules: readonly GivenRule[];
  /** Rules are evaluated before each tool call, also where the agent would not request a decision. */
  readonly preToolUse: boolean;
}

export interface PolicyEngineOptions {
  readonly settings: () => PolicySettings;
  readonly inbox: Pick<Inbox, "rules">;
  readonly clock: Clock;
  readonly log: Log;
  readonly resolveLinks: ResolveLinks;
  /** As last recorded in the journal: a breaker that was open before a restart or a crash is open after it. */
  readonly suspended: () => SafetyMode | undefined;
  /** The effective safety mode has changed, or what the breaker suspends. */
  readonly onMode: (mode: SafetyMode, reason: string, suspended: SafetyMode | undefined) => void;
}

/** A request whose text is read once, by whoever asks first: policy, rules, the approval. */
export interface ClassifiedIncoming extends IncomingRequest {
  readonly request: ClassifiedRequest;
}

export function classifyIncoming(incoming: IncomingRequest, where: Where): ClassifiedIncoming {
  return { ...incoming, request: classify(incoming.request, where, incoming.cut) };
}

/** The same, where a link leads out of what it seems to read, or cannot be followed. */
export function withUnsureFiles(incoming: ClassifiedIncoming): ClassifiedIncoming {
  const { request, cut } = incoming;
  const risk = request.risk === "reads" ? "unknown" : request.risk;
  return { ...incoming, request: classify(request, request.where, cut, risk) };
}

type PolicyQuery = Pick<ClassifiedIncoming, "request" | "workspaceConfig" | "workspaceUnknown">;

export type PolicyResult =
  /** A decision without a human, who gave it, and the files that must be what they are named ({@link PolicyEngine.holds}). */
  | { readonly kind: "decided"; readonly decision: Decision; readonly by: Decider; readonly files: readonly string[] }
  /**
   * `needsHuman`: the call would run without a decision, and should not. `isOff`: it would run, and the configuration has
   * nothing decided before tools.
   */
  | { readonly kind: "undecided"; readonly needsHuman: boolean; readonly isOff?: true };

/** Most warnings about workspaces that are logged in one run: their text comes from other people. */
const WARNINGS = 100;

const UNDECIDED: PolicyResult = { kind: "undecided", needsHuman: false };
const OFF: PolicyResult = { ...UNDECIDED, isOff: true };

export class PolicyEngine {
  #o: PolicyEngineOptions;
  #breaker: Breaker;
  #warned = new Set<string>();
  #watched = new AutoApprovedCalls();
  #looks: LinkLooks;

  constructor(options: PolicyEngineOptions) {
    this.#o = options;
    this.#looks = new LinkLooks(options.resolveLinks, () => options.clock.steady());
    this.#breaker = options.suspended() === undefined ? CLOSED : openSince(options.clock.now());
  }

  /** The effective safety mode: the configured one, or `manual` while the breaker is open. */
  get mode(): SafetyMode {
    return modeUnder(this.#breaker, this.#o.settings().safetyMode);
  }

  /** The configured safety mode while the breaker suspends it; else undefined. */
  get suspended(): SafetyMode | undefined {
    const { safetyMode } = this.#o.settings();
    return this.mode === safetyMode ? undefined : safetyMode;
  }

  /** The rules made by decisions and those of the configuration, without expired ones. */
  rules(): readonly Rule[] {
    const { clock, inbox, settings } = this.#o;
    const now = clock.now();
    const given = givenRules(settings().rules, "config", new Date(now).toISOString());
    return [...inbox.rules().filter((rule) => !hasExpired(rule, now)), ...given];
  }

  /** @param caller `now` is filled in here */
  evaluate(
    { request, workspaceConfig, workspaceUnknown }: PolicyQuery,
    caller: Omit<RuleContext, "now">,
  ): PolicyResult {
    const gate = request.dialog === "gate";
    if (gate && !this.#o.settings().preToolUse) return OFF;
    const decided = this.explain({ request, workspaceConfig }, caller);
    if (decided.kind === "ask") return gate ? { kind: "undecided", needsHuman: true } : UNDECIDED;
    if (decided.kind === "none") return { kind: "undecided", needsHuman: gate && request.isSevere };
    if (decided.decision.kind === "approve" && workspaceUnknown) return UNDECIDED;
    return decided;
  }

  /** What the rules and the mode say, and why. */
  explain(
    { request, workspaceConfig }: Pick<PolicyQuery, "request" | "workspaceConfig">,
    caller: Omit<RuleContext, "now">,
  ): PolicyDecision {
    const policy = this.#policy(workspaceConfig, caller);
    return evaluatePolicy(request, policy, { ...caller, now: this.#o.clock.now() });
  }

  /** Whether an approval of {@link evaluate} holds for what its files really are; at once where no look is possible. */
  holds(
    query: PolicyQuery,
    files: readonly string[],
    caller: Omit<RuleContext, "now">,
  ): boolean | Promise<boolean> {
    const decides = (request: ClassifiedRequest) => {
      const result = this.evaluate({ ...query, request }, caller);
      return result.kind === "decided" ? result.decision.kind : undefined;
    };
    return holdsForRealFiles(query.request, files, decides, this.#looks);
  }

  #policy(workspaceConfig: string | undefined, { cwd, sessionId }: Omit<RuleContext, "now">): Policy {
    const home: Policy = { safetyMode: this.mode, rules: this.rules() };
    if (workspaceConfig === undefined) return home;
    const file = `${cwd ?? "?"}/${WORKSPACE_CONFIG}`;
    const now = new Date(this.#o.clock.now()).toISOString();
    const { warnings, ...policy } = withWorkspacePolicy(home, loadWorkspace(workspaceConfig, file, { now }));
    for (const warning of warnings) this.#warn(warning, sessionId);
    return policy;
  }

  /** Logged once each: the file comes with every event of the workspace. */
  #warn(warning: string, sessionId: string): void {
    if (this.#warned.has(warning) || this.#warned.size >= WARNINGS) return;
    this.#warned.add(warning);
    this.#o.log.warn("a workspace's configuration", { sessionId, warning });
  }

  // -- the breaker -----------------------------------------------------------------------------------------------------

  /** A call was decided without a human. */
  autoDecided(report: Report, decision: Decision): void {
    const { event } = report;
    const tool = event.kind === "requested" || event.kind === "tool" ? event.tool : undefined;
    if (decision.kind === "approve" && tool !== undefined) this.#watched.add(report, tool);
  }

  /** Follows how the approved calls ended. */
  reportCommitted(report: Report): void {
    const outcome = this.#watched.outcome(report);
    if (outcome !== undefined) this.#step(outcome);
  }

  /** A human has decided, so somebody watches: closes the breaker. */
  decidedByHuman(): void {
    this.#step("decided_by_hand");
  }

  reloaded(): void {
    this.#step("reloaded");
  }

  #step(event: BreakerEvent): void {
    const before = this.mode;
    this.#breaker = stepBreaker(this.#breaker, event, this.#o.clock.now());
    if (this.mode === before && this.suspended === this.#o.suspended()) return;
    try {
      this.#o.onMode(this.mode, event === "failed" ? "calls allowed by rules failed" : event, this.suspended);
    } catch (error) {
      // The journal is read-only: the mode is in force, and the decision that led here still reaches its hook.
      this.#o.log.error("a change of the safety mode was not written", { mode: this.mode, error: String(error) });
    }
  }
}
