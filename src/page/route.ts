/**
 * What the page shows, in its address: so that the browser's own Back leaves a detail, and a reload stays where it was. Pure.
 *
 *     #view=inbox&session=ID&request=ID
 */
import { type ViewName, VIEWS } from "../view/views.ts";

export interface Route {
  readonly view: ViewName;
  /** Whose detail is open; in Jobs the row of a turn or a job. */
  readonly session?: string | undefined;
  /** Which of its requests, where one was chosen. */
  readonly request?: string | undefined;
}

export function readRoute(hash: string): Route {
  const params = new URLSearchParams(hash.slice(1));
  return {
    view: VIEWS.find((view) => view === params.get("view")) ?? "sessions",
    session: params.get("session") ?? undefined,
    request: params.get("request") ?? undefined,
  };
}

/** The part of the address behind the path. */
export function routeText({ view, session, request }: Route): string {
  const params = new URLSearchParams({
    ...(view === "sessions" ? {} : { view }),
    ...(session === undefined ? {} : { session }),
    ...(request === undefined ? {} : { request }),
  });
  return `#${params}`;
}
