/** G11 and the gateway's commands: what they print, open and refuse; TLS in the network; the examples of docs/gateway.md. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { freePort, GatewayHome } from "../support/gateway.ts";
import { TestHome } from "../support/harness.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { certificate } from "../support/certificate.ts";

/** A folder of PATH with a program that notes what it was given. */
function fakeOpener(home: TestHome, body: string): Record<string, string> {
  const bin = `${home.root}/bin`;
  Deno.mkdirSync(bin);
  Deno.writeTextFileSync(`${bin}/xdg-open`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return { PATH: `${bin}:${Deno.env.get("PATH")}` };
}

/** Files that lead a browser to the page. */
function pagesLeft(home: TestHome): string[] {
  return [...Deno.readDirSync(home.root)].map(({ name }) => name).filter((name) => name.endsWith(".html"));
}

Deno.test("G11 open gives the browser a file that leads to the page; the token is on no command line, and the file goes", async () => {
  await using gateway = await GatewayHome.start();
  const { home, port } = gateway;
  const env = fakeOpener(
    home,
    `echo "$0 $@" > "$HOME/given"; cp "$1" "$HOME/page"; ls -l "$1" > "$HOME/mode"; curl -s http://127.0.0.1:${port}/ > "$HOME/got"`,
  );
  const withScreen = { env: { ...env, DISPLAY: ":none" } }; // where there is none a browser has little time to come up
  const { code, stdout, stderr } = await home.cli(["gateway", "open", "--scope", "read"], withScreen);
  assertEquals(stderr.includes("no browser has asked"), false);
  assertEquals([code, stdout], [0, ""]);
  assertStringIncludes(stderr, `opening http://127.0.0.1:${port}/ in your browser`);
  const token = gateway.token("read");
  const given = await Deno.readTextFile(`${home.root}/given`);
  assertMatch(given, /^\/\S+\/bin\/xdg-open \/\S+\/agent-console-[0-9a-f-]{36}\.html\n$/);
  assertEquals((given + stderr).includes(token), false);
  assertStringIncludes(await Deno.readTextFile(`${home.root}/page`), `"http://127.0.0.1:${port}/#token=${token}"`);
  assertMatch(await Deno.readTextFile(`${home.root}/mode`), /^-rw------- /);
  const left = pagesLeft(home);
  assertEquals(left, []);
});

Deno.test("G11 the file stays until the page was asked for, whatever others ask the gateway meanwhile", async () => {
  await using gateway = await GatewayHome.start();
  const { home, port } = gateway;
  const slow = `(sleep 4; cat "$1" > "$HOME/page"; curl -s http://127.0.0.1:${port}/ > "$HOME/got") &`;
  const env = { ...fakeOpener(home, slow), DISPLAY: ":none" };
  let isOver = false;
  const scrape = (async () => {
    for (; !isOver; await pause(100)) await gateway.get("/metrics", gateway.bearer("read"));
  })();
  try {
    const { code, stderr } = await home.cli(["gateway", "open", "--scope", "read"], { env });
    assertEquals([code, stderr.includes("no browser has asked")], [0, false]);
    assertStringIncludes(await Deno.readTextFile(`${home.root}/page`), `#token=${gateway.token("read")}`);
  } finally {
    isOver = true;
    await scrape;
  }
  assertEquals(pagesLeft(home), []);
});

Deno.test("G11 where no browser is, open says how to get the link, and leaves nothing", async () => {
  await using gateway = await GatewayHome.start();
  const { home } = gateway;
  const refused = await home.cli(["gateway", "open"], { env: { PATH: "/nonexistent" } });
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "hint: agent-console gateway open --print");
  assertEquals(pagesLeft(home), []);
});

Deno.test("G11 where no browser comes up, open prints the link before the wait for one on a screen is over, exits 1 and leaves nothing", async () => {
  await using gateway = await GatewayHome.start();
  const { home, port } = gateway;
  const opener = `${home.root}/bin/xdg-open`;
  const screen = { DISPLAY: "", WAYLAND_DISPLAY: "" };
  const env = fakeOpener(home, "exit 3");
  const link = `http://127.0.0.1:${port}/#token=${gateway.token("approve")}\n`;
  const hint = "error: no browser has asked for the page\nhint: open the link above in a browser of this machine\n";
  // The opener that finds none says so, on a screen too; where there is no screen, one that says nothing is not waited for long.
  for (
    const [body, more] of [["exit 3", { DISPLAY: ":none" }], ["exit 0", screen]] as const
  ) {
    await Deno.writeTextFile(opener, `#!/bin/sh\n${body}\n`);
    const { code, stdout, stderr, ms } = await home.cli(["gateway", "open"], { env: { ...env, ...more } });
    assertEquals([code, stdout, stderr.endsWith(hint)], [1, link, true], body);
    assert(ms < 15_000, `${body}: ${ms.toFixed(0)} ms`);
    assertEquals(pagesLeft(home), []);
  }
});

Deno.test("G5 the link has its token in the fragment, of the scope that was asked for; the QR code says the same", async () => {
  await using gateway = await GatewayHome.start();
  const { home, port } = gateway;
  const link = async (...args: string[]) => (await home.cli(["gateway", "open", "--print", ...args])).stdout.trim();
  assertEquals(await link(), `http://127.0.0.1:${port}/#token=${gateway.token("approve")}`);
  assertEquals(await link("--scope", "admin"), `http://127.0.0.1:${port}/#token=${gateway.token("admin")}`);
  const { stdout } = await home.cli(["gateway", "open", "--qr"]);
  const { encode } = await import("uqr");
  const { data, size } = encode(await link(), { ecc: "L", border: 2 });
  const rows = stdout.trimEnd().split("\n");
  assertEquals([rows.length, rows[0]?.length], [Math.ceil(size / 2), size]);
  const upper = rows.map((row) => [...row].map((char) => "█▀".includes(char)));
  const lower = rows.map((row) => [...row].map((char) => "█▄".includes(char)));
  const light = upper.flatMap((row, at) => [row, lower[at]!]).slice(0, size);
  assertEquals(light, data.map((row) => row.map((isDark) => !isDark)));
});

Deno.test("G7 token prints one, as JSON too, and rotate makes it new; none of it without a gateway", async () => {
  await using gateway = await GatewayHome.start();
  const { home } = gateway;
  assertEquals((await home.cli(["gateway", "token"])).stdout, `${gateway.token("approve")}\n`);
  const before = { read: gateway.token("read"), admin: gateway.token("admin") };
  assertEquals(await home.json(["gateway", "token", "--scope", "read", "--json"]), {
    schema: 1,
    token: before.read,
    scope: "read",
  });
  const rotated = await home.cli(["gateway", "token", "rotate", "--scope", "read"]);
  assertEquals(rotated.stderr, "the token for read is new; who had the old one is disconnected\n");
  assert(gateway.token("read") !== before.read);
  assertEquals(gateway.token("admin"), before.admin);
  assertEquals((await home.cli(["gateway", "token", "rotate"])).code, 0);
  assert(gateway.token("admin") !== before.admin);
  assertEquals((await home.cli(["gateway", "token", "--scope", "report"])).code, 2);

  await using off = await TestHome.create();
  const refused = await off.cli(["gateway", "token", "rotate"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "error: the gateway is off");
});

Deno.test("G1 status tells people where it listens and what it refused; a daemon from before says that it needs a restart", async () => {
  await using home = await TestHome.create();
  await home.start();
  assertStringIncludes((await home.cli(["gateway", "status"])).stdout, "the gateway is off");
  const port = freePort();
  assertEquals((await home.cli(["config", "set", "gateway.port", String(port)])).code, 0);
  const set = await home.cli(["config", "set", "gateway.enabled", "true"]);
  assertEquals(set.code, 0);
  const state = async () => (await home.json(["gateway", "status", "--json"]))["state"];
  assertEquals(await state(), "needs_restart");
  const before = await home.cli(["gateway", "open", "--print"]);
  assertStringIncludes(before.stderr, "hint: agent-console daemon restart");
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  assertEquals(await state(), "running");
  await (await fetch(`http://127.0.0.1:${port}/healthz`)).body?.cancel();
  const { stdout } = await home.cli(["gateway", "status"]);
  assertStringIncludes(stdout, `listens  http://127.0.0.1:${port}/\n`);
  assertStringIncludes(stdout, "requests  1, refused 1 × 401\n");
  assertMatch(
    (await home.cli(["status", "--verbose"])).stdout,
    new RegExp(`^gateway +http://127.0.0.1:${port}/$`, "m"),
  );
});

Deno.test("A2 the sandbox of a hook reads no token of the gateway", async () => {
  await using gateway = await GatewayHome.start();
  const { hookFlags, statuslineFlags } = await import("../../src/platform/sandbox.ts");
  const { homePaths } = await import("../../src/platform/home_paths.ts");
  const paths = homePaths(gateway.home.dir);
  const script = `try { Deno.readTextFileSync(${JSON.stringify(paths.gatewayTokens)}); console.log("read"); } ` +
    "catch (error) { console.log(error.name); }";
  for (const flags of [hookFlags, statuslineFlags]) {
    const args = flags({ paths, socketPath: paths.socket, env: ["HOME"] }).map(({ flag }) => flag);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...args, `data:application/javascript,${encodeURIComponent(script)}`],
      cwd: gateway.home.root,
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "NotCapable");
  }
});

const outer = Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
  ?.address;

Deno.test({
  name: "G1 in the network the gateway speaks TLS only, says so loudly, and loopback stays as it is" +
    (outer === undefined ? " (ignored: this machine has no address but loopback)" : ""),
  ignore: outer === undefined,
  fn: async () => {
    const address = outer!;
    const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-tls-" });
    try {
      assert(await certificate(folder, address), "openssl makes a certificate");
      const lan = { address, cert_file: `${folder}/cert.pem`, key_file: `${folder}/key.pem` };
      await using gateway = await GatewayHome.start({ config: { lan } });
      const { home, port } = gateway;
      const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${folder}/cert.pem`)] });
      const url = `https://${address}:${port}/healthz`;
      const ok = await fetch(url, { client, headers: gateway.bearer("read") });
      assertEquals([ok.status, (await ok.json()).ok], [200, true]);
      const foreign = await fetch(url, {
        client,
        headers: { ...gateway.bearer("read"), Origin: `http://${address}:${port}` },
      });
      assertEquals(foreign.status, 403);
      await foreign.body?.cancel();
      client.close();
      const plain = await Deno.connect({ hostname: address, port });
      await plain.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${address}:${port}\r\n\r\n`));
      const buffer = new Uint8Array(1000);
      const count = await plain.read(buffer).catch(() => null);
      assertEquals(new TextDecoder().decode(buffer.subarray(0, count ?? 0)).includes("HTTP/1.1"), false);
      plain.close();
      assertEquals((await gateway.get("/healthz", gateway.bearer("read"))).status, 200);
      const host = { ...gateway.bearer("read"), Host: `${address}:${port}` };
      assertEquals((await gateway.get("/healthz", host)).status, 403, "that name is none of loopback's");
      const warning = `the gateway is open to the network at ${address}: whoever has a token there answers for you`;
      assertEquals((await home.json(["gateway", "status", "--json"]))["warnings"], [warning]);
      await eventually(() => gateway.log().includes(warning), 20_000, "the warning in the log");
      const link = await home.cli(["gateway", "open", "--lan", "--print"]);
      assertEquals(link.stdout, `https://${address}:${port}/#token=${gateway.token("approve")}\n`);
      assertStringIncludes(link.stderr, "warning: whoever sees this link can answer for you");
      assertEquals((await home.cli(["gateway", "open", "--lan"])).code, 2);
      // Files that were renewed meanwhile are read at the next start.
      assert(await certificate(folder, address), "openssl makes another certificate");
      const renewed = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(`${folder}/cert.pem`)] });
      const asked = () => fetch(url, { client: renewed, headers: gateway.bearer("read") });
      await assertRejects(asked, TypeError);
      assertEquals((await home.cli(["daemon", "restart"])).code, 0);
      const fresh = await asked();
      assertEquals([fresh.status, (await fresh.json()).ok], [200, true]);
      renewed.close();
      // A client that breaks off its handshake, or never begins it, costs nothing but its place.
      const silent = await Deno.connect({ hostname: address, port });
      await eventually(
        async () => Number((await home.json(["gateway", "status", "--json"]))["connections"]) === 0,
        20_000,
        "the silent one to be closed",
        500,
      );
      silent.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("I5 gateway status is a look: it starts no daemon, stopped or not", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await home.cli(["gateway", "status"]);
  assertEquals([code, stderr], [3, "error: no daemon is running\nhint: agent-console daemon start\n"]);
  assertEquals((await home.cli(["daemon", "status"])).code, 3);
});
