/** Our hooks in the agents' settings: there, current, trusted, once, and what one of them costs the agent. */
import { installHooks, runsTwice } from "../commands/hooks.ts";
import { rowOf } from "../commands/hooks_status.ts";
import { HOOKED, hooksTarget } from "../commands/hooks_target.ts";
import { DECISION_TIMEOUT_S, hookArgv, rowsOf } from "../../agents/shared/hook_spec.ts";
import { measureProgram } from "../../platform/measure_program.ts";
import { userEnv } from "../../platform/environment.ts";
import { agentPath } from "../agent_path.ts";
import type { CommandContext } from "../context.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

/** Calls whose median is taken, and what people begin to notice when an agent makes one at each tool call, ms. */
const CALLS = 5;
const SLOW_MS = 150;

export const hookChecks: readonly Check[] = [
  { id: "hooks", run: everyAgent },
  { id: "hooks.cost", run: cost },
];

type Hooked = (typeof HOOKED)[number];

async function everyAgent(run: CommandContext): Promise<Finding[]> {
  return (await Promise.all(HOOKED.map((agent) => hooksOf(run, agent)))).flat();
}

async function hooksOf(run: CommandContext, agent: Hooked): Promise<Finding[]> {
  const id = `hooks.${agent.name}`;
  const where = await hooksTarget(run, agent, {});
  const shown = await rowOf(agent, where);
  const { state, file, otherHomes } = shown.row;
  // Hooks of another home are not ours to take out.
  if (agentPath(agent) !== undefined || state === "unreadable" || otherHomes !== undefined) {
    return await stateOf(run, agent, where, shown);
  }
  if (state === "absent") return [];
  const cures = `put it on PATH, or agent-console hooks uninstall ${agent.name}`;
  const gone = note(`${id}.agent`, `${file} has hooks for ${agent.hooks.title}, which is not on PATH`, cures);
  // Only it could be told that they are trusted.
  return state === "untrusted" ? [gone] : [...await stateOf(run, agent, where, shown), gone];
}

async function stateOf(
  run: CommandContext,
  agent: Hooked,
  where: Awaited<ReturnType<typeof hooksTarget>>,
  { row: { state, file, missing, outdated, otherHomes = [], problem: why, trust }, dialog }: Awaited<
    ReturnType<typeof rowOf>
  >,
): Promise<Finding[]> {
  const id = `hooks.${agent.name}`;
  const install = `agent-console hooks install ${agent.name}`;
  const fix = async () => {
    await installHooks({ ...run, out: { ...run.out, plain: () => {}, say: () => {}, note: () => {} } }, agent.name, {});
    return `hooks installed in ${file}`;
  };
  switch (state) {
    case "absent":
      return [note(id, `${agent.hooks.title} is here and does not report to the daemon`, install)];
    case "unreadable":
      return [problem(id, `${file} ${why ?? "cannot be read"}`, { hint: "mend it there" })];
    case "disabled":
      return [problem(id, `${file} switches all hooks off, ours too`, { hint: "remove that setting" })];
    case "untrusted":
      return [
        problem(id, dialog?.words[trust ?? "untrusted"] ?? "its hooks are not trusted", { hint: `${install} --trust` }),
      ];
    case "partly":
      return [problem(id, `${file} lacks ${missing.join(", ")}`, { hint: install, fix })];
    case "outdated":
      if (otherHomes.length > 0) {
        // No fix: it would take them from a home whose daemon may be meant.
        const text = `the hooks in ${file} report to ${otherHomes.join(" and ")}, not to this home`;
        return [note(id, text, `${install} makes them report here`)];
      }
      return [problem(id, `${file} has an older form of ${outdated.join(", ")}`, { hint: install, fix })];
    case "installed": {
      const twice = runsTwice(where, await hooksTarget(run, agent, { project: true }));
      return [ok(id, `${file} is current`), ...(twice === undefined ? [] : [note(`${id}.twice`, twice)])];
    }
  }
}

/** Of a call that reports nothing: what the agent waits for at each event, whatever the event is. */
async function cost(run: CommandContext): Promise<Finding[]> {
  const states = await Promise.all(HOOKED.map(async (agent) => {
    const where = await hooksTarget(run, agent, {});
    return { where, state: (await rowOf(agent, where)).row.state };
  }));
  const where = states.find(({ state }) => state === "installed")?.where;
  if (where === undefined) return [];
  const row = rowsOf(where.agent).find(({ timeout }) => timeout < DECISION_TIMEOUT_S);
  if (row === undefined) return [];
  const argv = hookArgv(where.agent, where.program, row);
  const took: number[] = [];
  for (let call = 0; call < CALLS; call++) took.push(await measureProgram(argv, { env: userEnv(), cwd: "/" }));
  const ms = Math.round(took.sort((a, b) => a - b)[Math.floor(CALLS / 2)] ?? 0);
  const text = `one call of a hook takes ${ms} ms (median of ${CALLS})`;
  // A machine that is busy now is no fault of the installation.
  return [
    ms <= SLOW_MS ? ok("hooks.cost", text) : note("hooks.cost", `${text}: the machine is busy, or no daemon runs`),
  ];
}
