/** G3 in a real browser: what a page of another port learns of the gateway, which is nothing. */
import { assertEquals } from "@std/assert";
import { GatewayHome } from "../support/gateway.ts";
import { CHROMIUM, HAS_CHROMIUM } from "../support/page_lab.ts";

const BROWSER = HAS_CHROMIUM ? CHROMIUM : undefined;

/** Tries each way that a page has, and writes into its title what came of them. */
function hostilePage(gateway: string, token: string): string {
  return `<!doctype html><meta charset="utf-8"><body><script>
const at = ${JSON.stringify(gateway)}, token = ${JSON.stringify(token)};
const settled = (make) => new Promise((resolve) => { make(resolve); setTimeout(() => resolve("silent"), 40000); });
const tries = {
  fetch: () => fetch(at + "/").then((r) => r.text()).then(() => "read", () => "refused"),
  fetchWithToken: () => fetch(at + "/healthz", { headers: { Authorization: "Bearer " + token } })
    .then((r) => r.text()).then(() => "read", () => "refused"),
  opaque: () => fetch(at + "/", { mode: "no-cors" }).then((r) => r.type + r.status, () => "refused"),
  socket: () => settled((resolve) => {
    const socket = new WebSocket(at.replace("http", "ws") + "/ws", ["agent-console.v1", "bearer." + token]);
    socket.onopen = () => resolve("open");
    socket.onclose = () => resolve("refused");
  }),
  events: () => settled((resolve) => {
    const source = new EventSource(at + "/events");
    source.onopen = () => resolve("open");
    source.onerror = () => { source.close(); resolve("refused"); };
  }),
  image: () => settled((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("refused");
    image.src = at + "/icon.svg";
  }),
  script: () => settled((resolve) => {
    const script = document.createElement("script");
    script.onload = () => resolve("loaded");
    script.onerror = () => resolve("refused");
    script.src = at + "/";
    document.body.append(script);
  }),
  frame: () => settled((resolve) => {
    const frame = document.createElement("iframe");
    frame.onload = () => {
      try { resolve(frame.contentDocument === null ? "closed" : "read " + frame.contentDocument.body.textContent); }
      catch { resolve("closed"); }
    };
    frame.src = at + "/";
    document.body.append(frame);
  }),
};
Promise.all(Object.entries(tries).map(async ([name, run]) => [name, await run()]))
  .then((all) => fetch("/done", { method: "POST", body: JSON.stringify(Object.fromEntries(all)) }));
</script>`;
}

Deno.test({
  name: "G3 a page of another port reads, opens and frames nothing in a real browser, although it knows a token" +
    (BROWSER === undefined ? " (ignored: no Chromium is here)" : ""),
  ignore: BROWSER === undefined,
  fn: async () => {
    await using gateway = await GatewayHome.start();
    const page = hostilePage(`http://${gateway.host}`, gateway.token("admin"));
    const found = Promise.withResolvers<Record<string, string>>();
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      if (new URL(request.url).pathname !== "/done") {
        return new Response(page, { headers: { "Content-Type": "text/html" } });
      }
      found.resolve(await request.json());
      return new Response();
    });
    const profile = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-chromium-" });
    const browser = new Deno.Command(BROWSER!, {
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        `--user-data-dir=${profile}`,
        "--remote-debugging-port=0",
        `http://127.0.0.1:${server.addr.port}/`,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const late = setTimeout(() => found.reject(new Error("the browser has not told in 60 s")), 60_000);
    try {
      assertEquals(await found.promise, {
        fetch: "refused",
        fetchWithToken: "refused",
        opaque: "refused",
        socket: "refused",
        events: "refused",
        image: "refused",
        script: "refused",
        frame: "closed",
      });
    } finally {
      clearTimeout(late);
      try {
        browser.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      await browser.status;
      await server.shutdown();
      await Deno.remove(profile, { recursive: true }).catch(() => {});
    }
    await using client = await gateway.socket("read"); // the same from where it is allowed
    assertEquals((await client.request("ping"))["pong"], true);
  },
});
