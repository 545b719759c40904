/**
 * Claude Code's hook events (2.1.329; 33 names of `HOOK_EVENTS`), as recorded in tests/fixtures/claude: those of the
 * shared format, the end of a session that it can resume, and its status line.
 */
import { isFields, optional, stringField } from "../../lib/json_fields.ts";
import type { Adapter } from "../shared/adapter.ts";
import { type EventHandlers, HOOK_FORMAT_EVENTS, type HookFormat, parseHookEvent } from "../shared/hook_format.ts";
import { absolutePath } from "../shared/ids.ts";
import { claudeRequest } from "./request.ts";
import { claudeResponse } from "./response.ts";
import { STATUS_LINE, statusFacts } from "./statusline_facts.ts";

export const claude: Adapter = {
  name: "claude",
  understand: (event, env) => parseHookEvent(event, env, CLAUDE),
  responseFor: (event, decision, cut = false) => isFields(event) ? claudeResponse(event, decision, cut) : undefined,
};

const MEANING: EventHandlers = {
  ...HOOK_FORMAT_EVENTS,
  SessionEnd: (e, id) => ({
    kind: "ended",
    reason: stringField(e, "reason") ?? "other",
    reopenable: { command: ["claude", "--resume", id], ...optional("cwd", absolutePath(stringField(e, "cwd"))) },
  }),
  // It comes from a living terminal, so a session that is unknown exists: it gets a row (starting) as with any event.
  [STATUS_LINE]: () => ({ kind: "measured" }),
};

const CLAUDE: HookFormat = {
  agent: "claude",
  pid: "CLAUDE_PID",
  meaning: MEANING,
  request: claudeRequest,
  facts: (event, name) => name === STATUS_LINE ? statusFacts(event) : {},
};
