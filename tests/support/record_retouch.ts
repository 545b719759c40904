/** Ids are drawn by lot and the time runs: the pictures show the same ids and times each time, and in each picture. */
import { ending, MORNING, PICTURE_AT, REQUESTS } from "./story.ts";

/** The requests' ids in the pictures, in their order. */
const IDS = ["m6rav", "q9udy", "h3n7s"];
/** So long a hook that we registered is held by default, s. */
const WAIT_SECS = 570;
/** The time of day at which the story begins, s. */
const BEGINS = 9 * 3600 + 30 * 60 + 7;
/** When the last request is approved, seconds from the beginning of the story. */
const APPROVED_AT = 662;

export class Retouch {
  /** Session of a request → its id as it was drawn. */
  readonly #ids: ReadonlyMap<string, string>;

  /** @param ls what `ls` printed while the requests were open */
  constructor(ls: readonly string[]) {
    this.#ids = new Map(REQUESTS.map(({ session }) => {
      const row = new RegExp(`▲ ${session} .* ([a-z0-9]{5})$`);
      const id = ls.map((line) => row.exec(bare(line))?.[1]).find((found) => found !== undefined);
      if (id === undefined) throw new Error(`no request of ${session} in:\n${ls.join("\n")}`);
      return [session, id];
    }));
  }

  idOf(session: string): string {
    return this.#ids.get(session) ?? "";
  }

  plain(lines: readonly string[]): string[] {
    return lines.map((line) =>
      [...this.#ids.values()].reduce((text, id, i) => text.replaceAll(id, IDS[i] ?? ""), line)
    );
  }

  /** `ls`: how long the requests are open. */
  table(lines: readonly string[]): string[] {
    return this.plain(lines.map((line) => {
      const request = REQUESTS.find(({ session }) => bare(line).startsWith(`▲ ${session} `));
      if (request === undefined) return line;
      const since = PICTURE_AT - request.at;
      return line.replace(/ \d+s +(?=[^l])/, (found) => ` ${since}s`.padEnd(found.length))
        .replace(/\d+s left/, `${WAIT_SECS - since}s left`);
    }));
  }

  /** `approvals`: how long each is waited for; the oldest comes first. */
  list(lines: readonly string[]): string[] {
    let next = 0;
    return this.plain(lines.map((line) =>
      line.replace(/asked \d+s ago, \d+m left/, () => {
        const since = PICTURE_AT - (REQUESTS[next++]?.at ?? 0);
        return `asked ${since}s ago, ${Math.floor((WAIT_SECS - since) / 60)}m left`;
      })
    ));
  }

  /** `watch`: when each line's event happens in the story. */
  watch(lines: readonly string[]): string[] {
    const times = [
      ...MORNING.map(({ at }) => at),
      ...REQUESTS.map(({ at }) => at),
      APPROVED_AT,
      ...ending({ allowed: true }).filter(({ event }) => event !== "PostToolUse").map(({ at }) => at), // the turn goes on: no line
    ];
    if (lines.length !== times.length) {
      throw new Error(`${lines.length} lines, but the story has times for ${times.length}:\n${lines.join("\n")}`);
    }
    return this.plain(lines.map((line, i) => line.replace(/\d\d:\d\d:\d\d/, clock(BEGINS + (times[i] ?? 0)))));
  }
}

function clock(secs: number): string {
  return [secs / 3600, secs / 60 % 60, secs % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
}

/** Without colours. */
function bare(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\u001b\[[\d;]*m/g, "");
}
