/** A result that its handler has encoded already, in slices, because it is large. */
import { jsonParts } from "../lib/json_parts.ts";
import { encodeInSlices, type Slices } from "../lib/slices.ts";

export class EncodedResult {
  /** @param json the UTF-8 of one JSON value, in pieces @param value what was encoded; its iterables are used up */
  constructor(readonly json: readonly Uint8Array[], readonly value: object) {}
}

/** `result` as JSON; lists in it may be iterables. @throws the reason of the slices' signal */
export async function encodeResult(result: object, slices: Slices): Promise<EncodedResult> {
  return new EncodedResult(await Array.fromAsync(encodeInSlices(jsonParts(result), slices)), result);
}
