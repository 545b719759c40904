/** `capsule new`: writes an example of a capsule, and says what to do with it. */
import { newCapsule } from "../../client/new_capsule.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import type { CommandContext } from "../context.ts";
import { takenCommands } from "../taken_commands.ts";

/** @throws {ConsoleError} `usage`, `conflict`, `failed` */
export async function writeNewCapsule(
  run: CommandContext,
  name: string,
  path: string | undefined,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const given = path ?? `./${name}`;
  const folder = resolveFrom(given, currentFolder());
  newCapsule(name, folder);
  // To capsule test a word alone is the name of an installed capsule.
  const words = shellQuote([/^\.|\//.test(given) ? given : `./${given}`]);
  const next = [`test ${words}`, `install ${words}`, `grant ${name}`].map((rest) => `agent-console capsule ${rest}`);
  const taken = await takenCommands(run, name, [name]); // its one command has its name
  if (json) return run.out.json({ made: name, folder, next, taken });
  run.out.note(`${name}: written to ${folder}`);
  for (const one of taken) run.out.note(`${one}\nhint: give its command another name in capsule.jsonc and main.ts`);
  for (const line of next) run.out.plain(line);
}
