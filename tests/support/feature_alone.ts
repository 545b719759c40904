/**
 * Features on a {@link Desk}: their handlers, services and snapshots without a daemon, with the journal, the clock and
 * the log in memory, and the settings of a new home.
 */
import { initialSettings } from "../../src/config/values.ts";
import { OpenWork } from "../../src/core/open_work.ts";
import { PostsDoor } from "../../src/core/posts_door.ts";
import { PromptWays } from "../../src/core/prompt_ways.ts";
import { WorkPlaces } from "../../src/core/work_places.ts";
import { type Created, createFeatures } from "../../src/daemon/create_features.ts";
import { type AnyFeature, schemaWith } from "../../src/daemon/features.ts";
import { homePaths } from "../../src/platform/home_paths.ts";
import type { Log } from "../../src/platform/system.ts";
import { LIMITS } from "../../src/protocol/limits.ts";
import type { AnyMethodName, ParamsOf, ResultOf } from "../../src/protocol/method_schemas.ts";
import type { Peer } from "../../src/rpc/peer.ts";
import { callOf, Desk, FakeCaller } from "./desk.ts";
import { FakeJournal } from "./fake_journal.ts";

interface Options {
  /** Of a daemon that ended: its records are what these features know at their start. */
  readonly journal?: FakeJournal;
  /** Told of a projection that fails; by default it fails the test. */
  readonly onError?: (name: string) => void;
}

export interface Logged {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export class FeaturesAlone {
  readonly desk: Desk;
  readonly logged: Logged[] = [];
  readonly #created: Created<never>;

  constructor(features: readonly AnyFeature[], { journal = new FakeJournal(), onError }: Options = {}) {
    const desk = this.desk = new Desk({}, journal, features.flatMap(({ projection }) => projection ?? []), onError);
    const take = (level: keyof Log) => (message: string, fields?: Logged["fields"]) => {
      this.logged.push({ level, message, ...(fields === undefined ? {} : { fields }) });
    };
    const settings = initialSettings(schemaWith(features));
    this.#created = createFeatures<readonly []>(features, desk.projections, {
      ...desk.deps,
      approvals: desk.broker,
      bus: desk.bus,
      clock: desk.clock,
      log: { debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") },
      limits: LIMITS,
      paths: homePaths("/home/test/.agent-console"),
      pid: 1,
      quota: { run: (_peer, _params, call) => call() },
      isReadOnly: () => journal.room <= 0,
      observeCalls: () => {},
      work: new OpenWork(),
      posts: new PostsDoor(),
      promptWays: new PromptWays(),
      presence: desk.presence,
      interceptors: desk.interceptors,
      places: new WorkPlaces(() => 1, () => 0),
      clients: {
        accept: () => {
          throw new Error("no clients here");
        },
      },
      status: () => Promise.reject(new Error("no daemon here")),
      methods: {
        as: ({ kind }) => ({ kind, call: () => Promise.reject(new Error("no other methods here")) }),
      },
      commands: () => this.#created.commands(),
      config: { current: settings, booted: settings },
    });
  }

  get services(): Created<never>["services"] {
    return this.#created.services;
  }

  get snapshots(): Readonly<Record<string, unknown>> {
    return this.#created.snapshots();
  }

  /** Calls the bare handler: neither the scope nor the params are checked. */
  async call<M extends AnyMethodName>(
    method: M,
    params: ParamsOf<M>,
    peer: Peer = new FakeCaller("cli", "admin"),
  ): Promise<ResultOf<M>> {
    const handlers = this.#created.handlers as Readonly<Record<string, (...args: unknown[]) => unknown>>;
    return await handlers[method]?.(params, callOf(peer)) as ResultOf<M>;
  }
}
