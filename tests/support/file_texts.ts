/** What the files of a folder say, also while a daemon writes there. */

const decoder = new TextDecoder();

/** Text of every file below `folder`, by path. A file that is replaced meanwhile is left out: it is gone at the look. */
export function textsBelow(folder: string): Map<string, string> {
  const all = new Map<string, string>();
  for (const { name, isDirectory, isFile } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) { for (const [below, text] of textsBelow(path)) all.set(below, text); }
    else if (isFile) {
      const text = textOf(path);
      if (text !== undefined) all.set(path, text);
    }
  }
  return all;
}

function textOf(path: string): string | undefined {
  try {
    return decoder.decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
