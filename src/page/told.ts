/** What the page tells a person who does not look at it: the tab's title and icon, the badge, a notification, a live region. */
import type { Approval } from "../domain/approval.ts";
import { clip, escapedLine } from "../domain/sanitize.ts";
import { singleState } from "../domain/state_words.ts";
import { markedSummary } from "../view/approval_words.ts";
import type { WindowView } from "../view/window_view.ts";

/** Longest text of a notification, UTF-16 units. */
const SHOWN = 160;

/** `web waits for you: Bash: git push`. */
export function waitsText(name: string, approval: Approval): string {
  return `${name} ${singleState("waiting")} for you: ${clip(escapedLine(markedSummary(approval)), SHOWN)}`;
}

/** As they were told last. */
let said = { title: "", waiting: 0 };

export function showCount({ title, counts }: Pick<WindowView, "title" | "counts">): void {
  const waiting = counts.find(({ state }) => state === "waiting")?.count ?? 0;
  if (title !== said.title) document.title = title;
  const isCounted = waiting === said.waiting;
  said = { title, waiting };
  if (isCounted) return;
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const href = waiting === 0 ? "/icon.svg" : `data:image/svg+xml,${encodeURIComponent(iconText(waiting))}`;
  icon?.setAttribute("href", href);
  const badge = navigator as { setAppBadge?: (count: number) => Promise<void> };
  badge.setAppBadge?.(waiting).catch(() => {});
}

function iconText(count: number): string {
  const text = count > 99 ? "99" : String(count);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#ffb224"/>` +
    `<text x="32" y="47" font-family="sans-serif" font-size="${text.length > 1 ? 38 : 44}" font-weight="700" ` +
    `text-anchor="middle" fill="#17191c">${text}</text></svg>`;
}

/** Whether notifications can be asked for, are on, or are out of reach. */
export function notifyState(): "ask" | "on" | "off" {
  if (typeof Notification === "undefined") return "off";
  return Notification.permission === "granted" ? "on" : Notification.permission === "denied" ? "off" : "ask";
}

/** By request, until it is over; what only the worker holds is undefined. */
const shown = new Map<string, Promise<Notification | undefined>>();

/** Only while nobody looks at the page. */
export function notify(id: string, text: string): void {
  if (!document.hidden || notifyState() !== "on") return;
  shown.set(id, show({ body: text, tag: id, icon: "/icon.svg" }).catch(() => undefined));
}

function registered(): Promise<ServiceWorkerRegistration | undefined> | undefined {
  return navigator.serviceWorker?.getRegistration().catch(() => undefined);
}

async function show(options: NotificationOptions): Promise<Notification | undefined> {
  const registration = await registered();
  // Phones show them only through the worker, whose end of this is in service_worker.js.
  if (registration !== undefined) return void await registration.showNotification("agent-console", options);
  const one = new Notification("agent-console", options);
  one.onclick = () => globalThis.focus();
  return one;
}

/** Takes the notification of a request back that is over, also one that is only about to be shown. */
export async function unnotify(id: string): Promise<void> {
  (await shown.get(id))?.close();
  shown.delete(id);
  const registration = await registered();
  for (const one of await registration?.getNotifications({ tag: id }) ?? []) one.close();
}

interface ScriptPolicies {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): {
    createScriptURL(url: string): string;
  };
}

/** The worker that opens the page without its gateway. Where the browser or the gateway's policy has none, it works without. */
export async function registerWorker(): Promise<void> {
  try {
    const { trustedTypes } = globalThis as { trustedTypes?: ScriptPolicies };
    const policy = trustedTypes?.createPolicy("agent-console", { createScriptURL: () => "/sw.js" });
    await navigator.serviceWorker?.register(policy?.createScriptURL("/sw.js") ?? "/sw.js");
  } catch {
    // A private window, or plain HTTP from another machine.
  }
}
