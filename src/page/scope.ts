/** What the token of the page may do. Pure. */
import type { GatewayScope } from "../protocol/methods.ts";

/** Whether it may answer; the daemon decides, the page shows no button that would be refused. */
const ANSWERS: Readonly<Record<GatewayScope, boolean>> = { read: false, approve: true, admin: true };

/** Undefined for one that this page does not know: then it only shows. */
export function scopeNamed(name: string): GatewayScope | undefined {
  return Object.hasOwn(ANSWERS, name) ? name as GatewayScope : undefined;
}

export function mayAnswer(scope: GatewayScope | undefined): boolean {
  return scope !== undefined && ANSWERS[scope];
}
