/** Rows whose texts are what a hostile agent or a careless person would write, for properties of what shows them. */
import * as fc from "fast-check";
import type { Approval } from "../../src/domain/approval.ts";
import type { SessionView } from "../../src/domain/query.ts";

/** The time at which they are looked at. */
export const HOSTILE_NOW = Date.parse("2026-11-20T10:00:00.000Z");
/** What a terminal or the eye would obey. */
// deno-lint-ignore no-control-regex
export const RAW_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

export const hostileText = fc.oneof(
  fc.constantFrom(
    "\u001b[2J\u001b]52;c;aGk=\u0007",
    "\u009b31mred\u009c",
    "\u202egnp.exe\u2066 \u200b",
    "日本語のとても長い題名".repeat(20),
    "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301\u0301\u0301\u0301",
    "x ".repeat(5_000),
    "a\nb\r\nc\td",
    "",
    "\ud800",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
);

export const hostileApproval = (id: string) =>
  fc.record({
    text: hostileText,
    detail: fc.option(hostileText, { nil: undefined }),
    why: fc.option(hostileText, { nil: undefined }),
    risk: fc.constantFrom("reads", "writes", "network", "destroys", "unknown"),
    kind: fc.constantFrom("permission", "question", "plan", "elicitation"),
    options: fc.array(hostileText, { maxLength: 12 }),
    multiple: fc.boolean(),
    missing: fc.option(fc.nat(9000), { nil: undefined }),
    left: fc.integer({ min: -5, max: 100_000 }),
  }).map(({ text, detail, why, risk, kind, options, multiple, missing, left }) => ({
    id: `q${id}`,
    sessionId: id,
    agent: "mine",
    cwd: `/home/u/${text}`,
    for: kind,
    tool: text.slice(0, 40),
    input: text,
    risk,
    ...(detail === undefined ? {} : { detail }),
    ...(why === undefined ? {} : { reasoning: why }),
    ...(missing === undefined ? {} : { missing }),
    ...(kind === "question" ? { choices: [{ question: text, options, multiple }] } : {}),
    requestedAt: new Date(HOSTILE_NOW - 5000).toISOString(),
    deadline: new Date(HOSTILE_NOW + left * 1000).toISOString(),
    status: "pending",
    pending: {},
  } as unknown as Approval));

export const hostileSession = (id: string) =>
  fc.record({
    text: hostileText,
    title: fc.option(hostileText, { nil: undefined }),
    status: fc.constantFrom("waiting", "working", "idle", "error", "starting", "closed"),
    age: fc.nat(100_000),
  }).map(({ text, title, status, age }) => ({
    id,
    agent: text.slice(0, 30) || "mine",
    ...(title === undefined ? {} : { title }),
    cwd: `/home/u/${text}`,
    gitBranch: text,
    model: text,
    lastPrompt: text,
    status,
    starting: {},
    waiting: { for: "permission", text },
    working: { tool: { name: "Bash", text }, subagents: 1 },
    idle: { lastMessage: text },
    error: { kind: "unknown", text },
    closed: { reason: text, reopenable: { command: [text] } },
    terminal: { program: text, windowId: text },
    startedAt: new Date(HOSTILE_NOW - age * 1000).toISOString(),
    since: new Date(HOSTILE_NOW - age * 1000).toISOString(),
    lastEventAt: new Date(HOSTILE_NOW).toISOString(),
    cost: { usd: age / 7, contextPercent: age % 200 },
    priority: 0,
    tags: [],
    turnCount: 1,
    subagents: 0,
    stale: false,
    lost: age % 7 === 0,
    unproven: age % 5 === 0,
  } as unknown as SessionView));
