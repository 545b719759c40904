/** The head of the journal, as `audit head --json` prints it and `audit verify --against` takes it. */
import { ConsoleError } from "../protocol/errors.ts";
import { JOURNAL_FORMAT } from "../protocol/version.ts";
import { NO_HASH } from "./record.ts";

/**
 * `size` records, the last with this `hash` (64 zeros for none). Kept elsewhere, it proves whether the journal was cut
 * or rewritten.
 */
export interface Head {
  readonly size: number;
  readonly hash: string;
  readonly format: number;
}

/**
 * A head from parsed JSON; further members (`schema`) are ignored.
 *
 * @throws {ConsoleError} `usage` where it is none, `incompatible` where its format is newer
 */
export function parseHead(value: unknown): Head {
  const { size, hash, format } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (
    typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 || typeof format !== "number" ||
    typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash) || (size === 0) !== (hash === NO_HASH)
  ) {
    throw new ConsoleError("usage", 'the kept head is not what "audit head --json" prints', {
      hint: "give a file that agent-console audit head --json, or audit prove 17 --json, printed at an earlier time",
    });
  }
  if (format > JOURNAL_FORMAT) {
    const message = `the kept head has format ${format}, this version reads up to ${JOURNAL_FORMAT}`;
    throw new ConsoleError("incompatible", message, { format, hint: "use the version that wrote it, or a newer one" });
  }
  return { size, hash, format };
}
