/** A machine whose process table says what the test wants, and a daemon that looks at it. */
import { OpenWork } from "../../src/core/open_work.ts";
import { PostsDoor } from "../../src/core/posts_door.ts";
import { LivenessLook } from "../../src/liveness/look.ts";
import type { ProcessTable } from "../../src/platform/process_table.ts";
import { Desk } from "./desk.ts";

const OWN = 1;
const BEGAN = "Fri Nov 20 09:00:00 2026";

export const ASK = { tool_name: "Bash", tool_input: { command: "rm x" } };

export class Machine {
  readonly desk: Desk;
  readonly said: string[] = [];
  readonly look: LivenessLook;
  table: ProcessTable | readonly number[] = [];

  constructor(desk = new Desk()) {
    this.desk = desk;
    const log = {
      debug() {},
      info: (message: string) => void this.said.push(message),
      warn: (message: string, fields = {}) => void this.said.push(`${message} ${JSON.stringify(fields)}`),
      error() {},
    };
    const quota = { run: <T>(_: unknown, __: unknown, action: () => T): T => action() };
    const context = {
      ...desk.deps,
      quota,
      approvals: desk.broker,
      clock: desk.clock,
      log,
      pid: OWN,
      isReadOnly: () => false,
      observeCalls: () => {},
      work: new OpenWork(),
      posts: new PostsDoor(),
    };
    this.look = new LivenessLook(context, () => Promise.resolve(this.#answer()));
  }

  #answer(): ProcessTable {
    if ("unusable" in this.table || "processes" in this.table) return this.table;
    return { processes: [OWN, ...this.table].map((pid) => ({ pid, startedAt: BEGAN, tty: `/dev/pts/${pid}` })) };
  }

  async sees(...pids: number[]): Promise<void> {
    this.table = pids;
    await this.look.run();
  }

  async tell(pid: number, hook_event_name: string, more: Record<string, unknown> = {}) {
    const event = { session_id: "s", cwd: "/w", hook_event_name, ...more };
    return await this.desk.report({ agent: "claude", event, env: { CLAUDE_PID: String(pid) } });
  }

  get row() {
    return this.desk.store.view("s");
  }
}
