/** What the policy reads of a request: once, when something asks for it, however many rules there are. Pure. */
import type { ApprovalRequest, Risk } from "../domain/approval.ts";
import { carriedBy, type CarriedCommands, carriedInText } from "./carried.ts";
import { labelOfCommands, labelOfOther } from "./label.ts";
import { reachesThisProgram } from "./own_program.ts";
import { isOddPath, MAX_PATHS } from "./places.ts";
import { namesLoss } from "./named_losses.ts";
import { type Command, type PlainText, readPlain } from "./plain_text.ts";
import { filesRead, readsFiles } from "./reads.ts";
import { isSevere } from "./severe.ts";
import type { Where } from "./where.ts";

/** A request with what was read of it. A copy of it is none: its text may be another, and the compiler says so. */
export type ClassifiedRequest = ApprovalRequest & Reading;

/**
 * Whoever hands a request on, hands on what this returned: classifying it again would read its text again.
 *
 * @param cut the payload came shortened: what runs is not known
 * @param risk said instead of what the text alone says, where more is known
 */
export function classify(request: ApprovalRequest, where: Where, cut = false, risk?: Risk): ClassifiedRequest {
  return Object.assign(new Reading(request, where, cut, risk), request);
}

/** Longest subject that is read, of a call that is no command, UTF-16 units: no decision may take milliseconds. */
const MAX_SUBJECT = 16_384;

/** Each thing is read when it is first asked for. */
class Reading {
  readonly #request: ApprovalRequest;
  readonly #where: Where;
  readonly #cut: boolean;
  #plain: PlainText | null | undefined;
  #carried: CarriedCommands | undefined;
  #reads: readonly string[] | null | undefined;
  #risk: Risk | undefined;
  #isOwn: boolean | undefined;

  constructor(request: ApprovalRequest, where: Where, cut: boolean, risk: Risk | undefined) {
    this.#request = request;
    this.#where = where;
    this.#cut = cut;
    this.#risk = risk;
  }

  get where(): Where {
    return this.#where;
  }

  /** The payload came shortened: what runs is not known. */
  get cut(): boolean {
    return this.#cut;
  }

  /** A path, an address or a list of paths that nobody looks through: no rule lets it pass. Not a tool's other input. */
  get isLong(): boolean {
    const { action, subject, paths = [] } = this.#request;
    if (action !== "read" && action !== "write" && action !== "fetch") return false;
    return paths.length > MAX_PATHS || paths.reduce((sum, path) => sum + path.length, subject.length) > MAX_SUBJECT;
  }

  /** It runs in a folder that its agent names in a way that may mean another one. */
  get isOddlyPlaced(): boolean {
    const { cwd } = this.#request;
    return cwd !== undefined && isOddPath(cwd);
  }

  /** Of a command line; undefined where it is opaque, and of other calls. */
  get plain(): PlainText | undefined {
    if (this.#plain === undefined) {
      const { action, tool, subject } = this.#request;
      // PowerShell's quotes and operators are its own.
      const isShell = action === "command" && tool !== "PowerShell" && !this.#cut;
      this.#plain = (isShell ? readPlain(subject) : undefined) ?? null;
    }
    return this.#plain ?? undefined;
  }

  /** Each command of the line and what may run inside it; of an opaque line as far as it can be told. */
  get carried(): CarriedCommands {
    const { action, subject } = this.#request;
    if (action !== "command") return NOTHING;
    return this.#carried ??= this.plain === undefined ? carriedInText(subject) : carriedBy(this.plain.commands);
  }

  /** Some command loses something, or lets others decide. */
  get isSevere(): boolean {
    const { commands, isComplete } = this.carried;
    return !isComplete || commands.some(isSevere);
  }

  /** It reaches this program. */
  get isOwn(): boolean {
    return this.#isOwn ??= reachesThisProgram(this.#request, this.#where);
  }

  /** The absolute paths that it reads, where it only reads. */
  get reads(): readonly string[] | undefined {
    if (this.#reads === undefined) this.#reads = this.#readFiles() ?? null;
    return this.#reads ?? undefined;
  }

  get risk(): Risk {
    return this.#risk ??= this.#label();
  }

  #readFiles(): readonly string[] | undefined {
    const request = this.#request;
    if (this.#cut || this.isLong || request.for !== "permission") return undefined;
    if (request.action === "read") return filesRead(request, this.#where);
    const files = this.plain?.commands.map((command) => readsFiles(command, this.#where));
    return files?.every((some) => some !== undefined) ? files.flat() : undefined;
  }

  #label(): Risk {
    const request = this.#request;
    if (request.for !== "permission") return PROMPTS[request.for];
    if (request.action !== "command") return this.#cut || this.isLong ? "unknown" : labelOfOther(request, this.#where);
    // Also of what came shortened.
    const plain = this.plain;
    if (plain !== undefined && this.reads !== undefined) return "reads";
    const { commands, runsText } = this.carried;
    if ((plain === undefined || runsText) && namesLoss(request.subject, commands)) return "destroys";
    if (plain === undefined) return "unknown";
    const reads = (command: Command) => readsFiles(command, this.#where) !== undefined;
    return labelOfCommands(plain.commands, commands, reads);
  }
}

/** What approving each lets the agent do: go on with an answer, begin to write, send the answer to a server. */
const PROMPTS = { question: "reads", plan: "writes", elicitation: "network" } as const;

const NOTHING: CarriedCommands = { commands: [], isComplete: true, runsText: false };
