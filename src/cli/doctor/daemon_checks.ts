/** The daemon that runs: whether it answers, which program it is, and what it says of itself. */
import { tryConnectRunning } from "../../client/connect.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { tryLock } from "../../platform/lock_file.ts";
import { probe, PS_PATHS } from "../../platform/process_table.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { longQuiet, quietText } from "../../view/turn_words.ts";
import { ownPid } from "../../platform/process.ts";
import { spooledNames } from "../../platform/spool.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { differenceOf, OWN_VERSION, versionText } from "../version_note.ts";
import { callOn, type CommandContext } from "../context.ts";
import { WAITS, wouldStart } from "../commands/status_service.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

const RESTART = "agent-console daemon restart";
/** A round trip takes well under this on a machine that is not overloaded, ms. */
const SLOW_MS = 50;

export const daemonChecks: readonly Check[] = [
  { id: "daemon", run: daemon },
  { id: "spool", run: spool },
  { id: "ps", run: processTable },
];

async function daemon(run: CommandContext): Promise<Finding[]> {
  const { paths } = run.context;
  const client = await tryConnectRunning(run.context);
  if (client === undefined) {
    if (await wouldStart(run)) return [ok("daemon", `none runs; ${WAITS}`)];
    return [notAnswering(run)];
  }
  try {
    await callOn(client, run, "ping", {});
    const begun = performance.now();
    await callOn(client, run, "ping", {});
    const ms = Math.round((performance.now() - begun) * 10) / 10;
    const status = await callOn(client, run, "status", {});
    return [
      ms <= SLOW_MS
        ? ok("daemon", `it runs, pid ${status.pid}, and answers in ${ms} ms on ${status.socketPath}`)
        : note("daemon", `it answers in ${ms} ms: the machine is busy, or it is`, "agent-console status -v"),
      version(client.hello),
      ...said(status),
      lock(paths.lock),
    ];
  } finally {
    client.close();
  }
}

function notAnswering({ context: { paths, mayStart } }: CommandContext): Finding {
  if (denoFiles.stat(paths.root) === undefined || isFree(paths.lock)) {
    const why = denoFiles.stat(paths.stopped) === undefined ? "" : ": you stopped it";
    return note("daemon", `none runs${why}`, mayStart ? "agent-console daemon start" : undefined);
  }
  return problem("daemon", `something holds ${paths.lock}, and no daemon listens`, { hint: RESTART });
}

function lock(path: string): Finding {
  if (!isFree(path)) return ok("daemon.lock", "it holds the lock of the home: no second one can start");
  return problem("daemon.lock", `nobody holds ${path}: a second daemon could start`, { hint: RESTART });
}

function isFree(path: string): boolean {
  if (denoFiles.stat(path) === undefined) return true;
  const held = tryLock(path);
  held?.release();
  return held !== undefined;
}

function version(hello: ResultOf<"hello">): Finding {
  const difference = differenceOf(hello, OWN_VERSION);
  if (difference === undefined) return ok("daemon.version", `daemon and client are both ${versionText(hello)}`);
  return problem("daemon.version", difference, { hint: RESTART });
}

/** What the daemon itself reports as not right. */
function said(status: ResultOf<"status">): Finding[] {
  const { needsRestart, lastError, refusedReports, journal, liveness, turn, channel, gateway } = status;
  return [
    ...(needsRestart.length === 0
      ? []
      : [problem("daemon.restart", `it must be restarted for ${needsRestart.join(", ")}`, { hint: RESTART })]),
    ...(journal.readOnly
      ? [
        problem("daemon.read_only", "it cannot write its journal, and accepts no change", {
          hint: "make room, or mend the disk",
        }),
      ]
      : []),
    ...(lastError === undefined
      ? []
      : [note("daemon.error", `its last error: ${lastError}`, "agent-console daemon logs")]),
    ...(refusedReports === undefined
      ? []
      : [note("daemon.refused", `it refused ${refusedReports.count} reports without a token: ${refusedReports.why}`)]),
    ...(channel?.problems ?? []).map((text) => {
      const [name = ""] = text.split(":", 1);
      return problem("daemon.channels", `a channel does not notify: ${text}`, {
        hint: channel?.cures?.[name] ?? `agent-console channel test ${name}`,
      });
    }),
    ...(gateway?.listeners ?? []).flatMap(({ problem: why }) =>
      why === undefined ? [] : [problem("daemon.gateway", `the gateway does not listen: ${why}`, {
        // It takes the address by itself when that is free.
        hint: `agent-console config set gateway.port N, then ${RESTART}; or end what holds the port`,
      })]
    ),
    ...longQuiet(turn?.quiet ?? []).map((one) =>
      note("daemon.turns", quietText(one), `agent-console cancel ${shellQuote([one.sessionId])}, where it hangs`)
    ),
    ...(liveness?.problem === undefined
      ? []
      : [problem("daemon.processes", `it cannot see processes, so no session is shown as lost: ${liveness.problem}`)]),
  ];
}

function spool({ context: { paths } }: CommandContext): Finding[] {
  if (denoFiles.stat(paths.spool) === undefined) return [];
  const kept = spooledNames(denoFiles, paths).length;
  if (kept === 0) return [ok("spool", "no event waits for a daemon")];
  const text = `${kept} event${kept === 1 ? "" : "s"} of hooks wait${kept === 1 ? "s" : ""} for a daemon`;
  return [note("spool", text, "agent-console daemon start")];
}

async function processTable(): Promise<Finding[]> {
  const ps = PS_PATHS.find((path) => denoFiles.stat(path) !== undefined);
  if (ps === undefined) {
    return [problem("ps", "there is no ps, so killed agents are not noticed", { hint: "install procps" })];
  }
  const table = await probe(ps, ownPid(), []);
  if ("unusable" in table) return [problem("ps", table.unusable, { hint: "install procps" })];
  return [ok("ps", `${ps} shows processes`)];
}
