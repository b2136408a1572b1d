#!/bin/sh
# Lists the status macros of the header, one STATUS(MTPROTO_...) a line, for tests/c/version.c.
#
# Usage: tools/list_statuses.sh include/mtproto.h
#
# A status is MTPROTO_OK, MTPROTO_ERROR_*, or a macro whose comment starts with "Flow:".
set -eu

awk '
    /^\/\*\*/ { flow = 0 }
    /^ \* Flow:/ { flow = 1 }
    /^#define MTPROTO_/ {
        if (flow || $2 == "MTPROTO_OK" || $2 ~ /^MTPROTO_ERROR_/) print "STATUS(" $2 ")"
        flow = 0
    }
' "$1"
