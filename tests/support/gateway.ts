/** The gateway in the hands of a test: a home in which it is on, requests byte by byte, and a WebSocket with none of our code. */
import { TestHome } from "./harness.ts";
import { eventually, within } from "./harness_wait.ts";
import { isGone } from "./raw_socket.ts";
import type { Json, Message } from "./wire.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export type TokenScope = "read" | "approve" | "admin";

/** A port of this machine that nobody listens at. */
export function freePort(): number {
  for (;;) {
    // Below those that the system gives to whoever connects: another test could get one of them before it is used.
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

export interface WebReply {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export class GatewayHome implements AsyncDisposable {
  private constructor(readonly home: TestHome, readonly port: number) {}

  /** A home with the gateway on, whose daemon has started. */
  static async start(
    options: { readonly config?: Json; readonly args?: readonly string[] } = {},
  ): Promise<GatewayHome> {
    const port = freePort();
    const gateway = { enabled: true, port, ...options.config };
    const home = await TestHome.create({ config: JSON.stringify({ gateway }) });
    const made = new GatewayHome(home, port);
    try {
      await home.start({ args: options.args ?? [] });
      await eventually(() => made.log() !== "", 30_000, "the daemon's log, which is opened behind its first hello");
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  token(scope: TokenScope): string {
    const line = Deno.readTextFileSync(this.home.path("gateway.tokens")).split("\n").find((one) =>
      one.startsWith(scope)
    );
    if (line === undefined) throw new Error(`no token for ${scope}`);
    return line.split(" ")[1]!;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** What the daemon's log says so far. */
  log(): string {
    return [...this.home.files()].filter(([path]) => path.includes("/logs/")).map(([, text]) => text).join("");
  }

  connect(): Promise<WebConn> {
    return WebConn.open(this.port);
  }

  /** A whole request of a client that means well, but for `headers` and `first`, the words before `HTTP/1.1`. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}, first = `GET ${path}`): Promise<WebReply> {
    const lines = Object.entries({ Host: this.host, Connection: "close", ...headers }).map(([name, value]) =>
      `${name}: ${value}\r\n`
    );
    return await this.raw(`${first} HTTP/1.1\r\n${lines.join("")}\r\n`);
  }

  /** Writes `text` and reads to the end. */
  async raw(text: string): Promise<WebReply> {
    using conn = await this.connect();
    await conn.write(text);
    return parseReply(await conn.readToEnd());
  }

  bearer(scope: TokenScope): Record<string, string> {
    return { Authorization: `Bearer ${this.token(scope)}` };
  }

  /** A WebSocket of the runtime's own, with hello said. */
  async socket(scope: TokenScope, hello: Json = {}): Promise<WebClient> {
    const client = await WebClient.open(`ws://${this.host}/ws`, ["agent-console.v1", `bearer.${this.token(scope)}`]);
    await client.request("hello", { protocol: 1, kind: "web", ...hello });
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
  }
}

export function parseReply(text: string): WebReply {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3}) /.exec(first) ?? [];
  const headers = new Map(lines.map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
  }));
  return { status: Number(status), headers, body: rest.join("\r\n\r\n") };
}

/** A TCP connection: bytes in, bytes out. */
export class WebConn implements Disposable {
  readonly #conn: Deno.TcpConn;
  #isOpen = true;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async open(port: number): Promise<WebConn> {
    return new WebConn(await within(Deno.connect({ hostname: "127.0.0.1", port }), 5000, "a connection"));
  }

  /** Writes all bytes; false where the other side is gone. */
  async write(data: string | Uint8Array, ms = 10_000): Promise<boolean> {
    let rest = typeof data === "string" ? encoder.encode(data) : data;
    try {
      while (rest.length > 0) rest = rest.subarray(await within(this.#conn.write(rest), ms, "the peer to read"));
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  /** Undefined at the end; a reset is one, too. */
  async read(ms = 10_000): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(65_536);
    try {
      const count = await within(this.#conn.read(buffer), ms, "bytes or the end");
      return count === null ? undefined : buffer.slice(0, count);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async readToEnd(ms = 10_000): Promise<string> {
    const end = performance.now() + ms;
    let text = "";
    for (let bytes; (bytes = await this.read(Math.max(1, end - performance.now()))) !== undefined;) {
      text += decoder.decode(bytes, { stream: true });
    }
    return text;
  }

  /** Reads until `mark` has come. */
  async readUntil(mark: string, ms = 10_000): Promise<string> {
    const end = performance.now() + ms;
    let text = "";
    while (!text.includes(mark)) {
      const bytes = await this.read(Math.max(1, end - performance.now()));
      if (bytes === undefined) throw new Error(`the end came before ${mark}: ${text.slice(-300)}`);
      text += decoder.decode(bytes, { stream: true });
    }
    return text;
  }

  close(): void {
    if (this.#isOpen) this.#conn.close();
    this.#isOpen = false;
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

/** A frame as a client sends it, masked. @param claims the length that its head tells, where that is not the payload's */
export function clientFrame(opcode: number, payload: Uint8Array, claims = payload.length, isLast = true): Uint8Array {
  const wide = claims < 126 ? 0 : claims < 65_536 ? 2 : 8;
  const mask = [0x12, 0x34, 0x56, 0x78];
  const bytes = new Uint8Array(6 + wide + payload.length);
  bytes[0] = (isLast ? 0x80 : 0) | opcode;
  bytes[1] = 0x80 | (wide === 0 ? claims : wide === 2 ? 126 : 127);
  let left = claims;
  for (let i = wide; i > 0; i--) {
    bytes[1 + i] = left % 256;
    left = Math.floor(left / 256);
  }
  bytes.set(mask, 2 + wide);
  payload.forEach((byte, i) => bytes[6 + wide + i] = byte ^ mask[i & 3]!);
  return bytes;
}

/** The lines that ask for a WebSocket. */
export function upgradeText(host: string, token: string, path = "/ws"): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
    `Sec-WebSocket-Protocol: agent-console.v1, bearer.${token}\r\n\r\n`;
}

/** JSON-RPC over the runtime's own WebSocket. */
export class WebClient implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (message: Message) => void>();
  readonly #closed = Promise.withResolvers<CloseEvent>();
  readonly events: Json[] = [];
  onEvent: ((event: Json) => void) | undefined;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data) as Message);
    socket.onclose = (event) => this.#closed.resolve(event);
    socket.onerror = (event) => event.preventDefault();
  }

  static async open(url: string, protocols: string[]): Promise<WebClient> {
    const socket = new WebSocket(url, protocols);
    const client = new WebClient(socket);
    const opened = new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve(), { once: true });
      socket.addEventListener("close", () => reject(new Error("it was not opened")), { once: true });
    });
    await within(opened, 5000, "the WebSocket to open");
    return client;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }
  /** Resolves with how it was closed. */
  async closed(ms = 10_000): Promise<CloseEvent> {
    return await within(this.#closed.promise, ms, "the WebSocket to close");
  }
  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  async call(method: string, params: Json = {}, ms = 10_000): Promise<Message> {
    const id = this.#nextId++;
    const reply = new Promise<Message>((resolve) => this.#pending.set(id, resolve));
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const ended = this.#closed.promise.then(({ code }) => Promise.reject(new Error(`closed with ${code}`)));
    ended.catch(() => {});
    return await within(Promise.race([reply, ended]), ms, `the answer to ${method}`);
  }

  async request(method: string, params: Json = {}, ms = 10_000): Promise<Json> {
    const { result, error } = await this.call(method, params, ms);
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result ?? {};
  }

  #take(message: Message): void {
    if (message.method === "event") {
      if (this.onEvent !== undefined) this.onEvent(message.params ?? {});
      else this.events.push(message.params ?? {});
    } else this.#pending.get(Number(message.id))?.(message);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
