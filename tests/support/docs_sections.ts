/** The parts of the pages that are made from the program's own tables. */
import type { Argument, Command, Option } from "commander";
import { customMarkdown } from "../../src/agents/custom/docs.ts";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import { hooksMarkdown } from "../../src/agents/shared/hook_spec.ts";
import { EXITS } from "../../src/cli/exit_meanings.ts";
import { APPROVAL_FIELDS, SESSION_FIELDS } from "../../src/view/template.ts";
import type { ShownState } from "../../src/domain/state_words.ts";
import { STATE_LOOKS } from "../../src/view/states.ts";
import { commandTree } from "../../src/cli/mod.ts";
import { configDocs } from "../../src/config/docs.ts";
import type { Rule } from "../../src/domain/approval.ts";
import { classify } from "../../src/policy/classify.ts";
import type { Where } from "../../src/policy/where.ts";
import { requestOf } from "./policy_samples.ts";
import { evaluatePolicy } from "../../src/policy/evaluation.ts";
import { EVENTS } from "../../src/domain/event.ts";
import { SAFETY_MODES } from "../../src/domain/safety_mode.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { featureEvents, featureMethods, FEATURES, SCHEMA } from "../../src/daemon/features.ts";
import { ERRORS } from "../../src/protocol/errors.ts";
import { type Measure, MEASURES } from "../../src/core/measures.ts";
import { metricName } from "../../src/gateway/metrics.ts";
import { LIMITS } from "../../src/protocol/limits.ts";
import { METHOD_SCHEMAS, type MethodSchemas } from "../../src/protocol/method_schemas.ts";
import { type MethodRow, METHODS } from "../../src/protocol/methods.ts";
import { pathOf, sourceSections } from "./docs_source.ts";
import { benchSections } from "./docs_bench.ts";
import { keys } from "./docs_keys.ts";
import { sessions } from "./docs_sessions.ts";
import { sandbox } from "./docs_sandbox.ts";
import { code, table } from "./docs_table.ts";
import { ANSWERS, STATUS_MEANINGS, TASKS } from "./docs_words.ts";

export const ROOT = new URL("../../", import.meta.url);

/** Section name → its Markdown. */
export async function sections(): Promise<ReadonlyMap<string, string>> {
  const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))) as DenoJson;
  return new Map([
    ["agents", agents()],
    ["statuses", statuses()],
    ["keys", keys()],
    ["commands", commands(tree())],
    ["fields", fields()],
    ["exits", exits()],
    ["modes", modes()],
    ["custom", customMarkdown()],
    ["config", configDocs(SCHEMA)],
    ["sandbox", sandbox()],
    ["methods", methods()],
    ["events", events()],
    ["errors", errors()],
    ["limits", await limits()],
    ["metrics", metrics()],
    ["hooks", HOOK_SPECS.map(hooksMarkdown).join("\n")],
    ["sessions", await sessions()],
    ["tasks", tasks(config.tasks)],
    ...await benchSections(),
    ...await sourceSections(config.imports),
  ]);
}

interface DenoJson {
  readonly imports: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, string>>;
}

export function tree(): Command {
  return commandTree(thisProgram(new URL("main.ts", ROOT).href), {
    signal: new AbortController().signal,
    takeSignals: () => {},
  });
}

/** How each agent is connected, and what of it can be answered. */
function agents(): string {
  const rows = HOOK_SPECS.map((agent) => {
    const answers = ANSWERS[agent.name];
    if (answers === undefined) throw new Error(`${agent.name} is not in ANSWERS: add what of it can be answered`);
    return [agent.title, code(`agent-console hooks install ${agent.name}`), answers];
  });
  return table(["agent", "how it is connected", "what you can answer from here"], [
    ...rows,
    [
      "with Claude Code's hooks",
      "its settings run `agent-console hook claude-like --name NAME`",
      ANSWERS["claude-like"] ?? "",
    ],
    ["any other", "it runs `agent-console hook custom` at its events", ANSWERS["custom"] ?? ""],
  ]);
}

/** What passes without asking, asked of the policy itself. */
function modes(): string {
  const rows = MODE_ROWS.map(([what, subject, pattern, by]) => [
    what,
    ...SAFETY_MODES.map((safetyMode) => {
      const rule: Rule = {
        id: "r",
        decision: "allow",
        tool: "Bash",
        pattern: pattern ?? "",
        scope: "always",
        createdAt: "",
        by: by ?? "cli:admin",
      };
      const rules = pattern === undefined ? [] : [rule];
      const result = evaluatePolicy(classify(requestOf(subject), WORK), { safetyMode, rules }, {
        agent: "claude",
        sessionId: "s",
        now: 0,
      });
      return result.kind !== "decided" ? "you are asked" : result.decision.kind === "approve" ? "passes" : "is denied";
    }),
  ]);
  return table(["what an agent asks for", ...SAFETY_MODES.map((mode) => `\`${mode}\``)], rows);
}

const WORK: Where = { cwd: "/work", workspace: "/work", repositoryRuns: "nothing" };

/** In words, a command, and a rule for it with who gave it. */
const MODE_ROWS: readonly (readonly [string, string, string?, string?])[] = [
  ["what you approved before for more than once: `make test`", "make test", "make test", "cli:admin"],
  ["the same, and it destroys: `rm -rf build`", "rm -rf build", "rm -rf build", "cli:admin"],
  ["what only reads: `git status`", "git status"],
  ["what a rule of yours names: `make *`", "make test", "make *", "cli:admin"],
  ["what a rule of the configuration names: `make *`", "make test", "make *", "config"],
  ["what only the rule `*` covers: `make test`", "make test", "*", "config"],
  ["what destroys, under a rule with a star: `rm *`", "rm notes.txt", "rm *", "config"],
  ["what cannot be read plainly, under any rule: `make > log`", "make > log", "make > log", "cli:admin"],
  ["what reaches this program: `agent-console ls`", "agent-console ls", "agent-console ls", "cli:admin"],
  ["anything else: `make test`", "make test"],
];

function statuses(): string {
  return table(
    ["", "state", "meaning"],
    Object.entries(STATUS_MEANINGS).map(([status, meaning]) => {
      const { sign, word } = STATE_LOOKS[status as ShownState];
      return [sign, word, word === status ? meaning : `${meaning}; in JSON \`${status}\``];
    }),
  );
}

function commands(root: Command): string {
  const rows = leaves(root).map((command) => [
    code([...words(command), ...command.registeredArguments.map(argument)].join(" ")),
    command.description(),
    names(command.options),
  ]);
  return table(["command", "what it does", "options"], [
    ...rows,
    ["", "with every command", `${names(root.options)}, \`--help\``],
  ]);
}

function fields(): string {
  const listed = (names: object) => Object.keys(names).map((name) => code(`{{${name}}}`)).join(" ");
  return table(["of", "fields"], [
    ["`ls`, `wait`", listed(SESSION_FIELDS)],
    ["`approvals`", listed(APPROVAL_FIELDS)],
  ]);
}

function names(options: readonly Option[]): string {
  return options.filter((option) => !option.hidden).map((option) => code(option.long ?? option.flags)).join(", ");
}

/** Commands that do something, groups left out. */
function leaves(command: Command): Command[] {
  const own = command.parent !== null && (command.commands.length === 0 || command.options.length > 0);
  return [...(own ? [command] : []), ...command.commands.flatMap(leaves)];
}

/** The names from the program down to the command, without the program's. */
export function words(command: Command): string[] {
  return command.parent === null ? [] : [...words(command.parent), command.name()];
}

function argument(given: Argument): string {
  const name = given.name().toUpperCase();
  return given.required ? name : `[${name}]`;
}

function exits(): string {
  const unexplained = Object.values(ERRORS).find(({ exit }) => EXITS[exit] === undefined);
  if (unexplained !== undefined) throw new Error(`exit code ${unexplained.exit} has no explanation: add it to EXITS`);
  return table(["exit code", "meaning"], Object.entries(EXITS));
}

function methods(): string {
  const all: Readonly<Record<string, Omit<MethodRow, "area">>> = { ...METHODS, ...featureMethods(FEATURES) };
  const schemas: Readonly<Record<string, MethodSchemas>> = { ...METHOD_SCHEMAS, ...featureMethods(FEATURES) };
  const rows = Object.entries(all).map(([name, row]) => [
    code(name),
    params(schemas[name]?.params),
    row.aliases.map(code).join(", "),
    row.scope,
    row.mutates ? "yes" : "",
    row.doc,
  ]);
  return table(["method", "parameters", "also called", "scope", "changes state", "what it does"], rows);
}

/** The names of the members, as TypeScript writes those that may be absent. */
function params(schema: unknown): string {
  const { entries = {} } = Object(schema) as { readonly entries?: Readonly<Record<string, { readonly type: string }>> };
  return Object.entries(entries).map(([name, { type }]) => code(/optional/.test(type) ? `${name}?` : name)).join(", ");
}

/** The events of subscribers and of the journal. */
function events(): string {
  const rows = Object.entries({ ...EVENTS, ...featureEvents(FEATURES) }).map(([type, doc]) => [code(type), doc]);
  return table(["event", "what it says"], rows);
}

/** The errors that a daemon can answer with; the others a client finds out by itself. */
function errors(): string {
  const rows = Object.entries(ERRORS).filter(([, { code }]) => code < 1100)
    .map(([name, row]) => [code(name), String(row.code), String(row.exit), row.meaning]);
  return table(["error", "code", "exit code of a command", "meaning"], rows);
}

function metrics(): string {
  const rows = Object.entries<Measure>(MEASURES).map(([name, measure]) => [
    code(metricName(name, measure)),
    code(`agent_console.${name}`),
    measure.kind,
    measure.help,
  ]);
  return table(["Prometheus", "OpenTelemetry", "kind", "what it says"], rows);
}

/** The limits with the reasons that stand beside them. */
async function limits(): Promise<string> {
  const text = await Deno.readTextFile(new URL(pathOf(() => import("../../src/protocol/limits.ts")), ROOT));
  const rows = Object.entries(LIMITS).map(([name, value]) => {
    const [, comment] = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n  readonly ${name}:`).exec(text) ?? [];
    if (comment === undefined) throw new Error(`${name} has no comment beside it`);
    const why = comment.replace(/\s*\n\s*\*?\s*/g, " ").trim();
    return [code(name), value.toLocaleString("en"), why];
  });
  return table(["limit", "value", "what for"], rows);
}

function tasks(defined: DenoJson["tasks"]): string {
  const rows = Object.entries(TASKS).filter(([name]) => defined[name] !== undefined);
  return table(["task", "what it does"], rows.map(([name, what]) => [code(name), what]));
}
