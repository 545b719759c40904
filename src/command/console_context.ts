/** What the feature gets of the daemon, and what a line of the console becomes. */
import type { FeatureContext } from "../core/service.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { CommandSettings } from "./section.ts";

export type ConsoleContext = FeatureContext<CommandSettings>;
export type Executed = ResultOf<"command.execute">;
