/**
 * The script of each shell: it calls `__complete` with the words as they stand on the line and offers what
 * comes back, one candidate a line, a tab, a few words about it; a tab and `files` stand for the shell's own completion of
 * files. Nothing that was typed or that came back is evaluated: there is no `eval` in them, and every word is quoted.
 */
import type { CompletionShell } from "./shell_words.ts";

/** Before a brace, which a template would take for its own. */
const D = "$";

const BASH = String.raw`# Completion of agent-console for bash: source <(agent-console completions bash)
_agent_console() {
  # bash parts words at : and = too: here they are put together again as they were typed.
  local -a typed=()
  local rest=$COMP_LINE word gap line
  local -i at
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=${D}{COMP_WORDS[at]}
    gap=${D}{rest%%[![:space:]]*}
    rest=${D}{rest#"$gap"}
    if [[ -n $gap || $at -eq 0 ]]; then typed+=("$word"); else typed[${D}{#typed[@]}-1]+=$word; fi
    rest=${D}{rest#"$word"}
  done
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == $'\tfiles' ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    [[ -n $line ]] && COMPREPLY+=("${D}{line%%$'\t'*}")
  done < <(command agent-console __complete --shell bash -- "${D}{typed[@]:1}" 2>/dev/null </dev/null)
}
complete -F _agent_console agent-console
`;

const ZSH = String.raw`#compdef agent-console
# Completion of agent-console for zsh: source <(agent-console completions zsh), or a file _agent-console in fpath.
_agent-console() {
  local -a typed candidates shown
  local line
  local -i at
  for ((at = 2; at <= CURRENT; at++)); do typed+=("${D}{(Q)words[at]}"); done
  while IFS= read -r line; do
    if [[ $line == $'\tfiles' ]]; then
      _files
      return
    fi
    [[ -n $line ]] || continue
    candidates+=("${D}{line%%$'\t'*}")
    line=${D}{line/$'\t'/  -- }
    shown+=("${D}{line%  -- }")
  done < <(command agent-console __complete --shell zsh -- "${D}{typed[@]}" 2>/dev/null </dev/null)
  (( ${D}{#candidates} )) && compadd -l -d shown -a candidates
}
if [[ ${D}{funcstack[1]} == _agent-console ]]; then
  _agent-console "$@"
else
  compdef _agent-console agent-console
fi
`;

const FISH = String
  .raw`# Completion of agent-console for fish: agent-console completions fish > ~/.config/fish/completions/agent-console.fish
function __agent_console_complete
    set -l typed (commandline -opc)
    set -l raw (commandline -ct)
    set -l current (string unescape -- "$raw" 2>/dev/null)
    or set current "$raw"
    for line in (command agent-console __complete --shell fish -- $typed[2..] "$current" 2>/dev/null </dev/null)
        if test "$line" = \t"files"
            __fish_complete_path "$raw"
        else
            printf '%s\n' "$line"
        end
    end
end
complete -c agent-console -f -a '(__agent_console_complete)'
`;

const SCRIPTS: Readonly<Record<CompletionShell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export function completionScript(shell: CompletionShell): string {
  return SCRIPTS[shell];
}
