import { assertEquals } from "@std/assert";
import { journalState, whyReadOnly } from "../../src/cli/journal_text.ts";

const JOURNAL = { count: 9, head: "", ok: true, lastVerifiedAt: null, verifiedTo: 9, readOnly: false };

Deno.test("C3 status says that a journal is being verified, and to where it was where that came to no end", () => {
  assertEquals(journalState(JOURNAL), "ok, 9 records");
  assertEquals(journalState({ ...JOURNAL, verifiedTo: 0 }), "ok, being verified, 9 records");
  assertEquals(journalState({ ...JOURNAL, verifiedTo: 4 }), "ok, being verified, to seq 4 so far, 9 records");
  assertEquals(
    journalState({ ...JOURNAL, ok: false, verifiedTo: 4 }),
    "DOES NOT VERIFY, verified to seq 4, 9 records",
  );
});

Deno.test("C6 status says why a journal is read-only and what to do; an older daemon does not tell why", () => {
  assertEquals(whyReadOnly(JOURNAL), undefined);
  const of = (readOnlyWhy: string) => whyReadOnly({ ...JOURNAL, readOnly: true, readOnlyWhy });
  const full = "No space left on device (os error 28)";
  assertEquals(of(full), `no change is accepted: ${full}; make room on its disk: it goes on by itself`);
  const look = "agent-console doctor and agent-console audit verify tell more";
  assertEquals(of("changed"), `no change is accepted: changed; ${look}`);
  assertEquals(
    whyReadOnly({ ...JOURNAL, readOnly: true }),
    `no change is accepted: it cannot be written; ${look}`,
  );
});
