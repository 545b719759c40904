/** Writes the folder of a new capsule: an example that works, with its test and the types of the API. */
import types from "../../install/capsules/agent-console.d.ts" with { type: "text" };
import main from "../../install/capsules/template/main.ts" with { type: "text" };
import manifest from "../../install/capsules/template/capsule.jsonc" with { type: "text" };
import readme from "../../install/capsules/template/README.md" with { type: "text" };
import test from "../../install/capsules/template/capsule.test.jsonc" with { type: "text" };
import { CAPSULE_NAME } from "../capsule/names.ts";
import { clip, escapeControls } from "../domain/sanitize.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { removeFolder } from "../platform/build_folder.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { writeCapsuleFiles } from "./put_capsule.ts";

const TYPES = "agent-console.d.ts";
/** The name of the template, as a capsule and as a command. */
const EXAMPLE = /\bexample\b/g;

/**
 * Makes `folder` and writes the files into it. The folder above it must be there.
 *
 * @param name of the capsule, and of its command
 * @throws {ConsoleError} `usage` for what is no name of a capsule, `conflict` where the folder is there, `failed`
 */
export function newCapsule(name: string, folder: string): void {
  if (!CAPSULE_NAME.test(name)) {
    throw new ConsoleError("usage", `"${escapeControls(clip(name, 64))}" is no name of a capsule`, {
      hint: "a lower-case letter, then letters, digits and -, 32 at most",
    });
  }
  if (denoFiles.stat(folder) !== undefined) {
    throw new ConsoleError("conflict", `${folder} is there already`, {
      hint: `name another folder: agent-console capsule new ${name} PATH`,
    });
  }
  const above = folder.slice(0, folder.lastIndexOf("/")) || "/";
  const failed = (why: string, hint: string) =>
    new ConsoleError("failed", `${folder} was not written: ${why}`, { hint });
  if (denoFiles.stat(above) === undefined) throw failed(`${above} is not there`, `mkdir -p ${shellQuote([above])}`);
  const made = `${above === "/" ? "" : above}/.new-${crypto.randomUUID()}`;
  try {
    writeCapsuleFiles(filesOf(name), made);
    denoFiles.rename(made, folder); // a folder with something in it, made meanwhile, stays
  } catch (error) {
    removeFolder(made);
    const why = (error as Error).message.replaceAll(made, folder);
    throw failed(why, `name a folder where you may write: agent-console capsule new ${name} PATH`);
  }
}

function filesOf(name: string) {
  const own = (text: string) => text.replace(EXAMPLE, name);
  const texts = {
    "capsule.jsonc": own(manifest),
    // In the repository the template takes the types from the folder above.
    "main.ts": own(main).replace(`"../${TYPES}"`, `"./${TYPES}"`),
    [TYPES]: types,
    "capsule.test.jsonc": own(test),
    "README.md": own(readme),
  };
  return Object.entries(texts).map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }));
}
