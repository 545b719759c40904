/**
 * Which file keeps which behaviour, for docs/architecture.md. A file is named by an import that nobody calls: a move
 * rewrites it like any other, and the generator refuses one that is gone.
 */

type Load = () => Promise<unknown>;

/** A sentence with a `{}` for each of its files. */
export type Step = readonly [text: string, ...files: readonly Load[]];

/** What happens between an agent's hook and your screen, and back. */
export const REQUEST: readonly Step[] = [
  [
    "Claude Code runs the stub (install/hook_stub.sh) with the request on stdin, and the stub the program, by a file " +
    "that {} wrote: {}. It loads nothing from npm, checks that the folder and the socket are yours ({}) and writes " +
    "two lines, `hello` and `session.report` ({}).",
    () => import("../../src/client/write_launchers.ts"),
    () => import("../../src/client/hook.ts"),
    () => import("../../src/client/dial.ts"),
    () => import("../../src/client/deliver_report.ts"),
  ],
  [
    "{} reads lines within the limits ({}) and answers `hello` ({}). An event that asks nothing comes by curl, and {} " +
    "calls the router for it.",
    () => import("../../src/transport/connection.ts"),
    () => import("../../src/protocol/limits.ts"),
    () => import("../../src/transport/handshake.ts"),
    () => import("../../src/transport/hook_connection.ts"),
  ],
  [
    "{} finds the row in the table of methods ({}), checks scope and params, and calls the handler ({}).",
    () => import("../../src/rpc/router.ts"),
    () => import("../../src/protocol/methods.ts"),
    () => import("../../src/core/handlers/session.ts"),
  ],
  [
    "The agent's adapter says what the event means ({}) and what is asked ({}).",
    () => import("../../src/agents/claude/events.ts"),
    () => import("../../src/agents/claude/request.ts"),
  ],
  [
    "{} asks the policy ({}). Where a rule decides, the reply to `session.report` has the decision; otherwise an " +
    "approval is opened and the reply names it: the hook stays connected, calls `approval.wait` ({}) and waits.",
    () => import("../../src/approvals/broker.ts"),
    () => import("../../src/approvals/policy_engine.ts"),
    () => import("../../src/client/deliver_report.ts"),
  ],
  [
    "{} decides what becomes of the session. {} appends the record to the journal ({}), applies it, and gives it " +
    "to {}.",
    () => import("../../src/domain/decide.ts"),
    () => import("../../src/core/store.ts"),
    () => import("../../src/journal/journal.ts"),
    () => import("../../src/core/event_bus.ts"),
  ],
  [
    "The commit has returned when one drain wakes the subscribers; each pulls the events behind its own place " +
    "({}), as far as its connection has room ({}). One that falls behind the log is told what it missed, and is " +
    "ended; it delays nobody.",
    () => import("../../src/transport/streams.ts"),
    () => import("../../src/rpc/outbox.ts"),
  ],
  [
    "The client follows the events, over reconnects too ({}), and a window draws a frame ({}) or prints a line ({}).",
    () => import("../../src/client/follow.ts"),
    () => import("../../src/dashboard/frame.ts"),
    () => import("../../src/view/change_lines.ts"),
  ],
  [
    "You answer: `approve` ({}) calls `approval.decide`. The decision is committed, so the first one wins, then " +
    "it is on the disk, and only then the hook is answered ({}).",
    () => import("../../src/cli/commands/approval.ts"),
    () => import("../../src/approvals/resolver.ts"),
  ],
  [
    "The adapter words the decision as the agent expects it ({}), and the hook prints it and ends.",
    () => import("../../src/agents/claude/response.ts"),
  ],
];

export const WHERE: readonly (readonly [what: string, file: Load])[] = [
  ["a command and its options", () => import("../../src/cli/tree.ts")],
  ["what every list says of a session", () => import("../../src/view/session_items.ts")],
  ["and of a request", () => import("../../src/view/approval_items.ts")],
  ["signs and words of states", () => import("../../src/domain/state_words.ts")],
  ["how many sessions are in which state, in words", () => import("../../src/view/state_counts.ts")],
  ["whom a person is notified of, in words", () => import("../../src/view/needs.ts")],
  ["loudness of states, signs and words of risks", () => import("../../src/view/states.ts")],
  ["the lists of `ls` at any width", () => import("../../src/cli/session_list.ts")],
  ["the lines of `watch` in a pipe", () => import("../../src/view/change_lines.ts")],
  ["the keys of the dashboard", () => import("../../src/view/actions.ts")],
  ["which of them come too early to be meant", () => import("../../src/view/reading.ts")],
  ["the terminal taken over, and given back", () => import("../../src/platform/terminal_device.ts")],
  ["how an approval is printed", () => import("../../src/cli/approval_blocks.ts")],
  ["exit codes", () => import("../../src/protocol/errors.ts")],
  ["how a command finds or starts the daemon", () => import("../../src/client/start.ts")],
  ["which prebuilt form is run", () => import("../../src/platform/prebuilt.ts")],
  ["when the prebuilt form is made", () => import("../../src/client/prebuild.ts")],
  ["how a daemon is stopped", () => import("../../src/client/stop.ts")],
  ["reconnecting, and going on where a client was", () => import("../../src/client/follow.ts")],
  ["what a hook does, and its time budget", () => import("../../src/client/hook.ts")],
  ["the files by which agents run hooks", () => import("../../src/client/write_launchers.ts")],
  ["hooks by HTTP", () => import("../../src/transport/hook_connection.ts")],
  ["events of hooks that found no daemon", () => import("../../src/platform/spool.ts")],
  ["the status line of Claude Code", () => import("../../src/client/statusline.ts")],
  ["a method of the wire", () => import("../../src/protocol/methods.ts")],
  ["params and results of the methods", () => import("../../src/protocol/schemas.ts")],
  ["limits of lines, connections and queues", () => import("../../src/protocol/limits.ts")],
  ["the handshake", () => import("../../src/transport/handshake.ts")],
  ["tokens and their scopes", () => import("../../src/transport/tokens.ts")],
  ["one sequence for all subscribers, and slow ones", () => import("../../src/core/event_bus.ts")],
  ["whether a person is there who can answer", () => import("../../src/approvals/presence.ts")],
  ["the order of decide, append, apply, publish", () => import("../../src/core/store.ts")],
  ["the states of a session, and what leads from one to another", () => import("../../src/domain/transition.ts")],
  ["which session is shown first", () => import("../../src/domain/query.ts")],
  ["sessions and sub-agents that one report is about", () => import("../../src/domain/report_routing.ts")],
  ["the events of the journal and of the wire", () => import("../../src/domain/event.ts")],
  ["masking secrets, outside of commands", () => import("../../src/domain/mask.ts")],
  ["masking secrets in a command", () => import("../../src/domain/mask_command.ts")],
  ["which tokens are known by their shape", () => import("../../src/domain/mask_kinds.ts")],
  ["showing control characters", () => import("../../src/domain/sanitize.ts")],
  ["what a command line is called", () => import("../../src/policy/label.ts")],
  ["how a command line is read", () => import("../../src/policy/plain_text.ts")],
  ["which programs only read", () => import("../../src/policy/read_programs.ts")],
  ["which places are secret", () => import("../../src/policy/places.ts")],
  ["what a rule matches", () => import("../../src/policy/rule.ts")],
  ["what passes in which safety mode", () => import("../../src/policy/evaluation.ts")],
  ["the circuit breaker", () => import("../../src/approvals/breaker.ts")],
  ["the life of a request: opened, held, resolved once", () => import("../../src/approvals/broker.ts")],
  ["which decision comes without you", () => import("../../src/approvals/policy_engine.ts")],
  ["the list of adapters", () => import("../../src/agents/adapters.ts")],
  ["what an event of Claude Code means", () => import("../../src/agents/claude/events.ts")],
  ["the JSON of `hook custom`", () => import("../../src/agents/custom/docs.ts")],
  ["which process died", () => import("../../src/liveness/sweep.ts")],
  ["which hooks are installed, and why", () => import("../../src/agents/shared/hook_spec.ts")],
  ["edits of the agents' settings files", () => import("../../src/settings/hook_entries.ts")],
  ["a key of the configuration that no feature brings", () => import("../../src/config/base_sections.ts")],
  ["a feature's own keys of the configuration", () => import("../../src/feeds/section.ts")],
  ["a workspace's own configuration", () => import("../../src/config/workspace.ts")],
  ["a record and its hash", () => import("../../src/journal/record.ts")],
  ["recovery after a crash", () => import("../../src/journal/recover.ts")],
  ["`audit verify`", () => import("../../src/journal/verify.ts")],
  ["signed checkpoints", () => import("../../src/journal/checkpoints.ts")],
  ["proofs of records", () => import("../../src/journal/prove.ts")],
  ["when records reach the disk", () => import("../../src/journal/group_sync.ts")],
  ["start and stop of the daemon, in order", () => import("../../src/daemon/mod.ts")],
  ["lock, pid, token and ready file", () => import("../../src/daemon/runtime_files.ts")],
  ["the features of the daemon", () => import("../../src/daemon/features.ts")],
  ["what a feature consists of", () => import("../../src/core/service.ts")],
  ["state that is kept from the journal's events", () => import("../../src/core/projection.ts")],
  ["services that are started, stopped, ticked and reloaded", () => import("../../src/daemon/supervisor.ts")],
  ["the daemon's log", () => import("../../src/daemon/logging.ts")],
  ["reload of the configuration", () => import("../../src/daemon/live_config.ts")],
  ["the permissions of the sandbox", () => import("../../src/platform/sandbox.ts")],
  ["paths of the home folder", () => import("../../src/platform/home_paths.ts")],
  ["whether a path is safely ours", () => import("../../src/platform/path_safety.ts")],
  ["units for systemd and launchd", () => import("../../src/service/plan.ts")],
];
