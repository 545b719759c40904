/** G9: a listener whose accept fails goes on, and says so once a minute. */
import { assertEquals } from "@std/assert";
import { WebListener } from "../../src/gateway/web_listener.ts";
import { eventually } from "../support/harness_wait.ts";

Deno.test("G9 that no connection can be accepted is one line in the log, and it tries on", async () => {
  const lines: string[] = [];
  let tries = 0;
  const note = (message: string) => void lines.push(message);
  const listener = new WebListener({
    name: "x",
    listen: () => ({
      accept: () => {
        tries++;
        return Promise.reject(new Error("too many open files"));
      },
      close: () => {},
    }),
    room: () => Promise.resolve(),
    take: () => {},
    log: { debug: note, info: () => {}, warn: note, error: note },
    steady: () => performance.now(),
  });
  listener.open();
  listener.serve();
  await eventually(() => tries >= 4, 5000, "more tries");
  listener.close();
  assertEquals(lines, ["the gateway cannot accept a connection"]);
});
