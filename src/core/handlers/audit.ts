/** Handlers of the audit area: the journal, read. */
import { JOURNAL_FORMAT } from "../../protocol/version.ts";
import type { Handlers } from "../../rpc/handler.ts";
import type { JournalPort } from "../journal_port.ts";

export function auditHandlers(journal: Pick<JournalPort, "head" | "tail">): Handlers<"audit.head" | "audit.tail"> {
  return {
    "audit.head": () => {
      const { seq, hash } = journal.head();
      return { size: seq, hash, format: JOURNAL_FORMAT };
    },
    "audit.tail": ({ limit }) => ({ records: [...journal.tail(limit ?? 20)] }),
  };
}
