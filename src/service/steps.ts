/** Commands of the service manager, run one after the other; and what launchd needs for a start. */
import { shellQuote } from "../lib/shell_quote.ts";
import { LABEL } from "./place.ts";

export interface Ran {
  /** {@link NO_PROGRAM} where there is no such program, {@link NOT_IN_TIME} where it did not end. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As a shell has it. */
export const NO_PROGRAM = 127;
/** As timeout(1) has it. */
export const NOT_IN_TIME = 124;

/** Runs a command by its words, never through a shell. Never throws. */
export type RunCommand = (argv: readonly string[]) => Promise<Ran>;

export interface StepPorts {
  run: RunCommand;
  /** Resolves after so many ms. */
  pause(ms: number): Promise<void>;
}

/** One command, and the exit codes that count as success: the intended state exists already. */
export interface Step {
  readonly argv: readonly string[];
  readonly tolerate: readonly number[] | "any";
  /** It is run again while it ends with this: for {@link AGAIN_MS} at most. */
  readonly again?: (code: number) => boolean;
}

export function step(argv: readonly string[], tolerate: Step["tolerate"] = [], again?: Step["again"]): Step {
  return { argv, tolerate, ...(again === undefined ? {} : { again }) };
}

/** launchd ends a job 20 s after it asked it to end. */
const AGAIN_MS = 25_000;
const PAUSE_MS = 200;

export interface StepsResult {
  /** Those that found no service manager to talk to. */
  readonly unanswered: readonly (readonly string[])[];
  /** The one that was refused: those behind it were not run. */
  readonly refused?: { readonly argv: readonly string[]; readonly ran: Ran };
}

export async function runSteps(steps: readonly Step[], ports: StepPorts): Promise<StepsResult> {
  const unanswered: (readonly string[])[] = [];
  for (const one of steps) {
    const ran = await runStep(one, ports);
    if (ran.code === 0) continue;
    // After one that got no reply, the later ones fail for the same reason, with other messages.
    if (isManagerUnreachable(ran) || unanswered.length > 0) unanswered.push(one.argv);
    else if (one.tolerate !== "any" && !one.tolerate.includes(ran.code)) {
      return { unanswered, refused: { argv: one.argv, ran } };
    }
  }
  return { unanswered };
}

async function runStep({ argv, again }: Step, ports: StepPorts): Promise<Ran> {
  for (let waited = 0;; waited += PAUSE_MS) {
    const ran = await ports.run(argv);
    if (again === undefined || !again(ran.code) || waited >= AGAIN_MS || isManagerUnreachable(ran)) return ran;
    await ports.pause(PAUSE_MS);
  }
}

/** `systemctl --user x exited with 1: its words`. */
export function howItFailed(argv: readonly string[], { code, stderr }: Ran): string {
  const words = stderr.trim();
  const how = code === NOT_IN_TIME ? "did not end in time" : `exited with ${code}`;
  return `${shellQuote(argv)} ${how}${words === "" ? "" : `: ${words}`}`;
}

/** Whether a command of the service manager found none to talk to, or is none that is here. */
export function isManagerUnreachable({ code, stderr }: Pick<Ran, "code" | "stderr">): boolean {
  return code === NO_PROGRAM || UNREACHABLE.test(stderr);
}

// systemctl without a user manager; launchctl without a graphical login ("Domain does not support specified action").
const UNREACHABLE = /Failed to connect to .*bus|Domain does not support|Could not find domain/;

/** `launchctl print` of a label that is not loaded. */
export const NOT_LOADED = 113;
/** `launchctl bootstrap` of a label that is loaded already, or not quite gone. */
const INPUT_OUTPUT = 5;
/** No such domain: a login over ssh. The kickstart then shows whether it runs. */
const NO_DOMAIN = 125;

export interface LaunchdNames {
  readonly domain: string;
  readonly target: string;
}

/** @param uid the user's id, which launchd's names have in them */
export function launchdNames(uid: number | null): LaunchdNames {
  const domain = `gui/${uid ?? 0}`;
  return { domain, target: `${domain}/${LABEL}` };
}

/** Fails where it is not loaded. */
export function bootout({ target }: LaunchdNames): Step {
  return step(["launchctl", "bootout", target], "any");
}

/**
 * The job runs after these, by the text that is in its file if it is `renewed`: what is loaded has the old one. `bootout`
 * returns before the label is free, and a bootstrap meanwhile fails as if it were loaded: so the label is looked at until it
 * is gone, and a bootstrap that comes too early all the same is tried again.
 */
export function launchdStart(names: LaunchdNames, path: string, renewed: boolean): readonly Step[] {
  const { domain, target } = names;
  const isLoaded = (code: number) => code === 0;
  const isEarly = (code: number) => renewed && code === INPUT_OUTPUT;
  return [
    ...(renewed ? [bootout(names), step(["launchctl", "print", target], "any", isLoaded)] : []),
    // A label that was disabled once cannot be bootstrapped, so enable comes first.
    step(["launchctl", "enable", target], [INPUT_OUTPUT, NO_DOMAIN]),
    step(["launchctl", "bootstrap", domain, path], [INPUT_OUTPUT, NO_DOMAIN], isEarly),
    step(["launchctl", "kickstart", target]),
  ];
}
