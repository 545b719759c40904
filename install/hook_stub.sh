# What agents' settings run at each event: `/bin/sh -c '… . "$0"' …/agent-console/hook [--home FOLDER] AGENT [WORD]`, as
# `hooks install` registers it and puts this file there. The line never changes: Codex binds trust to its hash.
#
# An event that only reports (WORD is report, or rule where rules could be asked) goes to the daemon's second socket by
# curl, which costs a third of our program's start. Everything else runs the program: an event that may wait for a
# decision, no curl, no daemon, and whatever curl could not deliver before it read the payload. A hook says nothing but
# its answer, and where something of ours is gone it is no failure of the agent.
exec 2>/dev/null
# SHELLOPTS of the agent's environment may have set these where sh is bash.
set +eu
# The characters of a pattern below are bytes.
LC_ALL=C
case $PWD in
  /*) ;;
  *) cd / ;;
esac
case $1 in
  --home)
    root=$2
    shift 2
    ;;
  *) root=${0%/.local/share/agent-console/hook}/.agent-console ;;
esac
# The folder's name for this home, as platform/home_launchers.ts computes it.
name= rest=$root
while :; do
  case $rest in
    *[/=]*) ;;
    *) break ;;
  esac
  head=${rest%%[/=]*}
  rest=${rest#"$head"}
  case $rest in
    /*) name=$name$head=- ;;
    *) name=$name$head== ;;
  esac
  rest=${rest#?}
done
launcher=${0%/*}/homes/$name$rest/hook
[ -f "$launcher" ] && [ -r "$launcher" ] || exit 0
# Defines curl, a path or nothing, and run_program, which never returns.
. "$launcher"
# A container has pids of its own: the same number means another process there.
unset AC_PID_NAMESPACE
if [ -L /proc/self/ns/pid ]; then
  AC_PID_NAMESPACE=$(/usr/bin/readlink /proc/self/ns/pid) || unset AC_PID_NAMESPACE
fi
case $#:$2 in
  2:report | 2:rule) ;;
  *) run_program "$@" ;;
esac
case $1 in
  '' | *[!a-z0-9-]*) run_program "$@" ;;
esac
# A marker says that the daemon hangs: the program spools and waits for nothing.
[ -n "$curl" ] && [ -x "$curl" ] && [ -z "$AGENT_CONSOLE_SOCKET" ] && [ ! -e "$root/spool/daemon-hung" ] ||
  run_program "$@"
# Another user's socket would get the payload.
[ -d "$root" ] && [ ! -L "$root" ] && [ -O "$root" ] || run_program "$@"
[ -S "$root/hook.sock" ] && [ ! -L "$root/hook.sock" ] && [ -O "$root/hook.sock" ] || run_program "$@"
# A workspace's own settings are read by the program; that there are none the daemon takes from our silence.
[ -x . ] || run_program "$@"
if [ -e .agent-console ] || [ -L .agent-console ]; then
  [ -d .agent-console ] && [ -x .agent-console ] || run_program "$@"
  if [ -e .agent-console/config.jsonc ] || [ -L .agent-console/config.jsonc ]; then
    [ ! -L .agent-console/config.jsonc ] && [ .agent-console/config.jsonc -ef "$root/config.jsonc" ] ||
      run_program "$@"
  fi
fi
# Headers come from a file and not as options, and a value with anything but printable characters ends this way: so no
# value becomes a header or an option of its own.
facts="ac-ppid: =$PPID"
fact() {
  case $2 in
    *[!\ -~]*) return 1 ;;
  esac
  [ ${#2} -le 1024 ] || return 1
  facts="$facts
$1: =$2"
}
# Those of agents/hook_env.ts.
[ -z "${CLAUDE_PID+x}" ] || fact ac-claude-pid "$CLAUDE_PID" || run_program "$@"
[ -z "${CLAUDE_CODE_ENTRYPOINT+x}" ] || fact ac-claude-code-entrypoint "$CLAUDE_CODE_ENTRYPOINT" || run_program "$@"
[ -z "${TMUX+x}" ] || fact ac-tmux "$TMUX" || run_program "$@"
[ -z "${TMUX_PANE+x}" ] || fact ac-tmux-pane "$TMUX_PANE" || run_program "$@"
[ -z "${TERM_PROGRAM+x}" ] || fact ac-term-program "$TERM_PROGRAM" || run_program "$@"
[ -z "${WEZTERM_PANE+x}" ] || fact ac-wezterm-pane "$WEZTERM_PANE" || run_program "$@"
[ -z "${KITTY_WINDOW_ID+x}" ] || fact ac-kitty-window-id "$KITTY_WINDOW_ID" || run_program "$@"
[ -z "${SSH_TTY+x}" ] || fact ac-ssh-tty "$SSH_TTY" || run_program "$@"
[ -z "${ITERM_SESSION_ID+x}" ] || fact ac-iterm-session-id "$ITERM_SESSION_ID" || run_program "$@"
[ -z "${ZELLIJ_PANE_ID+x}" ] || fact ac-zellij-pane-id "$ZELLIJ_PANE_ID" || run_program "$@"
[ -z "${ZELLIJ_SESSION_NAME+x}" ] || fact ac-zellij-session-name "$ZELLIJ_SESSION_NAME" || run_program "$@"
[ -z "${AC_PID_NAMESPACE+x}" ] || fact ac-ac-pid-namespace "$AC_PID_NAMESPACE" || run_program "$@"
# Two requests: the first finds out within 0.3 s whether a daemon takes such a report, the second brings it. curl reads
# stdin only when the daemon has said "100 Continue"; until then the program can still have it.
url=http://localhost/hook/$1/$2
told=$(
  /usr/bin/env -i "$curl" -q -s -f --fail-early --noproxy '*' --unix-socket "$root/hook.sock" \
    --max-time 0.3 -o /dev/null "$url" \
    --next -s -f --noproxy '*' --unix-socket "$root/hook.sock" \
    --max-time 0.8 --expect100-timeout 9 -H @/dev/fd/3 -X POST -T - -o /dev/null \
    -w '%{http_code} %{size_upload}' "$url" 3<<EOF
Expect: 100-continue
$facts
EOF
)
code=$?
# Status and bytes of the second request. Without bytes, and without a word of the daemon's, stdin is as it was.
case $told in
  '' | [!12]*' 0') ;;
  *) exit 0 ;;
esac
# 28: no reply in time, before anything was read.
[ $code -ne 28 ] || run_program "$1" hung
run_program "$@"
