/** What the log uses of its library, so that a bundle need not hold the rest: half of it. Loaded late (logging.ts). */
export { configureSync, getLogger, resetSync } from "@logtape/logtape";
