/** What all lists have in common: their width, and their rows in a form of the caller's. */
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ListFilter } from "../view/session_filter.ts";
import { kindOf, stateOf } from "../domain/state_words.ts";
import { parseTemplate, type Template, type TemplateFields } from "../view/template.ts";
import type { CommandContext } from "./context.ts";
import { resolveSession } from "./resolve.ts";

/** Columns for a list; no end to them where no person reads it. */
export function listWidth({ out: { screen } }: { readonly out: Pick<CommandContext["out"], "screen"> }): number {
  return screen.isTerminal ? screen.columns : Infinity;
}

export interface FormOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly format?: string;
}

export interface SessionListOptions extends FormOptions {
  readonly status?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly for?: string;
  readonly all?: boolean;
}

/** The filter that options ask for. @throws {ConsoleError} where `--session` names none, or several */
export async function listFilter(run: CommandContext, options: SessionListOptions): Promise<ListFilter> {
  const { status, agent, session, for: kind } = options;
  return {
    ...(status === undefined ? {} : { status: stateOf(status) }),
    ...(agent === undefined ? {} : { agent }),
    ...(session === undefined ? {} : { session: await resolveSession(run, session) }),
    ...(kind === undefined ? {} : { for: kindOf(kind) }),
  };
}

/** The template of `--format`; undefined where there is none. @throws {ConsoleError} `usage` */
export function templateOf<T>(options: FormOptions, fields: TemplateFields<T>): Template<T> | undefined {
  const given = (["json", "quiet", "format"] as const).filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    throw new ConsoleError("usage", `only one of --json, --quiet and --format can be given, not ${given.length}`);
  }
  if (options.format === undefined) return undefined;
  const template = parseTemplate(options.format, fields);
  if (!("unknown" in template)) return template;
  throw new ConsoleError("usage", `--format has no field "${escapeControls(template.unknown[0] ?? "")}"`, {
    hint: `the fields are ${Object.keys(fields).map((name) => `{{${name}}}`).join(" ")}`,
  });
}
