/** The words that may stand at the end of an unfinished command line. */
import type { Command } from "commander";
import { HOOK_WORDS } from "../../agents/names.ts";
import { RECORD_WORDS } from "../../view/record_words.ts";
import type { Candidate } from "./candidate.ts";
import type { Live } from "./live.ts";
import { type Asked, pathOfCommand, placeIn, visible } from "./place.ts";

export interface CandidateSources {
  readonly live: (what: Live, given: Asked["given"]) => Promise<readonly Candidate[]>;
  /** The keys of the configuration. */
  readonly keys: () => Promise<readonly Candidate[]>;
  /** What notifies a person. */
  readonly channels: () => Promise<readonly Candidate[]>;
}

export interface Candidates {
  readonly found: readonly Candidate[];
  /** The shell is to offer files. */
  readonly files: boolean;
}

/** Options whose value is a path, by their long names, and by what their value is called in the help. */
const PATHS: ReadonlySet<string> = new Set(["--home", "--socket", "--workspace", "--cwd"]);
const PATH_VALUE = /<(?:file|folder)>$/;
const NONE: Candidates = { found: [], files: false };

/** @param words as {@link placeIn} takes them */
export async function candidatesFor(
  root: Command,
  words: readonly string[],
  { live, keys, channels }: CandidateSources,
): Promise<Candidates> {
  const { place, prefix, given } = placeIn(root, words);
  const those = (all: readonly Candidate[], head = ""): Candidates => ({
    found: all.filter(({ value }) => value.startsWith(prefix) && isPrintable(value))
      .map(({ value, about }) => ({ value: head + value, about })),
    files: false,
  });
  switch (place.kind) {
    case "command": {
      const subs = visible(place.command).map((sub) => ({ value: sub.name(), about: sub.description() }));
      return those(subs);
    }
    case "option":
      return those(
        place.options.map(({ long, short, description }) => ({ value: long ?? short ?? "", about: description })),
      );
    case "value": {
      const { option, head } = place;
      if (option.argChoices !== undefined) return those(plain(option.argChoices), head);
      if (PATHS.has(option.long ?? "") || PATH_VALUE.test(option.flags)) return { found: [], files: true };
      if (option.long === "--type") return those(plain(Object.keys(RECORD_WORDS)), head);
      if (option.long === "--agent") {
        return those([...plain(HOOK_WORDS), ...await live("agents", given)].filter(isFirst), head);
      }
      return NONE;
    }
    case "argument": {
      const { argument, command, operands } = place;
      if (argument.argChoices !== undefined) return those(plain(argument.argChoices));
      const path = pathOfCommand(command);
      const name = argument.name();
      if (name === "agent") return those(plain(HOOK_WORDS));
      if (name === "key") return those(await keys());
      if (path === "channel test") return those(await channels());
      if (path === "exec" || path === "command run") {
        // Behind the name stand words of the command's own, of which only it knows the meaning.
        if (operands.length > 0) return NONE;
        const commands = await live("commands", given);
        return those(path === "exec" ? commands.map(({ value, about }) => ({ value: `/${value}`, about })) : commands);
      }
      if (path === "capsule install" || (path === "capsule new" && name === "path")) return { found: [], files: true };
      if (path === "capsule test") {
        // A word alone is the name of an installed capsule.
        const names = /[/.]/.test(prefix) ? NONE : those(await live("capsules", given));
        return names.found.length > 0 ? names : { found: [], files: true };
      }
      if (path.startsWith("capsule ") && path !== "capsule new" && name === "name") {
        return those(await live(GRANTED_ONLY.has(path) ? "granted" : "capsules", given));
      }
      if (name !== "id") return NONE;
      const what: Live = path.startsWith("rules") ? "rules" : ASKS.has(path) ? "approvals" : "sessions";
      const found = [...await live(what, given), ...(path === "show" ? await live("approvals", given) : [])];
      return those(found.filter(({ value }) => !operands.includes(value)));
    }
    case "nothing":
      return NONE;
  }
}

/** These are for what was granted. */
const GRANTED_ONLY: ReadonlySet<string> = new Set(["capsule revoke", "capsule reload"]);
const ASKS: ReadonlySet<string> = new Set(["approvals", "approve", "deny"]);

function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, about: "" }));
}

function isFirst({ value }: Candidate, at: number, all: readonly Candidate[]): boolean {
  return all.findIndex((one) => one.value === value) === at;
}

/** A line break or an escape would be typed for the person; an empty word is none. */
function isPrintable(value: string): boolean {
  return value !== "" && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value);
}
