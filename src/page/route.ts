/**
 * What the page shows, in its address: so that the browser's own Back leaves a detail, and a reload stays where it was.
 *
 *     #view=inbox&session=ID&request=ID
 */
export const VIEWS = ["sessions", "inbox", "activity"] as const;
export type ViewName = typeof VIEWS[number];

export interface Route {
  readonly view: ViewName;
  /** Whose detail is open. */
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

function textOf({ view, session, request }: Route): string {
  const params = new URLSearchParams({
    ...(view === "sessions" ? {} : { view }),
    ...(session === undefined ? {} : { session }),
    ...(request === undefined ? {} : { request }),
  });
  return `${location.pathname}#${params}`;
}

/** @param how whether Back comes back here */
export function goTo(route: Route, how: "push" | "replace"): void {
  if (how === "push") history.pushState({ inside: true }, "", textOf(route));
  else history.replaceState(history.state, "", textOf(route));
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Out of a detail: the way it came, else to the list. */
export function goBack(route: Route): void {
  if ((history.state as { inside?: boolean } | null)?.inside) history.back();
  else goTo({ view: route.view }, "replace");
}
