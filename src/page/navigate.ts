/** Goes from one place of the page to another, by the browser's own history. */
import { type Route, routeText } from "./route.ts";

/** @param how whether Back comes back here */
export function goTo(route: Route, how: "push" | "replace"): void {
  if (how === "push") history.pushState({ inside: true }, "", location.pathname + routeText(route));
  else history.replaceState(history.state, "", location.pathname + routeText(route));
  dispatchEvent(new PopStateEvent("popstate"));
}

/** Out of a detail: the way it came, else to the list. */
export function goBack(route: Route): void {
  if ((history.state as { inside?: boolean } | null)?.inside) history.back();
  else goTo({ view: route.view }, "replace");
}
