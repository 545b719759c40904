/** M2: OpenTelemetry, with a collector of the test: what arrives, from whom, and that nothing does unless a person says so. */
import { longTest } from "../support/long_step.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { attributesOf, OtlpReceiver } from "../support/otlp_receiver.ts";

const SECRET_WORDS = "only-the-agent-said-this";
const ASK = {
  session_id: "s1",
  hook_event_name: "PermissionRequest",
  cwd: "/home/u/web",
  tool_name: "Bash",
  tool_input: { command: `rm -rf ${SECRET_WORDS}` },
};

/**
 * As a person would set it, in the form that a test can read; metrics are sent while the daemon runs, and not while the
 * command does that starts it: a runtime that exports just then may never end (docs/telemetry.md).
 */
function otel(receiver: OtlpReceiver): Record<string, string> {
  return {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_METRIC_EXPORT_INTERVAL: "8000",
  };
}

function environment(pid: number): string[] {
  return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
}

Deno.test("M2 a person who starts the daemon with OTEL_DENO=true gets spans and metrics, and no text of an agent", async () => {
  await using receiver = new OtlpReceiver();
  await using home = await TestHome.create();
  const { code, stdout, stderr } = await home.cli(["daemon", "start"], { env: otel(receiver) });
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stderr, "telemetry is on, because OTEL_DENO says so");
  const again = await home.cli(["daemon", "start"], { env: otel(receiver) });
  assertStringIncludes(again.stderr, "OTEL_DENO changes nothing of a daemon that runs");
  {
    await using client = await home.connect({ token: true });
    await client.request("session.list");
    assertEquals((await client.call("session.get", { sessionId: "nobody" })).error?.data?.["name"], "not_found");
    await using hook = await home.connect();
    const asked = await hook.request("session.report", {
      agent: "claude",
      event: ASK,
      env: { CLAUDE_CODE_ENTRYPOINT: "cli" },
    });
    const { id } = asked["approval"] as { id: string };
    await client.request("approval.decide", { id, decision: "deny" });

    const listed = await receiver.span("session.list");
    assertEquals(attributesOf(listed), {
      "rpc.system": "jsonrpc",
      "rpc.method": "session.list",
      "agent_console.method.scope": "read",
      "agent_console.client.scope": "admin",
      "agent_console.client.kind": "test",
    });
    assertEquals(attributesOf(await receiver.span("session.get"))["error.type"], "not_found");
    const answered = await receiver.span("approval");
    assertEquals(attributesOf(answered), {
      "agent_console.agent": "claude",
      "agent_console.approval.kind": "permission",
      "agent_console.approval.risk": "destroys",
      "agent_console.approval.outcome": "denied",
      "agent_console.approval.by": "person",
    });
    assert(BigInt(answered.endTimeUnixNano) >= BigInt(answered.startTimeUnixNano));

    await receiver.metric(
      "agent_console.sessions",
      ({ gauge }) =>
        gauge?.dataPoints.some(({ attributes = [] }) => attributesOf({ attributes })["agent"] === "claude") === true,
    );
    const waits = await receiver.metric("agent_console.approval_wait");
    assertEquals([waits.unit, waits.histogram?.dataPoints[0]?.count], ["s", "1"]);
    assert((await receiver.metric("agent_console.events")).sum !== undefined);
    assertEquals((await receiver.metric("agent_console.resident_memory")).unit, "By");
    assertEquals((await client.request("status"))["telemetry"], { on: true, endpoint: receiver.url });
  }
  for (const private_ of [SECRET_WORDS, "/home/u/web", home.root]) {
    assert(!receiver.text.includes(private_), `${private_} was sent`);
  }
  assertStringIncludes(receiver.text, "agent-console");
});

Deno.test("M2 without OTEL_DENO=true nothing is sent, whatever else the environment says", async () => {
  await using receiver = new OtlpReceiver();
  for (const off of [{}, { OTEL_DENO: "1" }, { OTEL_DENO: "false" }]) {
    await using home = await TestHome.create();
    const { OTEL_DENO: _, ...others } = otel(receiver);
    const pid = await home.start({ env: { ...others, ...off } });
    assertEquals(environment(pid).filter((line) => line.startsWith("OTEL_")), []);
    await using client = await home.connect({ token: true });
    await client.request("session.list");
    assertEquals((await client.request("status"))["telemetry"], undefined);
    await pause(2_000); // spans would be sent within a second
  }
  assertEquals(receiver.requests.map(({ path }) => path), []);
});

longTest(
  "M2 S1 a daemon that nobody starts by name takes nothing of the environment, and goes where the configuration says",
  async () => {
    await using receiver = new OtlpReceiver();
    await using elsewhere = new OtlpReceiver();
    // As a hook does it, and a command that needs a daemon.
    for (const args of [["daemon", "start", "--quiet", "--auto"], ["ls"]]) {
      const config = JSON.stringify({ telemetry: { otlp_endpoint: receiver.url } });
      await using home = await TestHome.create({ config });
      const env = { ...otel(elsewhere), OTEL_EXPORTER_OTLP_HEADERS: "x-of=the-agent" };
      const { code, stderr } = await home.cli(args, { env });
      assertEquals(code, 0, stderr);
      assertEquals(environment(home.needPid()).filter((line) => line.startsWith("OTEL_")).sort(), [
        "OTEL_DENO=true",
        "OTEL_DENO_CONSOLE=ignore",
        `OTEL_EXPORTER_OTLP_ENDPOINT=${receiver.url}`,
        "OTEL_SERVICE_NAME=agent-console",
      ]);
      receiver.requests.splice(0);
      await using client = await home.connect({ token: true });
      await client.request("session.list");
      const isTraces = ({ path }: { path: string }) => path === "/v1/traces";
      const sent = await eventually(() => receiver.requests.find(isTraces), 30_000, "the daemon's spans");
      assertEquals(sent.headers.get("content-type"), "application/x-protobuf");
      assertStringIncludes(sent.body, "session.list");
    }
    // The command's own runtime follows the environment, the daemon does not.
    assert(!elsewhere.text.includes("agent_console") && !elsewhere.text.includes("session.list"));
  },
);

Deno.test("M2 S1 where nothing is configured, such a daemon has no variable of OpenTelemetry", async () => {
  await using receiver = new OtlpReceiver();
  await using home = await TestHome.create();
  const { code, stderr } = await home.cli(["daemon", "start", "--quiet", "--auto"], { env: otel(receiver) });
  assertEquals(code, 0, stderr);
  assertEquals(environment(home.needPid()).filter((line) => line.startsWith("OTEL_")), []);
});

Deno.test("M2 A7 Deno's exporter goes around the sandbox, which the list of permissions names when the configuration says where", async () => {
  await using receiver = new OtlpReceiver();
  const { host } = new URL(receiver.url);
  await using home = await TestHome.create();
  const flags = async () => (await home.json(["daemon", "permissions", "--json"]))["permissions"] as { flag: string }[];
  const net = (list: { flag: string }[]) => list.filter(({ flag }) => flag.includes(host)).map(({ flag }) => flag);
  await home.start({ env: otel(receiver) });
  // The sandbox of this daemon names no host, and yet:
  assertEquals(net(await flags()), []);
  await receiver.metric("agent_console.up");
  await home.cli(["config", "set", "telemetry.otlp_endpoint", receiver.url]);
  assertEquals(net(await flags()), [`--allow-net=${host}`]);
});
