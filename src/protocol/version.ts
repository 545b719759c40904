/** The program's version (semver), as `version`, `hello` and the journal show it. */
export const VERSION = "0.1.0";

/** Major version of the wire; another major is refused in `hello`. */
export const PROTOCOL = 1;

/** Layout version of journal records; a newer one is never opened for writing (promise F3). */
export const JOURNAL_FORMAT = 1;
