/**
 * Whether the process that started this one still lives. An agent that is killed takes its hook along only by chance: one
 * that waits for a human would go on waiting for nobody, and its question would stay open.
 */
import { parentPid } from "../platform/process.ts";

/** Between looks, ms; each is one call of the system. */
const EVERY_MS = 250;

/** Calls `action` once, when the parent has ended: then another process is the parent. @returns ends the watch */
export function onParentEnd(action: () => void): () => void {
  const first = parentPid();
  const timer = setInterval(() => {
    if (parentPid() === first) return;
    clearInterval(timer);
    action();
  }, EVERY_MS);
  return () => clearInterval(timer);
}
