/** The soak for twenty seconds: its longer form is `deno task soak`. */
import { assert, assertEquals } from "@std/assert";
import { runSoak } from "../soak/run.ts";
import { longTest } from "../support/long_step.ts";

longTest(
  "C1 F2 under everything at once, with kills and reloads, nothing is lost and nothing there twice",
  async () => {
    const { faults, kills, acknowledged } = await runSoak({
      seconds: 20,
      rate: 40,
      seed: Date.now() % 1_000_000,
      say: () => {},
    });
    assertEquals(faults, []);
    assert(kills > 0 && acknowledged > 100, `${kills} kills, ${acknowledged} acknowledged`);
  },
);
