/** The counterpart of a command: a Deno program that only connects, writes and reads. */
const [path = "", text = ""] = Deno.args;
const connection = await Deno.connect({ transport: "unix", path });
await connection.write(new TextEncoder().encode(text + "\n"));
await connection.read(new Uint8Array(65_536));
connection.close();
