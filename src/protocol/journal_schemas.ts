/** What `status` says of the journal. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const journalStatus = v.object({
  count,
  head: v.string(),
  ok: v.boolean(),
  lastVerifiedAt: v.nullable(v.string()),
  verifiedTo: v.exactOptional(count), // absent from older daemons
  readOnly: v.boolean(),
  readOnlyWhy: v.exactOptional(v.string()), // absent while it can be written, and from older daemons
  // Of all its files, and what they have grown a day since the first record; absent from older daemons.
  bytes: v.exactOptional(count),
  bytesPerDay: v.exactOptional(count),
  // The last record that a signed checkpoint covers, and why none is made any more; absent from older daemons.
  signedTo: v.exactOptional(count),
  unsigned: v.exactOptional(v.string()),
});
