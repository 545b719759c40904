/** How it is with a capsule that is to run. */

/** `at`: when it is started again, ms of the wall clock. */
export type RunState =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly pid: number }
  | { readonly kind: "restarting"; readonly at: number; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string }
  /** Its granted copy is not on this machine: it is not tried again. */
  | { readonly kind: "absent"; readonly reason: string }
  | { readonly kind: "ended"; readonly reason: string };
