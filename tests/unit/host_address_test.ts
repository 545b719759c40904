/** Where channels speak to, and where their secrets are: exact hosts in the sandbox, and secrets that nobody else may read. */
import { hostCure, notTakenText } from "../../src/channel/reach_host.ts";
import { whyNoReply } from "../../src/platform/http_client.ts";
import { HTTP_PROXY_ENV } from "../../src/platform/environment.ts";
import { assert, assertEquals } from "@std/assert";
import { isHostAddress, isHostOrigin, sandboxHost, shownHost } from "../../src/lib/host_address.ts";
import { channelPermissions } from "../../src/channel/permissions.ts";
import { channelsSection } from "../../src/channel/section.ts";
import { findSecret, type SecretNames } from "../../src/channel/secret.ts";
import { initialSettings, valuesOf } from "../../src/config/values.ts";
import { SCHEMA } from "../../src/daemon/features.ts";
import { denoFiles } from "../../src/platform/deno_files.ts";

Deno.test("A7 a channel speaks by TLS to a name, or to a literal loopback address; nothing else is an address", () => {
  const good = [
    "https://ntfy.sh",
    "https://hooks.example.com:8443/a/b?c=d",
    "http://127.0.0.1:80",
    "http://[::1]:8080/x",
  ];
  for (const address of good) {
    // Port 80 is none that browsers write: its one spelling has no port.
    assertEquals(isHostAddress(address), !address.endsWith(":80"), address);
  }
  for (
    const bad of [
      "http://ntfy.sh",
      "https://localhost",
      "https://127.0.0.1",
      "https://10.0.0.1/x",
      "http://localhost:8080",
      "http://127.0.0.1",
      "http://127.1:8080",
      "http://0.0.0.0:8080",
      "http://192.168.0.1:8080",
      "https://user:pw@ntfy.sh",
      "https://ntfy.sh/x#y",
      "https://NTFY.sh",
      "https://ntfy.sh:443/",
      "https://ntfy.sh/a/../b",
      "https://a,b.example/",
      "https://-a.example/",
      "https://a_b.example/",
      "https://xn.1/",
      "ftp://ntfy.sh",
      "file:///etc/passwd",
      "unix:/run/x",
      "ntfy.sh",
      "",
      `https://ntfy.sh/${"x".repeat(2000)}`,
    ]
  ) assertEquals(isHostAddress(bad), false, bad);
  assertEquals([isHostOrigin("https://ntfy.sh"), isHostOrigin("https://ntfy.sh/"), isHostOrigin("https://ntfy.sh/x")], [
    true,
    false,
    false,
  ]);
  assertEquals(sandboxHost("https://ntfy.sh"), "ntfy.sh:443");
  assertEquals(sandboxHost("https://ntfy.sh:8443/x"), "ntfy.sh:8443");
  assertEquals(sandboxHost("http://[::1]:8080/x"), "[::1]:8080");
  assertEquals(shownHost("https://hooks.example.com/T0/secret"), "https://hooks.example.com");
});

Deno.test("A7 the sandbox names exactly the hosts and variables of channels that are on, each with its key", () => {
  const usual = valuesOf(initialSettings(SCHEMA), channelsSection);
  const permissions = (changed: Partial<typeof usual>) =>
    channelPermissions({ settings: { ...usual, ...changed }, env: () => undefined, exists: () => false })
      .map(({ kind, values, configKey }) => [kind, ...values, configKey]);
  assertEquals(permissions({ ntfy: { ...usual.ntfy, enabled: true, token_env: "NTFY_TOKEN" } }), [
    ["net", "ntfy.sh:443", "channels.ntfy.server"],
    ["env", "NTFY_TOKEN", "channels.ntfy.token_env"],
    ["env", "TZ", "channels.ntfy.enabled"],
    ["env", ...HTTP_PROXY_ENV, "channels.ntfy.enabled"],
  ]);
  const url = "https://hooks.example.com/x";
  assertEquals(permissions({ webhook: { url, secret_env: null, secret_file: "webhook.secret", answers: false } }), [
    ["net", "hooks.example.com:443", "channels.webhook.url"],
    ["env", "TZ", "channels.webhook.url"],
    ["env", ...HTTP_PROXY_ENV, "channels.webhook.url"],
  ]);
});

Deno.test("A3 a variable of a secret has a name of a secret: nothing else of a starter's environment comes along", () => {
  const variable = SCHEMA.find("channels.ntfy.token_env");
  for (const good of [null, "NTFY_TOKEN", "MY_WEBHOOK_SECRET", "A_KEY"]) assert(variable?.accepts(good), `${good}`);
  for (const bad of ["PATH", "NODE_OPTIONS", "LD_PRELOAD", "DENO_CERT", "token", "_TOKEN", "A-B_TOKEN", "", 5]) {
    assertEquals(variable?.accepts(bad), false, `${bad}`);
  }
  const file = SCHEMA.find("channels.webhook.secret_file");
  assert(file?.accepts("journal.secret"));
  for (const bad of ["../daemon.token", "/etc/passwd", "a/b", ".hidden", "", "journal.key", "witness.secret"]) {
    assertEquals(file?.accepts(bad), false, bad);
  }
});

Deno.test("A3 a secret is found where nobody else may read it; what is wrong is told without it", async () => {
  const keys = await Deno.makeTempDir();
  try {
    const uid = Deno.uid();
    const env = (name: string) =>
      ({ SOME_TOKEN: " tk_canary \n", EMPTY_TOKEN: "", LINES_TOKEN: "tk_canary\nx: y" })[name];
    const find = (names: Partial<SecretNames>) =>
      findSecret({ variable: null, file: null, ...names }, { files: denoFiles, keys, uid, env });
    const problemOf = (names: Partial<SecretNames>) => {
      const found = find(names);
      assert(found.kind === "problem", JSON.stringify(found));
      assert(!found.problem.includes("canary"), found.problem);
      return found.problem.replaceAll(keys, "KEYS");
    };
    assertEquals(find({}), { kind: "none" });
    assertEquals(find({ variable: "SOME_TOKEN" }), { kind: "found", secret: "tk_canary" });
    assertEquals(
      problemOf({ variable: "EMPTY_TOKEN" }),
      "the variable EMPTY_TOKEN was not set where the daemon was started",
    );
    assertEquals(
      problemOf({ variable: "LINES_TOKEN" }),
      "the variable LINES_TOKEN holds no secret: one line of letters, digits and signs",
    );
    assertEquals(problemOf({ file: "a.token" }), "KEYS/a.token is not there");
    await Deno.writeTextFile(`${keys}/a.token`, "tk_canary\n", { mode: 0o600 });
    assertEquals(find({ file: "a.token", variable: "SOME_TOKEN" }), { kind: "found", secret: "tk_canary" });
    await Deno.chmod(`${keys}/a.token`, 0o640);
    assertEquals(problemOf({ file: "a.token" }), "KEYS/a.token may be read by others: chmod 600 cures that");
    await Deno.symlink("a.token", `${keys}/link`);
    assertEquals(problemOf({ file: "link" }), "KEYS/link is a symlink, not a file");
    await Deno.writeTextFile(`${keys}/long`, "x".repeat(1025), { mode: 0o600 });
    assertEquals(problemOf({ file: "long" }), "KEYS/long is too long");
    for (const file of ["journal.key", "journal.key.part", "witness.secret"]) {
      await Deno.writeTextFile(`${keys}/${file}`, "tk_canary\n", { mode: 0o600 });
      assertEquals(
        problemOf({ file }),
        `KEYS/${file} is the program's own, and is given to no channel and no capsule`,
      );
    }
  } finally {
    await Deno.remove(keys, { recursive: true });
  }
});

Deno.test("first hour 21: what a host did not take names the host as the cause where it is, and no setting", () => {
  const server = "its server failed: that server's own log says why";
  assertEquals(hostCure("it replied 500; tried again in 5 s"), server);
  assertEquals(hostCure(notTakenText(503)), server);
  assertEquals(hostCure(notTakenText(404)), "its server has nothing at that path: mend the address, or that server");
  const silent = "see that the server runs, and that its name and port are right";
  const error = new TypeError("x", { cause: new Error("client error (Connect): dns error: no such host") });
  assertEquals(hostCure(whyNoReply(error)), silent);
  assertEquals(hostCure(whyNoReply(new DOMException("late", "TimeoutError"))), silent);
  for (const other of [undefined, notTakenText(401), notTakenText(403), "the daemon's sandbox does not name it"]) {
    assertEquals(hostCure(other), undefined, other);
  }
});
