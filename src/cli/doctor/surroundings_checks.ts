/** What lies around the program: its place on PATH, the terminal, the service. */
import { withRunning } from "../../client/connect.ts";
import { findService, leftLinks, serviceState } from "../../client/own_service.ts";
import { outdatedFiles, renewService } from "../../client/service_text.ts";
import { denoFiles, realPath } from "../../platform/deno_files.ts";
import { findProgram } from "../../platform/find_program.ts";
import { env, run as runProgram } from "../../platform/process.ts";
import { namedEnv, userEnv } from "../../platform/environment.ts";
import type { InstalledService } from "../../service/installed.ts";
import type { UnitFile } from "../../service/plan.ts";
import { serviceFiles } from "../commands/service.ts";
import { WAITS } from "../commands/status_service.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

const RUN_MS = 10_000;

export const surroundingsChecks: readonly Check[] = [
  { id: "path", run: onPath },
  { id: "terminal", run: terminal },
  { id: "service", run: service },
];

async function onPath({ context: { program } }: CommandContext): Promise<Finding[]> {
  const found = findProgram("agent-console");
  if (found === undefined) return [note("path", "agent-console is not on PATH", "deno task install")];
  try {
    const signal = AbortSignal.timeout(RUN_MS);
    const own = { ...userEnv(), ...namedEnv(["DENO_DIR"]) };
    const [theirs, ours] = await Promise.all(
      [[found], [...program.client]].map(async (argv) =>
        (await runProgram([...argv, "--version"], { signal, env: own, cwd: "/" })).stdout.trim()
      ),
    );
    if (theirs === ours) return [ok("path", `agent-console on PATH is ${realPath(found)}`)];
    return [problem("path", `${found} is ${theirs || "no program of ours"}, this is ${ours}`, {
      hint: "agent-console update, or remove the other one",
    })];
  } catch (error) {
    return [problem("path", `${found} does not run: ${(error as Error).message}`, { hint: "deno task install" })];
  }
}

function terminal({ out: { screen } }: CommandContext): Finding[] {
  if (!screen.isTerminal) return [];
  const term = env("TERM") ?? "";
  if (term === "" || term === "dumb") return [note("terminal", `TERM is ${term || "not set"}: no colours, no board`)];
  const utf8 = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => env(name)).find((value) => value);
  const size = `${screen.columns}×${screen.rows}`;
  if (utf8 === undefined || !/utf-?8/i.test(utf8)) {
    return [note("terminal", `${size}, ${term}; the locale is not UTF-8: signs may show wrong`, "export LANG=C.UTF-8")];
  }
  return [ok("terminal", `${size}, ${term}`)];
}

const MANAGER_MS = 5000;

async function service(run: CommandContext): Promise<Finding[]> {
  const [path = ""] = serviceFiles(run);
  const found = findService();
  if (found === undefined) {
    const [link] = leftLinks();
    if (link !== undefined) {
      return [problem("service", `${link} leads to no unit`, { hint: "agent-console daemon uninstall" })];
    }
    const there = denoFiles.stat(path);
    if (there === undefined) return [ok("service", "none is installed: the first command or hook starts the daemon")];
    const what = there.kind === "file" ? "was not written by agent-console" : `is a ${there.kind}, not a file`;
    return [note("service", `${path} ${what}: no service is used`)];
  }
  const { home } = found;
  if (home !== run.context.paths.root) {
    return [
      note("service", `${path} is the service of ${home ?? "another program"}: this home's daemon is started without`),
    ];
  }
  if (!found.enabled) return [problem("service", `${path} is not enabled: it is not used`, INSTALL_AGAIN)];
  const outdated = await outdatedNow(run, found);
  if (outdated === undefined) {
    return [note("service", `whether ${path} is current cannot be said before the configuration is mended`)];
  }
  const [stale] = outdated;
  if (stale !== undefined) {
    return [problem("service", `${stale.path} is not what this program would write`, INSTALL_AGAIN)];
  }
  return [await howItRuns(run, path)];
}

const INSTALL_AGAIN = { hint: "agent-console daemon install" };

async function howItRuns(run: CommandContext, path: string): Promise<Finding> {
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(MANAGER_MS)]);
  const { state = "unknown", pid = null, waits = false } = await serviceState(run.context, signal) ?? {};
  if (state === "unknown") return note("service", `${path} is current; no service manager replies here`);
  if (state === "failed") {
    return problem("service", `${path} is current and has failed`, { hint: "agent-console daemon start" });
  }
  const { onGreeted: _, ...silent } = run.context;
  // A daemon that does not reply has a finding of its own.
  const daemon = await withRunning(silent, (client) => Promise.resolve(client.hello.pid)).catch(() => undefined);
  if (daemon === undefined && waits) return ok("service", `${path} is current; ${WAITS}`);
  if (daemon === undefined || daemon === pid) return ok("service", `${path} is current and ${state}`);
  return note("service", `the daemon, pid ${daemon}, runs outside of ${path}`, "agent-console daemon restart");
}

/** Undefined where the configuration, which has a finding of its own, does not say. */
async function outdatedNow(run: CommandContext, found: InstalledService): Promise<readonly UnitFile[] | undefined> {
  try {
    return outdatedFiles((await renewService(run.context, found)).plan);
  } catch (error) {
    if (error instanceof ConsoleError && error.kind === "config_invalid") return undefined;
    throw error;
  }
}
