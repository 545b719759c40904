/** Pids of another pid namespace are other processes here: none counts before our own namespace is known. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OwnNamespace } from "../../src/liveness/namespace.ts";
import { type OwnNamespaceAnswer, pidNamespace, PS_PATHS } from "../../src/platform/process_table.ts";
import { Desk } from "../support/desk.ts";

const tell = async (desk: Desk, session_id: string, namespace?: string) => {
  const env = { CLAUDE_PID: "7", ...(namespace === undefined ? {} : { AC_PID_NAMESPACE: `pid:[${namespace}]` }) };
  const event = { session_id, cwd: "/w", hook_event_name: "UserPromptSubmit", prompt: "go" };
  await desk.report({ agent: "claude", event, env });
  return desk.store.get(session_id)?.pid;
};

Deno.test("C9 while our pid namespace is not known no pid counts that comes with one; then those of ours do", async () => {
  const desk = new Desk();
  desk.attach();
  assertEquals(await tell(desk, "s", "4026531836"), undefined);
  assertEquals(await tell(desk, "other"), 7, "a system without namespaces");
  assertEquals([...desk.store.processes.foreign], ["s"]);
  desk.store.processes.namespace = "4026531836";
  assertEquals(await tell(desk, "t", "4026532000"), undefined);
  assertEquals(await tell(desk, "s", "4026531836"), 7);
  assertEquals([...desk.store.processes.foreign], ["t"]);
});

Deno.test("C9 a look at our pid namespace that fails is told once and repeated until it is known", async () => {
  const { processes } = new Desk().store;
  const warned: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (text: string) => void warned.push(text) };
  let asked = 0;
  let answer: OwnNamespaceAnswer = { unusable: "/bin/ps does not run" };
  const namespace = new OwnNamespace({ processes, log, ask: () => (asked++, Promise.resolve(answer)) });
  await Promise.all([namespace.learn(), namespace.learn()]);
  await namespace.learn();
  assertEquals([asked, namespace.problem, warned.length], [2, "/bin/ps does not run", 1]);
  assertStringIncludes(warned[0] ?? "", "pid namespace");
  answer = { namespace: "4026531836" };
  await namespace.learn();
  await namespace.learn();
  assertEquals([asked, namespace.problem, processes.namespace], [3, undefined, "4026531836"]);
});

Deno.test({
  name: "C9 our pid namespace is what ps says; a ps that does not know it, or does not run, is no answer",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const ps = PS_PATHS.find((path) => Deno.statSync(path).isFile) ?? "";
    const [, number] = /\[(\d+)\]/.exec(await Deno.readLink("/proc/self/ns/pid")) ?? [];
    assertEquals(await pidNamespace(ps, Deno.pid), { namespace: number });
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(file, "#!/bin/sh\necho 'ps: bad -o argument' >&2; exit 1\n");
      await Deno.chmod(file, 0o700);
      for (const [path, why] of [[file, "bad -o argument"], [`${file}/none`, "does not run"]] as const) {
        const answer = await pidNamespace(path, Deno.pid);
        assert("unusable" in answer, path);
        assertStringIncludes(answer.unusable, why);
      }
    } finally {
      await Deno.remove(file);
    }
  },
});
