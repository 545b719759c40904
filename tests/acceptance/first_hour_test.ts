/**
 * The first hour of a new user, as one story: from a clone to the first answered question, a day's questions, and back
 * to the very files that were there before. The agents are scripts that say a version, and their hooks are the lines of
 * the settings that were really written, run as an agent runs them.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { InstallingUser } from "../support/installed.ts";

const END_MS = 20_000;
/** Of the user's own settings: with a comment of white space, which must come back. */
const SETTINGS = `{\n\n   "model":"opus"  }\n`;

interface Handler {
  readonly command: string;
  readonly args?: readonly string[];
}

/** An agent in `folder`: runs what its settings register for an event. */
class Agent {
  readonly #user: InstallingUser;
  readonly #session: string;
  readonly #folder: string;

  constructor(user: InstallingUser, session: string, folder: string) {
    this.#user = user;
    this.#session = session;
    this.#folder = folder;
    Deno.mkdirSync(folder, { recursive: true });
  }

  async argv(event: string): Promise<readonly string[]> {
    const settings = JSON.parse(await Deno.readTextFile(`${this.#user.home.root}/.claude/settings.json`));
    const [{ command, args = [] }] = settings.hooks[event][0].hooks as [Handler];
    return [command, ...args];
  }

  async begin(event: string, more: object = {}): Promise<Running> {
    const payload = { session_id: this.#session, cwd: this.#folder, hook_event_name: event, ...more };
    // As Claude Code gives it: the pipe is closed behind the payload.
    return new Running(await this.argv(event), {
      env: this.#user.env({ CLAUDE_CODE_ENTRYPOINT: "cli" }), // in a terminal, where its dialog stands beside the hook
      cwd: this.#folder,
      stdin: JSON.stringify(payload),
    });
  }

  /** @returns what the hook printed */
  async tell(event: string, more: object = {}): Promise<string> {
    const { code, stdout, stderr } = await (await this.begin(event, more)).exit(END_MS);
    assertEquals([code, stderr], [0, ""], event);
    return stdout;
  }
}

Deno.test("first hour: from a clone to the first answered question, a day of questions, and back to the bytes before", async (t) => {
  await using home = await TestHome.create();
  const user = new InstallingUser(home);
  const at = (name: string) => `${home.root}/${name}`;
  await Deno.mkdir(at(".claude"));
  await Deno.writeTextFile(at(".claude/settings.json"), SETTINGS, { mode: 0o640 });
  await Deno.writeTextFile(at("fake/claude"), "#!/bin/sh\necho '2.1.332 (Claude Code)'\n", { mode: 0o755 });
  const web = new Agent(user, "s-web", at("work/web"));
  const shop = new Agent(user, "s-shop", at("work/shop"));
  const before = user.tree();
  const says = async (words: readonly string[], code = 0): Promise<string> => {
    const outcome = await user.installed(...words);
    assertEquals(outcome.code, code, `${words.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
    return outcome.stdout + outcome.stderr;
  };
  const ask = async (agent: Agent, command: string): Promise<Running> => {
    const asking = await agent.begin("PermissionRequest", { tool_name: "Bash", tool_input: { command } });
    await eventually(async () => (await says(["approvals"])).includes(command), END_MS, `${command} is asked`);
    return asking;
  };

  await t.step("installed from the clone, and set up with a first question that is answered", async () => {
    const { code, stdout, stderr } = await user.fromClone("install");
    assertEquals(code, 0, stderr);
    assertMatch(stdout + stderr, /\.local\/bin is not on your PATH/);
    const told = await says(["onboard", "--yes"]);
    assertStringIncludes(told, "The asker got your answer: approved");
  });

  await t.step("the settings stay small: one line for each event, nothing of the clone or of a version", async () => {
    const text = await Deno.readTextFile(at(".claude/settings.json"));
    assert(text.split("\n").length < 30, text);
    assert(!text.includes(user.clone) && !text.includes(user.current) && !text.includes("--allow"), text);
  });

  await t.step("a session shows up, with what it does", async () => {
    for (const agent of [web, shop]) await agent.tell("SessionStart", { source: "startup" });
    await web.tell("UserPromptSubmit", { prompt: "make the login page work offline" });
    await web.tell("PreToolUse", { tool_name: "Bash", tool_input: { command: "npm test" }, tool_use_id: "t1" });
    // The event of a hook that is slow comes with the daemon's next tick.
    const shown = /^1 at work · 1 ready\n[^]*web .*npm test/;
    await eventually(
      async () => shown.test(await says(["ls"])),
      2 * END_MS,
      "both sessions, and what one of them does",
    );
  });

  await t.step("a question is answered by the name of its session; the agent hears it", async () => {
    const asking = await ask(web, "git push origin main");
    assertMatch(await says(["ls"]), /^1 waits/);
    assertMatch(await says(["show", "web"]), /git push origin main/);
    assertMatch(await says(["approve", "web"]), /approved once/);
    const { code, stdout } = await asking.exit(END_MS);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout).hookSpecificOutput.decision.behavior, "allow");
  });

  await t.step("without a name the only one is meant; of two the names are told", async () => {
    const first = await ask(web, "npm publish");
    const second = await ask(shop, "make deploy");
    const which = await says(["deny"], 1);
    assert(which.includes("web") && which.includes("shop"), which);
    await says(["deny", "shop", "--message", "not on a friday"]);
    assertMatch((await second.exit(END_MS)).stdout, /not on a friday/);
    assertMatch(await says(["deny"]), /denied/);
    assertMatch((await first.exit(END_MS)).stdout, /deny/);
  });

  await t.step("stopped stays stopped: hooks say nothing, and what they kept is read at the next start", async () => {
    await says(["daemon", "stop"]);
    assertEquals(await shop.tell("UserPromptSubmit", { prompt: "while nobody listens" }), "");
    assertMatch(await says(["status"], 3), /you stopped it .*hooks have kept 1 event/);
    await says(["daemon", "start"]);
    const { sessions } = JSON.parse((await user.installed("ls", "--json")).stdout);
    const prompts = sessions.map(({ lastPrompt }: { lastPrompt?: string }) => lastPrompt);
    assert(prompts.includes("while nobody listens"), JSON.stringify(prompts));
  });

  await t.step("doctor finds nothing wrong, the journal verifies, and all commands have their help", async () => {
    assertMatch(await says(["doctor"]), /\nnothing is wrong\n/);
    assertMatch(await says(["audit", "verify"]), /^ok: /);
    assertMatch(await says(["--help"]), /onboard/);
  });

  await t.step("everything is taken back: the files are byte for byte what they were", async () => {
    await says(["uninstall", "--purge", "--yes"]);
    assertEquals(user.tree(), before);
    // What an agent that runs still has in its memory says and does nothing.
    const stub = `${user.root}/hook`;
    const argv = ["/bin/sh", "-c", '[ -f "$0" ] && [ -r "$0" ] || exit 0; . "$0"', stub, "claude", "report"];
    const gone = await user.run(argv, { stdin: "{}" });
    assertEquals([gone.code, gone.stdout, gone.stderr], [0, "", ""]);
  });
});
