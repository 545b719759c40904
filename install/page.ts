/**
 * The script of the page as one minified text for browsers, in a module that exports it: an installed daemon's path goes
 * through a link, and there Deno 2.9 reads a module without a permission, but no text. It holds code of third parties, so
 * that it is never in the repository: the bundle, the compiled and the prebuilt form have it as a part of the daemon (install/modules.ts), and who
 * runs the daemon from its sources makes it by `deno task page`.
 */
import { buildError, reason, run } from "./run_deno.ts";

const SOURCE = decodeURIComponent(new URL("..", import.meta.url).pathname);
export const PAGE_ENTRY = "src/page/main.tsx";
/** As src/gateway/page_files.ts names it, and where that is from the root of the sources. */
export const PAGE_IMPORT = "../../dist/page.js";
export const PAGE_FILE = "dist/page.js";

/** A new module at `to`, whose default export is the script. @throws {ConsoleError} `failed` with one line */
export async function bundlePage(
  to: string,
  { env, ms }: { readonly env?: Readonly<Record<string, string>> | undefined; readonly ms: number },
): Promise<void> {
  const argv = [Deno.execPath(), "bundle", "-q", "--minify", "--platform=browser", "-o", to, PAGE_ENTRY];
  const { code, stderr } = await run(argv, { cwd: SOURCE, ms, env });
  if (code !== 0) throw buildError(`deno bundle refused ${PAGE_ENTRY} (${reason(stderr)})`);
  await Deno.writeTextFile(to, `export default ${JSON.stringify(await Deno.readTextFile(to))};\n`);
}

/** For a daemon that runs from these sources; in one rename, so that none reads half of it. */
export async function makePage(ms: number): Promise<string> {
  const work = await Deno.makeTempDir({ prefix: "agent-console-page-" });
  try {
    await bundlePage(`${work}/page.js`, { ms });
    const to = `${SOURCE}${PAGE_FILE}`;
    await Deno.mkdir(`${SOURCE}dist`, { recursive: true });
    const fresh = `${to}.${Deno.pid}.new`; // two may make it at once
    await Deno.copyFile(`${work}/page.js`, fresh);
    await Deno.rename(fresh, to);
    return PAGE_FILE;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
