/**
 * Has you asked about calls that your rules would let pass: those that reach other machines, those that destroy something
 * outside of the session's folder, and those that it cannot read.
 */
import type { Capsule, CapsuleRequest } from "../agent-console.d.ts";

interface Finding {
  /** `unread` is only asked about: a denial needs to know what is denied. */
  readonly about: "network" | "outside" | "unread";
  readonly reason: string;
}

export default (capsule: Capsule) => {
  /** Values of settings that were told as unknown. */
  const told = new Set<string>();

  for (const about of ["network", "outside"] as const) isDenied(about);

  capsule.intercept((request) => {
    const found = findingOf(request);
    if (found === undefined) return undefined;
    const { about, reason } = found;
    if (about !== "unread" && isDenied(about)) return { decision: "deny", reason };
    return request.would === "ask" ? undefined : { decision: "ask", reason }; // you are asked anyway
  });

  /** By the setting of that name; a value that is neither `ask` nor `deny` counts as `ask`, and is told once. */
  function isDenied(about: "network" | "outside"): boolean {
    const value = String(capsule.settings[about]);
    if (value !== "ask" && value !== "deny" && told.size < MOST_TOLD && !told.has(`${about} ${value}`)) {
      told.add(`${about} ${value}`);
      capsule.log(`the setting ${about} is neither "ask" nor "deny": you are asked`, { value });
    }
    return value === "deny";
  }
};

const MOST_TOLD = 20;

/** Neither expansions nor redirections, escapes or line breaks: words, quotes, and what joins commands. */
const PLAIN = /^[\p{L}\p{N}_./,:@+=%&|;'" -]*$/u;
/** Words alone: they are what they look like, and one command. */
const WORDS = /^[\p{L}\p{N}_./,:@+=% -]*$/u;
/** What they destroy are the files that they name. */
const REMOVERS = ["rm", "rmdir", "shred", "truncate", "unlink"];

function findingOf(request: CapsuleRequest): Finding | undefined {
  const { action, input, missing = 0, risk } = request;
  if (request.for !== "permission") return undefined; // a question or a plan runs nothing
  if (missing > 0) return unread("not all of it can be seen here");
  if (risk === "network" || action === "fetch") return { about: "network", reason: "it reaches other machines" };
  if (risk === "destroys") return destroyed(request);
  const isJudged = risk !== "unknown" || action !== "command";
  return isJudged || PLAIN.test(input) ? undefined : unread("it cannot be read plainly");
}

function destroyed({ action, cwd, workspace, input }: CapsuleRequest): Finding | undefined {
  const [program = "", ...words] = input.split(" ").filter((word) => word !== "");
  if (action !== "command" || !WORDS.test(input) || !REMOVERS.includes(program)) {
    return unread("it destroys, and where cannot be told");
  }
  if (cwd === undefined || workspace === undefined) return unread("it destroys, and its folder is not known");
  const end = words.indexOf("--"); // no options behind it
  for (const word of words.filter((one, at) => !one.startsWith("-") || (end >= 0 && at > end))) {
    if (word.split("/").includes("..")) return unread(`it destroys, and ${word} leads up`);
    const path = pathOf(word, cwd);
    // The folder itself is no part of it.
    if (!path.startsWith(`${pathOf(workspace, "/")}/`)) return { about: "outside", reason: `it destroys ${path}` };
  }
  return undefined;
}

/** Absolute, without `.` and empty parts. */
function pathOf(word: string, cwd: string): string {
  const parts = (word.startsWith("/") ? word : `${cwd}/${word}`).split("/");
  return `/${parts.filter((part) => part !== "" && part !== ".").join("/")}`;
}

function unread(reason: string): Finding {
  return { about: "unread", reason };
}
