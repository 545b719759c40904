/**
 * The counterpart of the daemon: the smallest Deno program that listens and answers. It gives every chunk to every
 * connection, so that with one connection it is a raw echo, and with a hundred the least that any hub must do.
 */
const connections = new Set<Deno.UnixConn>();

async function echo(connection: Deno.UnixConn): Promise<void> {
  connections.add(connection);
  const buffer = new Uint8Array(16_384);
  try {
    for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
      const chunk = buffer.slice(0, size);
      for (const other of connections) other.write(chunk);
    }
  } finally {
    connections.delete(connection);
  }
}

for await (const connection of Deno.listen({ transport: "unix", path: Deno.args[0] ?? "" })) echo(connection);
