/**
 * The door for windows that are no programs of this machine's terminal: a page, a phone, curl (section gateway). It listens
 * on a loopback address, checks every request before anything else, and gives clients of WebSocket and of HTTP to the same
 * router as the socket. Where it is off nothing of it is loaded.
 */
import { onceOf } from "../core/idempotency.ts";
import type { Projection } from "../core/projection.ts";
import type { Feature, FeatureContext } from "../core/service.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { GATEWAY_SCOPES } from "../protocol/methods.ts";
import { gatewayMethods } from "./methods.ts";
import { gatewayPermissions } from "./permissions.ts";
import { gatewaySection, type GatewaySettings } from "./section.ts";

export const gateway: Feature<keyof typeof gatewayMethods, Projection, typeof gatewaySection> = {
  name: "gateway",
  config: gatewaySection,
  methods: gatewayMethods,
  permissions: gatewayPermissions,
  events: { "gateway.token_rotated": "New tokens of the gateway for those scopes; the ones before are none any more." },
  create: (context) => {
    const late = new LateGateway(context);
    const { store } = context;
    return {
      service: {
        prepare: () => late.prepare(),
        start: () => late.running?.start(),
        tick: () => late.running?.tick(),
        status: () => late.isOff ? undefined : late.status(),
        stop: () => late.running?.stop(),
      },
      handlers: {
        "gateway.status": () => late.status(),
        "gateway.rotateToken": (params, { peer, afterReply }) => {
          const { scope } = params;
          const once = onceOf("gateway.rotateToken", params);
          const earlier = store.repeated(once);
          if (earlier !== undefined) return earlier;
          const scopes = scope === undefined ? GATEWAY_SCOPES : [scope];
          const { disconnect, undo } = late.needed.rotate(scopes);
          try {
            const committed = store.commit({ type: "gateway.token_rotated", data: { scopes } }, peer.actor, once);
            afterReply(disconnect);
            return committed;
          } catch (error) {
            undo(); // what the journal cannot take has not happened
            throw error;
          }
        },
      },
    };
  },
};

class LateGateway {
  #context: FeatureContext<GatewaySettings>;
  #problem: string | undefined;
  running: import("./running.ts").RunningGateway | undefined;

  constructor(context: FeatureContext<GatewaySettings>) {
    this.#context = context;
  }

  /** The daemon lives on where it cannot. */
  async prepare(): Promise<void> {
    if (!this.#context.settings.booted.enabled) return;
    try {
      const [{ RunningGateway }, { pageFiles }] = await Promise.all([
        import("./running.ts"),
        import("./page_files.ts"),
      ]);
      this.running = new RunningGateway(this.#context, await pageFiles());
    } catch (error) {
      this.#problem = String((error as Error).message);
      this.#context.log.error("the gateway cannot start", { why: this.#problem });
    }
  }

  get isOff(): boolean {
    const { booted, current } = this.#context.settings;
    return !booted.enabled && !current.enabled;
  }

  status(): ResultOf<"gateway.status"> {
    if (this.running !== undefined) return this.running.status();
    const { enabled, allowed_origins: origins } = this.#context.settings.current;
    const why = this.#problem ?? "the daemon was started without it, and needs a restart";
    return {
      enabled,
      state: !enabled ? "off" : this.#problem === undefined ? "needs_restart" : "failed",
      listeners: [],
      allowedOrigins: [...origins],
      connections: 0,
      maxConnections: this.#context.limits.gatewayConnections,
      requests: 0,
      pageRequests: 0,
      refused: {},
      warnings: enabled ? [why] : [],
    };
  }

  /** @throws {ConsoleError} `conflict` where it is off */
  get needed(): import("./running.ts").RunningGateway {
    if (this.running !== undefined) return this.running;
    throw new ConsoleError("conflict", "the gateway is off", {
      hint: "agent-console config set gateway.enabled true, then agent-console daemon restart",
    });
  }
}
