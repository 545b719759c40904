/** `approvals`: the inbox on the command line. */
import type { CommandContext } from "../context.ts";
import type { ShowOptions } from "./show.ts";
import { type ApprovalListOptions, listApprovals } from "./approval_list.ts";

export async function approvals(
  run: CommandContext,
  id: string | undefined,
  options: ApprovalListOptions & ShowOptions,
): Promise<void> {
  if (id !== undefined) return await (await import("./show.ts")).show(run, id, options);
  await listApprovals(run, options);
}
