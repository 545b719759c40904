/** What the token of the page may do; the daemon decides, the page shows no button that would be refused. Pure. */
import type { GatewayScope } from "../protocol/methods.ts";

/** Whether it may answer. */
const ANSWERS: Readonly<Record<GatewayScope, boolean>> = { read: false, approve: true, admin: true };

/** Undefined for one that this page does not know: then it only shows. */
export function scopeNamed(name: string): GatewayScope | undefined {
  return Object.hasOwn(ANSWERS, name) ? name as GatewayScope : undefined;
}

export function mayAnswer(scope: GatewayScope | undefined): boolean {
  return scope !== undefined && ANSWERS[scope];
}

/** Whether it may give agents prompts, and change jobs. */
export function mayPrompt(scope: GatewayScope | undefined): boolean {
  return scope === "admin";
}
