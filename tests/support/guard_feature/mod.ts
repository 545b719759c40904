/** A feature that tightens approvals: what its interceptor says stands in the command itself. Nothing else in the program knows it. */
import type { InterceptVerdict } from "../../../src/core/interceptors.ts";
import type { Feature } from "../../../src/core/service.ts";

const VERDICTS: Readonly<Record<string, () => Promise<InterceptVerdict | undefined>>> = {
  "deny-me": () => Promise.resolve({ decision: "deny", reason: "never that" }),
  "ask-me": () => Promise.resolve({ decision: "ask", reason: "is it meant?" }),
  "note-me": () => Promise.resolve({ note: "it touches a file" }),
  "throw-me": () => Promise.reject(new Error("broken")),
  "hang-me": () => new Promise(() => {}),
  "slow-me": async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000)); // longer than the first delivery of a hook
    return undefined;
  },
};

export const guard: Feature = {
  name: "guard",
  create: ({ interceptors }) => {
    let takeAway = () => {};
    return {
      service: {
        start: () => {
          takeAway = interceptors.add({
            name: "guard",
            priority: 1,
            intercept: ({ input }) => VERDICTS[input.split(" ").at(-1) ?? ""]?.() ?? Promise.resolve(undefined),
          });
        },
        stop: () => takeAway(),
      },
    };
  },
};
