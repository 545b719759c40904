#!/bin/sh
# Runs our tee for an agent's status line, as earlier versions registered it (statusline_stub.sh is what is registered now):
# `/bin/sh -c '… . "$0"' …/statusline_launcher.sh [DENO_DIR=FOLDER] PROGRAM ARGUMENTS`.
# The user's own status line runs inside of it and may need any variable: those that would change our runtime are set
# aside under another name, and given back to that command (src/client/statusline.ts).
case $PWD in
  /*) ;;
  *) cd / ;;
esac
for name in \
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
  eval "value=\${$name-}"
  [ -n "$value" ] && export "AC_KEPT_$name=$value"
  unset "$name"
done
case $1 in
  DENO_DIR=/*)
    # Named also where it is empty: this one is for us alone.
    export "$1" "AC_KEPT_DENO_DIR=${AC_KEPT_DENO_DIR-}"
    shift
    ;;
esac
exec "$@"
