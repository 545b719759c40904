/** A journal in memory, as the store sees one, that refuses to write when it is told to. */
import type { JournalPort } from "../../src/core/journal_port.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { StoredRecord } from "../../src/protocol/record.ts";

const TS = "2026-11-20T10:00:00.000Z";

export class FakeJournal implements JournalPort {
  records: StoredRecord[] = [];
  /** Appends that still work before it fails. */
  room = Infinity;
  now = () => TS;
  append({ type, actor, data }: { type: string; actor: string; data: unknown }) {
    if (this.room-- <= 0) throw new ConsoleError("read_only", "the journal cannot be written: the disk is full");
    const seq = this.records.length + 1;
    const dataJson = JSON.stringify(data);
    const ts = this.now();
    this.records.push({ seq, ts, type, actor, data: JSON.parse(dataJson), prev: "", hash: "" });
    return [{ seq, ts, type, dataJson }];
  }
  durable = () => Promise.resolve();
  head = () => ({ seq: this.records.length, hash: "" });
  since = (seq: number) => this.records.slice(seq);
  tail = (count: number) => this.records.slice(-count);
}
