/** `rules test`: what the rules and the safety mode would decide of a command, a file or an address here, and why. */
import { bold } from "@std/fmt/colors";
import { whatToolDoes } from "../../agents/registry.ts";
import { repositoryConfigText } from "../../config/repository_file.ts";
import { workspaceText } from "../../config/workspace_file.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { currentFolder } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { ParamsOf } from "../../protocol/method_schemas.ts";
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
    action: actionOf(options.tool),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    repositoryConfig: repositoryConfigText(denoFiles, cwd),
    ...(workspaceConfig === undefined ? {} : { workspaceConfig }),
  });
  if (options.json) return run.out.json({ result });
  run.out.line(`${bold(OUTCOMES[result.outcome])}: ${escapeControls(result.why)}`);
  run.out.line(`label: ${result.risk}`);
}

/** What a call of the tool is: judged as anything else, it would pass here and be asked there. */
function actionOf(tool: string): NonNullable<ParamsOf<"approval.evaluate">["action"]> {
  const does = whatToolDoes(tool);
  if (does !== undefined && does !== "search" && does !== "other") return does;
  const named = escapeControls(tool);
  const problem = does === "search"
    ? `${named} searches, and what it would find is not known here`
    : `--tool is "${named}", no tool that runs a command, opens a file or fetches an address`;
  throw new ConsoleError("usage", problem, {
    hint: 'name one as its agent does, such as Bash, Write, Read or WebFetch; for any other only the pattern "*" or ' +
      "its whole input matches",
  });
}
