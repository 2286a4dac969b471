#!/bin/sh
# pantheon hook v1 @SUM@
# Hands over to `pantheon hook @STAGE@`. `pantheon hooks uninstall` takes it away again.
@MARK@command -v pantheon >/dev/null 2>&1 && exec pantheon hook @STAGE@ --shim "$0" -- "$@"
@RECORDED@echo 'pantheon: the program `pantheon` is not found, so nothing was checked' >&2
@MISSING@
