/** The parts of the log library that are used, so that a bundle contains only half of it. Loaded late (logging.ts). */
export { configureSync, getLogger, resetSync } from "@logtape/logtape";
