/** The files of the page, as the gateway serves them. */

export interface PageFile {
  /** Content-Type. */
  readonly type: string;
  readonly body: string | Uint8Array;
}

const ABSENT = "agent-console: the gateway is here, and this form of the program has no page.\n" +
  "Programs speak to /ws, /events and /healthz: docs/gateway.md\n";

/** By path. */
export function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  return Promise.resolve(new Map([["/", { type: "text/plain; charset=utf-8", body: ABSENT }]]));
}
