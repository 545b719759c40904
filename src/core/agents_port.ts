/** What the core knows of agents: who reads an event of which name. The composition root gives the registry's. */
import type { Adapter } from "../agents/shared/adapter.ts";

export interface AgentsPort {
  readonly adapterOf: (name: string) => Adapter | undefined;
  /** For messages: the names that have an adapter. */
  readonly names: readonly string[];
}
