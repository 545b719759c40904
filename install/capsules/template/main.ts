/** Counts what each agent asks for, and tells the counts by the command /example. */
import type { Capsule } from "../agent-console.d.ts";

export default (capsule: Capsule) => {
  let last: Promise<void> = Promise.resolve();

  // Each event waits for the one before it: two that read the same count would write the same one.
  capsule.on("approval", ({ type, data: { approval } }) => {
    if (type !== "approval.requested" || approval === undefined) return;
    const { agent } = approval;
    const counted = last.then(async () => {
      const count = await capsule.kv.get(agent) as number | undefined;
      await capsule.kv.set(agent, (count ?? 0) + 1);
    });
    last = counted.catch(() => {});
    return counted;
  });

  capsule.command("example", async ([only]) => {
    const agents = only === undefined ? await capsule.kv.list() : [only];
    if (agents.length === 0) return String(capsule.settings["empty"]);
    const lines = await Promise.all(agents.map(async (agent) => `${agent}: ${await capsule.kv.get(agent) ?? 0}`));
    return lines.join("\n");
  });
};
