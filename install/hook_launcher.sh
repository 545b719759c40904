#!/bin/sh
# Runs our program for an agent whose settings name it in a clone, a bundle or beside the compiled program, as earlier
# versions registered it; nothing registers it any more (hook_stub.sh is what hooks run now), and the installed form has
# none. The shell that those settings name reads it as a part of its own script:
# `/bin/sh -c '… . "$0"' …/hook_launcher.sh [DENO_DIR=FOLDER] PROGRAM ARGUMENTS`.
# The agent's environment may load code into a runtime, and its folder may be gone, in which no runtime starts. A hook
# says nothing but its answer, and where the program or its runtime is gone it is no failure of the agent.
exec 2>/dev/null
case $PWD in
  /*) ;;
  *) cd / ;;
esac
cache=DENO_NO_UPDATE_CHECK=1
case $1 in
  DENO_DIR=/*)
    cache=$1
    shift
    ;;
esac
[ -f "$1" ] && [ -x "$1" ] || exit 0
# A runtime fails where what it would run is gone. A compiled program names no such file.
for word; do
  case $word in
    /*/main.ts | /*/agent-console.js)
      [ -f "$word" ] || exit 0
      break
      ;;
  esac
done
# A container has pids of its own: the same number means another process there.
unset AC_PID_NAMESPACE
if [ -L /proc/self/ns/pid ]; then
  AC_PID_NAMESPACE=$(/usr/bin/readlink /proc/self/ns/pid) || unset AC_PID_NAMESPACE
fi
# What a hook may read and nothing else: the names of its --allow-env.
exec /usr/bin/env -i DENO_NO_UPDATE_CHECK=1 "$cache" \
  ${AC_FROM_SOURCE+"AC_FROM_SOURCE=$AC_FROM_SOURCE"} \
  ${AC_PID_NAMESPACE+"AC_PID_NAMESPACE=$AC_PID_NAMESPACE"} \
  ${AGENT_CONSOLE_HOME+"AGENT_CONSOLE_HOME=$AGENT_CONSOLE_HOME"} \
  ${AGENT_CONSOLE_NO_START+"AGENT_CONSOLE_NO_START=$AGENT_CONSOLE_NO_START"} \
  ${AGENT_CONSOLE_SOCKET+"AGENT_CONSOLE_SOCKET=$AGENT_CONSOLE_SOCKET"} \
  ${CLAUDE_CODE_ENTRYPOINT+"CLAUDE_CODE_ENTRYPOINT=$CLAUDE_CODE_ENTRYPOINT"} \
  ${CLAUDE_PID+"CLAUDE_PID=$CLAUDE_PID"} \
  ${HOME+"HOME=$HOME"} \
  ${ITERM_SESSION_ID+"ITERM_SESSION_ID=$ITERM_SESSION_ID"} \
  ${KITTY_WINDOW_ID+"KITTY_WINDOW_ID=$KITTY_WINDOW_ID"} \
  ${SSH_TTY+"SSH_TTY=$SSH_TTY"} \
  ${TERM_PROGRAM+"TERM_PROGRAM=$TERM_PROGRAM"} \
  ${TMUX+"TMUX=$TMUX"} \
  ${TMUX_PANE+"TMUX_PANE=$TMUX_PANE"} \
  ${WEZTERM_PANE+"WEZTERM_PANE=$WEZTERM_PANE"} \
  ${XDG_CACHE_HOME+"XDG_CACHE_HOME=$XDG_CACHE_HOME"} \
  ${XDG_DATA_HOME+"XDG_DATA_HOME=$XDG_DATA_HOME"} \
  ${ZELLIJ_PANE_ID+"ZELLIJ_PANE_ID=$ZELLIJ_PANE_ID"} \
  ${ZELLIJ_SESSION_NAME+"ZELLIJ_SESSION_NAME=$ZELLIJ_SESSION_NAME"} \
  "$@"
