/** The channel ntfy: what it posts, and what it says where the server does not take it. */
import { assert, assertEquals } from "@std/assert";
import type { NotificationContent } from "../../src/channel/kind.ts";
import { ntfyChannel, type NtfyDeps, ntfyMessage } from "../../src/channel/ntfy/notify.ts";
import { type HostPost, postToHost } from "../../src/channel/reach_host.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { readRoute } from "../../src/page/route.ts";
import { type Need, needMessage } from "../../src/view/need_words.ts";
import { closedAddress } from "../support/closed_address.ts";
import { FakeNtfy } from "../support/fake_ntfy.ts";

/** Of an approval the notification needs its id. */
const APPROVAL = { id: "h3n7s" } as Approval;
const TOKEN = "tk_canary0123456789";
const signal = new AbortController().signal;
const asked: Need = {
  key: "a",
  kind: "question",
  sessionId: "s/1",
  name: "web",
  what: "Bash: git push",
  approval: APPROVAL,
};
const failed: Need = { key: "b", kind: "failure", sessionId: "s2", name: "shop", what: "overloaded" };
const content = (...needs: Need[]): NotificationContent => ({ needs, message: needMessage(needs) });

const settings = { server: "", topic: "hub", brief: false, page_url: null };

function channel(server: string, more: Partial<NtfyDeps> = {}) {
  return ntfyChannel({
    settings: () => ({ ...settings, server }),
    token: () => ({ kind: "none" }),
    tokenCure: () => "another token",
    post: postToHost,
    ...more,
  });
}

Deno.test("V5 ntfy gets its JSON form, with the texts of every channel, and the token as a header only", async () => {
  await using server = new FakeNtfy({ token: TOKEN });
  const one = channel(server.url, { token: () => ({ kind: "found", secret: TOKEN }) });
  assertEquals(await one.notify(content(asked), signal), { kind: "taken" });
  assertEquals(await one.notify({ ...content(failed), test: true }, signal), { kind: "taken" });
  assertEquals(await one.notify(content(asked, failed), signal), { kind: "taken" });
  assertEquals(server.messages, [
    { topic: "hub", title: "web waits", message: "Bash: git push", priority: 4, tags: ["question"] },
    { topic: "hub", title: "shop failed", message: "overloaded", priority: 3, tags: ["x", "test"] },
    {
      topic: "hub",
      title: "1 waits: web · 1 failed: shop",
      message: "1 waits: web · 1 failed: shop",
      priority: 4,
      tags: ["question"],
    },
  ]);
  assert(!JSON.stringify(server.messages).includes(TOKEN));
});

Deno.test("V5 a notification of ntfy opens the request on the page, where one is named, and can answer nothing itself", () => {
  const how = { brief: true, page_url: "https://laptop.example.ts.net" };
  const { click, actions, message } = ntfyMessage(content(asked), "hub", how);
  assertEquals(message, "web waits");
  assertEquals(actions, [{ action: "view", label: "Answer", url: click, clear: true }]);
  const at = new URL(click ?? "");
  assertEquals([at.origin, at.pathname, at.search], [how.page_url, "/", ""]);
  assertEquals(readRoute(at.hash), { view: "inbox", session: "s/1", request: APPROVAL.id });
  assertEquals(readRoute(new URL(ntfyMessage(content(asked, failed), "hub", how).click ?? "").hash).view, "inbox");
  assertEquals(ntfyMessage(content(asked), "hub", { ...how, page_url: null }).actions, undefined);
});

Deno.test("A3 what a server of ntfy replies is told in words of ours, without address, topic or token", async () => {
  await using server = new FakeNtfy({ token: "tk_other" });
  const problemOf = async (more: Partial<NtfyDeps> = {}, at: string = server.url) => {
    const outcome = await channel(at, more).notify(content(asked), signal);
    assert(outcome.kind === "failed", JSON.stringify(outcome));
    assert(!/canary|hub/.test(outcome.problem), outcome.problem);
    return outcome.problem;
  };
  assertEquals(await problemOf(), "it replied 403: it wants a token");
  const token = () => ({ kind: "found", secret: TOKEN }) as const;
  assertEquals(await problemOf({ token }), "it replied 403: the token may not write to the topic");
  server.status = 429;
  assertEquals(await problemOf(), "it replied 429: too many notifications, or too many of others from this address");
  server.status = 307;
  assertEquals(await problemOf(), "it replied 307: it leads elsewhere, which is not followed");
  server.status = 500;
  assertEquals(await problemOf(), "it replied 500");
  assertEquals(server.messages, []);
  const nobody = await problemOf({}, await closedAddress());
  assert(nobody.startsWith("it cannot be reached: tcp connect error: "), nobody);
});

Deno.test("V5 ntfy says what to do about a token that the server refuses, until it takes one", async () => {
  await using server = new FakeNtfy({ token: TOKEN });
  let secret = "tk_another_one";
  const one = channel(server.url, { token: () => ({ kind: "found", secret }) });
  assertEquals(one.whenItFails, undefined);
  await one.notify(content(asked), signal);
  assertEquals(one.whenItFails, "another token");
  secret = TOKEN;
  await one.notify(content(asked), signal);
  assertEquals(one.whenItFails, undefined);
});

Deno.test("V5 ntfy without a topic, or without the secret that is named, sends nothing and says so", async () => {
  const sent: HostPost[] = [];
  const post = (posted: HostPost) => {
    sent.push(posted);
    return Promise.resolve({ kind: "status", status: 200 } as const);
  };
  const none = channel("https://ntfy.sh", {
    settings: () => ({ ...settings, server: "https://ntfy.sh", topic: null }),
    post,
  });
  assertEquals(none.problem?.(), "channels.ntfy.topic names no topic");
  assertEquals(await none.notify(content(asked), signal), {
    kind: "failed",
    problem: "channels.ntfy.topic names no topic",
  });
  const problem = "the variable X_TOKEN was not set where the daemon was started";
  const lost = channel("https://ntfy.sh", { token: () => ({ kind: "problem", problem }), post });
  assertEquals([lost.problem?.(), await lost.notify(content(asked), signal)], [problem, { kind: "failed", problem }]);
  assertEquals(sent, []);
});
