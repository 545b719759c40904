/** How soon a window draws what it hears: at once what a person waits for, less often what sessions do meanwhile. Pure. */

/** Between two drawings of what sessions do, ms: so much behind a window is at most. The first is drawn at once. */
export const WORK_MS = 100;

/** A session does something, and nobody is asked for anything. */
export function isOnlyWork({ data }: { readonly data: Readonly<Record<string, unknown>> }): boolean {
  const session = data["session"] as { readonly status: string } | undefined;
  return session !== undefined && session.status !== "waiting";
}
