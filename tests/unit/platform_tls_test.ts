/** G1, G9: TLS of a server over a socket of ours: what it reads and writes, and that a close frees it at each moment. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { listenTcp, type TcpListener, type TcpSocket } from "../../src/platform/tcp.ts";
import { tlsOf } from "../../src/platform/tls_socket.ts";
import { certificate } from "../support/certificate.ts";
import { freePort } from "../support/gateway.ts";
import { within } from "../support/harness_wait.ts";

const HOST = "127.0.0.1";

/** A listener with TLS and what it accepted. */
async function server(test: (made: Made) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-tls-" });
  const port = freePort();
  try {
    assert(await certificate(folder, HOST), "openssl makes a certificate");
    const [cert, key] = ["cert", "key"].map((name) => Deno.readTextFileSync(`${folder}/${name}.pem`)) as [
      string,
      string,
    ];
    const listener = listenTcp({ host: HOST, port, tls: tlsOf({ cert, key }) });
    await test({ listener, port, cert, next: () => within(listener.accept(), 5000, "a connection") });
    listener.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Made {
  readonly listener: TcpListener;
  readonly port: number;
  readonly cert: string;
  readonly next: () => Promise<TcpSocket>;
}

async function readAll(read: (buffer: Uint8Array) => Promise<number | null>): Promise<string> {
  const [buffer, decoder] = [new Uint8Array(5000), new TextDecoder()];
  let text = "";
  for (let count; (count = await within(read(buffer), 5000, "bytes")) !== null;) {
    text += decoder.decode(buffer.subarray(0, count));
  }
  return text;
}

Deno.test("G1 TLS carries what is said both ways, to the end of each", async () => {
  await server(async ({ port, cert, next }) => {
    const dialled = Deno.connectTls({ hostname: HOST, port, caCerts: [cert] });
    const socket = await next();
    assertEquals(socket.peer, HOST);
    const large = "x".repeat(300_000);
    const served = (async () => {
      const asked = await readAll((buffer) => socket.read(buffer));
      for (let rest = new TextEncoder().encode(large + asked); rest.length > 0;) {
        rest = rest.subarray(await socket.write(rest));
      }
      await socket.closeWrite();
    })();
    const conn = await dialled;
    for (const word of ["one ", "two"]) await conn.write(new TextEncoder().encode(word));
    await conn.closeWrite();
    assertEquals(await readAll((buffer) => conn.read(buffer)), `${large}one two`);
    await served;
    socket.close();
    conn.close();
    await assertRejects(() => socket.read(new Uint8Array(1)), Error);
    await assertRejects(() => socket.write(new Uint8Array(1)), Error);
  });
});

Deno.test("G9 a connection that began no handshake, half of one or nonsense is freed by its close, though the other side stays", async () => {
  await server(async ({ port, next }) => {
    const half = Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 7);
    for (const said of [undefined, half, new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")]) {
      const dialled = Deno.connect({ hostname: HOST, port });
      const socket = await next();
      const conn = await dialled;
      const reading = socket.read(new Uint8Array(100)).then(() => "read", () => "failed");
      if (said !== undefined) await conn.write(said);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.close();
      assertEquals(await within(reading, 5000, "the read to end"), "failed");
      // The system says so to the peer as soon as no descriptor holds the socket.
      const end = (async () => {
        while (await conn.read(new Uint8Array(100)) !== null);
      })();
      await within(end.catch(() => {}), 2000, "the end at the other side");
      conn.close();
    }
  });
});

Deno.test("G1 a text that is no certificate, or the key of another, is told when the listener is made", async () => {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "ac-tls-" });
  try {
    const pairs: string[][] = [];
    for (let at = 0; at < 2; at++) {
      assert(await certificate(folder, HOST), "openssl makes a certificate");
      pairs.push(["cert", "key"].map((name) => Deno.readTextFileSync(`${folder}/${name}.pem`)));
    }
    const listen = (cert: string, key: string) =>
      listenTcp({ host: HOST, port: freePort(), tls: tlsOf({ cert, key }) });
    assertThrows(() => listen("no", "no"), TypeError, "is not PEM");
    assertThrows(() => listen(pairs[0]![0]!, pairs[1]![1]!), TypeError, "not that of the certificate");
    listen(pairs[0]![0]!, pairs[0]![1]!).close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
