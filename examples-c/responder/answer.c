/* What the responder answers to one payload. */
#include "answer.h"

#include "../common/entropy.h"
#include "../common/message_crypto.h"
#include "../common/tl.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>

/* No server decrypts more at once: what comes encrypted is bounded by far smaller containers. */
#define MOST_DECRYPTED ((size_t)1 << 20)

#define UNKNOWN_KEY 404

/* A product of two primes; a real server draws new ones, for this demonstration one pair will do. */
#define PQ 0x17ed48941a08f981u
/* The published production key, so that clients know it and go on to their next step. Nobody here
 * has its private half: the exchange ends there, with a 404. */
#define FINGERPRINT 0xd09d1d85de64fd85u

static mtproto_status answer_req_pq(mtproto_transport *transport, struct answer_settings *settings,
                                    const uint8_t *nonce) {
    const unsigned server_answers = 1;
    struct tl_res_pq res_pq = {.pq = PQ, .fingerprint_count = 1, .fingerprints = {FINGERPRINT}};
    uint8_t message[TL_RES_PQ_MESSAGE_LENGTH];
    memcpy(res_pq.nonce, nonce, TL_NONCE_LENGTH);
    if (!entropy_fill(res_pq.server_nonce, TL_NONCE_LENGTH)) return MTPROTO_ERROR_ENTROPY;
    settings->last_message_id = tl_message_id(settings->last_message_id, server_answers);
    tl_write_res_pq(message, settings->last_message_id, &res_pq);
    return mtproto_transport_push_payload(transport, message, sizeof message, NULL);
}

/* What an encrypted message that is ours in every way says. */
struct accepted {
    uint32_t token; /* of its quick ack */
    uint8_t salt_and_session[16];
};

/* False: refuse it. A quick ack says "decrypted and accepted", so its token is computed from what was
 * really decrypted. */
static bool read_encrypted(const uint8_t *auth_key, const mtproto_event *event,
                           struct accepted *message) {
    if (auth_key == NULL || event->length > MOST_DECRYPTED ||
        event->length < MESSAGE_OUTSIDE_LENGTH)
        return false;
    uint8_t *inside = malloc(event->length);
    if (inside == NULL) return false;
    bool accepted =
        message_decrypt(auth_key, MESSAGE_TO_SERVER, event->data, event->length, inside) &&
        mtproto_quick_ack_token(auth_key, MTPROTO_AUTH_KEY_LENGTH, inside,
                                event->length - MESSAGE_OUTSIDE_LENGTH,
                                &message->token) == MTPROTO_OK;
    if (accepted)
        memcpy(message->salt_and_session, inside, sizeof message->salt_and_session);
    free(inside);
    return accepted;
}

/* Over HTTP every request has its answer: a server with nothing to say sends an empty container. */
static mtproto_status answer_nothing(mtproto_transport *transport, struct answer_settings *settings,
                                     const struct accepted *message) {
    enum { BODY = 8, PADDING = 24, INSIDE = 32 + BODY + PADDING };
    const unsigned server_answers = 1;
    uint8_t inside[INSIDE], packet[MESSAGE_OUTSIDE_LENGTH + INSIDE];
    if (!entropy_fill(inside, sizeof inside)) return MTPROTO_ERROR_ENTROPY;
    settings->last_message_id = tl_message_id(settings->last_message_id, server_answers);
    memcpy(inside, message->salt_and_session, sizeof message->salt_and_session);
    tl_put_u64(inside + 16, settings->last_message_id);
    tl_put_u32(inside + 24, 0); /* containers have no number of their own */
    tl_put_u32(inside + 28, BODY);
    tl_put_u32(inside + 32, TL_MSG_CONTAINER);
    tl_put_u32(inside + 36, 0);
    message_encrypt(settings->auth_key, MESSAGE_TO_CLIENT, inside, sizeof inside, packet);
    return mtproto_transport_push_payload(transport, packet, sizeof packet, NULL);
}

static mtproto_status echo(mtproto_transport *transport, const mtproto_event *event,
                           const uint32_t *token) {
    /* The view dies with the next call on this transport: what goes back into it is a copy. */
    size_t length = event->length;
    uint8_t *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL) return MTPROTO_ERROR_OUT_OF_MEMORY;
    memcpy(copy, event->data, length);
    mtproto_status status = MTPROTO_OK;
    if (token != NULL) status = mtproto_transport_push_quick_ack(transport, *token);
    if (status == MTPROTO_OK) status = mtproto_transport_push_payload(transport, copy, length, NULL);
    free(copy);
    return status;
}

mtproto_status answer_payload(mtproto_transport *transport, struct answer_settings *settings,
                              int32_t carrier, const mtproto_event *event, bool *goodbye) {
    bool quick_ack_wanted = (event->flags & MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED) != 0;
    struct tl_message message = tl_read_message(event->data, event->length);
    const uint8_t *nonce = tl_read_req_pq(&message);
    struct accepted encrypted;
    log_payload(event->length, quick_ack_wanted, &message);

    if (settings->echo) {
        bool known = quick_ack_wanted && message.kind == TL_ENCRYPTED &&
                     read_encrypted(settings->auth_key, event, &encrypted);
        return echo(transport, event, known ? &encrypted.token : NULL);
    }
    if (nonce != NULL) return answer_req_pq(transport, settings, nonce);
    if (message.kind != TL_ENCRYPTED || !read_encrypted(settings->auth_key, event, &encrypted)) {
        *goodbye = true;
        return mtproto_transport_push_transport_error(transport, UNKNOWN_KEY);
    }
    if (carrier == MTPROTO_CARRIER_HTTP) return answer_nothing(transport, settings, &encrypted);
    if (!quick_ack_wanted) return MTPROTO_OK;
    return mtproto_transport_push_quick_ack(transport, encrypted.token);
}
