/**
 * An agent for pictures: it speaks ACP, and plays one turn of a story whatever it is asked. Real are the program that drives
 * it and all that is shown of it; only its words are written beforehand.
 */
import * as acp from "@agentclientprotocol/sdk";

/** Between two things that it does, ms: each is a line of its own. */
const STEP_MS = 120;
/** The same in each picture. */
const SESSION = "b0aeeb79-4d1c-4a52-9c0e-8f1f2c7c55d1";
const COMMAND = "npm test -- login";

const plan = (done: number) => ({
  sessionUpdate: "plan",
  entries: ["Find what the test says", "Mend it", "Run the test"].map((content, at) => ({
    content,
    priority: "medium",
    status: at < done ? "completed" : at === done ? "in_progress" : "pending",
  })),
});

const app = acp.agent({ name: "demo" })
  .onRequest("initialize", () => ({ protocolVersion: acp.PROTOCOL_VERSION, agentCapabilities: {} }))
  .onRequest("session/new", () => ({ sessionId: SESSION }))
  .onRequest("session/prompt", async ({ params: { sessionId }, client }) => {
    const send = async (update: unknown) => {
      await client.notify("session/update", { sessionId, update } as never);
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    };
    const say = (text: string) => send({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
    const call = (toolCallId: string, title: string, kind: string, rawInput: Record<string, unknown>) => ({
      toolCallId,
      title,
      kind,
      rawInput,
    });
    const read = call("1", "Read src/login.ts", "read", { path: "src/login.ts" });
    const edit = call("2", "Edit src/login.ts", "edit", { path: "src/login.ts" });
    const test = call("3", COMMAND, "execute", { command: COMMAND });
    await send(plan(0));
    await send({ sessionUpdate: "tool_call", status: "completed", ...read });
    await say("The session is read before the cookie is there. I move it behind the await.\n");
    const content = [{
      type: "diff",
      path: "src/login.ts",
      oldText: "const user = session.user;\nawait cookie;",
      newText: "await cookie;\nconst user = session.user;",
    }];
    await send({ sessionUpdate: "tool_call", status: "completed", ...edit, content });
    await send({ sessionUpdate: "tool_call", status: "pending", ...test });
    const options = [
      { optionId: "yes", name: "Yes", kind: "allow_once" },
      { optionId: "no", name: "No", kind: "reject_once" },
    ];
    await client.request("session/request_permission", { sessionId, toolCall: test, options } as never);
    await send({ sessionUpdate: "tool_call_update", toolCallId: "3", status: "completed" });
    await say("All 14 tests of login pass now.");
    return { stopReason: "end_turn" };
  });

await app.connect(acp.ndJsonStream(Deno.stdout.writable, Deno.stdin.readable)).closed;
