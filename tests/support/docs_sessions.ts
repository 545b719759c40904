/** The part of docs/agents.md that shows real agents, run by the daemon: real_turns_test.ts records them in the lab. */
import { HOOK_SPECS } from "../../src/agents/registry.ts";

const RECORDED = ["claude", "codex", "gemini", "opencode"];

export async function sessions(): Promise<string> {
  const parts = await Promise.all(RECORDED.map(async (name) => {
    const title = HOOK_SPECS.find((one) => one.name === name)?.title ?? name;
    const text = await Deno.readTextFile(new URL(`../fixtures/acp/session_${name}.txt`, import.meta.url));
    return `**${title}**\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
  }));
  return parts.join("\n");
}
