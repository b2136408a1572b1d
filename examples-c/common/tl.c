/* The few messages that the examples speak: plaintext messages, req_pq, resPQ, ping. */
#define _POSIX_C_SOURCE 200809L
#include "tl.h"

#include <string.h>
#include <time.h>

#define VECTOR 0x1cb5c415u
#define PLAINTEXT_HEADER_LENGTH 20 /* key id 0, message id, length */

uint32_t tl_get_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

uint64_t tl_get_u64(const uint8_t *bytes) {
    return tl_get_u32(bytes) | (uint64_t)tl_get_u32(bytes + 4) << 32;
}

void tl_put_u32(uint8_t *bytes, uint32_t value) {
    for (unsigned i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

void tl_put_u64(uint8_t *bytes, uint64_t value) {
    tl_put_u32(bytes, (uint32_t)value);
    tl_put_u32(bytes + 4, (uint32_t)(value >> 32));
}

uint64_t tl_message_id(uint64_t previous, unsigned speaker) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t fraction = ((uint64_t)now.tv_nsec << 32) / 1000000000u;
    uint64_t candidate = ((uint64_t)now.tv_sec << 32 | fraction) & ~(uint64_t)3;
    uint64_t least = (previous & ~(uint64_t)3) + 4;
    return (candidate > least ? candidate : least) | speaker;
}

struct tl_message tl_read_message(const uint8_t *payload, size_t length) {
    struct tl_message message = {.kind = TL_MALFORMED};
    if (length < 8) return message;
    if (tl_get_u64(payload) != 0) {
        message.kind = TL_ENCRYPTED;
        return message;
    }
    if (length < PLAINTEXT_HEADER_LENGTH) return message;
    uint32_t data_length = tl_get_u32(payload + 16);
    if (data_length > length - PLAINTEXT_HEADER_LENGTH) return message;
    message.kind = TL_PLAINTEXT;
    message.message_id = tl_get_u64(payload + 8);
    message.data = payload + PLAINTEXT_HEADER_LENGTH;
    message.length = data_length;
    message.has_constructor = data_length >= 4;
    if (message.has_constructor) message.constructor = tl_get_u32(message.data);
    return message;
}

static uint8_t *write_header(uint8_t *message, uint64_t message_id, uint32_t length) {
    tl_put_u64(message, 0);
    tl_put_u64(message + 8, message_id);
    tl_put_u32(message + 16, length);
    return message + PLAINTEXT_HEADER_LENGTH;
}

void tl_write_req_pq_multi(uint8_t message[TL_REQ_PQ_MESSAGE_LENGTH], uint64_t message_id,
                           const uint8_t nonce[TL_NONCE_LENGTH]) {
    uint8_t *data =
        write_header(message, message_id, TL_REQ_PQ_MESSAGE_LENGTH - PLAINTEXT_HEADER_LENGTH);
    tl_put_u32(data, TL_REQ_PQ_MULTI);
    memcpy(data + 4, nonce, TL_NONCE_LENGTH);
}

const uint8_t *tl_read_req_pq(const struct tl_message *message) {
    if (message->kind != TL_PLAINTEXT || message->length < 4 + TL_NONCE_LENGTH) return NULL;
    if (message->constructor != TL_REQ_PQ && message->constructor != TL_REQ_PQ_MULTI) return NULL;
    return message->data + 4;
}

void tl_write_res_pq(uint8_t message[TL_RES_PQ_MESSAGE_LENGTH], uint64_t message_id,
                     const struct tl_res_pq *res_pq) {
    uint8_t *data =
        write_header(message, message_id, TL_RES_PQ_MESSAGE_LENGTH - PLAINTEXT_HEADER_LENGTH);
    tl_put_u32(data, TL_RES_PQ);
    memcpy(data + 4, res_pq->nonce, TL_NONCE_LENGTH);
    memcpy(data + 20, res_pq->server_nonce, TL_NONCE_LENGTH);
    /* A string: its length, its bytes (the number big-endian), zeros up to a multiple of four. */
    memset(data + 36, 0, 12);
    data[36] = 8;
    for (unsigned i = 0; i < 8; i++) data[37 + i] = (uint8_t)(res_pq->pq >> (56 - 8 * i));
    tl_put_u32(data + 48, VECTOR);
    tl_put_u32(data + 52, 1);
    tl_put_u64(data + 56, res_pq->fingerprints[0]);
}

bool tl_read_res_pq(const struct tl_message *message, struct tl_res_pq *res_pq) {
    if (message->kind != TL_PLAINTEXT || !message->has_constructor) return false;
    if (message->constructor != TL_RES_PQ || message->length < 40) return false;
    const uint8_t *data = message->data;
    size_t digits = data[36]; /* a pq of more than 8 bytes is not one */
    if (digits == 0 || digits > 8) return false;
    size_t at = 36 + (1 + digits + 3) / 4 * 4;
    if (message->length < at + 8 || tl_get_u32(data + at) != VECTOR) return false;
    size_t count = tl_get_u32(data + at + 4), room = (message->length - at - 8) / 8;
    if (count > room) return false;

    memset(res_pq, 0, sizeof *res_pq);
    memcpy(res_pq->nonce, data + 4, TL_NONCE_LENGTH);
    memcpy(res_pq->server_nonce, data + 20, TL_NONCE_LENGTH);
    for (size_t i = 0; i < digits; i++) res_pq->pq = res_pq->pq << 8 | data[37 + i];
    size_t kept = sizeof res_pq->fingerprints / sizeof res_pq->fingerprints[0];
    res_pq->fingerprint_count = count < kept ? count : kept;
    for (size_t i = 0; i < res_pq->fingerprint_count; i++)
        res_pq->fingerprints[i] = tl_get_u64(data + at + 8 + 8 * i);
    return true;
}
