/** What commands say in a narrow terminal: broken between words, and in a pipe not at all. */
import { assert } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

Deno.test({
  name:
    "first hour 4: at 40 columns outcomes, errors, status and doctor are broken between words, below their beginning",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await using screen = await TmuxScreen.open(home, { columns: 40, rows: 80 });
    const says = async (args: string, what: RegExp) => {
      await screen.types("clear", "Enter");
      await screen.runs(...args.split(" "));
      // The end of the command before may be on the screen until it is cleared.
      await screen.shows(what);
      await screen.shows(/^exit \d+$/m);
    };
    await says(
      "approve a-name-that-nothing-has",
      /^error: no request or session matches\n {2}"a-name-that-nothing-has"$/m,
    );
    await screen.types("clear", "Enter");
    await screen.runs("hooks", "install", "claude");
    await screen.shows(/^hooks installed in\n {2}\/\S/m);
    await screen.shows(/^Restart the running daemon for it now\n {2}\(no request is open\)\? \[y\/N\]$/m);
    await screen.types("n", "Enter");
    await screen.shows(/^exit 0$/m);
    await says("status", /^agent-console .*,\n {2}\S.*safety mode \w+$/m);
    await says("doctor", /^✓ daemon\.version +daemon and client.*\n {4}\S/m);
    const piped = await home.cli(["approve", "a-name-that-nothing-has"]);
    assert(piped.stderr.includes('error: no request or session matches "a-name-that-nothing-has"\n'), piped.stderr);
  },
});
