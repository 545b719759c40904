/**
 * A stranger who reports as fast as the daemon takes it, as a process of its own: what it costs the others is measured in
 * the test's. Arguments: the socket, what it reports, how many, over how many connections at once.
 */
const [path = "", kind = "", count = "", connections = ""] = Deno.args;
const HELLO = '{"jsonrpc":"2.0","id":0,"method":"hello","params":{"protocol":1}}\n';
/** Requests that a connection writes before it reads their answers. */
const BATCH = 200;

/** One report of each kind, the `n`-th. */
const KINDS: Readonly<Record<string, (n: number) => Record<string, unknown>>> = {
  sessions: (n) => ({ session_id: `stranger-${n}`, hook_event_name: "UserPromptSubmit", prompt: `prompt ${n}` }),
  short: (n) =>
    n % 2 === 0
      ? { session_id: `short-${n >> 1}`, hook_event_name: "SessionStart", source: "startup" }
      : { session_id: `short-${n >> 1}`, hook_event_name: "SessionEnd", reason: "other" },
  questions: (n) => question(n, `touch ${n}`),
  reads: (n) => ({ ...question(n, ""), tool_name: "Read", tool_input: { file_path: `/x/${n}.txt` } }),
  books: (n) => question(n, `echo ${"x".repeat(300_000)}`),
  unknown: (n) => ({ session_id: "strange", hook_event_name: `Event${n}`, text: "y".repeat(3000) }),
};

function question(n: number, command: string): Record<string, unknown> {
  const tool = { tool_name: "Bash", tool_input: { command } };
  return { session_id: `asks-${n % 500}`, hook_event_name: "PermissionRequest", ...tool };
}

const counts: Record<string, number> = {};
const began = performance.now();
const each = Math.ceil(Number(count) / Number(connections));
const sockets = await Promise.all(Array.from({ length: Number(connections) }, (_, nth) => flood(nth * each)));
// No connection ends before all have their answers: the questions of one that ends leave their places to others.
for (const socket of sockets) socket.close();
const result = JSON.stringify({ counts, ms: Math.round(performance.now() - began) });
Deno.stdout.writeSync(new TextEncoder().encode(result));

/** @returns the connection, which stays open */
async function flood(first: number): Promise<Deno.Conn> {
  const socket = await Deno.connect({ transport: "unix", path });
  const answers = answersOf(socket);
  await write(socket, HELLO);
  await answers.next();
  for (let n = first; n < first + each;) {
    const lines: string[] = [];
    for (; lines.length < BATCH && n < first + each; n++) {
      const event = { cwd: "/x", ...KINDS[kind]!(n) };
      const params = { agent: "claude", env: { CLAUDE_CODE_ENTRYPOINT: "cli" }, event };
      lines.push(JSON.stringify({ jsonrpc: "2.0", id: n + 1, method: "session.report", params }));
    }
    const writing = write(socket, `${lines.join("\n")}\n`);
    for (let left = lines.length; left > 0; left--) {
      const { value } = await answers.next();
      const said = value?.error?.data?.name ?? (value?.result?.approval === undefined ? "ok" : "asked");
      counts[said] = (counts[said] ?? 0) + 1;
    }
    await writing;
  }
  return socket;
}

async function write(socket: Deno.Conn, text: string): Promise<void> {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) rest = rest.subarray(await socket.write(rest));
}

interface Answer {
  readonly result?: { readonly approval?: unknown };
  readonly error?: { readonly data?: { readonly name?: string } };
}

async function* answersOf(socket: Deno.Conn): AsyncGenerator<Answer, undefined> {
  let text = "";
  for await (const piece of socket.readable.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
  throw new Error("the daemon closed the connection");
}
