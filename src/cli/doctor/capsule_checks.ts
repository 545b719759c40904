/** Capsules: what is granted and does not run, and what lies where granted code runs from without a grant. */
import { capsuleTroubles } from "../../capsule/attention.ts";
import { CAPSULE_NAME } from "../../capsule/names.ts";
import { tryConnectRunning } from "../../client/connect.ts";
import { removeCopies } from "../../client/put_capsule.ts";
import { writeLaunchers } from "../../client/write_launchers.ts";
import { capsulePlaces } from "../../platform/capsule_places.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import { callOn, type CommandContext } from "../context.ts";
import { type Check, type Finding, note, ok, problem } from "./finding.ts";

export const capsuleChecks: readonly Check[] = [{ id: "capsules", run: capsules }];

type Capsule = ResultOf<"capsule.list">["capsules"][number];

async function capsules(run: CommandContext): Promise<Finding[]> {
  const places = capsulePlaces(run.context.paths.root);
  const copied = places === undefined ? [] : denoFiles.list(places.granted).filter((name) => CAPSULE_NAME.test(name));
  const launcher = places === undefined || copied.length === 0 ? [] : launcherFinding(run, places.launcher);
  const client = await tryConnectRunning(run.context);
  if (client === undefined) return launcher; // which grants there are the daemon knows
  try {
    const all = (await callOn(client, run, "capsule.list", {})).capsules;
    const granted = all.filter(({ grantedDigest }) => grantedDigest !== undefined);
    const stray = copied.filter((name) => granted.every((one) => one.name !== name));
    return [
      ...launcher,
      ...summary(granted),
      ...granted.flatMap(findingsOf),
      ...stray.map((name) => leftCopy(run, name)),
    ];
  } finally {
    client.close();
  }
}

function launcherFinding(run: CommandContext, launcher: string): Finding[] {
  if (denoFiles.stat(launcher)?.kind === "file") return [];
  return [problem("capsules.launcher", `${launcher}, by which capsules are run, is not there: none starts`, {
    hint: "agent-console doctor --fix",
    fix: async () => {
      const why = await writeLaunchers(run.context);
      if (why !== undefined) throw new Error(why);
      return `written ${launcher}`;
    },
  })];
}

function summary(granted: readonly Capsule[]): Finding[] {
  if (granted.length === 0) return [];
  const count = (of: Capsule["state"]) => granted.filter(({ state }) => state === of).length;
  const starting = count("starting") === 0 ? "" : `, ${count("starting")} starting`;
  return [ok("capsules", `${granted.length} granted, ${count("running")} running${starting}`)];
}

function findingsOf(capsule: Capsule): Finding[] {
  return capsuleTroubles(capsule).map(({ kind, isMinor, text, hint }) => {
    const [id, words] = [`capsules.${kind}`, `${capsule.name}: ${text}`];
    return isMinor ? note(id, words, hint) : problem(id, words, hint === undefined ? {} : { hint });
  });
}

function leftCopy(run: CommandContext, name: string): Finding {
  return problem("capsules.copies", `a copy of ${name} lies where granted code runs from, and no grant is recorded`, {
    hint: `agent-console capsule grant ${name}, or agent-console doctor --fix, which removes the copy`,
    fix: () => {
      removeCopies(run.context, name);
      return Promise.resolve(`removed the copy of ${name}`);
    },
  });
}
