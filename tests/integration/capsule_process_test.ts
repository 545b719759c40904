/** Capsules as processes: what an author's API does, from the first call to a reload. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { CapsuleLab } from "../support/capsules.ts";
import { eventually } from "../support/harness_wait.ts";

const WAIT = 10_000;

Deno.test("a capsule's command gets its words and answers with text; an error of it is told in its words", async () => {
  await using lab = new CapsuleLab();
  const settings = { mark: "!" };
  await lab.supervisor.run(
    await lab.capsule("greeter", {
      main: `
        import { greeting } from "./words.ts";
        export default (capsule: any) => {
          capsule.command("hello", ([who]: string[]) =>
            \`\${greeting} \${who} \${capsule.name} \${capsule.settings.mark}\`);
          capsule.command("wrong", () => { throw new Error("no such street"); });
        };`,
      others: { "words.ts": `export const greeting: string = "hello";` },
      manifest: { commands: [command("hello"), command("wrong")] },
      settings,
    }),
  );
  const run = (name: string) => lab.supervisor.command("greeter", name, ["you"]);
  assertEquals(await run("hello"), "hello you greeter !");
  settings.mark = "?";
  lab.supervisor.configure("greeter");
  assertEquals(await run("hello"), "hello you greeter ?");
  const error = await assertRejects(() => run("wrong"), ConsoleError);
  assertEquals(error.message, "capsule greeter: no such street");
});

Deno.test("keys and values, secrets and commands of the console work as far as they are granted", async () => {
  await using lab = new CapsuleLab();
  lab.secrets.set("slack", "s3cret").set("other", "no");
  const files = {
    main: `
      const tried = async (work: () => unknown) => {
        try { return await work() } catch (error) { return (error as Error).message }
      };
      export default (capsule: any) => capsule.command("all", async () => JSON.stringify([
        await tried(() => capsule.kv.set("a", { n: 1, __proto__: 2 })), await capsule.kv.get("a"), await capsule.kv.get("b"),
        await capsule.kv.set("__proto__", 2), await capsule.kv.list(), await capsule.kv.delete("a"),
        await tried(() => capsule.kv.set("long", "x".repeat(200))),
        await capsule.secret("slack"), await tried(() => capsule.secret("other")),
        await capsule.exec("sessions --all"), await tried(() => capsule.exec("/approve x")),
        await tried(() => capsule.exec("please work")), await tried(() => capsule.exec("deny x")),
      ]));`,
    manifest: { commands: [command("all")] },
    capabilities: { kv: 100, secrets: ["slack"], exec: ["sessions", "deny"] },
  };
  await lab.supervisor.run(await lab.capsule("all", files));
  assertEquals(JSON.parse(await lab.supervisor.command("all", "all", [])), [
    null,
    { n: 1 },
    null,
    null,
    ["__proto__", "a"],
    null,
    "its keys and values would be more than the 100 bytes that are granted",
    "s3cret",
    "the secret other is not granted to it",
    { success: true, response: "ran /sessions --all" },
    "the command approve is not granted to it",
    "the command please is not granted to it",
    "the command deny does more than look",
  ]);
  assertEquals(lab.executed, ["/sessions --all"]);
  assertEquals(lab.kv.get("all"), '[["__proto__",2]]\n');
});

Deno.test("X1 a call with a wrong key, value, prefix, name or line is an error in the capsule, which runs on", async () => {
  await using lab = new CapsuleLab();
  const main = `
    const tried = async (work: () => unknown) => {
      try { return await work() } catch (error) { return (error as Error).message }
    };
    export default ({ kv, secret, exec, command }: any) => command("all", async () => JSON.stringify([
      await tried(() => kv.set("", 1)), await tried(() => kv.get(5)), await tried(() => kv.delete("k".repeat(257))),
      await tried(() => kv.list("k".repeat(257))), await tried(() => secret("")), await tried(() => exec("x".repeat(4097))),
      await tried(() => kv.set("deep", JSON.parse("[".repeat(100) + "]".repeat(100)))),
      await kv.set("fits", JSON.parse("[".repeat(60) + "]".repeat(60))),
      await kv.set("k".repeat(256), 1), (await kv.list("k".repeat(256))).length,
    ]));`;
  const more = { manifest: { commands: [command("all")] }, capabilities: { kv: 1000, exec: ["x"] } };
  await lab.supervisor.run(await lab.capsule("wrong", { main, ...more }));
  assertEquals(JSON.parse(await lab.supervisor.command("wrong", "all", [])), [
    "the key is empty",
    "the key is no text",
    "the key has more than 256 characters",
    "the prefix has more than 256 characters",
    "the name is empty",
    "the line has more than 4096 characters",
    "the value of deep nests too deep, or has too many lists and objects",
    null,
    null,
    1,
  ]);
  assertEquals(lab.stateOf("wrong"), "running");
});

Deno.test("X1 a capsule with more to keep than the connection bears in a second is slowed down, and not ended", async () => {
  await using lab = new CapsuleLab({ byteBurst: 3 * 1_048_576, kvWriteMs: 1 });
  const main = `export default (capsule: any) => capsule.command("keep", async () => {
    for (let n = 0; n < 10; n++) await capsule.kv.set("a", "x".repeat(900_000));
    return String((await capsule.kv.get("a")).length);
  });`;
  const more = { manifest: { commands: [command("keep")] }, capabilities: { kv: 1_000_000 } };
  await lab.supervisor.run(await lab.capsule("keeper", { main, ...more }));
  assertEquals(await lab.supervisor.command("keeper", "keep", []), "900000");
});

Deno.test("what a capsule writes by console is a line of the log; a fault of its own has it started again", async () => {
  await using lab = new CapsuleLab({ backoffMs: 20 });
  await lab.supervisor.run(
    await lab.capsule("noisy", {
      main: `
        console.log("begun", { a: [1] });
        export default (capsule: any) => {
          capsule.log("by log", { b: 2 });
          capsule.command("die", () => { setTimeout(() => { throw new Error("a bug") }); return "soon"; });
        };`,
      manifest: { commands: [command("die")] },
    }),
  );
  await eventually(() => lab.said("noisy").length >= 2, WAIT, "both lines");
  assertEquals(lab.said("noisy"), ["a capsule says: begun { a: [ 1 ] }", "a capsule says: by log"]);
  assertEquals(lab.lines[1]?.fields["fields"], '{"b":2}');
  assertEquals(await lab.supervisor.command("noisy", "die", []), "soon");
  await eventually(
    () => lab.said("noisy").some((line) => line.includes("is started again")) && lab.stateOf("noisy") === "running",
    WAIT,
    "again",
  );
  assert(lab.said("noisy").some((line) => line.includes("stderr") && line.includes("a bug")));
  assertEquals(await lab.supervisor.command("noisy", "die", []), "soon");
});

Deno.test("X1 a capsule that ends with the launcher's code for an absent copy is no absent one: it is tried again", async () => {
  await using lab = new CapsuleLab({ backoffMs: 1 });
  const run = lab.supervisor.run(await lab.capsule("liar", { main: "Deno.exit(66);" }));
  await assertRejects(() => run, ConsoleError, "it ended by itself: exit code 66");
  await eventually(() => lab.stateOf("liar") === "failed", 30_000, "it is off");
  assertEquals(lab.failed.length, 1);
});

Deno.test("a capsule that ends five times stays off, until it is run anew", async () => {
  await using lab = new CapsuleLab({ backoffMs: 1 });
  const dead = await lab.capsule("dead", { main: `throw new Error("no");` });
  const error = await assertRejects(() => lab.supervisor.run(dead), ConsoleError);
  assertEquals(error.message, "capsule dead: no");
  await eventually(() => lab.stateOf("dead") === "failed", 30_000, "it is off");
  const again = lab.said("dead").filter((line) => line.includes("is started again"));
  assertEquals([lab.failed, again.length], [["capsule dead: no"], 4]);
  const refused = await assertRejects(() => lab.supervisor.command("dead", "x", []), ConsoleError);
  assertEquals(refused.kind, "conflict");
  assertStringIncludes(`${refused.hint}`, "mend its code, then agent-console capsule grant dead; ");
  await lab.supervisor.run(await lab.capsule("dead", { main: "export default () => {};" }));
  assertEquals(lab.stateOf("dead"), "running");
});

Deno.test("what main registers is what the manifest names", async () => {
  await using lab = new CapsuleLab({ backoffMs: 60_000 });
  const bad = async (name: string, line: string, manifest = {}) => {
    const capsule = await lab.capsule(name, { main: `export default (capsule: any) => { ${line} };`, manifest });
    return (await assertRejects(() => lab.supervisor.run(capsule), ConsoleError)).message;
  };
  assertStringIncludes(await bad("a", `capsule.command("x", () => "")`), "registers the command x, which its manifest");
  assertStringIncludes(await bad("b", "", { commands: [command("y")] }), "names the command y, which main does not");
  assertStringIncludes(await bad("c", `capsule.on("turn", () => {})`), "listens to turn, which its manifest");
  assertStringIncludes(await bad("d", "capsule.intercept(() => {})"), "and its manifest intercepts nothing");
});

Deno.test("an interceptor denies, asks or notes, and never allows; one that fails or is late says nothing", async () => {
  await using lab = new CapsuleLab();
  await using hasty = new CapsuleLab({ interceptMs: 300 });
  const says = async (name: string, body: string, { supervisor } = lab) => {
    const main = `export default (capsule: any) => capsule.intercept(${body});`;
    await supervisor.run(await lab.capsule(name, { main, manifest: { intercepts: ["approval"] } }));
    return await supervisor.intercept(name, { tool: "rm" }).catch((error: Error) => error.message);
  };
  const denies = `({ tool }: any) => ({ decision: "deny", reason: "not " + tool })`;
  assertEquals(await says("denies", denies), { decision: "deny", reason: "not rm" });
  assertEquals(await says("notes", `() => ({ note: "look twice" })`), { note: "look twice" });
  assertEquals(await says("silent", "() => undefined"), null);
  const long = `({ tool }: any) => ({ decision: "deny", reason: "😀".repeat(600) })`;
  assertEquals(await says("long", long), { decision: "deny", reason: `${"😀".repeat(499)}…` });
  assertEquals(await says("long-note", `() => ({ note: "y".repeat(2000) })`), { note: `${"y".repeat(999)}…` });
  const allows = `() => ({ decision: "allow", reason: "fine" })`;
  assertEquals(await says("allows", allows), "capsule allows answered intercept in a wrong form");
  const both = `() => ({ decision: "ask", reason: "hm", note: "x" })`;
  assertEquals(await says("both", both), "capsule both answered intercept in a wrong form");
  assertEquals(await says("fails", `() => { throw new Error("oh") }`), "capsule fails: oh");
  const late = "() => new Promise(() => {})";
  assertEquals(await says("late", late, hasty), "capsule late did not answer intercept within 300 ms");
  const absent = await assertRejects(() => lab.supervisor.intercept("absent", {}), ConsoleError);
  assertEquals(absent.kind, "not_found");
});

Deno.test("a hot reload under load loses and doubles no event, and what is in flight finishes or hears why not", async () => {
  await using lab = new CapsuleLab({ stopMs: 1500, logBurst: 10_000 });
  const files = (mark: string) => ({
    main: `
      export default (capsule: any) => {
        capsule.on("turn", async ({ seq }: any) => {
          await new Promise((done) => setTimeout(done, seq % 7));
          await Promise.resolve();
          capsule.log("${mark}" + seq);
        });
        capsule.command("wait", ([ms]: string[], { signal }: any) => new Promise((done) => setTimeout(() => done("${mark}"), Number(ms))));
      };`,
    manifest: { subscribes: ["turn" as const], commands: [command("wait")] },
  });
  await lab.supervisor.run(await lab.capsule("tail", files("a")));
  const soon = lab.supervisor.command("tail", "wait", ["300"]);
  const never = assertRejects(() => lab.supervisor.command("tail", "wait", ["60000"]), ConsoleError);
  let seq = 0;
  const publish = (count: number) => {
    for (let n = 0; n < count; n++) {
      const json = JSON.stringify({ seq: ++seq, ts: "2026-01-01T00:00:00.000Z", type: "turn.ended", data: {} });
      lab.supervisor.publish({ seq, topic: "turn", json });
      lab.supervisor.publish({ seq, topic: "session", json: "{}" });
    }
  };
  publish(30);
  const load = setInterval(() => publish(1), 10);
  await lab.supervisor.run(await lab.capsule("tail", files("b")));
  clearInterval(load);
  publish(30);
  assertEquals(await soon, "a");
  assertEquals((await never).message, "capsule tail: it was reloaded");
  assertEquals(await lab.supervisor.command("tail", "wait", ["0"]), "b");
  const seen = await eventually(
    () => {
      const marks = lab.said("tail").map((line) => line.replace("a capsule says: ", ""));
      return marks.length >= seq ? marks : undefined;
    },
    WAIT,
    "each is logged",
  );
  const numbers = seen.map((mark) => Number(mark.slice(1))).sort((a, b) => a - b);
  assertEquals(numbers, Array.from({ length: seq }, (_, at) => at + 1));
  const lastOfOld = Math.max(...seen.filter((mark) => mark.startsWith("a")).map((mark) => Number(mark.slice(1))));
  const firstOfNew = Math.min(...seen.filter((mark) => mark.startsWith("b")).map((mark) => Number(mark.slice(1))));
  assert(lastOfOld < firstOfNew, `${lastOfOld} of the old one, ${firstOfNew} of the new one`);
});

Deno.test("the author's API has the members of its types, and no more", async () => {
  await using lab = new CapsuleLab();
  const list = await lab.capsule("list", {
    main: `export default (c: any) => c.command("members", () => JSON.stringify([Object.keys(c), Object.keys(c.kv)]));`,
    manifest: { commands: [command("members")] },
  });
  await lab.supervisor.run(list);
  const types = await Deno.readTextFile(new URL("../../install/capsules/agent-console.d.ts", import.meta.url));
  const membersOf = (name: string) => {
    const [, body = ""] = new RegExp(`export interface ${name} \\{\\n(.*?)\\n\\}`, "s").exec(types) ?? [];
    const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:?]/gm)].map(([, member]) => member);
    return [...new Set(members)].sort(); // one that has several signatures stands there several times
  };
  const found = JSON.parse(await lab.supervisor.command("list", "members", [])) as string[][];
  assertEquals(found.map((each) => each.sort()), [membersOf("Capsule"), membersOf("CapsuleKv")]);
  assert(membersOf("Capsule").length > 8);
});

Deno.test("one that does not start is no successor: the one before runs on", async () => {
  await using lab = new CapsuleLab();
  const good = {
    main: `export default (c: any) => c.command("x", () => "good");`,
    manifest: { commands: [command("x")] },
  };
  await lab.supervisor.run(await lab.capsule("kept", good));
  const bad = await lab.capsule("kept", { ...good, main: "syntax error here" });
  await assertRejects(() => lab.supervisor.run(bad), ConsoleError);
  assertEquals([await lab.supervisor.command("kept", "x", []), lab.stateOf("kept")], ["good", "running"]);
  await lab.supervisor.end("kept", "it was revoked");
  assertEquals(lab.supervisor.stateOf("kept"), undefined);
});

function command(name: string) {
  return { name, description: name, args: "" };
}
