/**
 * Asks the daemon `ping` again and again on a connection of its own, and prints of each answer that took long when it came
 * (ms since the epoch) and how long it took, ms. The time in which the daemon or we stood in line for a processor is left
 * out: on a machine that has other work it would be most of it, and says nothing of the daemon.
 */
const LONG_MS = 2;
const PAUSE_MS = 1;

const [path = "", daemon = ""] = Deno.args;
const encoder = new TextEncoder();
const connection = await Deno.connect({ transport: "unix", path });
const buffer = new Uint8Array(4096);

/** How long the main threads of both have waited for a processor so far, ms (Linux, proc_pid_schedstat(5)). */
function waitedMs(): number {
  return [daemon, String(Deno.pid)].reduce((sum, pid) => {
    const [, waitedNs = "0"] = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ");
    return sum + Number(waitedNs) / 1e6;
  }, 0);
}

async function ask(line: string): Promise<number> {
  const [waited, began] = [waitedMs(), performance.now()];
  await connection.write(encoder.encode(line));
  if (await connection.read(buffer) === null) Deno.exit(0);
  const took = performance.now() - began;
  return took < LONG_MS ? took : took - (waitedMs() - waited);
}

await ask('{"id":1,"method":"hello","params":{"protocol":1,"client":"bench/1","kind":"bench"}}\n');
Deno.stdout.writeSync(encoder.encode("ready\n"));
for (;;) {
  const took = await ask('{"id":2,"method":"ping"}\n');
  if (took >= LONG_MS) Deno.stdout.writeSync(encoder.encode(`${Date.now()} ${took.toFixed(1)}\n`));
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
