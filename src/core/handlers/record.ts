/** Handlers of the record area: the journal, read. */
import { JOURNAL_FORMAT } from "../../protocol/version.ts";
import type { Handler } from "../handler.ts";

export const head: Handler<"audit.head"> = (_params, { core }) => {
  const { seq, hash } = core.journal.head();
  return { size: seq, hash, format: JOURNAL_FORMAT };
};

export const tail: Handler<"audit.tail"> = ({ limit }, { core }) => ({
  records: [...core.journal.tail(limit ?? 20)],
});
