/** `__complete`: what the completion scripts call. It never starts a daemon, and fails silently. */
import type { Command } from "commander";
import { clientContext } from "../../client/endpoint.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import type { ThisProgram } from "../../platform/program.ts";
import { writeStdout } from "../../platform/stdio.ts";
import type { Candidate } from "../completion/candidate.ts";
import { candidatesFor, type CandidateSources } from "../completion/candidates.ts";
import { liveCandidates } from "../completion/live.ts";
import { bashForm, SHELLS, unquoted } from "../completion/shell_words.ts";

/** What is said about a candidate is cut to this, columns. */
const ABOUT = 60;

/**
 * @param args `__complete [--shell SHELL] -- WORD…`: the words after the program's name as the shell hands them over, of
 *   which the last is being typed
 * @returns the exit code, 0
 */
export async function complete(root: Command, program: ThisProgram, args: readonly string[]): Promise<0> {
  const typed = args.slice(args.indexOf("--") + 1);
  const shell = SHELLS.find((one) => args[1] === "--shell" && args[2] === one);
  const words = shell === "bash" ? typed.map((word) => unquoted(word).text) : typed;
  const { found, files } = await candidatesFor(root, words, completionSources(program));
  const raw = typed.at(-1) ?? "";
  const lines = found.flatMap(({ value, about }) => {
    const form = shell === "bash" ? bashForm(value, raw) : value;
    return form === undefined ? [] : [`${form}\t${clip(escapeControls(about), ABOUT)}`];
  });
  writeStdout([...lines, ...(files ? ["\tfiles"] : [])].map((line) => `${line}\n`).join(""));
  return 0;
}

/** Where candidates come from that the tree of commands does not hold. */
export function completionSources(program: ThisProgram): CandidateSources {
  return {
    live: async (what, given) => {
      try {
        const where = { home: given.get("home"), socket: given.get("socket") };
        return await liveCandidates(clientContext({ program, ...where, start: false }), what);
      } catch {
        return []; // no home, or one that is not safely ours
      }
    },
    keys: configKeys,
    channels: channelNames,
  };
}

async function configKeys(): Promise<readonly Candidate[]> {
  const { SCHEMA } = await import("../../daemon/features.ts");
  return SCHEMA.settings.map(({ key, title }) => ({ value: key, about: title }));
}

async function channelNames(): Promise<readonly Candidate[]> {
  const { CHANNEL_NAMES } = await import("../../daemon/features.ts");
  return CHANNEL_NAMES.map((value) => ({ value, about: "" }));
}
