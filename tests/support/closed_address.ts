/** An address of this machine at which nobody listens. */
export async function closedAddress(): Promise<string> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response());
  return `http://127.0.0.1:${server.addr.port}`;
}
