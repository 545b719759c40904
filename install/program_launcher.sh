#!/bin/sh
# Runs agent-console {{version}} with the runtime that it was installed with. Made by `agent-console install`.
{{environment}}
exec {{command}} "$@"
