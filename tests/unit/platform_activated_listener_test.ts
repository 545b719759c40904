/** A socket of the service manager: it works as our own does, and no program that we start has it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connectUnix, isConnectionRefused, type Socket } from "../../src/platform/sockets.ts";
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

type Served = (at: { readonly child: Running; readonly path: string; readonly folder: string }) => Promise<void>;

/** A test of a script of tests/support that is started by its first client, where the machine has what does that. */
function activated(name: string, argv: (at: { path: string; folder: string }) => readonly string[], fn: Served): void {
  Deno.test({
    name: `${name}${ACTIVATE === undefined ? " (ignored: no systemd-socket-activate)" : ""}`,
    ignore: ACTIVATE === undefined,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      const path = `${folder}/s`;
      const words = [ACTIVATE!, "-l", path, ...argv({ path, folder })];
      await using child = new Running(words, { env: { HOME: folder, PATH: "/usr/bin:/bin" }, cwd: "/" });
      try {
        await fn({ child, path, folder });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** The first client: the socket's file is there before it listens. */
function firstClient(path: string): Promise<Socket> {
  const connect = () =>
    connectUnix(path).catch((error) => {
      if (isConnectionRefused(error)) return undefined;
      throw error;
    });
  return eventually(connect, 5000, "its socket");
}

const run = (
  script: string,
  ...flags: readonly string[]
) => [Deno.execPath(), "run", "-q", "--no-prompt", ...flags, `${REPOSITORY}/tests/support/${script}`];

activated(
  "X2 an activated socket works as our own does, needs no permission, and its file stays",
  () => run("activated_echo.ts"),
  async ({ child, path }) => {
    // One that vanishes in the middle, and one that never reads, cost the others nothing.
    (await firstClient(path)).close();
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const large = new Uint8Array(20 * bytes.length);
    for (let at = 0; at < large.length; at += bytes.length) large.set(bytes, at);
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
  },
);

activated(
  "X2 a socket that is our stdin is in no program that we start, nor is stdin missing there once it is closed",
  ({ folder }) => [
    "--inetd",
    ...run("activated_starter.ts", `--allow-read=${folder}`, "--allow-run=/bin/sh,/bin/kill"),
    folder,
  ],
  async ({ child, path }) => {
    const client = await firstClient(path);
    assertEquals((await child.exit(30_000)).code, 0, child.stderr);
    client.close();
    const line = child.stderr.split("\n").find((one) => one.startsWith("{"));
    const { before, after, inherits } = JSON.parse(line ?? child.stderr);
    assertEquals(inherits, "TypeError");
    for (const [when, looks] of Object.entries({ before, after })) {
      for (const [way, said] of Object.entries(looks as Record<string, string>)) {
        const seen = `${way}, ${when} its close: ${said}`;
        assertMatch(said, /^(?:fed|piped)/.test(way) ? /^read told\n/ : /^read \n/, seen);
        assertEquals(said.match(/ 0 -> (?:\/dev\/null|pipe:\S+)$/gm)?.length, 2, seen);
        assertEquals(/socket:/.test(said), false, seen);
      }
    }
  },
);

Deno.test({
  name: `X2 a socket of the network is not taken for the activated one${
    ACTIVATE === undefined ? " (ignored: no systemd-socket-activate)" : ""
  }`,
  ignore: ACTIVATE === undefined,
  fn: async () => {
    const { hostname, port } = new URL(await closedAddress());
    const argv = [ACTIVATE!, "-l", `${hostname}:${port}`, ...run("activated_echo.ts")];
    await using child = new Running(argv, { env: { DENO_DIR: "/dev/null", PATH: "/usr/bin:/bin" }, cwd: "/" });
    await eventually(() => child.stderr.includes("Listening on"), 5000, "its socket");
    using conn = await Deno.connect({ hostname, port: Number(port) });
    assertEquals((await child.exit(10_000)).code, 1);
    assertStringIncludes(child.stderr, "it is a socket of the network, not a unix socket");
    assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null);
  },
});
