// deno-lint-ignore-file no-sync-fn-in-async-fn -- looks at files between two steps: nothing else waits meanwhile
/** A3 to A7: secrets, outside text, the token, the inspector, the sandbox. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { commandLine, listeningPorts, processesNaming, Running } from "../support/harness_process.ts";
import { eventually, patience, pause } from "../support/harness_wait.ts";
import type { Json } from "../support/wire.ts";

// Made at run time, so that no scanner takes this file for a leak.
const CANARY = "CANARY" + "q7".repeat(10);
const SECRETS = {
  anthropic: `sk-ant-api03-${CANARY}A`,
  github: `ghp_${CANARY}B${"x".repeat(12)}`,
  named: `${CANARY}C`,
  bearer: `${CANARY}D`,
  url: `${CANARY}E`,
  environment: `${CANARY}F`,
  config: `${CANARY}G`,
  longName: `${CANARY}H`,
  key: `${CANARY}I`,
  pass: `${CANARY}J`,
  quoted: `correct horse ${CANARY}K`,
  escaped: `${CANARY}L`,
  user: `${CANARY}M`,
  scheme: `${CANARY}N`,
};

Deno.test("A3 secrets in config, environment and prompts are in no log, record, answer, error or command line", async () => {
  const config = JSON.stringify({
    daemon: { log_level: "debug", password: SECRETS.config },
    channels: { telegram: { bot_token: SECRETS.config } },
  });
  await using home = await TestHome.create({ config });
  const env = {
    ANTHROPIC_API_KEY: SECRETS.environment,
    GITHUB_TOKEN: SECRETS.environment,
    AC_SECRET: SECRETS.environment,
  };
  const said: string[] = [];
  const cli = async (args: string[], stdin?: string) => {
    const { stdout, stderr } = await home.cli(args, { env, ...(stdin === undefined ? {} : { stdin }) });
    said.push(`${args.join(" ")}: ${stdout}${stderr}`);
  };
  await cli(["daemon", "start"]);
  const prompt = `use ${SECRETS.anthropic} and ${SECRETS.github}; export MY_API_KEY=${SECRETS.named}; ` +
    `curl -H "Authorization: Bearer ${SECRETS.bearer}" https://me:${SECRETS.url}@example.org --password ${SECRETS.named}; ` +
    `AWS_SECRET_ACCESS_KEY=${SECRETS.longName} STRIPE_KEY=${SECRETS.key} DATABASE_PASS=${SECRETS.pass} ` +
    `AccountKey=${SECRETS.key}; password="${SECRETS.quoted}" {\\"password\\":\\"${SECRETS.escaped}\\"} ` +
    `curl -u admin:${SECRETS.user} -H 'Authorization: token ${SECRETS.scheme}'`;
  const base = { session_id: "c1", cwd: "/x", transcript_path: "/x/t.jsonl" };
  const tool = { tool_name: "Bash", tool_input: { command: prompt, description: prompt } };
  for (
    const event of [
      { hook_event_name: "SessionStart", source: "startup" },
      { hook_event_name: "UserPromptSubmit", prompt },
      { hook_event_name: "PreToolUse", ...tool },
      { hook_event_name: "PermissionRequest", ...tool },
      { hook_event_name: "Notification", message: prompt, notification_type: "permission_prompt" },
      { hook_event_name: "PostToolUse", ...tool, tool_response: { stdout: prompt } },
      { hook_event_name: "Stop", last_assistant_message: prompt },
      { hook_event_name: "StopFailure", error: "unknown", error_details: prompt },
      { hook_event_name: "NobodyKnowsThis", text: prompt },
      { hook_event_name: "SessionEnd", reason: "other" },
    ]
  ) await cli(["hook", "claude"], JSON.stringify({ ...base, ...event }));
  await cli(["hook", "claude"], `not json ${prompt}`);

  await using client = await home.connect({ token: true });
  const report = {
    agent: "claude",
    event: { ...base, hook_event_name: "Stop" },
    env: { ANTHROPIC_API_KEY: SECRETS.environment },
  };
  said.push(JSON.stringify(await client.call("session.report", report)));
  said.push(JSON.stringify(await client.call("session.get", { sessionId: "c1" })));
  said.push(JSON.stringify(await client.call("dump")));
  said.push(JSON.stringify(await client.call("config.get")));
  for (const word of ["ls --all", "show c1"]) {
    await cli(word.split(" "));
    await cli([...word.split(" "), "--json"]);
  }
  for (
    const words of [
      "status --json",
      "config show",
      "config show --json",
      "config validate",
      "daemon dump",
      "daemon logs -n 1000",
      "daemon logs -n 1000 --json",
      "audit tail -n 1000 --json",
      "daemon doctor",
      "daemon status --json",
      "daemon permissions",
    ]
  ) await cli(words.split(" "));
  said.push(...processesNaming(home.root).map(({ argv }) => argv.join(" ")));
  Deno.writeTextFileSync(home.path("config.jsonc"), config.replace('"debug"', JSON.stringify(SECRETS.anthropic)));
  await cli(["daemon", "reload"]);
  await cli(["config", "validate"]);
  Deno.writeTextFileSync(home.path("config.jsonc"), `${config.slice(0, -1)} ${SECRETS.config} `);
  await cli(["daemon", "reload"]);
  await cli(["config", "validate"]);

  const token = home.token();
  const files = [...home.files()].filter(([path]) => path !== home.path("config.jsonc"));
  for (const [name, secret] of Object.entries(SECRETS)) {
    const spoken = said.filter((text) => text.includes(secret)).map((text) => `${name}: ${text.slice(0, 300)}`);
    const written = files.filter(([, text]) => text.includes(secret)).map(([path]) => `${name}: ${path}`);
    assertEquals([...spoken, ...written], []);
  }
  assertEquals(files.filter(([, text]) => text.includes(token)).map(([path]) => path), [home.path("daemon.token")]);
  assertEquals(said.filter((text) => text.includes(token)), []);
});

Deno.test("A3 secrets in what session.update sets are in no record and no answer", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const said: string[] = [];
  for (const field of ["title", "text", "cwd"]) {
    const params = {
      sessionId: field,
      agent: "test",
      status: "waiting",
      [field]: `token=${SECRETS.named} ${SECRETS.anthropic}`,
    };
    said.push(JSON.stringify(await client.request("session.update", params)));
  }
  said.push((await home.cli(["ls", "--json"])).stdout, JSON.stringify(await client.request("dump")));
  const all = [...said, ...home.files().values()];
  assertEquals(all.filter((text) => text.includes(CANARY)).map((text) => text.slice(0, 300)), []);
});

/** What a terminal, or the eye, would obey. */
const OBEYED =
  "\u001b[2J\u001b]52;c;cm0gLXJm\u0007\u001b]0;owned\u0007\r\n\t\u202egnp\u202c\u2066x\u2069\u200b\u009b31m\u0085\u2028";
// deno-lint-ignore no-control-regex
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

Deno.test("A4 escapes, bidi and line breaks in outside text are shown escaped, one line for a record", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using watch = home.spawn(["watch"]);
  await using client = await home.connect({ token: true });
  await eventually(
    async () => (await client.request("status") as { clients: { total: number } }).clients.total >= 2,
    10_000,
    "watch among the clients",
  );
  const event = {
    session_id: "evil",
    hook_event_name: "UserPromptSubmit",
    cwd: `/x${OBEYED}`,
    prompt: `say ${OBEYED}`,
  };
  await client.request("session.report", { agent: "claude", event });
  for (const status of ["waiting", "error", "idle"]) {
    const params = {
      sessionId: status,
      agent: "test",
      title: `title ${OBEYED}`,
      cwd: OBEYED,
      status,
      text: `text ${OBEYED}`,
    };
    await client.request("session.update", { ...params, model: OBEYED, gitBranch: OBEYED, tags: [OBEYED] });
  }
  // An id with such characters may be refused; if it is taken, it is shown like everything else.
  const odd = await client.call("session.update", { sessionId: `id${OBEYED}`, agent: "test", title: "t" });
  assert(odd.result !== undefined || odd.error?.data?.["name"] === "invalid_params", JSON.stringify(odd));
  await watch.says("title", 30_000);
  await watch.says("say", 30_000);
  for (
    const args of [["ls"], ["ls", "--all"], ["show", "waiting"], ["show", "evil"], ["next"], ["status"], [
      "audit",
      "tail",
    ]]
  ) {
    const { stdout, stderr, code } = await home.cli(args);
    assertEquals(code, 0, `${args.join(" ")}: ${stderr}`);
    assertEquals(RAW.exec(stdout)?.index, undefined, `${args.join(" ")}: ${JSON.stringify(stdout)}`);
  }
  assertEquals(RAW.exec(watch.stdout)?.index, undefined, `watch: ${JSON.stringify(watch.stdout)}`);
  const list = (await home.cli(["ls"])).stdout;
  assertEquals(
    list.split("\n").filter((line) => /waiting|error|idle|evil/.test(line) && line.includes("\\x1b")).length >= 3,
    true,
    list,
  );
  assertEquals(list.split("\n").filter((line) => line.includes("title")).length, 3, list);
  const bad = await home.cli(["show", `none${OBEYED.replaceAll("\u0000", "")}`]);
  assertEquals([bad.code, RAW.test(bad.stderr)], [1, false], JSON.stringify(bad.stderr));
});

Deno.test("A5 the token is 64 hex digits, 0600, new at each start, and is made by exclusive creation", async () => {
  await using home = await TestHome.create();
  await home.start();
  const first = home.token();
  assertMatch(first, /^[0-9a-f]{64}$/);
  assertEquals((Deno.lstatSync(home.path("daemon.token")).mode ?? 0) & 0o777, 0o600);
  await home.kill();
  const target = `${home.root}/target`;
  Deno.writeTextFileSync(target, "kept");
  Deno.removeSync(home.path("daemon.token"));
  Deno.symlinkSync(target, home.path("daemon.token"));
  await home.start();
  assert(Deno.lstatSync(home.path("daemon.token")).isFile);
  assertEquals(Deno.readTextFileSync(target), "kept");
  assert(home.token() !== first);
});

Deno.test("A6 100 ms after SIGUSR1 no port is open, and the daemon goes on", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  assertEquals(listeningPorts(pid), []);
  for (let round = 0; round < 3; round++) {
    const most = await patience(200);
    home.signal("SIGUSR1");
    await pause(100); // the promise's span; a busy machine gets more
    await eventually(() => listeningPorts(pid).length === 0, most, "no listening port");
    await pause(200); // and it stays shut: what a slow runtime has opened only now is shut as soon
    await eventually(() => listeningPorts(pid).length === 0, most, "no listening port");
  }
  await using client = await home.connect();
  await client.request("ping");
});

Deno.test("A7 not one access of the daemon is outside its folder, its sockets and ps", async () => {
  await using home = await TestHome.create();
  const pid = await home.start();
  const argv = commandLine(pid);
  const environment = Object.fromEntries(
    Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").filter((line) => line.includes("=")).map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  await home.stop();
  assert(!argv.includes("-A") && !argv.includes("--allow-all"), argv.join(" "));
  for (const flag of ["--no-prompt", "--deny-import", "--cached-only"]) assert(argv.includes(flag), flag);
  assert(
    argv.every((word) => !/^--allow-(net|read|write|run|env|sys|ffi)$/.test(word)),
    "every permission names its object",
  );

  const audit = `${home.root}/audit.jsonl`;
  await using daemon = new Running(argv, {
    env: { ...environment, DENO_AUDIT_PERMISSIONS: audit },
    cwd: home.root,
    stdin: "",
  });
  await home.ready(() => daemon.ended).catch((error) => {
    throw new Error(`${error} ${daemon.stderr}`);
  });
  await using client = await home.connect({ token: true });
  const event = {
    session_id: "a",
    hook_event_name: "UserPromptSubmit",
    cwd: "/etc",
    prompt: "x",
    transcript_path: "/etc/passwd",
  };
  await client.request("session.report", { agent: "claude", event, env: { CLAUDE_PID: String(Deno.pid) } });
  await client.request("config.reload");
  await client.request("dump");
  home.signal("SIGUSR1");
  home.signal("SIGTERM");
  await daemon.exit(30_000);

  const checks = Deno.readTextFileSync(audit).split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line) as Json
  );
  assert(checks.length > 10);
  const odd = checks.filter(({ permission, value }) => {
    const of = String(value ?? "");
    const inside = of === home.dir || of.startsWith(`${home.dir}/`);
    switch (permission) {
      case "read":
      case "write":
        return !inside;
      case "net":
        return !of.includes(home.socketPath) && !of.includes(home.path("hook.sock"));
      case "run":
        return !/^(\/usr)?\/bin\/ps$/.test(of);
      case "env":
      case "sys":
        return false;
      default:
        return true;
    }
  });
  assertEquals(odd, []);
  assertStringIncludes(JSON.stringify(checks), home.socketPath);
});
