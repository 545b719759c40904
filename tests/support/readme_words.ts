/** What the README says about things whose tables hold no words for people. */

/** Product's exit codes; 0 and 130 belong to no error. */
export const EXITS: Readonly<Record<number, string>> = {
  0: "done",
  1: "refused, or failed",
  2: "wrong usage",
  3: "the daemon is not running",
  4: "another daemon runs, or the socket is taken",
  5: "incompatible version",
  6: "a path is not safely yours",
  7: "the journal is broken",
  70: "a bug; its id stands in the log",
  130: "interrupted",
};

/** The folders of src, from the finger to the disk. */
export const ROOMS: Readonly<Record<string, string>> = {
  cli: "the command line: the tree of commands, tables, exit codes",
  client: "from a home folder to a greeted connection: check, dial, auto-start, follow; the hook's fast path",
  protocol: "the wire: THE table of methods, errors, limits, framing",
  transport: "the daemon's end of the wire: listener, handshake, token, one queue for each connection",
  rpc: "calls run by the table of methods; the peer that a handler sees",
  core: "the only owner of the state: store, event bus, session handlers; the contract of features",
  approvals: "the inbox: holds who asks, judges by rules, settles each question once",
  spool: "events that hooks left while no daemon answered",
  liveness: "which agents still live, from the process table",
  retention: "old closed sessions are forgotten",
  agents: "a folder for each agent: its hook events in our words, our responses in its, its hooks, its feed",
  settings: "our hooks in the agents' own settings: put in, taken out byte for byte",
  feeds: "what agents publish about themselves, where the user lets us read it",
  domain: "what a session is and how it changes; no I/O, no clock",
  policy: "rules, risks and the circuit breaker: what may run without asking; pure",
  journal: "records in a chain of hashes; knows bytes, not sessions",
  daemon: "puts it together: the list of features, the supervisor, what makes the process safe",
  config: "the one schema of the configuration, which validates and documents it",
  service: "units for systemd and launchd",
  platform: "the only door to the operating system",
  lib: "helpers that know nothing of this program: JSON fields, JSONC edits, shell words",
};

/** The tasks of deno.json that are for people. */
export const TASKS: Readonly<Record<string, string>> = {
  start: "starts the daemon in the background and shows its status",
  console: "runs `agent-console`; what follows are its arguments",
  daemon: "runs the daemon here, in its sandbox, for the default home",
  demo: "shows recorded sessions; `--fast` in two seconds",
  bundle: "bundles the program into `dist`",
  compile: "compiles the program into `dist`; it fetches Deno's runtime",
  test: "all tests, with the short numbers of rounds",
  "test:long": "the acceptance and fault tests with the numbers of rounds that the promises name",
  ok: "format, lint, types, tests: the gate",
  bench: "measures, beside a baseline in the same run",
  readme: "writes the generated parts of this page anew",
  record: "takes its pictures anew",
};

const STD = "Deno's standard library";

export const DEPENDENCIES: Readonly<Record<string, string>> = {
  "@std/assert": `${STD}: assertions of the tests`,
  "@std/async/delay": `${STD}: a pause that ends with its signal`,
  "@std/cli/parse-args": `${STD}: the daemon's own few arguments, without a parser of commands`,
  "@std/fmt/colors": `${STD}: colours`,
  "@std/jsonc": `${STD}: the tests' second opinion on JSON with comments`,
  "@std/path": `${STD}: paths of other people's settings`,
  "@std/toml/parse": `${STD}: reads config.toml`,
  "@logtape/logtape": "the daemon's log: levels, records, sinks",
  "@noble/hashes/sha2.js": "sha256 of one record at a time, without the 4 MB that `node:crypto` keeps",
  "@noble/hashes/utils.js": "bytes to hex, for the same",
  commander: "the tree of commands: help, did-you-mean, usage errors",
  "fast-check": "tests with generated input",
  "jsonc-parser": "edits settings of other programs and keeps their comments and order",
  "fast-string-width": "how many columns a text takes, wide characters too",
  valibot: "schemas of configuration, params and results: checks and types in one",
};
