/** G1: where the gateway listens, when, and what keeps it from it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort, GatewayHome } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";

/** Connects once. */
async function listens(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
}

function logOf(home: TestHome): string {
  return [...home.files()].filter(([path]) => path.includes("/logs/")).map(([, text]) => text).join("");
}

/** An address of this machine that others reach it by; undefined where it has none. */
function outerAddress(): string | undefined {
  return Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
    ?.address;
}

Deno.test("G1 the gateway is off by default: nothing listens, status tells nothing of it, a command says how to turn it on", async () => {
  await using home = await TestHome.create();
  await home.start();
  const { stdout } = await home.cli(["daemon", "permissions"]);
  assertEquals(/allow-net=(?!unix:)/.test(stdout), false, "its sandbox could not listen");
  assertEquals("gateway" in await home.json(["status", "--json"]), false);
  const { enabled, state } = await home.json(["gateway", "status", "--json"]);
  assertEquals([enabled, state], [false, "off"]);
  for (const args of [["token"], ["open"], ["open", "--print"]]) {
    const refused = await home.cli(["gateway", ...args]);
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, "error: the gateway is off");
    assertStringIncludes(refused.stderr, "agent-console config set gateway.enabled true");
  }
  assertEquals([...home.files().keys()].some((path) => path.includes("gateway")), false);
});

Deno.test("G1 where it is on it listens on loopback only, and its sandbox could not do more", async () => {
  await using gateway = await GatewayHome.start();
  assert(await listens("127.0.0.1", gateway.port));
  const outer = outerAddress();
  if (outer !== undefined) assertEquals(await listens(outer, gateway.port), false);
  const { stdout } = await gateway.home.cli(["daemon", "permissions"]);
  const nets = stdout.split("\n").filter((line) => line.includes("--allow-net=")).join("\n");
  assertStringIncludes(nets, `--allow-net=127.0.0.1:${gateway.port} `);
  assertEquals(nets.match(/allow-net/g)?.length, 2, nets);
});

Deno.test("G1 other addresses are refused as its host, and gateway.lan needs an address and both files", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "localhost", "127.0.0.1.evil.com", ""]) {
    await using home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, host } }) });
    const refused = await home.cli(["daemon", "start"]);
    assert(refused.code !== 0, host);
    assertStringIncludes(refused.stderr, "expected a literal loopback address");
  }
  await using gateway = await GatewayHome.start({ config: { lan: { address: "192.0.2.1" } } });
  const { warnings, listeners } = await gateway.home.json(["gateway", "status", "--json"]);
  assertEquals(warnings, [
    "gateway.lan needs all three: address, cert_file and key_file: the gateway listens on this machine only",
  ]);
  assertEquals((listeners as unknown[]).length, 1);
  assertStringIncludes(gateway.log(), "gateway.lan needs all three");
});

Deno.test("G1 a port that another program has is told, the daemon lives, and the gateway comes when it is free", async () => {
  const port = freePort(); // one of the system's own could be given to a client in the instant between
  const taken = Deno.listen({ hostname: "127.0.0.1", port });
  const config = JSON.stringify({ gateway: { enabled: true, port } });
  await using home = await TestHome.create({ config });
  try {
    await home.start({ args: ["--limit", "tickMs=300"] });
    const [listener] = (await home.json(["gateway", "status", "--json"]))["listeners"] as Record<string, unknown>[];
    assertEquals(listener?.["listening"], false);
    assertEquals(listener?.["problem"], `127.0.0.1:${port} is taken by another program`);
    const refused = await home.cli(["gateway", "open", "--print"]);
    assertStringIncludes(refused.stderr, "is taken by another program");
    assertStringIncludes((await home.cli(["status"])).stdout, `127.0.0.1:${port} is taken by another program`);
    const isLogged = () => logOf(home).includes(`127.0.0.1:${port} is taken by another program`);
    await eventually(isLogged, 30_000, "the problem in the log, which is opened behind the start");
    const doctor = await home.cli(["doctor", "--json"], { env: { PATH: "/usr/bin:/bin" } });
    const { findings } = JSON.parse(doctor.stdout) as { findings: Record<string, unknown>[] };
    const { text, ...found } = findings.find(({ id }) => id === "daemon.gateway") ?? {};
    assertEquals([doctor.code, found], [1, {
      id: "daemon.gateway",
      level: "problem",
      hint: "agent-console config set gateway.port N, then agent-console daemon restart; or end what holds the port",
      fixable: false,
    }]);
    assertEquals(text, `the gateway does not listen: 127.0.0.1:${port} is taken by another program`);
  } finally {
    taken.close();
  }
  await eventually(() => listens("127.0.0.1", port), 30_000, "the gateway at the port that is free", 50);
  const [listener] = (await home.json(["gateway", "status", "--json"]))["listeners"] as Record<string, unknown>[];
  assertEquals(listener, { url: `http://127.0.0.1:${port}/`, listening: true, tls: false });
});

Deno.test("G1 the gateway's port is free again when the daemon has stopped", async () => {
  const port = freePort();
  await using home = await TestHome.create({ config: JSON.stringify({ gateway: { enabled: true, port } }) });
  await home.start();
  assertEquals((await home.stop()).code, 0);
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

/** Whether this machine has the loopback address of IPv6. */
function hasV6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "G1 the other literal loopback address, ::1, works alike" +
    (hasV6() ? "" : " (ignored: this machine has no loopback address of IPv6)"),
  ignore: !hasV6(),
  fn: async () => {
    await using gateway = await GatewayHome.start({ config: { host: "::1" } });
    const url = `http://[::1]:${gateway.port}/`;
    const reply = await fetch(`${url}healthz`, { headers: gateway.bearer("read") });
    assertEquals([reply.status, (await reply.json()).ok], [200, true]);
    assertEquals(await listens("127.0.0.1", gateway.port), false);
    const { stdout } = await gateway.home.cli(["gateway", "open", "--print"]);
    assertEquals(stdout, `${url}#token=${gateway.token("approve")}\n`);
  },
});
