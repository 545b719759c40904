/** What a capsule has registered beside what its manifest says. Pure. */
import type { RegisteredHandlers } from "./messages.ts";
import type { RunCapsule } from "./ports.ts";

/** Why the two differ, in words; undefined where they do not. Topics without a listener are fine. */
export function registeredProblem(
  { commands, subscribes, intercepts }: RunCapsule["grant"]["manifest"],
  registered: RegisteredHandlers,
): string | undefined {
  const names = commands.map(({ name }) => name);
  const topics: readonly string[] = [...subscribes, "lost"];
  const extra = registered.commands.find((name) => !names.includes(name));
  if (extra !== undefined) return `main registers the command ${extra}, which its manifest does not name`;
  const missing = names.find((name) => !registered.commands.includes(name));
  if (missing !== undefined) return `its manifest names the command ${missing}, which main does not register`;
  const topic = registered.topics.find((one) => !topics.includes(one));
  if (topic !== undefined) return `main listens to ${topic}, which its manifest does not subscribe to`;
  const isInterceptor = intercepts.includes("approval");
  if (isInterceptor === registered.intercepts) return undefined;
  return isInterceptor
    ? "its manifest intercepts approval, and main registers no interceptor"
    : "main registers an interceptor, and its manifest intercepts nothing";
}
