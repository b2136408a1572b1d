/* What the responder answers to one payload. */
#ifndef EXAMPLES_RESPONDER_ANSWER_H
#define EXAMPLES_RESPONDER_ANSWER_H

#include <mtproto.h>

struct answer_settings {
    const uint8_t *auth_key; /* of MTPROTO_AUTH_KEY_LENGTH bytes; NULL: no key is known */
    bool echo;
    uint64_t last_message_id;
};

/* Logs the payload of the event, then pushes the answer, if there is one, into the same transport.
 * The event's view is dead afterwards. The status is that of the push that failed, MTPROTO_OK if
 * none did. `*goodbye`: the answer is a transport error. */
mtproto_status answer_payload(mtproto_transport *transport, struct answer_settings *settings,
                              int32_t carrier, const mtproto_event *event, bool *goodbye);

#endif
