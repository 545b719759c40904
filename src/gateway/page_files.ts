/** The files of the page, which every form of the program carries in itself: nothing is read from the disk for them. */
import icon from "../page/icon.svg" with { type: "text" };
import page from "../page/index.html" with { type: "text" };
import manifest from "../page/manifest.webmanifest" with { type: "text" };
import baseStyle from "../page/style/base.css" with { type: "text" };
import frameStyle from "../page/style/frame.css" with { type: "text" };
import controlsStyle from "../page/style/controls.css" with { type: "text" };
import listStyle from "../page/style/list.css" with { type: "text" };
import detailStyle from "../page/style/detail.css" with { type: "text" };
import requestStyle from "../page/style/request.css" with { type: "text" };
import answersStyle from "../page/style/answers.css" with { type: "text" };
import turnsStyle from "../page/style/turns.css" with { type: "text" };
import sheetStyle from "../page/style/sheet.css" with { type: "text" };
import plainStyle from "../page/style/plain.css" with { type: "text" };
import worker from "../page/service_worker.js" with { type: "text" };
import missing from "../page/unbuilt.html" with { type: "text" };

/** One after the other: a later one may change what an earlier one says. */
const STYLE = [
  baseStyle,
  frameStyle,
  controlsStyle,
  listStyle,
  detailStyle,
  requestStyle,
  answersStyle,
  turnsStyle,
  sheetStyle,
  plainStyle,
].join("");

export interface PageFile {
  /** The value of `content-type`. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** Path → file. Where the script could not be made, `/` says so, and what to do. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const script = await pageScript();
  const files = [file("/page.css", "text/css; charset=utf-8", STYLE), file("/icon.svg", "image/svg+xml", icon)];
  if (script === undefined) files.push(file("/", HTML, missing));
  else {
    files.push(
      file("/", HTML, page),
      file("/page.js", JS, script),
      file("/sw.js", JS, worker),
      file("/manifest.webmanifest", "application/manifest+json", manifest),
    );
  }
  return new Map(files);
}

/** Encoded once: whoever asks for it again and again costs no more memory. */
function file(path: string, type: string, text: string): readonly [string, PageFile] {
  return [path, { type, body: new TextEncoder().encode(text) }];
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
