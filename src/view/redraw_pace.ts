/** How soon a window draws what it hears: at once what a person waits for, less often what sessions do meanwhile. Pure. */

/** Between two drawings of what sessions do, ms: so much behind a window is at most. The first is drawn at once. */
export const WORK_MS = 100;

/** A session, a turn or a job does something, and nobody is asked for anything. */
export function isOnlyWork(
  { type, data }: { readonly type: string; readonly data: Readonly<Record<string, unknown>> },
): boolean {
  if (/^(?:turn|job)\./.test(type)) return true;
  const session = data["session"] as { readonly status: string } | undefined;
  return session !== undefined && session.status !== "waiting";
}
