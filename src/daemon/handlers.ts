/** Handlers of the daemon area. */
import type { Inbox } from "../approvals/inbox.ts";
import type { OpenWork } from "../core/open_work.ts";
import type { SessionLists } from "../core/session_lists.ts";
import { maskSecrets } from "../domain/mask.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Handlers } from "../rpc/handler.ts";
import type { LiveConfig } from "./live_config.ts";
import type { StopControl } from "./stop_control.ts";

export interface DaemonDeps {
  readonly lists: Pick<SessionLists, "answer">;
  readonly inbox: Pick<Inbox, "pending" | "pendingCount">;
  readonly work: Pick<OpenWork, "counts">;
  readonly config: LiveConfig;
  readonly stop: StopControl;
  readonly pid: number;
  /** What features add to a dump. */
  readonly featureSnapshots: () => Readonly<Record<string, unknown>>;
  readonly now: () => string;
  readonly status: () => Promise<ResultOf<"status">>;
  /** The limits that hello tells clients. */
  readonly limits: Readonly<Record<string, number>>;
}

type Methods = "config.get" | "config.reload" | "disconnect" | "dump" | "hello" | "ping" | "shutdown" | "status";

export function daemonHandlers(
  { lists, inbox, work, config, stop, pid, now, status, limits, featureSnapshots }: DaemonDeps,
): Handlers<Methods> {
  return {
    /** The handshake is done by the connection (transport/handshake.ts) before any handler; here it can only come late. */
    hello: () => {
      throw new ConsoleError("invalid_request", "hello was already said on this connection");
    },
    ping: () => ({ pong: true, now: now() }),
    status,
    dump: async (_params, call) => {
      const told = { status: await status(), limits: { ...limits } };
      return await lists.answer({
        pages: false,
        view: (frozen, row) => frozen.viewWithHistory(row),
        begin: featureSnapshots,
        result: ({ sessions, left }, features) => ({
          ...told,
          ...features,
          sessions,
          ...(left === 0 ? {} : { sessionsLeftOut: left }),
        }),
      }, call);
    },
    shutdown: ({ reason, force, restart, confirmed }) => {
      const requests = inbox.pendingCount;
      const ofTurns = inbox.pending().filter(({ noDialog }) => noDialog).length;
      const active = { ...(requests === 0 ? {} : { requests }), ...work.counts };
      if (Object.keys(active).length > 0 && !force && !confirmed) {
        const words = Object.entries(active).map(([what, count]) =>
          count === 1 ? `a ${what.slice(0, -1)}` : `${count} ${what}`
        );
        const isOne = Object.values(active).reduce((sum, count) => sum + count, 0) === 1;
        throw new ConsoleError("confirm_required", `${words.join(" and ")} ${isOne ? "is" : "are"} open`, {
          active: { approvals: requests - ofTurns, ...(ofTurns === 0 ? {} : { ofTurns }), ...work.counts },
          hint: "agent-console daemon stop --force",
        });
      }
      stop.request({
        reason: maskSecrets(reason ?? "requested by a client"), // text from any client, on its way to journal and log
        force: force ?? false,
        restart: restart ?? false,
      });
      return { stopping: true, pid };
    },
    "config.get": () => {
      const { file, values } = config.view();
      return { file, values: { ...values } };
    },
    "config.reload": () => config.reload(),
    disconnect: (_params, { peer, afterReply }) => {
      afterReply(() => peer.disconnect());
      return {};
    },
  };
}
