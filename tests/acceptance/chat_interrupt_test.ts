/** Ctrl-C in the chat takes back what was typed in front of it, also where the chat was too busy to read it. */
import { assert, assertEquals } from "@std/assert";
import { exists } from "../support/exists.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { isForeign } from "../support/harness_program.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import { held, pending } from "../support/hook_process.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];
function chatTest(name: string, fn: (home: TestHome, screen: TmuxScreen) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !HAS_TMUX || isForeign, // only Deno's own command line loads a module in front of the program
    fn: async () => {
      const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
      const config = JSON.stringify({ agents: { mine: { command: AGENT, env } } });
      await using home = await TestHome.create({ config });
      await home.start();
      await using screen = await openBusyChat(home);
      await fn(home, screen);
      await screen.types("C-d");
      await screen.shows(/exit 0$/m);
    },
  });
}

chatTest(
  "F5 A4 chat: Ctrl-C takes back the line in front of it that was read and not yet handled: a prompt, an answer",
  async (home, screen) => {
    await using client = await home.connect({ token: true });
    await screen.types("say begun; wait 60000", "Enter");
    await screen.shows(/^begun$/m);
    await typeAndInterrupt(home, screen, "say never");
    await screen.types("say last", "Enter");
    await screen.shows(/\nlast\n> *\n*$/);
    assertEquals(await prompts(home), "say begun; wait 60000, say last");

    await using one = await held(home, client, { session: "s1", cwd: "/w/web", command: "touch a" });
    await using two = await held(home, client, { session: "s2", cwd: "/w/shop", command: "touch b" });
    await screen.shows(/▲2 > *\n*$/);
    await pause(600); // a person reads what has appeared
    await screen.types("/approve", "Enter");
    await screen.shows(/1-2, Enter for none:/);
    await typeAndInterrupt(home, screen, "2");
    await screen.types("say end", "Enter");
    await screen.shows(/\nend\n▲2 > *\n*$/);
    assertEquals(await prompts(home), "say begun; wait 60000, say last, say end");
    assertEquals((await pending(client)).map(({ id }) => id).sort(), [one.id, two.id].sort());
  },
);

chatTest(
  "A4 chat: what was typed right behind a prompt is a line, and Ctrl-C there ends the turn",
  async (home, screen) => {
    await screen.types("-l", "say begun; wait 60000");
    await screen.shows(/wait 60000$/m);
    await whileBusy(home, screen, async () => {
      await screen.types("Enter");
      await pause(200); // its thread reads the key; what follows the terminal still has when it makes lines of it
      await screen.types("-l", "/approve");
      await screen.types("Enter");
    });
    await screen.shows(/^error: nothing waits for an answer$/m);
    await screen.shows(/^begun$/m);
    await screen.types("C-c");
    await screen.shows(/cancelled\n> *\n*$/);
    await screen.types("-l", "say again; wait 60000");
    await screen.shows(/again; wait 60000$/m);
    await whileBusy(home, screen, async () => {
      await screen.types("Enter");
      await pause(200);
      await screen.types("-l", "say never");
      await screen.types("Enter", "C-c");
    });
    await screen.shows(/again; wait 60000[^]*cancelled\n> *\n*$/);
    assert(!(await prompts(home)).includes("never"));
  },
);

/** A chat that USR2 keeps busy until a file is there: only the thread that reads its terminal goes on. */
async function openBusyChat(home: TestHome): Promise<TmuxScreen> {
  const { busy, go } = marks(home);
  const preload = `${home.root}/busy.ts`;
  await Deno.writeTextFile(
    preload,
    `const isThere = (path) => { try { return Deno.statSync(path).isFile; } catch { return false; } };
    Deno.addSignalListener("SIGUSR2", () => {
      Deno.writeTextFileSync("${busy}", "");
      for (const end = Date.now() + 20_000; Date.now() < end && !isThere("${go}"););
      Deno.removeSync("${busy}");
    });\n`,
  );
  const screen = await TmuxScreen.open(home, { columns: 100, rows: 40 });
  const { argv, env } = home.command(["chat", "mine"]);
  const [deno = "", run = "", ...rest] = argv;
  const path = screen.script([deno, run, `--preload=${preload}`, ...rest], env);
  await screen.types(`clear; sh ${path}; echo exit $?`, "Enter");
  await screen.shows(/^> *$/m);
  return screen;
}

function marks({ root }: TestHome): { readonly busy: string; readonly go: string } {
  return { busy: `${root}/busy`, go: `${root}/go` };
}

/** Does `act` while the chat is busy. */
async function whileBusy(home: TestHome, screen: TmuxScreen, act: () => Promise<unknown>): Promise<void> {
  const { busy, go } = marks(home);
  Deno.kill(screen.pid, "SIGUSR2");
  await eventually(() => exists(busy), 10_000, "a chat that is busy");
  await act();
  await Deno.writeTextFile(go, "");
  await eventually(() => !exists(busy), 10_000, "a chat that is busy no more");
  await Deno.remove(go);
}

/** Types a line and Ctrl-C while the chat is busy. */
async function typeAndInterrupt(home: TestHome, screen: TmuxScreen, line: string): Promise<void> {
  await whileBusy(home, screen, async () => {
    await screen.types(line, "Enter");
    await pause(200); // its thread reads the line; what that has not read the terminal forgets
    await screen.types("C-c");
    await screen.shows(new RegExp(`${line}\\n\\^C`));
  });
  await screen.shows(new RegExp(`${line}\\n\\^C\\n[^]*> *\\n*$`));
}

/** What the agent was sent. */
async function prompts(home: TestHome): Promise<string> {
  const { turns } = JSON.parse((await home.cli(["context", "--json"])).stdout);
  return turns.map(({ prompt }: { prompt: string }) => prompt).join(", ");
}
