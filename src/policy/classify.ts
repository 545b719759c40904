/** What the policy reads of a request: once, when something asks for it, however many rules there are. Pure. */
import type { ApprovalRequest, Risk } from "../domain/approval.ts";
import { type Carried, carriedBy, crudeCommands } from "./carried.ts";
import { filesRead, labelOfCommands, labelOfOther } from "./label.ts";
import { reachesThisProgram } from "./own_program.ts";
import { type PlainText, readPlain } from "./plain_text.ts";
import { readsFiles } from "./reads.ts";
import { isSevere } from "./severe.ts";
import type { Where } from "./where.ts";

/** A request with what was read of it. */
export interface ClassifiedRequest extends ApprovalRequest {
  readonly where: Where;
  /** The payload came shortened: what runs is not known. */
  readonly cut: boolean;
  readonly risk: Risk;
  /** Of a command line; undefined where it is opaque, and of other calls. */
  readonly plain: PlainText | undefined;
  /** Each command of the line and what may run inside it; of an opaque line as far as it can be told. */
  readonly carried: readonly Carried[];
  /** Some command loses something, or lets others decide. */
  readonly isSevere: boolean;
  /** It reaches this program. */
  readonly isOwn: boolean;
  /** The absolute paths that it reads, where it only reads. */
  readonly reads: readonly string[] | undefined;
}

/** Whoever hands a request on, hands on what this returned: classifying it again would read its text again. */
export function classify(request: ApprovalRequest, where: Where, cut = false): ClassifiedRequest {
  const isCommand = request.action === "command";
  const once = <T>(make: () => T): () => T => {
    let made: { readonly value: T } | undefined;
    return () => (made ??= { value: make() }).value;
  };
  // PowerShell's quotes and operators are its own.
  const plain = once(() => isCommand && !cut && request.tool !== "PowerShell" ? readPlain(request.subject) : undefined);
  const carried = once(() => {
    if (!isCommand) return [];
    const commands = plain()?.commands ?? crudeCommands(request.subject.slice(0, MAX_CRUDE));
    return commands.flatMap((words) => carriedBy(words));
  });
  const reads = once(() => readBy(request, plain(), where, cut));
  const risk = once((): Risk => {
    if (request.for !== "permission") return PROMPTS[request.for];
    if (cut) return "unknown";
    if (!isCommand) return labelOfOther(request, where);
    const text = plain();
    if (text === undefined) return "unknown";
    return labelOfCommands(text.commands, carried(), (command) => readsFiles(command, where) !== undefined);
  });
  const fields = {
    where: () => where,
    cut: () => cut,
    risk,
    plain,
    carried,
    reads,
    isSevere: once(() => carried().some(isSevere)),
    isOwn: once(() => reachesThisProgram(request, where)),
  };
  // Not enumerable: a copy with another subject must not carry what was read of this one.
  const getters = Object.fromEntries(Object.entries(fields).map(([name, get]) => [name, { get }]));
  return Object.defineProperties({ ...request }, getters) as ClassifiedRequest;
}

/** What approving each lets the agent do: go on with an answer, begin to write, send the answer to a server. */
const PROMPTS = { question: "reads", plan: "writes", elicitation: "network" } as const;

/** How much of an opaque text is searched for what is forbidden, UTF-16 units. */
const MAX_CRUDE = 20_000;

function readBy(
  request: ApprovalRequest,
  plain: PlainText | undefined,
  where: Where,
  cut: boolean,
): readonly string[] | undefined {
  if (cut || request.for !== "permission") return undefined;
  if (request.action === "read") return filesRead(request, where);
  if (plain === undefined) return undefined;
  const files = plain.commands.map((command) => readsFiles(command, where));
  return files.every((some) => some !== undefined) ? files.flat() : undefined;
}
