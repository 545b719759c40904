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
  printf '%s\n' "{{name}}: Cannot start: no $deno on PATH, must be Deno 2.9 or newer there or at AGENT_CONSOLE_DENO" >&2
  exit 1
fi
{{environment}}
exec "$deno" {{flags}} "$dir/{{entry}}" {{arguments}} "$@"
