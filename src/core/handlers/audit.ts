/** Handlers of the audit area: the journal, read. */
import { JOURNAL_FORMAT } from "../../protocol/version.ts";
import type { ResultOf } from "../../protocol/method_schemas.ts";
import type { Handlers } from "../../rpc/handler.ts";
import type { JournalPort } from "../journal_port.ts";

/** @param verify reads all of it again @returns the fault */
export function auditHandlers(
  journal: Pick<JournalPort, "head" | "tail">,
  verify: () => Promise<ResultOf<"audit.verify">["problem"]>,
): Handlers<"audit.head" | "audit.tail" | "audit.verify"> {
  return {
    "audit.head": () => {
      const { seq, hash } = journal.head();
      return { size: seq, hash, format: JOURNAL_FORMAT };
    },
    "audit.verify": async () => {
      const { seq } = journal.head();
      const problem = await verify();
      return problem === undefined ? { ok: true, records: seq } : { ok: false, problem };
    },
    "audit.tail": ({ limit }) => ({ records: [...journal.tail(limit ?? 20)] }),
  };
}
