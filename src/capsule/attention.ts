/** What is not right with a capsule, and what a person does about it: the same for `status`, `capsule list` and `doctor`. Pure. */
import type { CAPSULE_STATES } from "./methods.ts";

/** As `capsule.list` tells it. */
export interface ListedCapsule {
  readonly name: string;
  readonly state: typeof CAPSULE_STATES[number];
  readonly reason?: string;
  readonly changed: boolean;
}

export interface CapsuleTrouble {
  /** A word for scripts: its state, or `changed`. */
  readonly kind: string;
  /** Nothing is broken: it mends itself, or goes on as it was granted. */
  readonly isMinor: boolean;
  /** A clause about the capsule, which is named before it. What a capsule has said in it is not escaped. */
  readonly text: string;
  /** The command that helps, where there is one. */
  readonly hint?: string;
}

/** Empty for one that runs as granted, or starts: a start has a deadline, and then it has another state. */
export function capsuleTroubles(capsule: ListedCapsule): readonly CapsuleTrouble[] {
  const { name, changed } = capsule;
  const found = ofState(capsule);
  return [
    ...(found === undefined ? [] : [{ kind: capsule.state, ...found }]),
    ...(changed
      ? [{
        kind: "changed",
        isMinor: true,
        text: "its folder is not what you granted; what you granted goes on",
        hint: `agent-console capsule grant ${name}`,
      }]
      : []),
  ];
}

/** What starts it is the copy that was granted: a fault in that goes on until its folder is mended and granted again. */
export function brokenHint(name: string): string {
  return `mend its code, then agent-console capsule grant ${name}; ` +
    `agent-console capsule reload ${name} starts what you granted once more`;
}

function ofState({ name, state, reason }: ListedCapsule): Omit<CapsuleTrouble, "kind"> | undefined {
  const why = reason === undefined ? "" : `: ${reason}`;
  const grant = `agent-console capsule grant ${name}`;
  switch (state) {
    case "starting":
    case "running":
      return undefined;
    case "invalid":
      return { isMinor: false, text: `it is refused${why}` };
    case "ungranted":
      return { isMinor: true, text: "it runs nothing until you grant it", hint: grant };
    case "restarting":
      return { isMinor: true, text: `it does not run and is started again by itself${why}`, hint: brokenHint(name) };
    case "failed":
      return { isMinor: false, text: `it ended too often and stays off${why}`, hint: brokenHint(name) };
    case "absent":
      return { isMinor: false, text: "it is granted, but its code is not on this machine", hint: grant };
    case "blocked":
      return { isMinor: false, text: `it cannot be started${why}`, hint: "agent-console daemon restart" };
  }
}
