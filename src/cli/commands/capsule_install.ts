/** `capsule install`: copies a capsule into the home. Nothing of it is run, no script of its package either. */
import { readUnnamed } from "../../capsule/folder.ts";
import { MANIFEST_FILE } from "../../capsule/manifest.ts";
import { CapsuleFlaw } from "../../capsule/read_manifest.ts";
import { addCapsule, packedByNpm } from "../../client/add_capsule.ts";
import { isAbsent } from "../../platform/deno_files.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder, ownUid } from "../../platform/process.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { ask } from "../ask.ts";
import { lastGrant } from "../capsule_folders.ts";
import type { CommandContext } from "../context.ts";
import { takenCommands } from "../taken_commands.ts";
import { withTilde } from "../tilde.ts";

const NPM = "npm:";

/** @throws {ConsoleError} `failed` with why it is refused, `conflict` where another capsule has its name */
export async function installCapsule(
  run: CommandContext,
  given: string,
  { yes, json }: { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  if (!given.startsWith(NPM)) return await take(run, resolveFrom(given, currentFolder()), { yes, json });
  await packedByNpm(run.context, given.slice(NPM.length), run.signal, (folder) => take(run, folder, { yes, json }));
}

async function take(
  run: CommandContext,
  folder: string,
  { yes, json }: { readonly yes: boolean | undefined; readonly json: boolean | undefined },
): Promise<void> {
  const capsule = read(folder);
  const { name, version } = capsule.manifest;
  const added = await addCapsule(run.context, capsule, async (place) => {
    if (yes) return true;
    return await ask(run, `${withTilde(place)} holds another version of it. Replace that?`);
  });
  const taken = await takenCommands(run, name, capsule.manifest.commands.map((command) => command.name));
  if (json) return run.out.json({ installed: name, version, folder: added, digest: capsule.digest, taken });
  const before = lastGrant(run, name)?.digest;
  const done = `${name} ${version}: installed in ${withTilde(added)}`;
  const hint = `hint: agent-console capsule grant ${name}`;
  if (before === undefined) run.out.note(`${done}; it runs nothing yet\n${hint}`);
  else if (before === capsule.digest) run.out.note(`${done}; it is what you granted, which goes on`);
  else run.out.note(`${done}; what you granted before goes on until you grant this\n${hint}`);
  for (const one of taken) run.out.note(one);
}

function read(folder: string) {
  try {
    return readUnnamed(folder, ownUid());
  } catch (error) {
    if (!(error instanceof CapsuleFlaw)) throw error;
    const hint = isAbsent(folder)
      ? `give the folder that holds its ${MANIFEST_FILE}, or ${NPM}NAME for a package`
      : `mend ${escapeControls(withTilde(folder))}, and try it with agent-console capsule test`;
    throw new ConsoleError("failed", `the capsule is refused: ${error.message}`, { hint });
  }
}
