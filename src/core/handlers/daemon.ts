/** Handlers of the daemon area. */
import type { Handler } from "../handler.ts";
import { ConsoleError } from "../../protocol/errors.ts";

/** The handshake is done by the connection (transport/handshake.ts) before any handler; here it can only come late. */
export const hello: Handler<"hello"> = () => {
  throw new ConsoleError("invalid_request", "Cannot say hello: is already done, must be the first message only");
};

export const ping: Handler<"ping"> = (_params, { core }) => ({ pong: true, now: core.now() });

export const status: Handler<"status"> = (_params, { core }) => core.daemon.status();

export const dump: Handler<"dump"> = async (_params, { core }) => {
  const sessions = core.store.list().map((session) => ({
    ...session,
    history: core.store.row(session.id)?.history ?? [],
  }));
  return { status: await core.daemon.status(), limits: core.daemon.limits(), sessions: sessions as never };
};

export const shutdown: Handler<"shutdown"> = ({ reason, force, restart, confirmed }, { core }) => {
  const active = core.store.inbox.pendingCount;
  if (active > 0 && !force && !confirmed) {
    throw new ConsoleError(
      "confirm_required",
      `Cannot stop: ${
        active === 1 ? "an approval is" : `${active} approvals are`
      } pending, must be confirmed or forced`,
      { active: { approvals: active } },
    );
  }
  const { pid } = core.daemon.shutdown({
    reason: reason ?? "asked by a client",
    force: force ?? false,
    restart: restart ?? false,
  });
  return { stopping: true, pid };
};

export const configGet: Handler<"config.get"> = (_params, { core }) => core.daemon.configView();

export const configReload: Handler<"config.reload"> = (_params, { core }) => core.daemon.reload();

export const disconnect: Handler<"disconnect"> = (_params, { caller }) => {
  caller.afterAnswer(() => caller.disconnect());
  return {};
};
