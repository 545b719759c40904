/** Subscribers: two that resume over everything, one of them over the gateway, and those that come late, stall and vanish. */
import { WebClient } from "../support/gateway.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { RawSocket } from "../support/raw_socket.ts";
import type { RawClient } from "../support/wire.ts";
import { SeenEvents } from "./ledger.ts";
import { isGoneOrLate, type World } from "./world.ts";

interface Subscription {
  /** Whether the connection has ended. */
  readonly closed: () => boolean;
  readonly close: () => Promise<void>;
}

type Take = (event: { readonly seq?: unknown; readonly type?: unknown; readonly ts?: unknown }) => void;
type Open = (since: number, take: Take) => Promise<Subscription>;

/** Reads until `end()` is known and reached; resumes from its own last number each time its connection ends. */
export async function resumes(world: World, name: string, from: number, open: Open, end: () => number): Promise<void> {
  const seen = new SeenEvents(name, from);
  world.ledger.readers.push(seen);
  while (seen.last < end()) {
    let follows = true;
    const take: Take = ({ seq, type, ts }) => {
      if (typeof seq === "number") follows &&= seen.take(seq, String(type), String(ts)); // one without is kept nowhere
    };
    try {
      const subscription = await open(seen.last, take);
      while (follows && !subscription.closed() && seen.last < end()) await pause(20);
      await subscription.close();
      if (!follows && seen.faults.length > 100) return;
    } catch (error) {
      if (error instanceof Resync) return void seen.faults.push(`${name}: it was told to begin anew at ${seen.last}`);
      if (!isGoneOrLate(error) && !(error instanceof Error && /was not opened/.test(error.message))) throw error;
      await pause(50);
    }
  }
}

class Resync extends Error {}

/** Over the unix socket. */
export function bySocket(world: World): Open {
  return async (since, take) => {
    const client = await world.reach();
    client.onNotification = ({ params }) => take(params ?? {});
    await subscribed(client, since);
    return { closed: () => client.ended, close: () => client.close() };
  };
}

/** Over the gateway's WebSocket; it starts no daemon. */
export function byGateway(world: World): Open {
  return async (since, take) => {
    const tokens = await eventually(() => Deno.readTextFile(world.home.path("gateway.tokens")), 10_000, "the tokens");
    const token = tokens.split("\n").find((line) => line.startsWith("read"))?.split(" ")[1] ?? "";
    const client = await WebClient.open(`ws://127.0.0.1:${world.port}/ws`, ["agent-console.v1", `bearer.${token}`]);
    let isClosed = false;
    void client.closed(24 * 3_600_000).then(() => isClosed = true, () => isClosed = true);
    client.onEvent = take;
    await client.request("hello", { protocol: 1, kind: "web" });
    await subscribed(client, since);
    return { closed: () => isClosed, close: () => isClosed ? Promise.resolve() : client.close() };
  };
}

async function subscribed(client: Pick<RawClient, "request">, since: number): Promise<void> {
  const { resync } = await client.request("subscribe", { since });
  if (resync === true) throw new Resync();
}

/** One after the other: reads a while and leaves, reads nothing and vanishes, or is there for a moment. */
export async function visitors(world: World, name: string): Promise<void> {
  const chance = world.chance(name);
  while (await world.mayGoOn()) {
    const client = await world.reach();
    const token = world.home.token();
    const seen = new SeenEvents(
      name,
      Number((await client.request("audit.head").catch(() => ({})) as { size?: number }).size ?? 0),
    );
    const kind = chance();
    try {
      if (kind < 0.4) {
        client.onNotification = ({ params }) => {
          if (typeof params?.["seq"] === "number") {
            seen.take(params["seq"], String(params["type"]), String(params["ts"]));
          }
        };
        await subscribed(client, seen.from);
        await world.rest(3000, chance);
        world.ledger.faults.push(...seen.faults);
      } else if (kind < 0.8) {
        using stalled = await RawSocket.connect(world.home.socketPath);
        await stalled.write(`{"id":1,"method":"hello","params":{"protocol":1,"token":"${token}"}}\n`);
        await stalled.write('{"id":2,"method":"subscribe","params":{"answers":true}}\n');
        await world.rest(5000, chance);
      } else await client.request("session.list");
    } catch (error) {
      if (error instanceof Resync) world.ledger.faults.push(`${name}: it was told to begin anew at ${seen.from}`);
      else if (!isGoneOrLate(error)) throw error; // the daemon was killed meanwhile: a visitor goes, too
    } finally {
      await client.close();
    }
    await world.rest(500, chance);
  }
}
