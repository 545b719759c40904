/**
 * Notifies a person: gathers what needs one for a moment, leaves out what was answered meanwhile or is in front of them, and
 * hands the rest to the channels as one notification. No timer runs while nothing is gathered.
 */
import type { NewEvent } from "../domain/event.ts";
import type { NeedKind } from "../domain/need_kinds.ts";
import type { SessionView } from "../domain/query.ts";
import { oneLine } from "../domain/sanitize.ts";
import type { Session } from "../domain/session.ts";
import type { Clock, Log } from "../platform/system.ts";
import { type Need, needMessage } from "../view/need_words.ts";
import { type HeardNeed, Needs } from "../view/needs.ts";
import { JobFailures } from "./job_failures.ts";
import type { NotificationContent, NotificationOutcome, OpenChannel } from "./kind.ts";
import type { ChannelOutcome } from "./methods.ts";

export interface NamedChannel {
  readonly name: string;
  readonly channel: Pick<OpenChannel, "notify">;
}

export interface NotificationsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Runs `action` after so many ms, unless the returned function has run before. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Those that are on, as the configuration is now. */
  readonly channels: () => readonly NamedChannel[];
  readonly kinds: () => readonly NeedKind[];
  /** All that are known, as they are now. */
  readonly sessions: () => Iterable<Session>;
  /** Nobody is notified now: muted, or quiet hours. */
  readonly isSilent: () => boolean;
  /** Those of `needs` whose pane is in front of somebody now. Never throws. */
  readonly visible: (needs: readonly Need[]) => Promise<ReadonlySet<Need>>;
}

/** What comes within so long of the first is one notification, ms. */
const GATHER_MS = 2000;
/** Most needs that wait for a notification, and for one channel that notifies: the newest give way. */
const MAX_WAITING = 200;

export class Notifications {
  #deps: NotificationsDeps;
  #needs = new Needs();
  #jobs = new JobFailures();
  #gathered: HeardNeed[] = [];
  #cancel: () => void = () => {};
  #stopped = new AbortController();
  /** Channel → what it says when its notification has ended; undefined while there is none. */
  #busy = new Map<string, HeardNeed[]>();
  readonly last = new Map<string, ChannelOutcome>();

  constructor(deps: NotificationsDeps) {
    this.#deps = deps;
  }

  /** What is there at the start has been notified before. */
  seed(sessions: Iterable<SessionView>): void {
    this.#needs.seed(sessions);
  }

  hear(event: NewEvent): void {
    const need = this.#needs.hear(event) ?? this.#jobs.hear(event);
    if (need === undefined || this.#stopped.signal.aborted || !this.#deps.kinds().includes(need.kind)) return;
    if (this.#gathered.length >= MAX_WAITING) return;
    if (this.#gathered.push(need) > 1) return;
    this.#cancel = this.#deps.after(GATHER_MS, () => void this.#notify(this.#gathered.splice(0)));
  }

  stop(): void {
    this.#cancel();
    this.#stopped.abort();
  }

  /** By one channel, at once, whatever is silent; beside a notification of it that runs. */
  async test(named: NamedChannel, content: NotificationContent): Promise<ChannelOutcome> {
    return this.#note(named, await named.channel.notify(content, this.#stopped.signal));
  }

  /** What a channel that notifies again asks and tells (NotificationsDoor of kind.ts). */
  isWanted({ needs }: NotificationContent): boolean {
    return !this.#stopped.signal.aborted && !this.#deps.isSilent() && this.#stillOpen(needs).length > 0;
  }

  endedLater(name: string, outcome: NotificationOutcome): void {
    this.#note({ name }, outcome);
  }

  async #notify(gathered: readonly HeardNeed[]): Promise<void> {
    const { isSilent, visible, channels } = this.#deps;
    const open = this.#stillOpen(gathered);
    if (open.length === 0 || isSilent()) return;
    const inFront = await visible(open);
    const needs = open.filter((need) => !inFront.has(need));
    for (const named of channels()) this.#sendTo(named, needs);
  }

  #stillOpen(needs: readonly HeardNeed[]): readonly Need[] {
    return [...this.#needs.open(needs, this.#deps.sessions()), ...this.#jobs.open(needs)];
  }

  #sendTo(named: NamedChannel, needs: readonly HeardNeed[]): void {
    const waiting = this.#busy.get(named.name);
    if (waiting === undefined) void this.#send(named, needs);
    else waiting.push(...needs.slice(0, Math.max(0, MAX_WAITING - waiting.length)));
  }

  async #send(named: NamedChannel, needs: readonly HeardNeed[]): Promise<void> {
    const open = this.#stillOpen(needs); // somebody may have answered while we looked
    if (open.length === 0 || this.#stopped.signal.aborted) return;
    const waiting: HeardNeed[] = [];
    this.#busy.set(named.name, waiting);
    this.#note(named, await named.channel.notify({ needs: open, message: needMessage(open) }, this.#stopped.signal));
    this.#busy.delete(named.name);
    if (!this.#deps.isSilent()) await this.#send(named, waiting);
  }

  /** One line in the log where a channel begins to fail, and one where it works again. */
  #note({ name }: Pick<NamedChannel, "name">, outcome: NotificationOutcome): ChannelOutcome {
    const { clock, log } = this.#deps;
    const before = this.last.get(name)?.ok ?? true;
    const told = { at: new Date(clock.now()).toISOString(), ...outcomeOf(outcome) };
    if (outcome.kind === "nobody") return told;
    this.last.set(name, told);
    if (this.#stopped.signal.aborted || before === told.ok) return told;
    if (told.ok) log.info("a channel notifies again", { channel: name });
    else log.warn("a channel did not notify", { channel: name, ...told });
    return told;
  }
}

function outcomeOf(outcome: NotificationOutcome): Omit<ChannelOutcome, "at"> {
  if (outcome.kind === "taken") return { ok: true };
  if ("problem" in outcome) return { ok: false, problem: oneLine(outcome.problem) };
  const stderr = oneLine(outcome.stderr).slice(0, 400);
  const told = stderr === "" ? {} : { stderr };
  if (outcome.kind === "killed") return { ok: false, problem: "it was killed, because it did not end", ...told };
  return { ok: outcome.code === 0, code: outcome.code, ...told };
}
