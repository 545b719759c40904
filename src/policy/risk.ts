/**
 * The risk class of a call. Pure, from the action and its real text. A class informs people and limits rules; it is no
 * sandbox: a program that is allowed to run can do anything.
 *
 * The worst command of a text counts. What is not known is `execute`, what hides on purpose is `destructive`.
 */
import { type ApprovalRequest, type Risk, RISKS } from "../domain/approval.ts";
import { type Invocations, invocationsOf, SHELLS } from "./invocations.ts";
import { isGuarded, isRepository, isSecret, isSink } from "./risk_paths.ts";
import { riskOfInvocation } from "./command_table.ts";

type Read = (text: string) => Invocations;

/**
 * @param read reads a shell text
 * @returns for a question `read` (it only gives the agent information), for a plan `write` (its approval lets the agent
 * begin to write), for an elicitation `network` (the answer goes to a server)
 */
export function riskOf(request: ApprovalRequest, read: Read = invocationsOf): Risk {
  if (request.for !== "permission") {
    return ({ question: "read", plan: "write", elicitation: "network" } as const)[request.for];
  }
  switch (request.action) {
    case "command":
      return worst([
        request.tool === "PowerShell" ? riskOfPowerShell(request.subject, read) : riskOfCommand(request.subject, read),
        ...(request.unsandboxed ? ["execute" as const] : []),
      ]);
    case "read":
      return readsSecret(request.subject) ? "network" : "read"; // what is read goes to the model's vendor
    case "write":
      return isGuarded(request.subject) ? "destructive" : "write";
    case "fetch":
      return "network";
    case "other":
      return riskOfAnybodys(request.subject, read);
  }
}

/** Fields of a search that say which files of its folder it shows: `.env` is not in the folder's own name. */
export const SEARCH_FILTER_FIELDS: ReadonlySet<string> = new Set(["glob", "include", "include_pattern"]);

/** Of a search's input the fields that name files count: beside a `glob` its `pattern` is what it looks for. */
function readsSecret(subject: string): boolean {
  const texts = textsIn(subject);
  const narrowed = texts.some(([name]) => SEARCH_FILTER_FIELDS.has(name));
  return texts.some(([name, text]) => !(narrowed && name === "pattern") && isSecret(text));
}

/**
 * PowerShell's quotes and escapes are not those of this reader: `ls C:\; rm x` is two commands. So nothing counts as
 * `read`.
 */
function riskOfPowerShell(text: string, read: Read): Risk {
  const removes =
    /(?:^|[\s;|&({])(?:remove-item|ri|rd|rmdir|del|erase|clear-content|iex|invoke-expression|rm)(?=$|[\s;|)}])/i;
  return removes.test(text) ? "destructive" : worst(["execute", riskOfCommand(text, read)]);
}

/** Input of a tool that is not known: JSON, or a script's own words. */
function riskOfAnybodys(subject: string, read: Read): Risk {
  return worst(["execute", ...textsIn(subject).map((text) => riskOfText(text, read))]);
}

/** What such a tool would run or write, by the names of its fields: only what is destructive counts. */
function riskOfText([name, text]: readonly [name: string, text: string], read: Read): Risk {
  const runs = /command|cmd|script|shell|^$/i.test(name) && riskOfCommand(text, read) === "destructive";
  const loses = /sql|query|statement/i.test(name) && LOSES.test(text);
  const guarded = /path|file|dir|target|dest/i.test(name) && isGuarded(text);
  return runs || loses || guarded ? "destructive" : "execute";
}

/** Every string of a JSON text with its key; of another text the text itself, under no name. */
function textsIn(subject: string): (readonly [string, string])[] {
  const texts: (readonly [string, string])[] = [];
  try {
    JSON.parse(subject, (name, value) => {
      if (typeof value === "string") texts.push([name, value]);
      else if (Array.isArray(value)) texts.push([name, value.filter((item) => typeof item === "string").join(" ")]);
      return value;
    });
    return texts;
  } catch {
    return [["", subject]];
  }
}

/** The class of a shell text. */
function riskOfCommand(text: string, reader: Read): Risk {
  const read = reader(text);
  if (read.uncertainties.has("deep")) return "destructive";
  const risks = [
    ...read.invocations.map(riskOfInvocation),
    ...read.commands.flatMap(riskOfRedirects),
    ...(entersRepository(read) || read.uncertainties.size > 0 || read.commands.some(({ assigns }) => assigns)
      ? ["execute" as const]
      : []),
  ];
  const risk = worst(risks);
  return runsWhatItFetched(read, risks) || isLostData(read, text) || namesGuarded(read)
    ? "destructive"
    : riskOfWords(read, risk);
}

/** `cd x && git status`: there another repository's settings may name programs, as with `git -C x`. */
function entersRepository({ invocations }: Invocations): boolean {
  return invocations.some(({ name }) => name === "git") &&
    invocations.some(({ name }) => /^(?:cd|pushd|popd)$/.test(name));
}

function worst(risks: readonly Risk[]): Risk {
  return RISKS.findLast((risk) => risks.includes(risk)) ?? "read";
}

function riskOfRedirects({ redirects }: Invocations["commands"][number]): Risk[] {
  return redirects.map(({ op, target }) => {
    if (op.startsWith("<<")) return "read";
    if (/^\/dev\/(?:tcp|udp)\//.test(target)) return "network";
    if (op === "<") return isSecret(target) ? "network" : "read";
    if (isSink(target) || (op.endsWith("&") && /^(?:\d+|-)$/.test(target))) return "read";
    return isGuarded(target) ? "destructive" : "write";
  });
}

/** Known to read, but what it reads are credentials. */
function riskOfWords({ invocations }: Invocations, risk: Risk): Risk {
  if (risk !== "read" && risk !== "write" && risk !== "execute") return risk;
  const secret = invocations.some(({ name, args }) =>
    !/^(?:ls|ll|stat|test|\[|echo|printf)$/.test(name) && args.some(isSecret)
  );
  return secret ? "network" : risk;
}

/**
 * A command that does more than read names a path where a write is severe. `cd` counts: the next command may write
 * there.
 */
function namesGuarded({ invocations }: Invocations): boolean {
  const changes = invocations.some((invocation) => riskOfInvocation(invocation) !== "read");
  return changes && invocations.some((invocation) => {
    const moves = /^(?:cd|pushd)$/.test(invocation.name);
    if (moves || riskOfInvocation(invocation) === "write") {
      return invocation.args.some(isGuarded) || isRepository(invocation.args.at(-1) ?? "");
    }
    return riskOfInvocation(invocation) !== "read" && invocation.args.some(isGuarded);
  });
}

/** `curl … | sh`, `sh <(curl …)`, `eval "$(curl …)"`; also any pipe into a shell: what runs does not stand in the text. */
function runsWhatItFetched({ invocations, uncertainties }: Invocations, risks: readonly Risk[]): boolean {
  const fetches = uncertainties.has("substitution") && risks.includes("network");
  return invocations.some(({ name, args, command, hasExtraArgs }) => {
    const runs = SHELLS.has(name) || /^(?:eval|source|\.|python[\d.]*|perl|ruby|node|deno|php)$/.test(name);
    if (!runs) return false;
    if (fetches && command.hasExpansion) return true;
    const fromInput = args.every((arg) => /^-[a-z]?$/.test(arg) && arg !== "-c");
    return fromInput && (command.piped || hasExtraArgs);
  });
}

const SQL = /^(?:psql|mysql|mariadb|sqlite3?|duckdb|mongosh?|redis-cli|clickhouse(?:-client)?|cqlsh|sqlcmd|bq|usql)$/;
const LOSES = /\b(?:drop|truncate|delete\s+from|flushall|flushdb|dropdatabase|deletemany|deleteone|remove)\b/i;

/** A database client and a deleting word, each anywhere in the text: the words may come through a pipe. */
function isLostData({ invocations }: Invocations, text: string): boolean {
  return invocations.some(({ name }) => SQL.test(name)) && LOSES.test(text);
}
