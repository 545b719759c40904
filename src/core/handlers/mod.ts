/** Every row of the methods table with its handler; a missing one does not compile. */
import type { MethodName } from "../../protocol/methods.ts";
import type { Handler } from "../handler.ts";
import * as approval from "./approval.ts";
import * as daemon from "./daemon.ts";
import * as live from "./live.ts";
import * as record from "./record.ts";
import * as session from "./session.ts";

export const HANDLERS: { readonly [M in MethodName]: Handler<M> } = {
  "approval.decide": approval.decide,
  "approval.list": approval.list,
  "approval.request": approval.request,
  "approval.revoke": approval.revoke,
  "approval.rules": approval.rules,
  "approval.wait": approval.wait,
  "audit.head": record.head,
  "audit.tail": record.tail,
  "config.get": daemon.configGet,
  "config.reload": daemon.configReload,
  disconnect: daemon.disconnect,
  dump: daemon.dump,
  hello: daemon.hello,
  ping: daemon.ping,
  "session.close": session.close,
  "session.delete": session.remove,
  "session.get": session.get,
  "session.history": session.history,
  "session.list": session.list,
  "session.reopen": session.reopen,
  "session.report": session.report,
  "session.update": session.update,
  shutdown: daemon.shutdown,
  status: daemon.status,
  subscribe: live.subscribe,
  unsubscribe: live.unsubscribe,
};
