/** What `status` says of the journal: whether it verifies and can be written, and where it cannot, why and what to do. Pure. */
import { isNoRoom } from "../platform/disk_space.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { bytes } from "./format.ts";

type Journal = ResultOf<"status">["journal"];

export function journalState(j: Journal): string {
  const state = [
    j.ok ? "ok" : "DOES NOT VERIFY",
    ...(j.readOnly ? ["READ ONLY"] : []),
    ...(j.unsigned === undefined ? [] : ["NOT SIGNED"]),
    ...verified(j),
  ];
  const size = j.bytes === undefined ? [`${j.count} records`] : [bytes(j.bytes)];
  const growth = j.bytesPerDay === undefined ? [] : [`grows ${bytes(j.bytesPerDay)} a day`];
  return [...state, ...size, ...growth].join(", ");
}

/** Until the check in the background has come to the last record. */
function verified({ verifiedTo, count, ok, lastVerifiedAt }: Journal): readonly string[] {
  if (verifiedTo === undefined || verifiedTo >= count) return [];
  if (!ok || lastVerifiedAt !== null) return [`verified to seq ${verifiedTo}`];
  return [verifiedTo === 0 ? "being verified" : `being verified, to seq ${verifiedTo} so far`];
}

/** Undefined while it can be written. */
export function whyReadOnly({ readOnly, readOnlyWhy = "it cannot be written" }: Journal): string | undefined {
  if (!readOnly) return undefined;
  const cure = isNoRoom(readOnlyWhy)
    ? "make room on its disk: it goes on by itself"
    : "agent-console doctor and agent-console audit verify tell more";
  return `no change is accepted: ${readOnlyWhy}; ${cure}`;
}
