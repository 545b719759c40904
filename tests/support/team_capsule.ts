/** A capsule whose commands the tests of windows run: its words are hostile, or many. */
import { grantNow } from "./capsule_commands.ts";
import { writeCapsule } from "./capsule_folder.ts";
import type { TestHome } from "./harness.ts";

const MAIN = `
export default (capsule: any) => {
  let stoodUp = () => {};
  capsule.command("standup", (words: string[]) => {
    stoodUp();
    return "web: tests pass \\x1b[2J<b>&\\n" + ["words", ...words].join("|");
  });
  capsule.command("roll-call", () => Array.from({ length: 4000 }, (_, at) => "row " + (at + 1)).join("\\n"));
  capsule.command("watch", () => "the capsule's own watch");
  // Ends behind the next standup: who keeps that waiting for this gets neither.
  capsule.command("nap", () => new Promise((resolve) => {
    stoodUp = () => setTimeout(() => resolve("awake"), 1000);
  }));
  capsule.command("broken", () => { throw new Error("it has no data"); });
};
`;

/** Its folder, in the home of `home`. */
export function writeTeam(home: TestHome): void {
  writeCapsule(home.path("capsules"), {
    name: "team",
    description: "what the team does",
    commands: [
      { name: "standup", description: "what each did today", args: "[DAYS]" },
      { name: "roll-call", description: "everybody, by rows" },
      { name: "watch", description: "has the name of a command of the program" },
      { name: "nap", description: "takes its time" },
      { name: "broken", description: "fails each time" },
    ],
  }, { "main.ts": MAIN });
}

export async function grantTeam(home: TestHome): Promise<void> {
  writeTeam(home);
  await grantNow(home, "team");
}
