/** What the core needs of agents: the adapter for an agent's name. The composition root provides the registry. */
import type { Adapter } from "../agents/shared/adapter.ts";

export interface AgentsPort {
  readonly adapterOf: (name: string) => Adapter | undefined;
  /** For messages: why a name has no adapter. */
  readonly nameProblem: (name: string) => string;
  /** The variable by which a hook tells the pid namespace that its agent lives in. */
  readonly pidNamespace: string;
}
