/** Keeps the page's own files for the installed page, so that it opens and says what is wrong while the gateway is away. */
const KEPT = "agent-console-page";
const FILES = ["/", "/page.js", "/page.css", "/icon.svg", "/manifest.webmanifest"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !FILES.includes(pathname)) return;
  event.respondWith(newest(event.request, pathname));
});

/** The gateway's file while it is there: page and daemon are of one version. */
async function newest(request, pathname) {
  const kept = await caches.open(KEPT);
  try {
    const reply = await fetch(request);
    if (reply.ok) await kept.put(pathname, reply.clone());
    return reply;
  } catch (error) {
    const last = await kept.match(pathname);
    if (last === undefined) throw error;
    return last;
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then(([page]) => page?.focus() ?? self.clients.openWindow("/")),
  );
});
