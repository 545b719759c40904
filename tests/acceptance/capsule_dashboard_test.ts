/** Commands of capsules in the real dashboard, in a real terminal. */
import { assert } from "@std/assert";
import { TestHome } from "../support/harness.ts";
import { grantTeam } from "../support/team_capsule.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";

Deno.test({
  name: "X1 capsule commands in the dashboard: the line runs one, its words are escaped, scrolled, and left by Esc",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start();
    await grantTeam(home);
    await using screen = await TmuxScreen.open(home, { columns: 100, rows: 24 });
    // An Enter that comes with a text is pasted, and runs nothing.
    const runs = async (text: string) => {
      await screen.types("-l", text);
      await screen.shows(new RegExp(`: .*${text}▏`));
      await screen.types("Enter");
    };
    await screen.runs("dashboard");
    await screen.shows(/q quit$/m);
    await screen.types(":");
    await screen.shows(/standup \[DAYS\] +what each did today \(capsule team\)/);
    await screen.types("-l", "stand");
    await screen.shows(/▸standup \[DAYS\]/);
    await screen.types("Tab");
    await runs("today");
    await screen.shows(/\/standup today · the capsule team says:\n +web: tests pass \\x1b\[2J<b>&\n +words\|today\n/);
    await runs("roll-call");
    await screen.shows(/1–\d+ of 2002[^]* row 1\n/);
    await screen.types("PageDown");
    assert(!(await screen.shows(/row 20\n/)).includes(" row 1\n"));
    await runs("broken");
    await screen.shows(/\/broken\n +capsule team: it has no data/);
    await screen.types("Escape");
    await screen.shows(/q quit$/m);
    await screen.types("q");
    await screen.shows(/exit 0/);
  },
});
