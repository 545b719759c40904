/** `/standup`: what each agent did since yesterday, told from tallies that it keeps of each day. */
import type { ApprovalData, Capsule, CapsuleEvent, SessionData } from "../agent-console.d.ts";
import { type Day, type Parents, Tallies } from "./tallies.ts";
import type { Tally } from "./tally.ts";
import { textOf } from "./text.ts";

type Heard = CapsuleEvent<SessionData | ApprovalData>;

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;
const MOST_DAYS = 31;
const PREFIX = "day/";
const PARENTS = "parents";
const BEGUN = "begun";
const UTC = new Intl.DateTimeFormat("en-CA", { timeZone: "UTC" });

export default (capsule: Capsule) => {
  const { kv } = capsule;
  const loaded = Date.now();
  let tallies: Tallies | undefined;
  let dates = { zone: "UTC", format: UTC };
  let waiting: Heard[] = [];
  let counting: Promise<void> = Promise.resolve();

  /** Events that come while others are written are written together. */
  const hear = (event: Heard): Promise<void> => {
    waiting.push(event);
    return counting = counting.catch(() => {}).then(async () => {
      const events = waiting;
      waiting = [];
      if (events.length > 0) await count(events);
    });
  };
  capsule.on("session", hear);
  capsule.on("approval", hear);

  /** In the order of the days: what is written of one is never behind what is written of a later one. */
  async function count(events: readonly Heard[]): Promise<void> {
    // At the first event and not before: until then the process before this one may still write.
    tallies ??= new Tallies(await readDays(), await kv.get(PARENTS) as Parents | undefined);
    await begunAt();
    const { parents } = tallies;
    const changed = new Set<string>();
    for (const event of events) {
      const date = dateOf(new Date(event.ts));
      if (tallies.count(event, date)) changed.add(date);
    }
    if (tallies.parents !== parents) await kv.set(PARENTS, tallies.parents);
    for (const date of [...changed].sort()) await kv.set(`${PREFIX}${date}`, tallies.day(date));
    const kept = Math.min(Math.max(Number(capsule.settings["keep_days"]), 1), MOST_DAYS);
    for (const date of tallies.forget(before(dateOf(new Date()), kept))) await kv.delete(`${PREFIX}${date}`);
  }

  /** Since when it counts, ms; undefined where an earlier version, which kept no such time, has counted days. */
  async function begunAt(): Promise<number | undefined> {
    const kept = await kv.get(BEGUN);
    if (typeof kept === "number") return kept;
    if ((await kv.list(PREFIX)).length > 0) return undefined;
    await kv.set(BEGUN, loaded);
    return loaded;
  }

  async function readDays(from = ""): Promise<Map<string, Day>> {
    const days = new Map<string, Day>();
    for (const key of await kv.list(PREFIX)) {
      const date = key.slice(PREFIX.length);
      if (date >= from) days.set(date, await kv.get(key) as Day);
    }
    return days;
  }

  capsule.command("standup", async ([since = "yesterday"]) => {
    const zone = String(capsule.settings["time_zone"]);
    if (formatOf(zone) === undefined) {
      throw new Error(`the setting time_zone is ${zone}, and no zone such as Europe/Berlin`);
    }
    const from = firstDay(since, dateOf(new Date()));
    const begun = await begunAt();
    const kept = [...(await readDays(from)).values()];
    const days = kept.map(({ sessions }) => new Map<string, Tally>(sessions));
    const told = begun === undefined || dateOf(new Date(begun)) < from
      ? `${from} (${zone})`
      : `${minuteOf(begun, zone)} (${zone}), when this began to count`;
    return textOf(days, told, Date.now(), kept.some(({ isCut }) => isCut));
  });

  /** The day in the person's time zone, or in UTC where that is none: 2026-11-29. */
  function dateOf(time: Date): string {
    const zone = String(capsule.settings["time_zone"]);
    if (zone !== dates.zone) dates = { zone, format: formatOf(zone) ?? UTC };
    return dates.format.format(time);
  }
};

/** @throws Error for what is no day */
function firstDay(since: string, today: string): string {
  const ago = /^(\d{1,3})d$/.exec(since)?.[1];
  if (ago !== undefined) return before(today, Number(ago));
  if (since === "today") return today;
  if (since === "yesterday") return before(today, 1);
  if (DATE.test(since) && !Number.isNaN(Date.parse(since))) return since;
  throw new Error(`"${since}" is no day: say today, yesterday, 3d or 2026-11-29`);
}

/** So many days before a date. */
function before(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY_MS).toISOString().slice(0, 10);
}

/** 2026-11-29 14:05, as Swedes write it. */
function minuteOf(ms: number, timeZone: string): string {
  return new Date(ms).toLocaleString("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
}

/** Dates as 2026-11-29; undefined for what is no time zone. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  } catch {
    return undefined;
  }
}
