/**
 * An agent that speaks ACP, made with the SDK, for tests: what it does is the prompt's own words.
 *
 *     say TEXT · think TEXT · slow N (N pieces, 20 ms apart) · run COMMAND (asks first) · die · garbage · hang
 *     unknown (an update of a kind that nobody knows) · error · locked (nobody has logged in) · flood N (N pieces at once) · cwd · env · offered (by the client)
 *     stubborn N TEXT (says it after N ms, whoever cancels) · wait N (ms, as a model does before its first word)
 *     until FILE [TEXT] (says it once the file is there, whoever cancels; the file is gone behind it)
 *     plan A,B · edit FILE TEXT (no question) · past (the prompts of this session so far) · huge N (a message of N MiB)
 *
 * Started with `--load FOLDER` it keeps the prompts of its sessions there, and opens one again. `--deaf` ends neither with
 * its input nor at TERM.
 */
import * as acp from "@agentclientprotocol/sdk";

const folder = Deno.args.includes("--load") ? Deno.args[Deno.args.indexOf("--load") + 1] : undefined;
const isDeaf = Deno.args.includes("--deaf");
const kept = (id: string) => `${folder}/${id}.txt`;
const sessions = new Map<string, { cwd: string; cancelled: AbortController }>();

/** What our client offers. */
let offered = "";

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const raw = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));

const app = acp.agent({ name: "test-agent" })
  .onRequest("initialize", async ({ params }) => {
    offered = JSON.stringify(params.clientCapabilities);
    if (Deno.args.includes("--mute")) await new Promise(() => {});
    if (Deno.args.includes("--refuse")) throw new Error("no, thank you");
    return { protocolVersion: acp.PROTOCOL_VERSION, agentCapabilities: { loadSession: folder !== undefined } };
  })
  .onRequest("session/new", ({ params }) => {
    const sessionId = crypto.randomUUID();
    sessions.set(sessionId, { cwd: params.cwd, cancelled: new AbortController() });
    if (folder !== undefined) Deno.writeTextFileSync(kept(sessionId), "");
    return { sessionId };
  })
  .onRequest("session/load", async ({ params, client }) => {
    const { sessionId, cwd } = params;
    const content = { type: "text", text: await Deno.readTextFile(kept(sessionId)) };
    sessions.set(sessionId, { cwd, cancelled: new AbortController() });
    await client.notify(
      "session/update",
      { sessionId, update: { sessionUpdate: "agent_message_chunk", content } } as never,
    );
    return {};
  })
  .onNotification("session/cancel", ({ params }) => sessions.get(params.sessionId)?.cancelled.abort())
  .onRequest("session/prompt", async ({ params, client }) => {
    const session = sessions.get(params.sessionId);
    if (session === undefined) throw new Error("no such session");
    session.cancelled = new AbortController();
    const { cwd, cancelled: { signal } } = session;
    const { sessionId } = params;
    const send = (update: unknown) => client.notify("session/update", { sessionId, update } as never);
    const say = (text: string) => send({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
    const asks = async (toolCall: Record<string, unknown>, work: () => Promise<void>) => {
      const options = [
        { optionId: "yes", name: "Yes", kind: "allow_once" },
        { optionId: "no", name: "No", kind: "reject_once" },
      ];
      await send({ sessionUpdate: "tool_call", status: "pending", ...toolCall });
      const { outcome } = await client.request("session/request_permission", { sessionId, toolCall, options } as never);
      const isAllowed = outcome.outcome === "selected" && outcome.optionId === "yes";
      if (isAllowed) await work();
      const status = isAllowed ? "completed" : "failed";
      await send({ sessionUpdate: "tool_call_update", toolCallId: toolCall["toolCallId"], status });
      await say(isAllowed ? "done" : outcome.outcome === "selected" ? "refused" : "cancelled");
    };
    const text = params.prompt.map((block) => block.type === "text" ? block.text : "").join("");
    const past = folder === undefined ? "" : await Deno.readTextFile(kept(sessionId));
    if (folder !== undefined) await Deno.writeTextFile(kept(sessionId), `${past}[${text}]`);
    for (const step of text.split(";").map((one) => one.trim())) {
      const [word = "", ...rest] = step.split(" ");
      const argument = rest.join(" ");
      if (signal.aborted) break;
      if (word === "say") await say(argument);
      else if (word === "think") {
        await send({ sessionUpdate: "agent_thought_chunk", content: { type: "text", text: argument } });
      } else if (word === "slow" || word === "flood") {
        for (let i = 0; i < Number(argument) && !signal.aborted; i++) {
          await say(`${i} `);
          if (word === "slow") await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } else if (word === "run") {
        const toolCall = {
          toolCallId: crypto.randomUUID(),
          title: argument,
          kind: "execute",
          rawInput: { command: argument },
        };
        await asks(toolCall, async () => {
          await new Deno.Command("/bin/sh", { args: ["-c", argument], cwd, stdout: "null" }).output();
        });
      } else if (word === "plan") {
        const entries = argument.split(",").map((content, at) => ({
          content,
          priority: "medium",
          status: at === 0 ? "completed" : "pending",
        }));
        await send({ sessionUpdate: "plan", entries });
      } else if (word === "edit") {
        const [path = "", ...words] = rest;
        const content = [{ type: "diff", path, oldText: "before", newText: words.join(" ") }];
        const call = {
          toolCallId: crypto.randomUUID(),
          title: `Edit ${path}`,
          kind: "edit",
          rawInput: { path },
          content,
        };
        await send({ sessionUpdate: "tool_call", status: "completed", ...call });
      } else if (word === "stubborn") {
        await new Promise((resolve) => setTimeout(resolve, Number(rest[0])));
        await say(rest.slice(1).join(" "));
      } else if (word === "until") {
        const [file = "", ...words] = rest;
        while (!isThere(file)) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        if (words.length > 0) await say(words.join(" "));
        await Deno.remove(file);
      } else if (word === "wait") {
        await new Promise<unknown>((resolve) => {
          setTimeout(resolve, Number(argument));
          signal.addEventListener("abort", resolve);
        });
      } else if (word === "past") await say(past);
      else if (word === "huge") await say("x".repeat(Number(argument) * 1024 * 1024));
      else if (word === "offered") await say(offered);
      else if (word === "cwd") await say(cwd);
      else if (word === "env") await say(JSON.stringify(Deno.env.toObject()));
      else if (word === "unknown") await send({ sessionUpdate: "from_the_future", surprise: [1] });
      else if (word === "garbage") raw("this is no JSON\n[1,2]\n42\n");
      else if (word === "error") throw new acp.RequestError(-32603, "the model is on fire");
      else if (word === "locked") throw acp.RequestError.authRequired();
      else if (word === "hang") await new Promise(() => {});
      else if (word === "die") {
        Deno.stderr.writeSync(new TextEncoder().encode("I am going down\n"));
        Deno.exit(3);
      } else await say(step);
    }
    return { stopReason: signal.aborted ? "cancelled" : "end_turn" };
  });

if (isDeaf) Deno.addSignalListener("SIGTERM", () => {});
const connection = app.connect(acp.ndJsonStream(Deno.stdout.writable, Deno.stdin.readable));
await connection.closed;
if (!isDeaf) Deno.exit(0);
await new Promise((resolve) => setTimeout(resolve, 60_000));
