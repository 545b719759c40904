/** OpenCode's hooks: a plugin, which is a file of its own. Facts: its own code (1.18), and recordings. */
import { type FileHooks, joinPath } from "../shared/hook_spec.ts";

/** OpenCode's description, with `plugin`, which writes the text of the plugin for a command line. */
export function opencodeHooks(plugin: (argv: readonly string[]) => string): FileHooks {
  return {
    name: "opencode",
    title: "OpenCode",
    about: "1.18 or newer. One plugin hears every event; there is nothing to register for each.",
    form: "file",
    readsAtStart: true,
    rows: [],
    text: plugin,
    file: ({ env, userHome, cwd, project }) => {
      if (project) return `${cwd}/.opencode/plugin/agent-console.js`;
      const own = env("OPENCODE_CONFIG_DIR") || `${env("XDG_CONFIG_HOME") || `${userHome}/.config`}/opencode`;
      return `${joinPath(cwd, own)}/plugin/agent-console.js`;
    },
  };
}
