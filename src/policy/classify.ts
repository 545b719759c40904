/** What the policy reads of a request: once, when something asks for it, however many rules there are. Pure. */
import type { ApprovalRequest, Risk } from "../domain/approval.ts";
import { type CommandTexts, commandTexts } from "./command_texts.ts";
import { type Invocations, invocationsOf } from "./invocations.ts";
import { riskOf } from "./risk.ts";

export interface ClassifiedRequest extends ApprovalRequest {
  readonly risk: Risk;
  /** Of a command line; of another subject what it would be as one. */
  readonly commandTexts: CommandTexts;
}

/**
 * Whoever hands a request on, hands on what this returned: classifying it again would read its text again.
 *
 * @param readText reads a shell text
 */
export function classify(request: ApprovalRequest, readText = invocationsOf): ClassifiedRequest {
  let invocations: Invocations | undefined;
  let risk: Risk | undefined;
  let texts: CommandTexts | undefined;
  const read = () => invocations ??= readText(request.subject);
  // Not enumerable: a copy with another subject must not carry what was read of this one.
  return Object.defineProperties({ ...request }, {
    risk: { get: () => risk ??= riskOf(request, (text) => text === request.subject ? read() : readText(text)) },
    commandTexts: { get: () => texts ??= commandTexts(read()) },
  }) as ClassifiedRequest;
}
