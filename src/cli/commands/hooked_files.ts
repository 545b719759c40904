/** In which settings files hooks of one home are noted: the user's own, and those of folders where they were installed. */
import { AGENTS } from "../../agents/registry.ts";
import { readBackup } from "../../settings/backup.ts";
import type { CommandContext } from "../context.ts";
import { system } from "./hooks_target.ts";

export interface HookedFile {
  readonly agent: string;
  readonly file: string;
}

export function hookedFiles({ context }: Pick<CommandContext, "context">): readonly HookedFile[] {
  const { backups } = context.paths;
  const reader = system();
  return reader.files.list(backups).flatMap((name) => {
    const file = readBackup(reader, `${backups}/${name}`)?.file;
    const agent = /^(.+)-hooks-[0-9a-f]{16}\.json$/.exec(name)?.[1];
    const isKnown = AGENTS.some((one) => one.name === agent && one.hooks !== undefined);
    return file === undefined || agent === undefined || !isKnown ? [] : [{ agent, file }];
  });
}
