/** What the pages say about things whose tables hold no words for people. */
import type { Status } from "../../src/domain/session.ts";

export const STATUS_MEANINGS: Readonly<Record<Status | "lost", string>> = {
  waiting: "blocked on you: a permission, a question, a plan or a form",
  error: "its turn failed",
  working: "a turn is running",
  starting: "announced, no turn yet",
  idle: "its turn is over; it waits for nobody",
  lost: "its process is gone and it did not say that it ended",
  closed: "ended; shown with `--all`",
};

/** What of an agent can be answered from here; docs/approvals.md tells the whole. */
export const ANSWERS: Readonly<Record<string, string>> = {
  claude: "permissions, plans and questions; forms, and all of `claude -p`, while a window is open",
  codex: "permissions, while a window is open",
  gemini: "nothing; a rule can deny, with `approvals.pre_tool_use`",
  opencode: "permissions and questions",
  cursor: "permissions for commands and for tools of servers, while a window is open",
  "claude-like": "permissions, while a window is open",
  custom: "permissions, plans and questions, while a window is open",
};

/** The folders of src whose mod.ts does not say it (those of features do), and the two things beside it. */
export const MODULES: Readonly<Record<string, string>> = {
  "main.ts": "the program: arguments in, exit code out",
  install: "templates: service units, launchers, the OpenCode plugin; the bundle",
  cli: "the command line: the tree of commands, tables, exit codes",
  chat: "the console of lines: prompt, keys, history; commands come from the command line",
  client: "reaches the daemon: checks the folder, connects, starts it, follows it; the hook's fast path",
  mcp_server: "the MCP server that agents start: tools, each a call of the daemon",
  page: "the page in the browser: the view of all windows, drawn by Preact; answers",
  view: "what every window shows of sessions and requests, in words and signs: names, groups, texts, keys",
  protocol: "the wire: the table of methods, schemas, errors, limits, framing",
  transport: "the daemon's end of the wire: listener, handshake, token, one queue for each connection",
  rpc: "runs calls by the table of methods; the peer that a handler sees",
  core: "owns the state: store, event bus, session handlers; the contract of features",
  approvals: "the inbox: holds the agents that wait, evaluates rules, resolves each request once",
  capsule_host: "the program in the process of a capsule: loads its main, gives it the author's API, serves the daemon",
  capsule_test: "the test of a capsule: its steps, what is expected of them, doubles of what is outside its process",
  acp: "an agent that we run: its process, the connection to it, what its messages say",
  agents: "one folder for each agent: its hook events as ours, our decisions as its, its hooks, its feed",
  settings: "puts our hooks into the agents' own settings and takes them out byte for byte",
  domain: "what a session is and how it changes; no I/O, no clock",
  policy: "rules, labels and the circuit breaker: what may run without asking; no I/O, no clock",
  merkle: "the Merkle tree of RFC 6962, its proofs, signed notes: what strangers check the journal by; no I/O",
  journal: "records in a chain of hashes; knows bytes, not sessions",
  daemon: "puts it together: the list of features, the supervisor, what makes the process safe",
  config: "the one schema of the configuration, which validates and documents it",
  service: "units for systemd and launchd",
  platform: "the only module that touches the operating system",
  lib: "helpers that know nothing of this program: JSON fields, JSONC edits, shell words",
};

/** The tasks of deno.json that are for people. */
export const TASKS: Readonly<Record<string, string>> = {
  install: "installs the program for this user, as the command `agent-console`",
  start: "starts the daemon in the background and shows its status",
  console: "runs `agent-console`; what follows are its arguments",
  daemon: "runs the daemon here, in its sandbox, for the default home",
  demo: "the dashboard with a morning of seven agents; `--log`: in lines; `--fast`",
  bundle: "bundles the program into `dist`",
  compile: "compiles the program into `dist`; it fetches Deno's runtime; `--target all`: for Linux and macOS",
  sbom: "writes the list of packages, as CycloneDX, into `dist`",
  packaging: "makes a Homebrew formula and container recipes of a release's checksums",
  test: "all tests, with the short numbers of rounds; types are for `check`",
  "test:long": "the acceptance and fault tests with the numbers of rounds that the promises name",
  "test:form": "the suites that every form of the program must pass; `AC_PROGRAM` names the form",
  ok: "format, lint, types, tests: the gate",
  soak:
    "ten minutes of everything at once, with kill -9: what was lost or doubled, and what grows; `--seconds`, `--rate`",
  bench:
    "measures the budgets beside a baseline in the same run; `all`: everything; names: these, on the terminal only",
  docs: "writes the generated parts of README and docs anew",
  record: "takes their pictures anew",
  "record:page": "takes the pictures of the page anew, in Chromium",
  page: "makes the page's script, for a daemon that runs from the sources",
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
  "@grammyjs/types": "the shapes of Telegram's Bot API, as types alone: nothing of it is loaded when the program runs",
  "@logtape/logtape": "the daemon's log: levels, records, sinks",
  "@noble/hashes/sha2.js": "sha256 of one record at a time, without the 4 MB that `node:crypto` keeps",
  "@noble/hashes/utils.js": "bytes to hex, for the same",
  "@agentclientprotocol/sdk": "speaks ACP with the agents that the daemon runs; loaded with the first of them",
  "@opentelemetry/api": "spans and metrics for the exporter that Deno has built in; loaded only where that is on",
  "@modelcontextprotocol/server": "the tools of `agent-console mcp`; loaded only there",
  "@modelcontextprotocol/server/stdio": "speaks MCP with the agent that started it, by both handshakes",
  "@modelcontextprotocol/client": "tests of the MCP server: what agents speak to it with",
  "@modelcontextprotocol/client/stdio": "starts it for them",
  zod: "the shapes of the tools' arguments, in the form that the MCP library takes and brings along",
  commander: "the tree of commands: help, did-you-mean, usage errors",
  croner: "when a schedule comes next, clocks that change included; loaded where there is a job",
  diff: "`show` of an edit: which of its lines change",
  "@axe-core/playwright": "tests of the page: what keeps people from reading or pressing it",
  "playwright-core": "tests and pictures of the page in a real browser, Debian's Chromium",
  preact: "the page: draws only what changed, 17 kB of its script",
  "fast-check": "tests with generated input",
  "@valibot/to-json-schema": "docs/capsule.schema.json, made of the schema by which manifests of capsules are read",
  "ajv/dist/2020.js": "tests of that file: judges manifests by it, as editors do",
  standardwebhooks: "tests of the webhook: its own check of the signature",
  "jsonc-parser": "edits settings of other programs and keeps their comments and order",
  "@earendil-works/pi-tui/keys": "names of keys from what terminals send for them",
  "@earendil-works/pi-tui/stdin-buffer": "where in what a terminal sends one key ends, and what is pasted",
  "@earendil-works/pi-tui/terminal-image": "to tell the screen that it needs no pictures: else it asks tmux",
  "@earendil-works/pi-tui/tui-alt-screen":
    "the dashboard's screen: writes the rows that changed, in synchronized frames",
  "@earendil-works/pi-tui/utils": "columns of a line as that screen counts them",
  "fast-string-width": "how many columns a text takes, wide characters too",
  uqr: "the QR code of `gateway open --qr`, loaded only there",
  valibot: "schemas of configuration, params and results: checks and types in one",
};
