# What an agent's settings run as its status line: `/bin/sh -c '… . "$0"' …/agent-console/statusline [--home FOLDER]
# statusline [-- COMMAND]`, as `hooks install --statusline` registers it and puts this file there. COMMAND is the user's own
# line, which runs inside of our tee, and alone where something of ours is gone.
#
# It may need any variable: those that would change our runtime are set aside under another name, and given back to it
# (src/client/statusline.ts). The names here are none that anybody exports: a value that is changed would be handed on.
case $PWD in
  /*) ;;
  *) cd / ;;
esac
case $1 in
  --home)
    _ac_root=$2
    shift 2
    ;;
  *) _ac_root=${0%/.local/share/agent-console/statusline}/.agent-console ;;
esac
# The folder's name for this home, as platform/home_launchers.ts computes it.
_ac_name= _ac_rest=$_ac_root
while :; do
  case $_ac_rest in
    *[/=]*) ;;
    *) break ;;
  esac
  _ac_head=${_ac_rest%%[/=]*}
  _ac_rest=${_ac_rest#"$_ac_head"}
  case $_ac_rest in
    /*) _ac_name=$_ac_name$_ac_head=- ;;
    *) _ac_name=$_ac_name$_ac_head== ;;
  esac
  _ac_rest=${_ac_rest#?}
done
_ac_launcher=${0%/*}/homes/$_ac_name$_ac_rest/statusline
_ac_has_program() { return 1; }
# Defines that again, and _ac_run_program, which never returns.
[ -f "$_ac_launcher" ] && [ -r "$_ac_launcher" ] && . "$_ac_launcher"
if ! _ac_has_program; then
  while [ $# -gt 0 ]; do
    [ "$1" = -- ] && shift && exec "$@"
    shift
  done
  exit 0
fi
for _ac_variable in \
  DENO_AUDIT_PERMISSIONS \
  DENO_AUTO_SERVE \
  DENO_CERT \
  DENO_COMPAT \
  DENO_CONDITIONS \
  DENO_COVERAGE_DIR \
  DENO_DIR \
  DENO_EMIT_CACHE_MODE \
  DENO_LOG \
  DENO_NO_PACKAGE_JSON \
  DENO_TRACE_PERMISSIONS \
  DENO_V8_FLAGS \
  DYLD_INSERT_LIBRARIES \
  DYLD_LIBRARY_PATH \
  LD_AUDIT \
  LD_LIBRARY_PATH \
  LD_PRELOAD \
  NODE_CHANNEL_FD \
  NODE_DEBUG \
  NODE_EXTRA_CA_CERTS \
  NODE_OPTIONS \
  NODE_V8_COVERAGE \
  OTEL_DENO \
  OTEL_DENO_CONSOLE \
  RUST_BACKTRACE \
  RUST_LOG; do
  eval "_ac_value=\${$_ac_variable-}"
  [ -n "$_ac_value" ] && export "AC_KEPT_$_ac_variable=$_ac_value"
  unset "$_ac_variable"
done
_ac_run_program "$@"
