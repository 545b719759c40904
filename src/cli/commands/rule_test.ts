/** `rules test`: what the rules and the safety mode would decide of a command here, and why. */
import { bold } from "@std/fmt/colors";
import { repositoryConfigText } from "../../config/repository_file.ts";
import { workspaceText } from "../../config/workspace_file.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { currentFolder } from "../../platform/process.ts";
import { type CommandContext, read } from "../context.ts";

export interface RuleTestOptions {
  readonly tool: string;
  readonly agent?: string;
  readonly json?: boolean;
}

const OUTCOMES = { passes: "passes", denied: "is denied", asked: "you are asked" } as const;

export async function testRule(run: CommandContext, command: string, options: RuleTestOptions): Promise<void> {
  const cwd = currentFolder();
  const workspaceConfig = workspaceText(denoFiles, cwd, run.context.paths.configJsonc);
  const result = await read(run, "approval.evaluate", {
    command,
    cwd,
    tool: options.tool,
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    repositoryConfig: repositoryConfigText(denoFiles, cwd),
    ...(workspaceConfig === undefined ? {} : { workspaceConfig }),
  });
  if (options.json) return run.out.json({ result });
  run.out.line(`${bold(OUTCOMES[result.outcome])}: ${escapeControls(result.why)}`);
  run.out.line(`label: ${result.risk}`);
}
