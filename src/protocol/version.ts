/** The program's version (semver), as `version`, `hello` and the journal show it. */
export const VERSION = "0.1.0";

/** Stands in the installed form's files for the build; who makes them puts it in (install/program.ts). */
export const BUILD_MARK: string = "@@build@@";

/**
 * Which build of the installed form this is, as its folder is called: sources change without their version. Undefined
 * where the program runs from a clone.
 */
export const BUILD: string | undefined = /^[0-9a-f]{8}$/.test(BUILD_MARK) ? BUILD_MARK : undefined;

/** Major version of the wire; another major is refused in `hello`. */
export const PROTOCOL = 1;

/** The subprotocol of a WebSocket, and what the token stands behind in the second one. */
export const SUBPROTOCOL: string = `agent-console.v${PROTOCOL}`;
export const BEARER = "bearer.";

/** Layout version of journal records; a newer one is never opened for writing (promise F3). */
export const JOURNAL_FORMAT = 1;
