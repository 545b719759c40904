/** Any agent whose own hooks can run a command: it sends our own event format. */
import type { AgentDescriptor } from "../shared/descriptor.ts";
import { custom } from "./events.ts";

export const customAgent: AgentDescriptor = { name: custom.name, adapter: custom };
