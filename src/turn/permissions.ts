/** Which programs the daemon runs as agents, and what they get of its environment. Pure. */
import type { NamedProgram, SandboxContext } from "../core/service.ts";
import { KILL_PROGRAMS } from "../platform/process_group.ts";
import { programNamed, USUAL_FOLDERS } from "../platform/program_places.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { AgentSettings, AgentsSettings } from "./section.ts";

/** Where package managers of users put programs, below the home folder. */
const HOME_BIN = [".local/bin", ".npm-global/bin", ".bun/bin", ".cargo/bin", ".deno/bin"];

/** What an agent gets of the daemon's environment. */
const GIVEN = ["HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"];

type Env = (name: string) => string | undefined;

/** The agents that the daemon was started to run. */
export function configuredAgents(booted: AgentsSettings): readonly string[] {
  return Object.entries(booted).flatMap(([name, { command }]) => command.length === 0 ? [] : [name]);
}

/** Where the program of `settings` may be; the first that exists is the one. Empty where the agent is not run. */
export function agentPrograms({ command: [program] }: AgentSettings, env: Env): readonly string[] {
  if (program === undefined) return [];
  const own = program.includes("/") ? [] : homeFolders(env).map((folder) => `${folder}/${program}`);
  return [...own, ...programNamed(program, homeOf(env))];
}

/** An absolute folder, where `~` stands for the home folder; undefined where there is none. */
export function folderOf(path: string | null, env: Env): string | undefined {
  const home = homeOf(env);
  if (path === null || path === "~") return home;
  return path.startsWith("~/") ? home && `${home}${path.slice(1)}` : path;
}

/** The whole environment of an agent. Its interpreter is looked for beside its program first. */
export function agentEnv(program: string, settings: AgentSettings, env: Env): Record<string, string> {
  const beside = program.slice(0, program.lastIndexOf("/")) || "/";
  const given = GIVEN.flatMap((name): [string, string][] => {
    const value = env(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    PATH: [beside, ...homeFolders(env), ...USUAL_FOLDERS].join(":"),
    ...Object.fromEntries([...given, ...settings.env.map(variable)]),
  };
}

/** The values of the environment that the configuration gives an agent: nobody but the agent is shown them. */
export function agentSecrets({ env }: AgentSettings): readonly string[] {
  return env.map((word) => variable(word)[1]);
}

export function namedAgents(
  { settings, env }: Omit<SandboxContext<AgentsSettings>, "exists">,
): readonly NamedProgram[] {
  return Object.entries(settings).flatMap(([name, agent]) => {
    const { command: argv } = agent;
    const configKey = `agents.${name}.command`;
    return argv.length === 0 ? [] : [{ configKey, argv, places: agentPrograms(agent, env) }];
  });
}

export function turnPermissions({ settings, env, exists }: SandboxContext<AgentsSettings>): readonly Permission[] {
  const run = Object.entries(settings).flatMap(([name, agent]): Permission[] => {
    const program = agentPrograms(agent, env).find(exists);
    if (program === undefined) return [];
    return [{ kind: "run", values: [program], reason: "run this agent", configKey: `agents.${name}.command` }];
  });
  if (run.length === 0) return [];
  const killer = KILL_PROGRAMS.find(exists);
  return [
    ...run,
    ...(killer === undefined
      ? []
      : [{ kind: "run", values: [killer], reason: "end an agent and what it started", configKey: "agents" } as const]),
    { kind: "env", values: GIVEN, reason: "what agents get of your environment", configKey: "agents" },
  ];
}

function variable(word: string): [string, string] {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

function homeFolders(env: Env): readonly string[] {
  const home = homeOf(env);
  return home === undefined ? [] : HOME_BIN.map((folder) => `${home}/${folder}`);
}

function homeOf(env: Env): string | undefined {
  const home = env("HOME");
  return home?.startsWith("/") ? home.replace(/\/+$/, "") : undefined;
}
