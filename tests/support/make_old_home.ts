/**
 * Makes tests/fixtures/old_home: what an earlier version of the program left on a disk, played with that version's own
 * program. The home is /home/u, the program /opt/agent-console and its Deno /opt/deno/deno, so that no other paths are
 * in it; this needs root:
 *
 *     git worktree add ../old ce73e52
 *     export DENO=$(deno eval 'console.log(Deno.execPath())') DENO_DIR=${DENO_DIR:-$HOME/.cache/deno}
 *     unshare -m sh -c 'mount -t tmpfs none /home && mount -t tmpfs none /opt &&
 *       mkdir -p /home/u /opt/agent-console /opt/deno && touch /opt/deno/deno &&
 *       mount --bind ../old /opt/agent-console && mount --bind "$DENO" /opt/deno/deno &&
 *       HOME=/home/u /opt/deno/deno run -A tests/support/make_old_home.ts'
 *
 * Times and ids are those of the run: the tests read them from what is there.
 */
import { type Json, RawClient } from "./wire.ts";
import { FOREIGN } from "./old_home.ts";

const HOME = "/home/u";
const PROGRAM = "/opt/agent-console";
const OUT = new URL("../fixtures/old_home/", import.meta.url).pathname;
const WORK = `${HOME}/shop`;

/** Runs a command of the earlier program. @throws where its exit code is not 0 */
async function run(...args: string[]): Promise<string> {
  const { DENO_DIR = "", PATH = "" } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${PROGRAM}/main.ts`, ...args],
    cwd: HOME,
    clearEnv: true,
    env: { PATH, DENO_DIR, HOME },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`Cannot ${args.join(" ")}: exit ${code}, ${text.decode(stderr)}`);
  return text.decode(stdout);
}

async function connect(admin: boolean): Promise<RawClient> {
  const client = await RawClient.connect(`${HOME}/.agent-console/daemon.sock`);
  const token = admin ? { token: (await Deno.readTextFile(`${HOME}/.agent-console/daemon.token`)).trim() } : {};
  await client.request("hello", { protocol: 1, client: "recorder/1", kind: "cli", ...token });
  return client;
}

/** The recorded events of one session that `names` asks for, in their order, in our folder. */
function recorded(file: string, names: readonly string[], changes: Json = {}): Json[] {
  const lines = Deno.readTextFileSync(`${PROGRAM}/tests/fixtures/${file}.jsonl`).trim().split("\n")
    .map((line) => JSON.parse(line.replaceAll("/home/u/project", WORK)))
    .filter(({ event }) => event !== undefined) as { event: string; stdin: Json }[];
  return names.map((name) => {
    const at = lines.findIndex(({ event }) => event === name);
    if (at < 0) throw new Error(`Cannot find ${name} in ${file}`);
    return { ...lines.splice(0, at + 1).at(-1)!.stdin, ...changes };
  });
}

/** Reports the events; the answer to the last one is given back, with the connection that may wait for it. */
async function report(agent: string, events: readonly unknown[], env: Json = {}): Promise<[Json, RawClient]> {
  const client = await connect(false);
  let answer: Json = {};
  for (const event of events) answer = await client.request("session.report", { agent, event, env });
  return [answer, client];
}

const SCREEN = { CLAUDE_CODE_ENTRYPOINT: "cli" };

/** A call of Claude Code that asks; `decide` says how it ends. */
async function asked(id: string, command: string, decide: (id: string) => Promise<unknown>): Promise<void> {
  const input = {
    session_id: id,
    tool_input: { command, description: "as it was asked" },
    tool_use_id: `of ${command}`,
  };
  const names = ["UserPromptSubmit", "PreToolUse", "PermissionRequest"];
  const events = recorded("claude/permission-waits", names).map((event) =>
    "tool_input" in event ? { ...event, ...input } : { ...event, session_id: id }
  );
  const [{ approval }, client] = await report("claude", events, SCREEN);
  const open = String((approval as Json)["id"]);
  const waiting = client.request("approval.wait", { id: open });
  await decide(open);
  await waiting;
  await client.close();
}

async function play(admin: RawClient): Promise<void> {
  const decide = (params: Json) => (id: string) => admin.request("approval.decide", { id, ...params });
  await asked("s-approved", "npm test", decide({ decision: "approve", scope: "workspace" }));
  await asked(
    "s-approved",
    "npm run lint",
    decide({ decision: "approve", scope: "always", expiresInSecs: 31_000_000 }),
  );
  await asked("s-denied", "git push --force", decide({ decision: "deny", message: "use a branch" }));
  await asked("s-expired", "rm -r build", async () => {});
  const rules = (await admin.request("approval.rules"))["rules"] as Json[];
  await admin.request("approval.revoke", { id: rules.find((rule) => rule["pattern"] === "npm run lint")?.["id"] });

  const others: [string, string, string[]][] = [
    ["codex", "codex/permissions", ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"]],
    ["gemini", "gemini/permissions", ["SessionStart", "BeforeAgent", "SessionEnd"]],
    ["claude-like:qwen", "qwen/tui", ["SessionStart", "UserPromptSubmit"]],
  ];
  for (const [agent, file, names] of others) await (await report(agent, recorded(file, names)))[1].close();
  const cursor = { conversation_id: "c-cursor", workspace_roots: [WORK], hook_event_name: "beforeSubmitPrompt" };
  await (await report("cursor", [{ ...cursor, prompt: "make it green" }]))[1].close();
  await (await report("claude", [{ hook_event_name: "NeverHeardOf", session_id: "s-denied" }]))[1].close();

  await admin.request("session.update", {
    sessionId: "own",
    agent: "script",
    title: "nightly",
    tags: ["ci"],
    priority: 3,
  });
  await admin.request("session.update", { sessionId: "gone", agent: "script", title: "to be deleted" });
  await admin.request("session.close", { sessionId: "s-expired", reason: "done", idempotencyKey: "close-1" });
  await admin.request("session.delete", { sessionId: "gone", idempotencyKey: "delete-1" });
}

/** What is kept of the home: text, nothing that only a running daemon needs. */
const KEPT = /^\.agent-console\/(?:config\.jsonc$|backups\/.*\.json$|journal\/)|\/(?:hooks|settings)\.json$|\.js$/;

async function keep(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(`${HOME}/${folder}`)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) await keep(path);
    else if (KEPT.test(path)) {
      await Deno.mkdir(`${OUT}home/${folder}`, { recursive: true });
      await Deno.copyFile(`${HOME}/${path}`, `${OUT}home/${path}`);
      await Deno.chmod(`${OUT}home/${path}`, 0o644);
    }
  }
}

if (import.meta.main) {
  await Deno.mkdir(WORK, { recursive: true });
  for (const [path, text] of Object.entries(FOREIGN)) {
    await Deno.mkdir(`${HOME}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${HOME}/${path}`, text);
  }
  await Deno.mkdir(`${HOME}/.agent-console`, { mode: 0o700 });
  const config = '{ "approvals": { "hook_wait_secs": 2 } } // one approval is to expire\n';
  await Deno.writeTextFile(`${HOME}/.agent-console/config.jsonc`, config, { mode: 0o600 });
  await run("daemon", "start");
  const admin = await connect(true);
  await play(admin);
  for (const agent of ["claude", "codex", "gemini", "opencode", "cursor"]) await run("hooks", "install", agent);
  await run("hooks", "install", "claude", "--statusline");
  const shown = {
    sessions: ["ls", "--all", "--json"],
    rules: ["rules", "list", "--json"],
    approvals: ["approvals", "--all", "--json"],
  };
  const said: Json = {};
  for (const [name, args] of Object.entries(shown)) said[name] = JSON.parse(await run(...args));
  await admin.close();
  await run("daemon", "stop");
  said["verified"] = JSON.parse(await run("audit", "verify", "--json"));
  await keep("");
  const lines = Object.entries(said).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  await Deno.writeTextFile(`${OUT}said.json`, `{\n${lines.join(",\n")}\n}\n`);
}
