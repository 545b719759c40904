// agent-console plugin for OpenCode
// Written by "agent-console hooks install opencode"; removed by "agent-console hooks uninstall opencode".
// It tells agent-console what OpenCode does, and passes on answers to what OpenCode asks. Changes here are lost.
import { spawn } from "node:child_process";

const COMMAND = ["agent-console", "hook", "opencode"]; // and a word: "ask" may wait for a decision, "report" does not
import { existsSync } from "node:fs";

const CUT = "…(cut)";

const MAX_QUEUE = 500; // events; beyond it the oldest go
const MAX_KNOWN = 500; // sessions, calls, questions remembered
const MAX_HELD = 32; // questions held at once
const HOOK_MS = 5000; // a hook ends within 1 s by itself
const HEAD_START_MS = 200; // for a question to arrive before what follows it

function cut(value, cap, depth = 0) {
  if (typeof value === "string") return value.length <= cap ? value : value.slice(0, cap) + CUT;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= 8) return CUT;
  if (Array.isArray(value)) {
    const items = value.slice(0, 64).map((item) => cut(item, cap, depth + 1));
    return value.length > 64 ? [...items, CUT] : items;
  }
  const entries = Object.entries(value);
  const kept = entries.slice(0, 64).map(([key, item]) => [key, cut(item, cap, depth + 1)]);
  return Object.fromEntries(entries.length > 64 ? [...kept, [CUT, true]] : kept);
}

function remember(map, key, value) {
  map.set(key, value);
  if (map.size > MAX_KNOWN) map.delete(map.keys().next().value);
  return value;
}

// Where the hook starts: it looks there for the workspace's own settings. OpenCode's runtime starts nothing in a folder
// that is gone, and without a name it would be its own, which may be gone too.
let folder = "/";

// Starts the hook command with one event. "done" is kept when it has ended, with what it printed; it never fails.
function run(event, word) {
  let child;
  const done = new Promise((resolve) => {
    let printed = "";
    const end = () => resolve(printed);
    try {
      // in a process group of its own, so that it outlives OpenCode at the end
      child = spawn(COMMAND[0], [...COMMAND.slice(1), word], {
        stdio: ["pipe", "pipe", "ignore"],
        detached: true,
        cwd: existsSync(folder) ? folder : "/",
      });
      child.on("error", end);
      child.on("close", end);
      child.stdin.on("error", () => {});
      child.stdout.on("error", () => {});
      child.stdout.on("data", (bytes) => {
        if (printed.length < 65536) printed += bytes;
      });
      child.stdin.end(JSON.stringify(event));
    } catch {
      end();
    }
  });
  const stop = (signal) => {
    try {
      child?.kill(signal);
    } catch {
      // it has ended
    }
  };
  return { done, stop };
}

function within(ms, done) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}

// deno-lint-ignore require-await -- OpenCode takes promises from a plugin and its hooks
export const AgentConsole = async (input) => {
  if (typeof input.directory === "string") folder = input.directory;
  const sessions = new Map(); // id -> { parentID, agent, title, status, text, ended }
  const calls = new Map(); // call id -> { tool, args }
  const questions = new Map(); // request id -> { asked, held, open }
  const queue = [];
  let busy = false;
  let running; // the hook that observes now
  let disposed = false;
  let held = 0;

  const sessionOf = (id) => sessions.get(id) ?? remember(sessions, id, {});

  function rootOf(id) {
    let root = id;
    for (let depth = 0; depth < 16; depth++) {
      const parent = sessions.get(root)?.parentID;
      if (parent === undefined) break;
      root = parent;
    }
    return root;
  }

  function envelope(type, sessionID, properties) {
    const root = rootOf(sessionID);
    const sub = root === sessionID ? {} : { parentID: root, agent: sessions.get(sessionID)?.agent };
    const serverUrl = input.serverUrl === undefined ? undefined : String(input.serverUrl);
    return { type, sessionID, ...sub, pid: process.pid, directory: input.directory, serverUrl, properties };
  }

  // Every event takes its turn here.
  function enqueue(task) {
    if (disposed) return;
    queue.push(task);
    if (queue.length > MAX_QUEUE) queue.shift();
    if (!busy) pump();
  }

  async function pump() {
    busy = true;
    while (queue.length > 0 && !disposed) {
      try {
        await queue.shift()();
      } catch {
        // the next event is not worse off
      }
    }
    busy = false;
  }

  async function observe(event) {
    running = run(event, "report");
    await within(HOOK_MS, running.done);
    running.stop("SIGKILL");
  }

  function forward(type, sessionID, properties) {
    const event = envelope(type, sessionID, cut(properties, 4096));
    enqueue(() => observe(event));
  }

  async function post(url, path, body) {
    const result = await input.client._client.post({
      url,
      path,
      body,
      headers: { "content-type": "application/json" },
    });
    return result.error === undefined;
  }

  async function answer(question, printed) {
    if (!question.open || printed.trim() === "") return;
    const { reply, message, answers } = JSON.parse(printed);
    const { id: requestID, sessionID } = question.asked;
    if (question.type === "question.asked") {
      if (Array.isArray(answers)) await post("/question/{requestID}/reply", { requestID }, { answers });
      else if (reply === "reject") await post("/question/{requestID}/reject", { requestID }, {});
      return;
    }
    if (!["once", "always", "reject"].includes(reply)) return;
    // The first takes a message and is newer; a server that does not know it knows the second.
    const body = typeof message === "string" ? { reply, message } : { reply };
    if (await post("/permission/{requestID}/reply", { requestID }, body)) return;
    if (!question.open) return;
    await post("/session/{id}/permissions/{permissionID}", { id: sessionID, permissionID: requestID }, {
      response: reply,
    });
  }

  // OpenCode asks: its dialog is on the screen, and a process of its own may answer instead.
  function asked(type, properties) {
    const { diff, ...metadata } = properties.metadata ?? {};
    const call = calls.get(properties.tool?.callID);
    const whole = { ...properties, metadata, ...(call === undefined ? {} : { call }) };
    let small = cut(whole, 16384);
    if (JSON.stringify(small).length > 60000) small = cut(whole, 1024);
    const question = remember(questions, properties.id, { type, asked: small, open: true });
    // The change is only for people to read: it may not be why the rest is cut.
    const change = diff?.length > 8192 ? cut(diff, 4096) + diff.slice(-4096) : diff;
    const told = { ...small, metadata: { ...small.metadata, diff: change } };
    const event = envelope(type, properties.sessionID, JSON.stringify(told).length > 60000 ? small : told);
    if (held >= MAX_HELD) return enqueue(() => observe(event));
    enqueue(async () => {
      if (!question.open) return;
      held++;
      question.held = run(event, "ask");
      question.held.done.then((printed) => answer(question, printed)).catch(() => {}).finally(() => held--);
      await within(HEAD_START_MS, question.held.done);
    });
  }

  // It has been answered, by whomever.
  function replied(type, properties) {
    const question = questions.get(properties.requestID);
    questions.delete(properties.requestID);
    if (question !== undefined) question.open = false;
    // After a rejection with a comment the turn goes on: then "busy" is news again.
    if (properties.reply === "reject" || type === "question.rejected") {
      sessionOf(properties.sessionID).status = undefined;
    }
    const about = question === undefined ? properties : { ...properties, asked: question.asked };
    const event = envelope(type, properties.sessionID, cut(about, 4096));
    enqueue(async () => {
      await observe(event);
      question?.held?.stop("SIGTERM"); // where it did not learn of the reply itself
    });
  }

  // Updates are many; one with another title is news.
  function named(type, { id, title, parentID, agent }) {
    const session = sessionOf(id);
    if (parentID !== undefined) session.parentID = parentID;
    if (agent !== undefined) session.agent = agent;
    if (type === "session.updated" && session.title === title) return;
    session.title = title;
    forward(type, id, { info: { id, title } });
  }

  // OpenCode says "busy" at each step and "idle" twice: only a change is news. "was" tells "idle" after a retry,
  // which is an Esc, from "idle" after an error.
  function turned(sessionID, status) {
    const session = sessionOf(sessionID);
    const was = session.status;
    if (was === status.type && was !== "retry") return;
    session.status = status.type;
    const text = status.type === "idle" ? session.text : undefined;
    if (status.type === "idle") session.text = undefined;
    forward("session.status", sessionID, { status, was, text });
  }

  const ON = {
    "session.created": ({ info }) => named("session.created", info),
    "session.updated": ({ info }) => named("session.updated", info),
    "session.deleted": ({ info }) => {
      forward("session.deleted", info.id, { info: { id: info.id } });
      sessions.delete(info.id);
    },
    "session.status": ({ sessionID, status }) => turned(sessionID, status),
    "session.idle": ({ sessionID }) => turned(sessionID, { type: "idle" }),
    "session.error": (properties) => {
      if (properties.sessionID === undefined) return;
      Object.assign(sessionOf(properties.sessionID), { text: undefined, status: "error" });
      forward("session.error", properties.sessionID, properties);
    },
    "permission.asked": (properties) => asked("permission.asked", properties),
    "permission.replied": (properties) => replied("permission.replied", properties),
    "question.asked": (properties) => asked("question.asked", properties),
    "question.replied": (properties) => replied("question.replied", properties),
    "question.rejected": (properties) => replied("question.rejected", properties),
  };

  // Nothing of ours may reach OpenCode, not even a fault.
  // deno-lint-ignore require-await
  const quiet = (work) => async (...args) => {
    try {
      work(...args);
    } catch {
      // one event less
    }
  };

  return {
    event: quiet(({ event }) => {
      if (Object.hasOwn(ON, event.type)) ON[event.type](event.properties);
    }),
    "chat.message": quiet(({ sessionID }, { message, parts }) => {
      const text = parts.filter((part) => part.type === "text" && !part.synthetic).map((part) => part.text).join("\n");
      sessionOf(sessionID).text = undefined;
      const model = message.model === undefined ? undefined : message.model.providerID + "/" + message.model.modelID;
      forward("chat.message", sessionID, { messageID: message.id, agent: message.agent, model, text });
    }),
    "tool.execute.before": quiet(({ tool, sessionID, callID }, { args }) => {
      remember(calls, callID, { tool, args: cut(args, 16384) });
      forward("tool.execute.before", sessionID, { tool, callID, args });
    }),
    "tool.execute.after": quiet(({ tool, sessionID, callID }) => {
      calls.delete(callID);
      forward("tool.execute.after", sessionID, { tool, callID });
    }),
    "experimental.text.complete": quiet(({ sessionID }, { text }) => {
      sessionOf(sessionID).text = text;
    }),
    dispose: quiet(() => {
      disposed = true;
      for (const { held } of questions.values()) held?.stop("SIGTERM");
      // OpenCode ends now: what has not arrived yet is moot, and may not come after the end.
      running?.stop("SIGKILL");
      const roots = [...sessions].filter(([, session]) => session.parentID === undefined).map(([id]) => id);
      for (const id of roots.slice(-50)) run(envelope("dispose", id, {}), "report");
    }),
  };
};
