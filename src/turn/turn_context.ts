/** What the feature gets of the daemon. */
import type { FeatureContext } from "../core/service.ts";
import type { AgentsSettings } from "./section.ts";

export type TurnContext = FeatureContext<AgentsSettings>;
