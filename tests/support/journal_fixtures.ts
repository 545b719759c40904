/** The journals of released versions: tests/fixtures/journals, each made by make_journal.ts with the program of its time. */
import { REPOSITORY } from "./harness_program.ts";
import type { Json } from "./wire.ts";

const JOURNALS = `${REPOSITORY}/tests/fixtures/journals`;

/** What is compared: a method, its parameters, and the member of its result that has the list. */
export const JOURNAL_SHOWN: Readonly<Record<string, readonly [method: string, params: Json, list: string]>> = {
  sessions: ["session.list", {}, "sessions"],
  approvals: ["approval.list", { status: "all" }, "approvals"],
  rules: ["approval.rules", {}, "rules"],
  notes: ["memory.peek", { workspace: "/home/u/shop" }, "notes"],
  jobs: ["job.list", {}, "jobs"],
  runs: ["job.history", {}, "runs"],
  turns: ["turn.recent", {}, "turns"],
};

/** The versions with a journal. */
export function journalVersions(): readonly string[] {
  return Array.from(Deno.readDirSync(JOURNALS), ({ name }) => name).sort();
}

/** What that version said of its journal. */
export function saidOf(version: string): Readonly<Record<string, Json[]>> & { readonly verified: Json } {
  return JSON.parse(Deno.readTextFileSync(`${JOURNALS}/${version}/said.json`));
}

/** Puts the journal of that version into `folder`; without its snapshot only the records. */
export function copyJournalOf(version: string, folder: string, { snapshot }: { readonly snapshot: boolean }): void {
  const from = `${JOURNALS}/${version}/journal`;
  Deno.mkdirSync(folder, { mode: 0o700, recursive: true });
  for (const { name } of Deno.readDirSync(from)) {
    if (name === "snapshot.json" && !snapshot) continue;
    Deno.copyFileSync(`${from}/${name}`, `${folder}/${name}`);
    Deno.chmodSync(`${folder}/${name}`, 0o600);
  }
}
