/** `capsule new`: writes an example of a capsule, and says what to do with it. */
import { newCapsule } from "../../client/new_capsule.ts";
import { shellQuote } from "../../lib/shell_quote.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import type { CommandContext } from "../context.ts";

/** @throws {ConsoleError} `usage`, `conflict`, `failed` */
export function writeNewCapsule(
  run: CommandContext,
  name: string,
  path: string | undefined,
  { json }: { readonly json?: boolean },
): void {
  const given = path ?? `./${name}`;
  const folder = resolveFrom(given, currentFolder());
  newCapsule(name, folder);
  const words = shellQuote([given]);
  const next = [`test ${words}`, `install ${words}`, `grant ${name}`].map((rest) => `agent-console capsule ${rest}`);
  if (json) return run.out.json({ made: name, folder, next });
  run.out.note(`${name}: written to ${folder}`);
  for (const line of next) run.out.plain(line);
}
