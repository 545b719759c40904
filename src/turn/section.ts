/** The feature's section of the configuration: the agents that the daemon runs, by the names that the user gives them. */
import * as v from "valibot";
import { AGENT_NAME } from "../agents/shared/agent_name.ts";
import { group, namedSection, programWords, type SectionValues, setting } from "../config/section.ts";

// deno-lint-ignore no-control-regex
const word = v.pipe(v.string("text"), v.maxLength(1000, "at most 1000 characters"), v.regex(/^[^\u0000]*$/, "text"));
// deno-lint-ignore no-control-regex
const FOLDER = /^~?\/[^\u0000-\u001f\u007f]*$/;
/** Those by which a program loads code of others: a sandbox that names programs starts none with them. */
const VARIABLE = /^(?!LD_|DYLD_)[A-Za-z_][A-Za-z0-9_]*=/;

export const agentsSection = namedSection(
  "agents",
  { pattern: AGENT_NAME, must: "a lower-case letter, then letters, digits, - and _, 32 at most", example: "mine" },
  group({
    command: setting(programWords, [], {
      title: "The agent's program",
      means: "What speaks ACP on its stdin and stdout, and its arguments, run without a shell. The program is an " +
        "absolute path, a path that begins with `~/`, or a name in a usual folder. [] = the agent is not run.",
      must: "an array of words, the first of them a program: an absolute path, one that begins with ~/, or a name",
      applies: "restart",
      example: '["my-agent", "--acp"]',
    }),
    env: setting(v.array(v.pipe(word, v.regex(VARIABLE, "NAME=value, without LD_… and DYLD_…"))), [], {
      title: "The agent's environment",
      means: "Variables for the agent, beside HOME, PATH, USER and the language: it gets no others.",
      must: "an array of NAME=value, without LD_… and DYLD_…",
      applies: "restart",
      example: '["MODEL=large"]',
    }),
    cwd: setting(v.nullable(v.pipe(v.string(), v.regex(FOLDER))), null, {
      title: "The agent's folder",
      means: "Where its sessions work that name no folder. null = your home folder.",
      must: "an absolute path, one that begins with ~/, or null",
      applies: "live",
      example: '"~/projects"',
    }),
    warm: setting(v.boolean(), false, {
      title: "Kept warm",
      means: "The agent is started with the daemon and has a session open, so that the first prompt begins at once.",
      must: "true or false",
      applies: "live",
    }),
    idle_mins: setting(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_080)), 30, {
      title: "Ends when idle",
      means: "An agent that is not warm ends so many minutes after its last turn. 0 = never.",
      must: "a whole number of minutes from 0 to 10080",
      applies: "live",
    }),
    resume: setting(v.boolean(), true, {
      title: "Goes on after a crash",
      means:
        "A turn that the end of the daemon interrupted goes on at the next start, once, where the agent can open " +
        "its session again. false = it is failed.",
      must: "true or false",
      applies: "live",
    }),
    mode: setting(v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(64))), null, {
      title: "The agent's mode",
      means: "The mode that its sessions begin in, by the agent's own name for it. null = the agent's own.",
      must: "a name of a mode, or null",
      applies: "live",
      example: '"plan"',
    }),
  }),
);

export type AgentsSettings = SectionValues<typeof agentsSection>;
export type AgentSettings = AgentsSettings[string];
