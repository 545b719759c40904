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
import type { ServicePlan, Step } from "./plan.ts";

export interface Ran {
  /** 127 where there is no such program. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServicePorts {
  readonly files: Pick<Files, "mkdir" | "read" | "remove" | "replace" | "stat">;
  /** Runs a command by its words, never through a shell. Never throws. */
  run(argv: readonly string[]): Promise<Ran>;
}

export interface ServiceResult {
  readonly path: string;
  readonly change: "created" | "updated" | "unchanged" | "removed" | "absent";
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
  const before = present(plan.path, files);
  const isCurrent = [plan, ...plan.beside].every(({ path, text }) => present(path, files) === text) &&
    plan.gone.every((path) => present(path, files) === undefined);
  const change = before === undefined ? "created" : isCurrent ? "unchanged" : "updated";
  const steps = change === "unchanged" ? plan.keep : [...plan.leave, ...plan.install];
  const result = { path: plan.path, change, commands: steps.map(({ argv }) => shellQuote(argv)) } as const;
  if (options.dryRun) return { ...result, running: false, notes: plan.notes };
  if (change !== "unchanged") {
    for (const { path, text } of [plan, ...plan.beside]) {
      makeFolder(path.slice(0, path.lastIndexOf("/")), files);
      files.replace(path, new TextEncoder().encode(text), 0o644);
    }
  }
  const failure = `the service (its file is ${plan.path}) was not installed`;
  const left = change === "unchanged" ? [] : await runAll(plan.leave, ports, failure);
  // Before the manager reads its files again: it would keep the unit of a socket that is not to be there.
  for (const path of plan.gone) files.remove(path);
  const unanswered = [...left, ...await runAll(change === "unchanged" ? plan.keep : plan.install, ports, failure)];
  if (unanswered.length === 0) return { ...result, running: plan.starts, notes: plan.notes };
  const run = `Where one does, run: ${unanswered.map(shellQuote).join(" && ")}`;
  const notes = [
    plan.starts
      ? `No service manager answers here, so the daemon was not started by it. ${run}`
      : "No service manager answers here. The next login goes by the file.",
  ];
  return { ...result, running: false, notes: [...notes, ...plan.notes] };
}

/** @throws {ConsoleError} as {@link installService} */
export async function uninstallService(
  plan: ServicePlan,
  ports: ServicePorts,
  options: RunOptions = {},
): Promise<ServiceResult> {
  const all = [plan.path, ...plan.beside.map(({ path }) => path), ...plan.gone];
  const there = all.some((path) => present(path, ports.files) !== undefined);
  const steps = there ? [...plan.stop, ...plan.forget] : [];
  const result: ServiceResult = {
    path: plan.path,
    change: there ? "removed" : "absent",
    running: false,
    commands: steps.map(({ argv }) => shellQuote(argv)),
    notes: there ? ["The home folder with its data is kept."] : [],
  };
  if (options.dryRun || !there) return result;
  await runAll(plan.stop, ports, "the service was not uninstalled");
  for (const path of all) ports.files.remove(path);
  await runAll(plan.forget, ports, "the service was not quite uninstalled (its file is gone)");
  return result;
}

function present(path: string, files: ServicePorts["files"]): string | undefined {
  const stat = files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind !== "file") {
    // A link may point into a user's dotfiles, or to /dev/null, which is how systemd masks a unit.
    const message = `${path} is a ${stat.kind}, not a file`;
    throw new ConsoleError("unsafe_path", message, { path, hint: "move it away and try again" });
  }
  const text = new TextDecoder().decode(files.read(path));
  if (text.trim() !== "" && !WRITTEN_BY_US.test(text)) {
    const message = `${path} was not written by agent-console`;
    throw new ConsoleError("unsafe_path", message, { path, hint: "move it away and try again" });
  }
  return text;
}

/** Each of the templates says so, those of earlier versions too. */
const WRITTEN_BY_US = /Written by `agent-console daemon install/;

function makeFolder(path: string, files: ServicePorts["files"]): void {
  if (path === "" || files.stat(path) !== undefined) return;
  makeFolder(path.slice(0, path.lastIndexOf("/")), files);
  files.mkdir(path, 0o755);
}

/** Runs the steps in order. @returns the commands that found no service manager to talk to */
async function runAll(steps: readonly Step[], ports: ServicePorts, failure: string): Promise<(readonly string[])[]> {
  const notRun: (readonly string[])[] = [];
  for (const { argv, tolerate } of steps) {
    const { code, stderr } = await ports.run(argv);
    if (code === 0) continue;
    // After one that got no reply, the later ones fail for the same reason, with other messages.
    if (isNobody({ code, stderr }) || notRun.length > 0) notRun.push(argv);
    else if (tolerate !== "any" && !tolerate.includes(code)) {
      throw new ConsoleError("failed", `${failure}, because ${shellQuote(argv)} exited with ${code}: ${stderr.trim()}`);
    }
  }
  return notRun;
}

/** Whether a command of the service manager found none to talk to, or is none that is here. */
export function isNobody({ code, stderr }: Pick<Ran, "code" | "stderr">): boolean {
  return code === 127 || NOBODY.test(stderr);
}

// systemctl without a user manager; launchctl without a graphical login ("Domain does not support specified action").
const NOBODY = /Failed to connect to .*bus|Domain does not support|Could not find domain/;
