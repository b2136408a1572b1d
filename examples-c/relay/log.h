/* What the relay says: one line of JSON per event on stdout, with --verbose. */
#ifndef EXAMPLES_RELAY_LOG_H
#define EXAMPLES_RELAY_LOG_H

#include <mtproto.h>
#include <stddef.h>

void log_verbose(bool verbose);

void log_listening(const char *address);
void log_accepted(const char *peer, const mtproto_event *event);
void log_dc(const char *peer, int32_t dc, const char *address);
void log_not_ours(const char *peer, const char *reason, int32_t clock_skew, size_t length);
void log_error(const char *peer, mtproto_status status, const char *text);
void log_closed(const char *peer, const char *reason, uint64_t up, uint64_t down);

#endif
