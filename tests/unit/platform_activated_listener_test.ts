import { assertEquals, assertStringIncludes } from "@std/assert";
import { connectUnix, type Socket } from "../../src/platform/sockets.ts";
import { closedAddress } from "../support/closed_address.ts";
import { exists } from "../support/exists.ts";
import { Running } from "../support/harness_process.ts";
import { REPOSITORY } from "../support/harness_program.ts";
import { eventually, within } from "../support/harness_wait.ts";

const ACTIVATE = ["/usr/bin/systemd-socket-activate", "/bin/systemd-socket-activate"].find(exists);

async function readAll(socket: Socket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const buffer = new Uint8Array(65_536);
    const count = await socket.read(buffer);
    if (count === null) break;
    parts.push(buffer.slice(0, count));
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

async function writeAll(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await socket.write(bytes.subarray(at));
}

Deno.test({
  name: `X2 an activated socket works as our own does, needs no permission, and its file stays${
    ACTIVATE === undefined ? " (ignored: no systemd-socket-activate)" : ""
  }`,
  ignore: ACTIVATE === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/s`;
    const script = `${REPOSITORY}/tests/support/activated_echo.ts`;
    const argv = [ACTIVATE!, "-l", path, Deno.execPath(), "run", "-q", "--no-prompt", script];
    await using child = new Running(argv, { env: { HOME: folder, PATH: "/usr/bin:/bin" }, cwd: "/" });
    try {
      await eventually(() => exists(path), 5000, "its socket");
      const bytes = crypto.getRandomValues(new Uint8Array(65_536));
      const large = new Uint8Array(20 * bytes.length);
      for (let at = 0; at < large.length; at += bytes.length) large.set(bytes, at);

      // One that vanishes in the middle, and one that never reads, cost the others nothing.
      (await connectUnix(path)).close();
      const stalled = await connectUnix(path);
      void writeAll(stalled, large).catch(() => {});

      const conn = await Deno.connect({ transport: "unix", path });
      const back = readAll(conn);
      await writeAll(conn, large);
      await conn.closeWrite(); // the other way stays open
      assertEquals(await within(back, 20_000, "the echo"), large);
      conn.close();
      stalled.close();

      const last = await connectUnix(path);
      await writeAll(last, new TextEncoder().encode("end\n"));
      const buffer = new Uint8Array(10);
      assertEquals(await within(last.read(buffer), 5000, "the last echo"), 4);
      last.close();
      assertEquals((await child.exit(5000)).code, 0, child.stderr);
      assertEquals(exists(path), true);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `X2 a socket of the network is not taken for the activated one${
    ACTIVATE === undefined ? " (ignored: no systemd-socket-activate)" : ""
  }`,
  ignore: ACTIVATE === undefined,
  fn: async () => {
    const { hostname, port } = new URL(await closedAddress());
    const script = `${REPOSITORY}/tests/support/activated_echo.ts`;
    const argv = [ACTIVATE!, "-l", `${hostname}:${port}`, Deno.execPath(), "run", "-q", "--no-prompt", script];
    await using child = new Running(argv, { env: { HOME: "/nowhere", PATH: "/usr/bin:/bin" }, cwd: "/" });
    await eventually(() => child.stderr.includes("Listening on"), 5000, "its socket");
    using conn = await Deno.connect({ hostname, port: Number(port) });
    assertEquals((await child.exit(10_000)).code, 1);
    assertStringIncludes(child.stderr, "it is a socket of the network, not a unix socket");
    assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null);
  },
});
