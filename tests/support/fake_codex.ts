/**
 * `codex app-server` as far as hooks go: it lists what hooks.json of CODEX_HOME holds and remembers trust beside it.
 * A `codex` on PATH that runs this comes from {@link fakeCodex}. FAKE_CODEX: `hang` answers nothing, `refuse` refuses all.
 */
interface Edit {
  readonly keyPath: string;
  readonly value: Record<string, { trusted_hash: string }> | null;
}

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly edits?: readonly Edit[] };
}

type Hooks = Record<string, { hooks: { command: string; timeout?: number }[] }[]>;

/** A folder for PATH in `root` with a `codex` in it. */
export function fakeCodex(root: string): string {
  const folder = `${root}/fake-bin`;
  Deno.mkdirSync(folder);
  const script = new URL(import.meta.url).pathname;
  Deno.writeTextFileSync(
    `${folder}/codex`,
    `#!/bin/sh\nexec "${Deno.execPath()}" run -A --no-lock "${script}" "$@"\n`,
    {
      mode: 0o755,
    },
  );
  return folder;
}

function listed(home: string): readonly Record<string, unknown>[] {
  const file = `${home}/hooks.json`;
  const { hooks = {} } = JSON.parse(Deno.readTextFileSync(file)) as { hooks?: Hooks };
  return Object.entries(hooks).flatMap(([event, groups]) =>
    groups.flatMap((group, g) =>
      group.hooks.map((handler, h) => {
        const snake = event.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
        const key = `${file}:${snake}:${g}:${h}`;
        const hash = `fake:${handler.command}:${handler.timeout}`;
        const known = trusted(home)[key]?.trusted_hash;
        const trustStatus = known === hash ? "trusted" : known === undefined ? "untrusted" : "modified";
        const eventName = event[0]!.toLowerCase() + event.slice(1);
        return { key, eventName, sourcePath: file, ...handler, currentHash: hash, trustStatus, enabled: true };
      })
    )
  );
}

function trusted(home: string): Record<string, { trusted_hash: string }> {
  try {
    return JSON.parse(Deno.readTextFileSync(`${home}/fake-trust.json`));
  } catch {
    return {};
  }
}

function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function answer(home: string, { method, params }: Request): unknown {
  if (method === "hooks/list") return { data: [{ cwd: "/", hooks: listed(home), warnings: [], errors: [] }] };
  if (method !== "config/batchWrite") return { userAgent: "fake" };
  const value = { ...trusted(home) };
  for (const edit of params?.edits ?? []) {
    // A null clears the path, whose last part is a quoted key.
    if (edit.value === null) delete value[JSON.parse(edit.keyPath.slice("hooks.state.".length))];
    else Object.assign(value, edit.value);
  }
  Deno.writeTextFileSync(`${home}/fake-trust.json`, JSON.stringify(value));
  // Where the real one records it.
  const records = Object.entries(value).map(([key, { trusted_hash }]) =>
    `[hooks.state.${JSON.stringify(key)}]\ntrusted_hash = ${JSON.stringify(trusted_hash)}\n`
  );
  const text = readOrEmpty(`${home}/config.toml`).replaceAll("\r\n", "\n").replace(/\n*(?:\[hooks\.state[^]*)?$/, "");
  const mine = text === "" ? "" : `${text}\n\n`;
  // The header stays when the records go.
  Deno.writeTextFileSync(`${home}/config.toml`, [`${mine}[hooks.state]\n`, ...records].join("\n"));
  Deno.chmodSync(`${home}/config.toml`, 0o600);
  return { status: "ok" };
}

if (import.meta.main) {
  const [home, mode] = [Deno.env.get("CODEX_HOME") ?? "", Deno.env.get("FAKE_CODEX")];
  const say = (message: unknown) => Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(message) + "\n"));
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const request = JSON.parse(line) as Request;
      if (request.id === undefined || mode === "hang") continue;
      say({ method: "configWarning", params: { summary: "something else" } });
      const { id } = request;
      say(mode === "refuse" ? { id, error: { code: -32601, message: "no" } } : { id, result: answer(home, request) });
    }
  }
}
