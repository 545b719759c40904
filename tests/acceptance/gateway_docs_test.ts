/** The examples of docs/gateway.md, run as they stand there but for the port. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { urlOf } from "../support/docs.ts";
import { GatewayHome } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";
import { eventually, within } from "../support/harness_wait.ts";

/** The blocks of that language, with the port of the page replaced. */
function blocks(page: string, language: string, port: number): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) =>
    block.replaceAll("18790", String(port))
  );
}

Deno.test("V1 the examples with curl in docs/gateway.md print what the page says", async () => {
  const page = await Deno.readTextFile(urlOf("docs/gateway.md"));
  await using gateway = await GatewayHome.start();
  const script = blocks(page, "text", gateway.port).find((block) => block.includes("curl ")) ?? "";
  const [token = "", ...curls] = script.trim().split("\n");
  assertEquals([token.startsWith("TOKEN=$(agent-console gateway token"), curls.length], [true, 2]);
  const { argv, env } = gateway.home.command(["gateway", "token", "--scope", "read"]);
  const quoted = argv.map((word) => `'${word}'`).join(" ");
  const shell = (line: string) => new Running(["sh", "-c", `TOKEN=$(${quoted})\nexec ${line}`], { env });
  await using health = shell(curls[0]!);
  const healthy = JSON.parse((await health.exit(20_000)).stdout);
  assertEquals([healthy.ok, healthy.state, healthy.pid], [true, "running", gateway.home.needPid()]);
  await using stream = shell(curls[1]!);
  await stream.says("event: snapshot\ndata: {", 20_000);
});

Deno.test("V1 the example over WebSocket in docs/gateway.md hears hello, the snapshot and an event", async () => {
  const page = await Deno.readTextFile(urlOf("docs/gateway.md"));
  await using gateway = await GatewayHome.start();
  const [code = ""] = blocks(page, "ts", gateway.port);
  assertStringIncludes(code, "new WebSocket(");
  const heard: Record<string, unknown>[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (message: Record<string, unknown>) => {
    heard.push(message);
    if (message["method"] === "event") resolve();
  };
  const run = new Function("token", "console", `${code}\nreturn socket;`);
  const socket = run(gateway.token("read"), { log: take }) as WebSocket;
  try {
    await eventually(() => heard.length >= 2, 20_000, "hello and the snapshot");
    await using client = await gateway.home.connect();
    await client.request("session.report", { agent: "claude", event: { session_id: "s", hook_event_name: "Stop" } });
    await within(promise, 20_000, "the event");
  } finally {
    const closed = new Promise((done) => socket.onclose = done);
    socket.close();
    await within(closed, 5000, "the end of the WebSocket");
  }
  assertEquals(heard.slice(0, 2).map(({ id }) => id), [1, 2]);
  assert("snapshot" in (heard[1]?.["result"] as object));
});

Deno.test("G3 the settings of docs/gateway.md are read as they stand there", async () => {
  const page = await Deno.readTextFile(urlOf("docs/gateway.md"));
  const found = blocks(page, "text", 18_790).filter((block) => block.startsWith('"gateway"'));
  assertEquals(found.length, 2);
  for (const block of found) {
    await using home = await TestHome.create({ config: `{${block}}` });
    assertEquals((await home.cli(["config", "validate"])).code, 0, block);
    const { config } = await home.json(["config", "show", "--json"]) as { config: Record<string, { origin: string }> };
    const given = Object.entries(config).filter(([, { origin }]) => origin !== "default").map(([key]) => key);
    assertEquals(given.length, [...block.matchAll(/"\w+":(?! \{)/g)].length, `${block}: ${given}`);
  }
});
