/** A notification as programs read it: JSON, the same for a command of the user and for a webhook. */
import type { Approval } from "../domain/approval.ts";
import type { Session } from "../domain/session.ts";
import type { Need } from "../view/need_words.ts";
import type { NotificationContent } from "./kind.ts";

export type SessionOf = (id: string) => Session | undefined;

/** Version of the object; grows when a member changes its meaning. */
const SCHEMA = 1;

/**
 * The first need as the object itself, the others of the same notification beside it.
 *
 * @param isWhole with all of what is asked, for one who may answer it
 */
export function notificationJson({ needs, message, test }: NotificationContent, sessionOf: SessionOf, isWhole = false) {
  const [first, ...others] = needs.map((need) => ({
    kind: need.kind,
    ...("job" in need ? { job: need.job } : { session: sessionJson(need, sessionOf(need.sessionId)) }),
    ...(need.approval === undefined ? {} : { approval: approvalJson(need.approval, need.what, isWhole) }),
    text: `${need.name}: ${need.what}`,
  }));
  return { schema: SCHEMA, ...first, text: message.text, others, ...(test === undefined ? {} : { test }) };
}

function sessionJson({ sessionId, name }: Need, session: Session | undefined) {
  const { agent, status, since, cwd, title, terminal } = session ?? {};
  const known = { agent, status, since, cwd, title, terminal };
  return {
    id: sessionId,
    name,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

/** `missing`: so many characters of the input that not even the journal has; such a one cannot be approved unseen. */
function approvalJson({ id, tool, risk, input, detail, missing }: Approval, text: string, isWhole: boolean) {
  const whole = Object.entries({ input, detail, missing }).filter(([, value]) => value !== undefined);
  return { id, tool, risk, text, ...(isWhole ? Object.fromEntries(whole) : {}) };
}
