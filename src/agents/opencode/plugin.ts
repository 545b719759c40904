/**
 * The plugin that OpenCode loads from `~/.config/opencode/plugin/`: it forwards events to our hook command. Here it is
 * text only: plugin.js runs inside OpenCode (Bun). Its rules:
 *
 * - OpenCode waits for nothing: none of its hooks awaits anything of ours, and none throws.
 * - Events go out strictly in order, one process after the other, through a bounded queue.
 * - A permission or question has a process of its own, which may wait for a decision; the queue goes on.
 * - Texts are cut, with `CUT` where something is missing: what a rule would match is then known to be incomplete.
 *
 * What it forwards: `{ type, sessionID, parentID?, agent?, pid, directory, serverUrl?, properties }`. `parentID` is the
 * session at the root of a sub-agent's, `agent` the sub-agent's kind; `serverUrl` is where this OpenCode listens, or its
 * default with the name `localhost` where it does not; `properties` are OpenCode's own, for hooks a few of them.
 */
import source from "./plugin.js" with { type: "text" };

/** The line of plugin.js that names our hook command. */
const COMMAND = /^const COMMAND = .*$/m;

/**
 * The file's text; the same for the same `argv`.
 *
 * @param argv our hook command, program first: it gets one event as JSON on stdin, and may print
 *   `{"reply":"once"|"always"|"reject","message"?}` for an event of type `permission.asked`, and
 *   `{"answers":[[label, …], …]}` or `{"reply":"reject"}` for one of type `question.asked`
 */
export function opencodePlugin(argv: readonly string[]): string {
  return source.replace(COMMAND, () => `const COMMAND = ${JSON.stringify(argv)};`);
}
