/** The answers to a tested capsule's calls of `fetch`: each must be expected by its step, and of a host of the manifest. */
import type { CapsuleCall } from "../capsule/process/messages.ts";
import { type Difference, differences } from "./match.ts";
import type { ExpectedFetch } from "./test_text.ts";

type Fetch = Extract<CapsuleCall, { readonly method: "fetch" }>["params"];
type Reply = ExpectedFetch["reply"];

export class FetchDouble {
  readonly #hosts: readonly string[];
  /** Undefined: every call is answered. */
  #expected: readonly ExpectedFetch[] | undefined = [];
  #calls = 0;
  #problems: Difference[] = [];

  /** @param hosts `host:port` of the manifest */
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
  }

  /** From now on these are expected, in their order. @param expected undefined: whatever comes is answered by 200 */
  begin(expected: readonly ExpectedFetch[] | undefined): void {
    this.#expected = expected;
    this.#calls = 0;
    this.#problems = [];
  }

  answer(call: Fetch): Reply {
    const named = `${call.method} ${call.url}`;
    const host = hostOf(call.url);
    if (!this.#hosts.includes(host)) return this.#refuse(named, `the manifest's net does not name ${host}`);
    if (this.#expected === undefined) return { status: 200, headers: {}, body: "" };
    const at = this.#calls++;
    const expected = this.#expected[at];
    if (expected === undefined) return this.#refuse(named, "no fetch that this step does not expect");
    const { reply, body, ...rest } = expected;
    this.#problems.push(
      ...differences(`fetches.${at}`, rest, call),
      ...(body === undefined ? [] : differences(`fetches.${at}.body`, body, bodyOf(call, body))),
    );
    return reply;
  }

  /** What has not come yet, and what was wrong with what came. */
  problems(): readonly Difference[] {
    const missing = (this.#expected ?? []).slice(this.#calls).map(({ url, method }, at) => ({
      at: `fetches.${this.#calls + at}`,
      expected: `${method ?? "a call"} ${JSON.stringify(url) ?? ""}`.trim(),
      actual: "nothing",
    }));
    return [...this.#problems, ...missing];
  }

  #refuse(named: string, expected: string): Reply {
    this.#problems.push({ at: "fetches", expected, actual: named });
    return { status: 200, headers: {}, body: "", error: `${named} is refused in the test: ${expected}` };
  }
}

const PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

function hostOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port === "" ? PORTS[protocol] ?? "" : port}`;
}

/** As JSON, where the test expects an object or a list of it. */
function bodyOf({ body }: Fetch, expected: unknown): unknown {
  const isText = typeof expected === "string" || Object.keys(expected ?? {}).join() === "$contains";
  if (isText) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
