/** Processes as a test sees them: started with a clean environment, watched through /proc, ended by pid. */
import { eventually, within } from "./harness_wait.ts";

export interface Outcome {
  /** Exit code; 128 + signal number where a signal ended it. */
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs?: number;
}

/** A process of ours whose output is collected while it runs. */
export class Running {
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #started = performance.now();
  readonly #done: Promise<Outcome>;
  #stdout = "";
  #stderr = "";
  #ended = false;
  readonly #readers: ReadableStreamDefaultReader<Uint8Array>[] = [];

  constructor(argv: readonly string[], options: RunOptions) {
    const [program, ...args] = argv;
    if (program === undefined) throw new Error("argv is empty, it names no program");
    this.#child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#done = this.#collect(options.stdin);
  }

  get stdout(): string {
    return this.#stdout;
  }
  get stderr(): string {
    return this.#stderr;
  }
  get ended(): boolean {
    return this.#ended;
  }

  /** Waits for the end of the process and of its output. */
  exit(ms: number): Promise<Outcome> {
    return within(this.#done, ms, `the end of process ${this.pid}; stdout ${this.#stdout}, stderr ${this.#stderr}`);
  }

  kill(signal: Deno.Signal): void {
    try {
      if (!this.#ended) this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended, and we have not heard of it yet
    }
  }

  /** Waits for a piece of output. */
  async says(text: string | RegExp, ms: number, stream: "stdout" | "stderr" = "stdout"): Promise<void> {
    await eventually(
      () => typeof text === "string" ? this[stream].includes(text) : text.test(this[stream]),
      ms,
      `${text} on ${stream}`,
    );
  }

  /** Ends the process. Children that it left may still hold its output: they are not waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await within(this.#done, 1000, "its output to end").catch(async () => {
      for (const reader of this.#readers) await reader.cancel();
      await this.#done;
    });
  }

  async #collect(stdin: string | Uint8Array | undefined): Promise<Outcome> {
    const feed = stdin === undefined ? Promise.resolve() : this.#feed(stdin);
    const [status] = await Promise.all([
      this.#child.status,
      this.#read(this.#child.stdout, (text) => this.#stdout += text),
      this.#read(this.#child.stderr, (text) => this.#stderr += text),
      feed,
    ]);
    this.#ended = true;
    return {
      code: status.code,
      signal: status.signal,
      stdout: this.#stdout,
      stderr: this.#stderr,
      ms: performance.now() - this.#started,
    };
  }

  async #read(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    const reader = stream.getReader();
    this.#readers.push(reader);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      take(decoder.decode(next.value, { stream: true }));
    }
  }

  /** A program that does not read its stdin is right to close it: not our failure. */
  async #feed(stdin: string | Uint8Array): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin);
      await writer.close();
    } catch {
      writer.releaseLock();
    }
  }
}

/** Runs a program to its end. One that takes longer than `timeoutMs` (default 60 s) is killed and is a failure. */
export async function run(argv: readonly string[], options: RunOptions): Promise<Outcome> {
  await using process = new Running(argv, options);
  return await process.exit(options.timeoutMs ?? 60_000);
}

/** The kernel's start time of a process (clock ticks since boot); undefined where it is gone or a zombie. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Whether its main thread has nothing to do: it waits for what others send it. */
export function isAsleep(pid: number): boolean {
  try {
    return /^\d+ \(.*\) S /s.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  return startTime(pid) !== undefined;
}

export function commandLine(pid: number): readonly string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** Private (not shared, not file-backed) memory of a process in MiB. */
export function privateMiB(pid: number): number {
  const kib = /^RssAnon:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  return Number(kib) / 1024;
}

export interface Found {
  readonly pid: number;
  readonly start: string;
  readonly argv: readonly string[];
}

/** Living processes, other than this one, whose command line or environment names `path`. */
export function processesNaming(path: string): Found[] {
  const found: Found[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    const pid = Number(entry.name);
    if (!Number.isInteger(pid) || pid === Deno.pid) continue;
    const start = startTime(pid);
    if (start === undefined) continue;
    const argv = commandLine(pid);
    if (argv.some((word) => word.includes(path)) || environmentOf(pid).includes(path)) found.push({ pid, start, argv });
  }
  return found;
}

function environmentOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`);
  } catch {
    return "";
  }
}

/** Sends `signal` only if the pid is still the process that was looked at; false where it is gone. */
export function signalIfSame(pid: number, start: string, signal: Deno.Signal): boolean {
  if (startTime(pid) !== start) return false;
  try {
    Deno.kill(pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Inodes of the TCP ports on which a process listens. */
export function listeningPorts(pid: number): string[] {
  const sockets = new Set<string>();
  for (const fd of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(`/proc/${pid}/fd/${fd.name}`))?.[1];
      if (inode !== undefined) sockets.add(inode);
    } catch {
      // The descriptor was closed between the listing and the look.
    }
  }
  return ["tcp", "tcp6"].flatMap((table) =>
    Deno.readTextFileSync(`/proc/${pid}/net/${table}`).split("\n").slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((f) => f[3] === "0A" && sockets.has(f[9] ?? ""))
      .map((f) => f[1] ?? "")
  );
}
