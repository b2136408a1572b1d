/* What the responder says: one line of JSON per event on stdout, flushed at once. */
#ifndef EXAMPLES_RESPONDER_LOG_H
#define EXAMPLES_RESPONDER_LOG_H

#include "../common/tl.h"

#include <mtproto.h>

void log_listening(const char *address);
void log_accepted(const char *peer, const mtproto_event *event);
void log_payload(size_t length, bool quick_ack_wanted, const struct tl_message *message);
void log_not_ours(const mtproto_event *event);
void log_error(mtproto_status status, const char *text);
void log_closed(const char *reason);

#endif
