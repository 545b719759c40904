/**
 * Makes tests/fixtures/journals/VERSION: the journal that this version of the program writes, and what its commands say of
 * it. It is made once for each release, with the program that is released, and stays as it is. The home is /home/u, the
 * program /opt/agent-console and its Deno /opt/deno/deno, so that no other paths are in it; this needs root:
 *
 *     export DENO=$(deno eval 'console.log(Deno.execPath())') DENO_DIR=${DENO_DIR:-$HOME/.cache/deno}
 *     unshare -m sh -c 'mount -t tmpfs none /home && mount -t tmpfs none /opt &&
 *       mkdir -p /home/u /opt/agent-console /opt/deno && touch /opt/deno/deno &&
 *       mount --bind . /opt/agent-console && mount --bind "$DENO" /opt/deno/deno &&
 *       cd /opt/agent-console && HOME=/home/u /opt/deno/deno run -A tests/support/make_journal.ts'
 *
 * Times and ids are those of the run: the test reads them from what is there.
 */
import { VERSION } from "../../src/protocol/version.ts";
import { recorded, TUI } from "./hook_process.ts";
import { JOURNAL_SHOWN } from "./journal_fixtures.ts";
import { eventually } from "./harness_wait.ts";
import { type Json, RawClient } from "./wire.ts";

const HOME = "/home/u";
const PROGRAM = "/opt/agent-console";
const WORK = `${HOME}/shop`;
const OUT = new URL(`../fixtures/journals/${VERSION}/`, import.meta.url).pathname;
const { DENO_DIR = "", PATH = "" } = Deno.env.toObject();

/** @throws where its exit code is not 0 */
async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${PROGRAM}/main.ts`, ...args],
    cwd: WORK,
    clearEnv: true,
    env: { PATH, DENO_DIR, HOME, AC_FROM_SOURCE: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`Cannot ${args.join(" ")}: exit ${code}, ${text.decode(stderr)}`);
  return text.decode(stdout);
}

async function connect(): Promise<RawClient> {
  const client = await RawClient.connect(`${HOME}/.agent-console/daemon.sock`);
  const token = (await Deno.readTextFile(`${HOME}/.agent-console/daemon.token`)).trim();
  await client.request("hello", { protocol: 1, client: "recorder/1", kind: "cli", token });
  return client;
}

/** A call of Claude Code that asks; `decide` is given its id and says how it ends. */
async function asks(client: RawClient, session: string, command: string, decision: Json | undefined): Promise<void> {
  const call = { session, command, cwd: WORK };
  let answer: Json = {};
  for (const name of ["UserPromptSubmit", "PreToolUse", "PermissionRequest"]) {
    answer = await client.request("session.report", {
      agent: "claude",
      event: recorded("claude", name, call),
      env: TUI,
    });
  }
  if (decision === undefined) return;
  const { id } = answer["approval"] as { id: string };
  await client.request("approval.decide", { id, ...decision });
}

async function play(client: RawClient): Promise<void> {
  await asks(client, "s-approved", "npm test", { decision: "approve", scope: "workspace" });
  await asks(client, "s-approved", "npm run lint", { decision: "approve", scope: "always", expiresInSecs: 31_000_000 });
  await asks(client, "s-denied", "git push --force", { decision: "deny", message: "use a branch" });
  await asks(client, "s-left", "rm -r build", undefined);
  const rules = (await client.request("approval.rules"))["rules"] as Json[];
  await client.request("approval.revoke", { id: rules.find((rule) => rule["pattern"] === "npm run lint")?.["id"] });
  const codex = recorded("codex", "UserPromptSubmit", { session: "s-codex", cwd: WORK });
  await client.request("session.report", { agent: "codex", event: codex, env: {} });
  await client.request("session.update", { sessionId: "own", agent: "script", title: "nightly", tags: ["ci"] });
  await client.request("session.update", { sessionId: "gone", agent: "script", title: "to be deleted" });
  await client.request("session.delete", { sessionId: "gone", idempotencyKey: "delete-1" });
  await client.request("session.close", { sessionId: "own", reason: "done", idempotencyKey: "close-1" });
  await client.request("memory.append", { text: "Deploys go out on Tuesdays", tags: ["deploy"], workspace: WORK });
  const forgotten = await client.request("memory.append", { text: "to be forgotten" });
  await client.request("memory.forget", { id: forgotten["id"] });
  const yearly = { schedule: "@yearly", timezone: "Europe/Berlin" };
  await client.request("job.add", { id: "check", ...yearly, action: { kind: "maintenance", task: "verify" } });
  await client.request("job.add", { id: "off", ...yearly, action: { kind: "command", command: "/status" } });
  await client.request("job.disable", { id: "off" });
  await client.request("job.run", { id: "check" });
  await ended(client, "job.history", "runs", "outcome");
  await client.request("turn.submit", { agent: "mine", cwd: WORK, text: "say hello; plan read,write" });
  await ended(client, "turn.recent", "turns", "endedAt");
}

async function ended(client: RawClient, method: string, list: string, member: string): Promise<void> {
  const isEnded = async () =>
    ((await client.request(method))[list] as Json[]).every((one) => one[member] !== undefined);
  await eventually(isEnded, 20_000, `the end of ${list}`);
}

if (import.meta.main) {
  await Deno.mkdir(WORK, { recursive: true });
  await Deno.mkdir(`${HOME}/.agent-console`, { mode: 0o700 });
  const agent = ["/opt/deno/deno", "run", "-A", "--no-check", "--cached-only", `${PROGRAM}/tests/support/acp_agent.ts`];
  const agents = { mine: { command: agent, env: [`DENO_DIR=${DENO_DIR}`, "DENO_NO_UPDATE_CHECK=1"] } };
  await Deno.writeTextFile(`${HOME}/.agent-console/config.jsonc`, JSON.stringify({ agents }), { mode: 0o600 });
  await run("daemon", "start");
  const first = await connect();
  await play(first);
  await first.close();
  await run("daemon", "restart");
  const client = await connect();
  await asks(client, "s-later", "npm test", undefined); // by the rule that stands
  const said: Record<string, unknown> = {};
  for (const [name, [method, params, list]] of Object.entries(JOURNAL_SHOWN)) {
    said[name] = (await client.request(method, { ...params }))[list];
  }
  await client.close();
  await run("daemon", "stop");
  said["verified"] = JSON.parse(await run("audit", "verify", "--json"));
  await Deno.mkdir(`${OUT}journal`, { recursive: true });
  for await (const { name } of Deno.readDir(`${HOME}/.agent-console/journal`)) {
    if (!/\.(?:jsonl|json)$/.test(name)) continue;
    await Deno.copyFile(`${HOME}/.agent-console/journal/${name}`, `${OUT}journal/${name}`);
    await Deno.chmod(`${OUT}journal/${name}`, 0o644);
  }
  const lines = Object.entries(said).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  await Deno.writeTextFile(`${OUT}said.json`, `{\n${lines.join(",\n")}\n}\n`);
}
