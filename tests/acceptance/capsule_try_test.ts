/** `capsule test`: a capsule's own test in its own sandbox, without a daemon, a network or a grant. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeCapsule } from "../support/capsule_folder.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import type { Json } from "../support/wire.ts";

/** Posts what is asked to a webhook whose address is a secret, with one retry, and answers what it is asked to. */
const HOOK = {
  manifest: {
    name: "hook",
    subscribes: ["approval"],
    intercepts: ["approval"],
    commands: ["today", "try", "sessions", "say"].map((name) => ({ name, description: name, args: "[WORD]" })),
    capabilities: { net: ["hooks.example.com:443"], secrets: ["url"], kv: 1000, exec: ["sessions"], env: ["PLACE"] },
    settings: { channel: { type: "string", default: "#general" } },
  },
  main: `
    export default (capsule: any) => {
      const post = async (body: unknown) => await fetch(await capsule.secret("url"), {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      capsule.on("approval", async ({ type, data, seq }: any) => {
        if (type !== "approval.requested") return;
        await capsule.kv.set("last", seq);
        const text = data.approval.tool + ": " + data.approval.input;
        let answer = await post({ channel: capsule.settings.channel, text });
        if (answer.status === 503) answer = await post({ channel: capsule.settings.channel, text });
        capsule.log("posted", { status: answer.status, body: await answer.text() });
      });
      capsule.intercept(({ input }: any) => input.includes("rm") ? { decision: "ask", reason: "rm" } : undefined);
      capsule.command("today", () => new Date().toISOString().slice(0, 16) + " " + Date.now());
      capsule.command("sessions", async () => (await capsule.exec("/sessions")).response);
      capsule.command("say", async () => capsule.log(await capsule.secret("url")) ?? "said");
      capsule.command("try", async ([what]: string[]) => {
        if (what === "env") return Deno.env.get("PLACE");
        if (what === "read") return await Deno.readTextFile("/etc/hostname");
        if (what === "connect") return String(await Deno.connect({ hostname: "127.0.0.1", port: 9 }));
        if (what === "exit") Deno.exit(3);
        return (await fetch("https://other.example.com/")).statusText;
      });
    };`,
};

const URL = "https://hooks.example.com/T/secret";
const WORLD = { secrets: { url: URL }, env: { PLACE: "here" }, exec: { sessions: "none" } };

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

interface Tested {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function tested(home: TestHome, test: Json | undefined, ...args: string[]): Promise<Tested> {
  const files = { "main.ts": HOOK.main, ...(test === undefined ? {} : { "capsule.test.jsonc": JSON.stringify(test) }) };
  const folder = writeCapsule(`${home.root}/made`, HOOK.manifest, files);
  if (test === undefined && exists(`${folder}/capsule.test.jsonc`)) await Deno.remove(`${folder}/capsule.test.jsonc`);
  return await home.cli(["capsule", "test", folder, ...args]);
}

Deno.test("X1 capsule test: calls of fetch get the test's answers, and secrets, settings, exec, env, kv and the time are the test's", async () => {
  await using home = await TestHome.create();
  const body = { channel: "#ops", text: "Bash: touch a1" };
  const { code, stdout, stderr } = await tested(home, {
    ...WORLD,
    settings: { channel: "#ops" },
    now: "2026-05-01T07:30:00Z",
    steps: [
      {
        recorded: "approval.requested",
        seq: 7,
        expect: {
          fetches: [
            { url: URL, method: "POST", headers: { "content-type": "application/json" }, body, reply: { status: 503 } },
            { body: { $contains: "touch" }, reply: { body: "ok" } },
          ],
          logs: [{ $contains: ["posted", '"status":200', '"body":"ok"'] }],
          kv: { last: 7, first: null },
        },
      },
      {
        recorded: "approval.requested",
        data: { approval: { input: "ls" } },
        expect: {
          error: { $contains: "no route" },
          fetches: [{ body: { text: "Bash: ls" }, reply: { error: "no route" } }],
        },
      },
      { command: "today", expect: { text: { $contains: "2026-05-01T07:30 17776" } } },
      { now: "2026-05-02T23:00:00Z" },
      { command: "today", expect: { text: { $contains: "2026-05-02T23:00" } } },
      { event: "approval.decided", ts: "2026-06-01T00:00:00Z" },
      { command: "today", expect: { text: { $contains: "2026-06-01T00:00" } } },
      { restart: true },
      { wait: 1, expect: { kv: { last: 8 } } },
      { command: "sessions", expect: { text: "none" } },
      { command: "try", args: ["env"], expect: { text: "here" } },
      { intercept: { input: "rm -r x" }, expect: { verdict: { decision: "ask" } } },
      { intercept: {}, expect: { verdict: null } },
      { recorded: "approval.decided" },
    ],
  });
  assertEquals([code, stderr], [0, ""], stdout);
  assertMatch(stdout, /made\/hook\nok {3}1 recorded approval\.requested\n.*\n14 passed, 0 failed\n$/s);
});

Deno.test("X1 capsule test: each difference is told with both sides, by exit code 1 and as JSON", async () => {
  await using home = await TestHome.create();
  const wrong = {
    ...WORLD,
    steps: [
      { command: "sessions", expect: { text: "one\ntwo" } },
      { recorded: "approval.requested", within: 100, expect: { fetches: [{ body: { text: "other" } }, { url: "x" }] } },
      { command: "sessions", within: 0, expect: { logs: ["never"], kv: { last: 9 } } },
      { intercept: {}, expect: { verdict: { decision: "deny" } } },
      { command: "sessions", expect: { error: "late" } },
      { recorded: "approval.requested", within: 0 },
    ],
  };
  const { code, stdout } = await tested(home, wrong);
  assertEquals(code, 1, stdout);
  assertStringIncludes(stdout, "FAIL 1 command sessions\n       text\n       - one\n       - two\n       + none\n");
  assertMatch(stdout, /fetches\.0\.body\.text\n {7}- other\n {7}\+ Bash: touch a1\n {7}fetches\.1\n {7}- a call "x"\n/);
  assertMatch(stdout, /logs\.0\n {7}- never\n {7}\+ nothing\n/);
  assertMatch(stdout, /verdict\n {7}- \{"decision":"deny"\}\n {7}\+ null\n/);
  assertMatch(stdout, /error\n {7}- late\n {7}\+ nothing\n/);
  assertMatch(stdout, /FAIL 6 .*\n.*\n {7}- nothing\n {7}\+ POST .*is refused in the test: no fetch that this step/);
  assertMatch(stdout, /0 passed, 6 failed\n$/);
  const told = JSON.parse((await tested(home, wrong, "--json")).stdout) as Json;
  assertEquals([told["capsule"], told["passed"], told["failed"]], ["hook", 0, 6]);
  assertEquals((told["steps"] as Json[])[0], {
    step: "command sessions",
    answer: "none",
    differences: [{ at: "text", expected: "one\ntwo", actual: "none" }],
    said: [],
  });
});

Deno.test("X1 capsule test: nothing of net, read and write is granted, and a secret in a line of the log fails", async () => {
  await using home = await TestHome.create();
  const tries = (what: string, said: string) => ({
    command: "try",
    args: [what],
    expect: { error: { $contains: said } },
  });
  const { code, stdout } = await tested(home, {
    ...WORLD,
    steps: [
      tries("read", "Requires read access"),
      tries("connect", "Requires net access"),
      { ...tries("other host", "the manifest's net does not name other.example.com:443"), within: 0 },
      { command: "say", within: 0 },
      tries("exit", "it ended by itself: exit code 3"),
      { command: "sessions", expect: { text: "none" } },
      { restart: true },
      { command: "sessions", expect: { text: "none" } },
    ],
  });
  assertEquals(code, 1);
  const states = stdout.split("\n").flatMap((line) => /^(ok {2}|FAIL) \d/.exec(line)?.[1]?.trim() ?? []);
  assertEquals(states, ["ok", "ok", "FAIL", "FAIL", "ok", "FAIL", "ok", "ok"], stdout);
  assertStringIncludes(stdout, "- no secret\n       + a line with the secret url\n");
});

Deno.test("X1 capsule test: without a test it says what the capsule does at recorded events; its copy is removed", async () => {
  await using home = await TestHome.create();
  const files = {
    "main.ts": HOOK.main.replace(`await capsule.secret("url")`, `"${URL}"`).replace("[what]", "[what = 'env']"),
  };
  const folder = writeCapsule(home.path("capsules"), HOOK.manifest, files);
  const before = namesIn(home.dir);
  const { code, stdout, stderr } = await home.cli(["capsule", "test", "hook"]);
  assertMatch(stdout, /capsules\/hook: no capsule\.test\.jsonc\n/);
  assertMatch(stdout, /ok {3}1 recorded all\n {7}log: posted \{"status":200,"body":""\}\nok {3}2 command today\n/);
  assertMatch(stdout, /ok {3}6 intercept\n {7}null\n/);
  assertMatch(stdout, /FAIL 5 command say\n {7}error\n {7}- nothing\n {7}\+ the test has no secret url\n/);
  assertEquals([code, stderr], [1, ""]);
  assertEquals(namesIn(home.dir), before);
  const launchers = namesIn(`${home.root}/.local/share/agent-console`);
  assertEquals(launchers.filter((name) => name !== "made_folders.jsonl"), [], "its copy is gone");
  assertEquals(namesIn(folder), ["capsule.jsonc", "main.ts"]);
});

Deno.test("X1 capsule test: a capsule, a test or a start that is refused is told with the reason", async () => {
  await using home = await TestHome.create();
  const { code, stderr } = await tested(home, { steps: [{ comand: "today" }] });
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^error: the test of hook is refused: capsule\.test\.jsonc:1:12 "steps\.0\.comand" is not known\nhint: mend .*\/hook\/capsule\.test\.jsonc\n$/,
  );
  assertMatch((await home.cli(["capsule", "test", "none"])).stderr, /there is no capsule "none"/);
  assertMatch(
    (await home.cli(["capsule", "test", "./none"])).stderr,
    /the capsule is refused: .* is not there\nhint: mend .*\/none\n$/,
  );
  const folder = writeCapsule(`${home.root}/made`, { name: "broken", commands: [{ name: "a", description: "a" }] }, {
    "main.ts": `export default () => {};`,
    "capsule.test.jsonc": `{ "steps": [{ "command": "a" }] }`,
  });
  const broken = await home.cli(["capsule", "test", folder]);
  assertMatch(broken.stdout, /FAIL 1 start\n.*\n.*\n.*the command a, which main does not register\n0 passed, 1 failed/);
  assertEquals(broken.code, 1);
});

Deno.test("X1 capsule test: the doubles of Date and fetch are used as what they stand for", async () => {
  await using home = await TestHome.create();
  const folder = writeCapsule(`${home.root}/made`, {
    name: "uses",
    commands: [{ name: "dates", description: "a" }, { name: "calls", description: "b" }],
    capabilities: { net: ["a.example.com:80"] },
  }, {
    "main.ts": `
      const atLoad = new Date();
      export default (capsule: any) => {
        capsule.command("dates", () => JSON.stringify([
          atLoad.getUTCFullYear(), new Date(0).toISOString(), new Date(2020, 1, 3).getDate(), typeof Date(),
          new Date() instanceof Date, Date.UTC(1970, 0, 1), Date.parse("1970-01-01T00:00:01Z"), Date.now() > 1893456000000,
        ]));
        capsule.command("calls", async () => {
          const given = new Request("http://a.example.com/x", { method: "PUT", body: "hi", headers: { "X-A": "b" } });
          const first = await fetch(given);
          const second = await fetch(new URL("http://a.example.com:80/y?z=1"));
          const aborted = await fetch("http://a.example.com/", { signal: AbortSignal.abort(new Error("no")) })
            .catch((error) => error.message);
          return JSON.stringify([first.status, first.body, second.ok, second.headers.get("x-c"), await second.json(), aborted]);
        });
      };`,
    "capsule.test.jsonc": JSON.stringify({
      now: "2030-06-01T00:00:00Z",
      steps: [
        {
          command: "dates",
          expect: { text: '[2030,"1970-01-01T00:00:00.000Z",3,"string",true,0,1000,true]' },
        },
        {
          command: "calls",
          expect: {
            text: '[204,null,false,"d",{"e":1},"no"]',
            fetches: [
              {
                url: "http://a.example.com/x",
                method: "PUT",
                body: "hi",
                headers: { "x-a": "b" },
                reply: { status: 204 },
              },
              {
                url: "http://a.example.com/y?z=1",
                method: "GET",
                body: "",
                reply: { status: 418, headers: { "X-C": "d" }, body: '{"e":1}' },
              },
            ],
          },
        },
      ],
    }),
  });
  const { code, stdout } = await home.cli(["capsule", "test", folder]);
  assertEquals([code, stdout.split("\n").at(-2)], [0, "2 passed, 0 failed"], stdout);
});
