/** M1: the examples of docs/telemetry.md, by promtool and by a Prometheus that scrapes the metrics with them. */
import { assertEquals } from "@std/assert";
import { METRICS_TYPE } from "../../src/gateway/metrics.ts";
import { urlOf } from "../support/docs.ts";
import { freePort } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { NO_PROMTOOL, promtool } from "../support/promtool.ts";

const PROMETHEUS = "/usr/bin/prometheus";

/** The example that begins with that comment. @throws where the page has none */
async function example(name: string): Promise<string> {
  const page = await Deno.readTextFile(urlOf("docs/telemetry.md"));
  const found = new RegExp(`^\`\`\`yaml\\n(# ${name}\\n[^]*?)^\`\`\`$`, "m").exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/telemetry.md has no example ${name}`);
  return found;
}

/** The scrape configuration with a file that is there in place of the one that it names. */
async function scrapeConfig(folder: string, token = "0123"): Promise<string> {
  await Deno.writeTextFile(`${folder}/token`, `${token}\n`, { mode: 0o600 });
  const text = await example("prometheus.yml");
  return text.replace("/etc/prometheus/agent-console.token", `${folder}/token`);
}

Deno.test({
  name: `M1 promtool takes both examples of the page${NO_PROMTOOL}`,
  ignore: NO_PROMTOOL !== "",
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "ac-" });
    try {
      await Deno.writeTextFile(`${folder}/prometheus.yml`, await scrapeConfig(folder));
      await Deno.writeTextFile(`${folder}/rules.yml`, await example("agent-console.rules.yml"));
      const config = await promtool(["check", "config", `${folder}/prometheus.yml`]);
      assertEquals(config.code, 0, config.said);
      const rules = await promtool(["check", "rules", `${folder}/rules.yml`]);
      assertEquals(rules.code, 0, rules.said);
      // It looks for the token's file.
      await Deno.remove(`${folder}/token`);
      assertEquals((await promtool(["check", "config", `${folder}/prometheus.yml`])).code, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `M1 a Prometheus with the page's configuration reads what a daemon says of itself${NO_PROMTOOL}`,
  ignore: NO_PROMTOOL !== "",
  fn: async () => {
    const gateway = freePort();
    await using home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, port: gateway } }) });
    await home.start();
    await using client = await home.connect({ token: true });
    await client.request("session.update", { sessionId: "s1", agent: "mine", status: "working" });
    const { stdout: token } = await home.cli(["gateway", "token", "--scope", "read"]);
    const config = (await scrapeConfig(home.root, token.trim()))
      .replace("127.0.0.1:18790", `127.0.0.1:${gateway}`)
      .replace("scrape_interval: 15s", "scrape_interval: 1s\n    scrape_timeout: 1s");
    await Deno.writeTextFile(`${home.root}/prometheus.yml`, config);
    const port = freePort();
    await using _prometheus = new Running([
      PROMETHEUS,
      `--config.file=${home.root}/prometheus.yml`,
      `--storage.tsdb.path=${home.root}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ], { env: { PATH: "/usr/bin:/bin" }, cwd: home.root });
    const value = async (query: string) => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`;
      const reply = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(() => undefined);
      if (reply?.ok !== true) {
        await reply?.body?.cancel();
        return undefined;
      }
      return (await reply.json()).data.result[0]?.value[1] as string | undefined;
    };
    // Each is waited for: a scrape that takes longer than its second leaves every series without a value until the next.
    for (
      const query of [
        "agent_console_up",
        'agent_console_sessions{agent="mine",state="working",job="agent-console"}',
        'agent_console_events_total{type="session.created"}',
        'agent_console_clients{kind="test"}',
      ]
    ) assertEquals(await eventually(() => value(query), 60_000, `a scrape of ${query}`, 200), "1");
    const reply = await fetch(`http://127.0.0.1:${gateway}/metrics`, {
      headers: { authorization: `Bearer ${token.trim()}` },
      signal: AbortSignal.timeout(20_000),
    });
    assertEquals(reply.headers.get("content-type"), METRICS_TYPE);
    assertEquals(await promtool(["check", "metrics"], await reply.text()), { code: 0, said: "" });
  },
});
