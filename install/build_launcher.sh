#!/bin/sh
# Runs {{name}} with the Deno on PATH, or with the one that AGENT_CONSOLE_DENO names. Made by `deno task bundle`.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
  link=$(readlink "$self") || exit 1
  case $link in /*) self=$link ;; *) self=${self%/*}/$link ;; esac
done
dir=$(CDPATH='' cd -- "${self%/*}/" && pwd -P) || exit 1
deno=${AGENT_CONSOLE_DENO:-deno}
if ! command -v "$deno" >/dev/null 2>&1; then
  printf '%s\n' "error: no $deno on PATH" "hint: install Deno 2.9 or newer, or name one in AGENT_CONSOLE_DENO" >&2
  exit 1
fi
{{environment}}
exec "$deno" {{flags}} "$dir/{{entry}}" {{arguments}} "$@"
