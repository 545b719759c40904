/**
 * Installs and uninstalls the service. Idempotent; reports what runs afterwards. The home folder with all data is never
 * touched.
 *
 * Where no service manager replies (a container, a login over ssh, another init) the file is written all the same, and
 * `enable` leaves its link, so the next login starts the daemon: success with `running: false` and a note. A manager
 * that replies and refuses is a failure: the user's request was not carried out.
 */
import { shellQuote } from "../lib/shell_quote.ts";
import type { Files } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ServicePlan, UnitFile } from "./plan.ts";
import { isWrittenByUs } from "./read_text.ts";
import { howItFailed, runSteps, type Step, type StepPorts, type StepsResult } from "./steps.ts";

export interface ServicePorts extends StepPorts {
  readonly files: Pick<Files, "mkdir" | "read" | "remove" | "replace" | "stat">;
}

export type FileChange = "created" | "updated" | "unchanged" | "removed" | "absent";

export interface ServiceResult {
  readonly path: string;
  readonly change: FileChange;
  /** What became of each file, or with `dryRun` would: that of `path` first. */
  readonly files: readonly { readonly path: string; readonly change: FileChange }[];
  /** Whether the service manager was called to start it and reported success. */
  readonly running: boolean;
  /** The commands that were run, or with `dryRun` would be, each as a shell would read it. */
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

export interface RunOptions {
  /** Writes and runs nothing; the result says what would be. */
  readonly dryRun?: boolean;
}

/**
 * @throws {ConsoleError} `unsafe_path` where another file is at the unit's path; `failed` where the service manager
 * replies and refuses
 */
export async function installService(
  plan: ServicePlan,
  ports: ServicePorts,
  options: RunOptions = {},
): Promise<ServiceResult> {
  const { files } = ports;
  const found = ownTexts(plan, files);
  const before = found.get(plan.path);
  const isCurrent = [plan, ...plan.extraFiles].every(({ path, text }) => found.get(path) === text) &&
    plan.staleFiles.every((path) => found.get(path) === undefined);
  const change = before === undefined ? "created" : isCurrent ? "unchanged" : "updated";
  const steps = change === "unchanged" ? plan.ensureSteps : [...plan.beforeRemove, ...plan.installSteps];
  const changes = [
    ...[plan, ...plan.extraFiles].map(({ path, text }) => ({ path, change: changeOf(found.get(path), text) })),
    ...plan.staleFiles.flatMap((path) => found.get(path) === undefined ? [] : [{ path, change: "removed" as const }]),
  ];
  const commands = steps.map(({ argv }) => shellQuote(argv));
  const result = { path: plan.path, change, files: changes, commands } as const;
  if (options.dryRun) return { ...result, running: false, notes: plan.notes };
  if (change !== "unchanged") writeUnitFiles([plan, ...plan.extraFiles], files);
  const failure = `the service (its file is ${plan.path}) was not installed`;
  const left = change === "unchanged" ? [] : await runAll(plan.beforeRemove, ports, failure);
  // Before the manager reads its files again: it would keep the unit of a socket that is not to be there.
  for (const path of plan.staleFiles) files.remove(path);
  const last = change === "unchanged" ? plan.ensureSteps : plan.installSteps;
  const unanswered = [...left, ...await runAll(last, ports, failure)];
  if (unanswered.length === 0) return { ...result, running: plan.starts, notes: plan.notes };
  // The manager that comes may have read its files before they were written, also where they are unchanged by now.
  const needed = plan.installSteps.filter(({ tolerate }) => tolerate !== "any").map(({ argv }) => shellQuote(argv));
  const notes = [
    plan.starts
      ? `No service manager answers here, so the daemon was not started by it. Where one does, run: ${
        needed.join(" && ")
      }`
      : "No service manager answers here. The next login goes by the file.",
  ];
  return { ...result, running: false, notes: [...notes, ...plan.notes] };
}

function changeOf(before: string | undefined, text: string): FileChange {
  if (before === undefined) return "created";
  return before === text ? "unchanged" : "updated";
}

/** @throws {ConsoleError} as {@link installService} */
export async function uninstallService(
  plan: ServicePlan,
  ports: ServicePorts,
  options: RunOptions = {},
): Promise<ServiceResult> {
  const found = ownTexts(plan, ports.files);
  const there = [...found.values()].some((text) => text !== undefined);
  const steps = there ? [...plan.stopSteps, ...plan.afterRemove] : [];
  const result: ServiceResult = {
    path: plan.path,
    change: there ? "removed" : "absent",
    files: there
      ? [...found].flatMap(([path, text]) => text === undefined ? [] : [{ path, change: "removed" }])
      : [{ path: plan.path, change: "absent" }],
    running: false,
    commands: steps.map(({ argv }) => shellQuote(argv)),
    notes: there ? ["The home folder with its data is kept."] : [],
  };
  if (options.dryRun || !there) return result;
  const unstopped = await runAll(plan.stopSteps, ports, "the service was not uninstalled");
  for (const path of found.keys()) ports.files.remove(path);
  const failure = "the service was not quite uninstalled (its file is gone)";
  const unanswered = [...unstopped, ...await runAll(plan.afterRemove, ports, failure)];
  if (unanswered.length === 0) return result;
  const note = "No service manager answers here: one that runs the daemon goes on with it until the session ends. " +
    `Where it does, run: ${unanswered.map(shellQuote).join("; ")}`;
  return { ...result, notes: [note, ...result.notes] };
}

/**
 * What is at each path of the plan, in the order of the plan. A daemon is ended only after this.
 *
 * @throws {ConsoleError} `unsafe_path` where one of them is not ours: before anything is changed
 */
export function ownTexts(
  plan: Pick<ServicePlan, "path" | "extraFiles" | "staleFiles">,
  files: Pick<Files, "read" | "stat">,
): ReadonlyMap<string, string | undefined> {
  const paths = [plan.path, ...plan.extraFiles.map(({ path }) => path), ...plan.staleFiles];
  return new Map(paths.map((path) => [path, present(path, files)]));
}

/**
 * Each is replaced, so that a manager that reads it sees the old text or the new one.
 *
 * @throws {ConsoleError} `unsafe_path` where another file is at one of the paths: nothing is written then
 */
export function writeUnitFiles(
  units: readonly UnitFile[],
  files: Pick<Files, "mkdir" | "read" | "replace" | "stat">,
): void {
  for (const { path } of units) present(path, files);
  for (const { path, text } of units) {
    makeFolder(path.slice(0, path.lastIndexOf("/")), files);
    files.replace(path, new TextEncoder().encode(text), 0o644);
  }
}

function present(path: string, files: Pick<Files, "read" | "stat">): string | undefined {
  const stat = files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind !== "file") {
    // A link may point into a user's dotfiles, or to /dev/null, which is how systemd masks a unit.
    const message = `${path} is a ${stat.kind}, not a file`;
    throw new ConsoleError("unsafe_path", message, { path, hint: "move it away and try again" });
  }
  const text = new TextDecoder().decode(files.read(path));
  if (text.trim() !== "" && !isWrittenByUs(text)) {
    const message = `${path} was not written by agent-console`;
    throw new ConsoleError("unsafe_path", message, { path, hint: "move it away and try again" });
  }
  return text;
}

function makeFolder(path: string, files: Pick<Files, "mkdir" | "stat">): void {
  if (path === "" || files.stat(path) !== undefined) return;
  makeFolder(path.slice(0, path.lastIndexOf("/")), files);
  files.mkdir(path, 0o755);
}

/**
 * Runs the steps in order.
 *
 * @returns the commands that found no service manager to talk to
 * @throws {ConsoleError} `failed` where one was refused
 */
async function runAll(steps: readonly Step[], ports: StepPorts, failure: string): Promise<StepsResult["unanswered"]> {
  const { unanswered, refused } = await runSteps(steps, ports);
  if (refused === undefined) return unanswered;
  throw new ConsoleError("failed", `${failure}, because ${howItFailed(refused.argv, refused.ran)}`);
}
