/** G9 in the network: who is silent instead of speaking TLS. */
import { assert, assertEquals } from "@std/assert";
import { certificate } from "../support/certificate.ts";
import { GatewayHome } from "../support/gateway.ts";
import { eventually, patience } from "../support/harness_wait.ts";

const outer = Deno.networkInterfaces().find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
  ?.address;

Deno.test({
  name: "G9 two hundred connections that begin no TLS have no more than the gateway's places, and are closed in time" +
    (outer === undefined ? " (ignored: this machine has no address but loopback)" : ""),
  ignore: outer === undefined || Deno.build.os !== "linux",
  fn: async () => {
    const hostname = outer!;
    const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-tls-" });
    try {
      assert(await certificate(folder, hostname), "openssl makes a certificate");
      const lan = { address: hostname, cert_file: `${folder}/cert.pem`, key_file: `${folder}/key.pem` };
      await using gateway = await GatewayHome.start({ config: { lan } });
      const { home, port } = gateway;
      const openFiles = () => [...Deno.readDirSync(`/proc/${home.needPid()}/fd`)].length;
      const caCerts = [await Deno.readTextFile(`${folder}/cert.pem`)];
      const client = Deno.createHttpClient({ caCerts });
      const ask = async () => {
        const reply = await fetch(`https://${hostname}:${port}/healthz`, { client, headers: gateway.bearer("read") });
        await reply.body?.cancel();
        return reply.status;
      };
      assertEquals(await ask(), 200);
      const before = openFiles();
      const silent = await Promise.all(Array.from({ length: 200 }, () => Deno.connect({ hostname, port })));
      await using other = await home.connect();
      await other.request("ping");
      assertEquals(await ask(), 200, "a request gets through");
      await eventually(
        () => openFiles() <= before + 64 + 16 + 2,
        await patience(3000),
        "most of them to have given way",
      );
      await eventually(() => openFiles() <= before + 2, 30_000, "all to be closed, though their peers stay");
      for (const conn of silent) conn.close();
      client.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
