/** The gateway as it runs: its listeners, the connections that they bring, the tokens, and what became of requests. */
import { Activity } from "../core/activity.ts";
import type { FeatureContext } from "../core/service.ts";
import { SparseLog } from "../core/sparse_log.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { Slices } from "../lib/slices.ts";
import { daemonTimers, slicedTurns } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ownUid } from "../platform/process.ts";
import { listenTcp, type TcpSocket } from "../platform/tcp.ts";
import { tlsOf } from "../platform/tls_socket.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { BAD_HEADS, FULL, LATE, placesToRead } from "./connection_refusals.ts";
import { CLOSE } from "./frames.ts";
import { FrameChannel } from "./frame_channel.ts";
import { guard, type GuardOptions, type Judgement } from "./guard.ts";
import { type Answer, type BadHead, HttpConnection, turnAway, type Wire } from "./http_connection.ts";
import { PROOF_PATH } from "../protocol/gateway_proof.ts";
import type { GatewayScope } from "../protocol/methods.ts";
import { metricsText } from "./metrics.ts";
import { names } from "./names.ts";
import type { PageFile } from "./page_files.ts";
import { answerPost } from "./posted.ts";
import { refusalReply, type WebRefusal } from "./reply.ts";
import type { WebRequest } from "./request.ts";
import { route } from "./routes.ts";
import { type GatewaySettings, type Lan, lanOf, urlHost } from "./section.ts";
import { TokenStore } from "./token_store.ts";
import type { WebChannel } from "./web_channel.ts";
import { WebListener } from "./web_listener.ts";
import { WrongTokens } from "./wrong_tokens.ts";

interface Listening {
  readonly url: string;
  readonly tls: boolean;
  readonly listener: WebListener;
}

type Status = ResultOf<"gateway.status">;

/** New tokens that are in force. */
interface Rotation {
  /** Ends the connections of the tokens before. */
  readonly disconnect: () => void;
  /** The tokens before are in force again. @throws the OS error */
  readonly undo: () => void;
}

export class RunningGateway {
  #context: FeatureContext<GatewaySettings>;
  #page: ReadonlyMap<string, PageFile>;
  #tokens: TokenStore;
  #wrong: WrongTokens;
  #refusals: SparseLog;
  #listening: readonly Listening[];
  #connections = new Set<HttpConnection>();
  #channels = new Map<WebChannel, GatewayScope>();
  /** Those that hear that no place is free. */
  #turnedAway = 0;
  #requests = 0;
  #pageRequests = 0;
  #refused = new Map<number, number>();
  #started = false;
  #activity = new Activity();
  #deaf: () => void = () => {};

  /** @throws the OS error where there are no tokens to be had */
  constructor(context: FeatureContext<GatewaySettings>, page: ReadonlyMap<string, PageFile>) {
    this.#context = context;
    this.#page = page;
    const { log, clock, paths, settings: { booted } } = context;
    const steady = () => clock.steady();
    this.#tokens = new TokenStore({ path: paths.gatewayTokens, files: denoFiles, uid: ownUid(), log });
    this.#wrong = new WrongTokens(steady);
    this.#refusals = new SparseLog(log, "the gateway refused a request", steady);
    const { lan } = lanOf(booted);
    this.#listening = [this.#at(booted.host), ...(lan === undefined ? [] : [this.#at(lan.address, lan)])];
    for (const warning of this.warnings) log.warn(warning);
    for (const { listener } of this.#listening) listener.open();
  }

  #at(host: string, lan?: Lan): Listening {
    const { log, clock, settings: { booted } } = this.#context;
    const { port, allowed_origins: origins } = booted;
    const tls = lan !== undefined;
    const name = `${urlHost(host)}:${port}`;
    const known = names({ host, port, tls, origins });
    const listen = () => listenTcp({ host, port, ...(lan === undefined ? {} : { tls: tlsOf(pemOf(lan)) }) });
    const listener = new WebListener({
      name,
      listen,
      log,
      steady: () => clock.steady(),
      room: (signal) => this.#room(signal),
      take: (socket) => this.#take(socket, known),
    });
    return { url: `${tls ? "https" : "http"}://${name}/`, tls, listener };
  }

  /** What a person should know of how it is set up. */
  get warnings(): string[] {
    const { lan, problem } = lanOf(this.#context.settings.booted);
    if (problem !== undefined) return [`${problem}: the gateway listens on this machine only`];
    if (lan === undefined) return [];
    return [`the gateway is open to the network at ${lan.address}: whoever has a token there answers for you`];
  }

  start(): void {
    this.#started = true;
    const { bus, store } = this.#context;
    this.#deaf = bus.listen(store.seq, undefined, (event) => this.#activity.hear(event));
    for (const { listener } of this.#listening) listener.serve();
  }

  /** An address that was taken may be free by now. */
  tick(): void {
    this.#refusals.tell();
    if (!this.#started) return;
    for (const { listener } of this.#listening) {
      listener.tell();
      if (listener.isListening) continue;
      listener.open();
      listener.serve();
    }
  }

  /** The channels stay: they are clients of the daemon, and drained with the others. */
  stop(): void {
    this.#started = false;
    this.#deaf();
    for (const { listener } of this.#listening) listener.close();
    for (const connection of this.#connections) if (!connection.isTaken) connection.close();
  }

  status(): Status {
    return {
      enabled: true,
      state: "running",
      listeners: this.#listening.map(({ url, tls, listener: { isListening, problem } }) => ({
        url,
        tls,
        listening: isListening,
        ...(problem === undefined ? {} : { problem }),
      })),
      allowedOrigins: [...this.#context.settings.booted.allowed_origins],
      connections: this.#connections.size,
      maxConnections: this.#context.limits.gatewayConnections,
      requests: this.#requests,
      pageRequests: this.#pageRequests,
      refused: Object.fromEntries(this.#refused),
      warnings: this.warnings,
    };
  }

  /** Either of both is to be called. @throws the OS error; then nothing changed */
  rotate(scopes: readonly GatewayScope[]): Rotation {
    const undo = this.#tokens.rotate(scopes);
    const old = [...this.#channels].filter(([, scope]) => scopes.includes(scope)).map(([channel]) => channel);
    const disconnect = () => {
      for (const channel of old) {
        if (channel instanceof FrameChannel) channel.endWith(CLOSE.policy, "the token was replaced", ROTATED_MS);
        else channel.end(ROTATED_MS);
      }
    };
    return { disconnect, undo };
  }

  /** Those that had no time yet show what they want: meanwhile the next ones wait where the system keeps them. */
  async #room(signal: AbortSignal): Promise<void> {
    const { gatewayConnections } = this.#context.limits;
    while (
      this.#connections.size >= gatewayConnections && this.#leastNeeded() === undefined && !signal.aborted &&
      this.#connections.values().some((one) => one.isNew)
    ) await daemonTimers.sleep(LOOK_MS, signal).catch(() => {});
  }

  #take(socket: TcpSocket, known: Pick<GuardOptions, "hosts" | "origins">): void {
    const { gatewayConnections, gatewayHeadMs } = this.#context.limits;
    if (this.#connections.size >= gatewayConnections) this.#leastNeeded()?.close();
    if (this.#connections.size >= gatewayConnections) return this.#turnAway(socket);
    const connection: HttpConnection = new HttpConnection({
      socket,
      headMs: gatewayHeadMs,
      answer: (request, wire) => this.#answer(request, wire, known),
      onLate: () => this.#note(LATE, socket.peer),
      onEnd: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  /** The oldest that shows no request, else the oldest whose peer does not take its reply. */
  #leastNeeded(): HttpConnection | undefined {
    return this.#connections.values().find((one) => one.isWaiting) ??
      this.#connections.values().find((one) => one.isStalled);
  }

  #turnAway(socket: TcpSocket): void {
    this.#note(FULL, socket.peer);
    if (this.#turnedAway >= MOST_TURNED_AWAY) return socket.close();
    this.#turnedAway++;
    void turnAway(socket, refusalReply(FULL.status, FULL.why, FULL)).then(() => this.#turnedAway--);
  }

  async #answer(
    request: WebRequest | BadHead,
    wire: Wire,
    known: Pick<GuardOptions, "hosts" | "origins">,
  ): Promise<Answer> {
    const { clients, status, limits, log, posts } = this.#context;
    const { peer } = wire.socket;
    this.#requests++;
    if (typeof request === "string") return this.#refuse(BAD_HEADS[request], peer);
    const isPublic = (path: string) => path === PROOF_PATH || this.#page.has(path);
    const isPosted = (path: string) => posts.at(path) !== undefined;
    const verdict = guard(request, { ...known, isPublic, isPosted, judge: (token) => this.#judge(token, peer) });
    if (verdict.kind === "refused") return this.#refuse(verdict, peer);
    if (verdict.path === "/") this.#pageRequests++;
    try {
      if (verdict.kind === "posted") {
        const note = (refusal: WebRefusal) => this.#note(refusal, peer);
        return await answerPost(request, verdict, wire, { posts, ms: limits.gatewayHeadMs, note });
      }
      return await route(verdict, request, wire, {
        clients,
        status,
        metrics: () => this.#metrics(wire.signal),
        page: this.#page,
        proofs: (host, nonce) => this.#tokens.proofs(host, nonce),
        heartbeatMs: limits.gatewayHeartbeatMs,
        fullFor: (scope) => this.#fullFor(scope),
        opened: (channel, scope) => this.#opened(channel, scope),
        refuse: (refusal) => this.#refuse(refusal, peer),
      });
    } catch (error) {
      if (wire.signal.aborted) return { last: true, reply: refusalReply(503, "the connection was closed") };
      log.error("a request of the gateway failed", { error: String((error as Error)?.stack ?? error) });
      return { last: true, reply: refusalReply(500, "this is a bug, which is in the daemon's log") };
    }
  }

  async #metrics(signal: AbortSignal): Promise<string> {
    const { status, store } = this.#context;
    const sessions = await store.freeze().countByAgent(new Slices(slicedTurns, signal));
    return metricsText({ status: await status(), sessions, activity: this.#activity });
  }

  #judge(token: string, peer: string): Judgement {
    // A right one always passes: else whoever shows wrong ones from this machine would lock its owner out.
    const scope = this.#tokens.scopeOf(token);
    if (scope !== undefined) return { kind: "known", scope, token };
    const blocked = this.#wrong.blockedSecs(peer);
    if (blocked > 0) return { kind: "blocked", secs: blocked };
    const secs = this.#wrong.count(peer);
    return secs > 0 ? { kind: "blocked", secs } : { kind: "unknown" };
  }

  #fullFor(scope: GatewayScope): string | undefined {
    const most = placesToRead(this.#context.limits.gatewayConnections);
    if (scope !== "read" || [...this.#channels.values()].filter((one) => one === "read").length < most) {
      return undefined;
    }
    return `${most} connections with the token read are open, and the other places are kept`;
  }

  #opened(channel: WebChannel, scope: GatewayScope): void {
    this.#channels.set(channel, scope);
    void channel.gone.then(() => this.#channels.delete(channel));
  }

  #refuse(refusal: WebRefusal, peer: string): Answer {
    this.#note(refusal, peer);
    return { last: true, reply: refusalReply(refusal.status, refusal.why, refusal) };
  }

  #note({ status, why, said }: WebRefusal, peer: string): void {
    this.#refused.set(status, (this.#refused.get(status) ?? 0) + 1);
    const word = said === undefined ? {} : { said: clip(escapeControls(said.replaceAll(LONG_HEX, "…")), 80) };
    this.#refusals.warn(`${status} ${why}`, { status, why, from: peer, ...word });
  }
}

/** Between looks for a place; a request of this machine is answered in less, ms. */
const LOOK_MS = 5;

/** So many at once, beside those with a place; the next are closed without a word. */
const MOST_TURNED_AWAY = 16;

/** A connection of a replaced token is closed within a second, though its peer reads nothing, ms. */
const ROTATED_MS = 800;

/** What may be a token, wherever it was put. */
const LONG_HEX = /[0-9a-f]{16,}/gi;

/** @throws the OS error */
function pemOf({ certFile, keyFile }: Lan): { readonly cert: string; readonly key: string } {
  const read = (path: string) => new TextDecoder().decode(denoFiles.read(path));
  return { cert: read(certFile), key: read(keyFile) };
}
