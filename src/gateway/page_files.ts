/** The files of the page, which every form of the program carries in itself: nothing is read from the disk for them. */
import icon from "../page/icon.svg" with { type: "text" };
import page from "../page/index.html" with { type: "text" };
import manifest from "../page/manifest.webmanifest" with { type: "text" };
import style from "../page/page.css" with { type: "text" };
import worker from "../page/service_worker.js" with { type: "text" };
import missing from "../page/unbuilt.html" with { type: "text" };

export interface PageFile {
  /** The value of `content-type`. */
  readonly type: string;
  readonly body: string;
}

/** Path → file. Where the script could not be made, `/` says so, and what to do. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const script = await pageScript();
  const files: [string, PageFile][] = [
    ["/page.css", { type: "text/css; charset=utf-8", body: style }],
    ["/icon.svg", { type: "image/svg+xml", body: icon }],
  ];
  if (script === undefined) files.push(["/", { type: HTML, body: missing }]);
  else {
    files.push(
      ["/", { type: HTML, body: page }],
      ["/page.js", { type: JS, body: script }],
      ["/sw.js", { type: JS, body: worker }],
      ["/manifest.webmanifest", { type: "application/manifest+json", body: manifest }],
    );
  }
  return new Map(files);
}

const HTML = "text/html; charset=utf-8";
const JS = "text/javascript; charset=utf-8";

/**
 * A module by its literal name, so that the sandbox need not let the daemon read it. The sources have none before
 * `deno task page`.
 */
async function pageScript(): Promise<string | undefined> {
  try {
    const made: unknown = await import("../../dist/page.js");
    return (made as { readonly default: string }).default;
  } catch {
    return undefined;
  }
}
