/** Which programs jobs run, in what environment, and what of the sandbox that takes. */
import type { FeatureSettings, NamedProgram, SandboxContext } from "../core/service.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { KILL_PROGRAMS } from "../platform/process_group.ts";
import { permitted, programNamed } from "../platform/program_places.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { SchedulerSettings } from "./section.ts";

export function jobPermissions({ settings, env, exists }: SandboxContext<SchedulerSettings>): readonly Permission[] {
  const programs = Object.entries(settings.programs).flatMap(([name, { argv: [program] }]): Permission[] => {
    const path = program === undefined ? undefined : programNamed(program, env("HOME")).find(exists);
    if (path === undefined) return [];
    const configKey = `scheduler.programs.${name}.argv`;
    return [{ kind: "run", values: [path], reason: `run the jobs that name ${name}`, configKey }];
  });
  const kill = KILL_PROGRAMS.find(exists);
  if (programs.length === 0 || kill === undefined) return programs;
  const reason = "end a job together with all that it has started";
  return [...programs, { kind: "run", values: [kill], reason, configKey: "scheduler.programs" }];
}

export function namedPrograms(
  { settings, env }: Omit<SandboxContext<SchedulerSettings>, "exists">,
): readonly NamedProgram[] {
  return Object.entries(settings.programs).flatMap(([name, { argv }]) => {
    const [program] = argv;
    const configKey = `scheduler.programs.${name}.argv`;
    return program === undefined ? [] : [{ configKey, argv, places: programNamed(program, env("HOME")) }];
  });
}

export interface ProgramToRun {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  readonly groupKill: string | undefined;
}

/** The program of that name, or why this daemon does not run it. Another program needs a restart, other words do not. */
export function programToRun(
  { current, booted }: FeatureSettings<SchedulerSettings>,
  name: string,
  home: string | undefined,
): ProgramToRun | { readonly problem: string; readonly hint: string } {
  const shown = escapeControls(name);
  const entry = own(current, name);
  const [program, ...args] = entry?.argv ?? [];
  if (entry === undefined || program === undefined) {
    const hint =
      `write "scheduler": { "programs": { "${shown}": { "argv": ["/path/to/program"] } } } into the file that ` +
      "agent-console config path names, then agent-console daemon restart";
    return { problem: `scheduler.programs has no program "${shown}"`, hint };
  }
  const hint = "agent-console daemon restart";
  if (own(booted, name)?.argv[0] !== program) {
    return { problem: `the daemon was started without the program "${name}", and needs a restart`, hint };
  }
  const path = permitted(programNamed(program, home));
  if (path === undefined) {
    return { problem: `the program of "${name}" was not found when the daemon was started`, hint };
  }
  return { argv: [path, ...args], timeoutMs: entry.timeout_mins * 60_000, groupKill: permitted(KILL_PROGRAMS) };
}

function own({ programs }: SchedulerSettings, name: string): SchedulerSettings["programs"][string] | undefined {
  return Object.hasOwn(programs, name) ? programs[name] : undefined;
}

/** The whole environment of a program. */
export function jobEnv(home: string | undefined, jobId: string): Readonly<Record<string, string>> {
  return {
    PATH: "/usr/bin:/bin",
    LC_ALL: "C.UTF-8",
    ...(home === undefined ? {} : { HOME: home }),
    AGENT_CONSOLE_JOB: jobId,
  };
}
