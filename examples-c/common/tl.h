/* The few messages that the examples speak: plaintext messages, req_pq, resPQ, ping. */
#ifndef EXAMPLES_TL_H
#define EXAMPLES_TL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_REQ_PQ 0x60469778u
#define TL_REQ_PQ_MULTI 0xbe7e8ef1u
#define TL_RES_PQ 0x05162463u
#define TL_PING 0x7abe77ecu
#define TL_MSG_CONTAINER 0x73f1f8dcu

#define TL_NONCE_LENGTH 16
#define TL_REQ_PQ_MESSAGE_LENGTH 40
#define TL_RES_PQ_MESSAGE_LENGTH 84

/* TL is little-endian whatever the machine is. */
uint32_t tl_get_u32(const uint8_t *bytes);
uint64_t tl_get_u64(const uint8_t *bytes);
void tl_put_u32(uint8_t *bytes, uint32_t value);
void tl_put_u64(uint8_t *bytes, uint64_t value);

/* A message id: the time in units of 2^-32 s, always above `previous`. The lowest two bits tell who
 * speaks: 0 for a client, 1 for a server that answers. */
uint64_t tl_message_id(uint64_t previous, unsigned speaker);

enum tl_kind {
    TL_ENCRYPTED, /* begins with the id of an authorization key */
    TL_PLAINTEXT,
    TL_MALFORMED /* neither: too short, or its own length does not fit */
};

struct tl_message {
    enum tl_kind kind;
    uint64_t message_id; /* plaintext */
    const uint8_t *data; /* plaintext: begins with the constructor; a view of the payload */
    size_t length;
    bool has_constructor;
    uint32_t constructor;
};

struct tl_message tl_read_message(const uint8_t *payload, size_t length);

void tl_write_req_pq_multi(uint8_t message[TL_REQ_PQ_MESSAGE_LENGTH], uint64_t message_id,
                           const uint8_t nonce[TL_NONCE_LENGTH]);

/* The nonce of a req_pq or a req_pq_multi, NULL when the message is something else. Real clients
 * append random bytes after the nonce, so the data may be longer. */
const uint8_t *tl_read_req_pq(const struct tl_message *message);

struct tl_res_pq {
    uint8_t nonce[TL_NONCE_LENGTH];
    uint8_t server_nonce[TL_NONCE_LENGTH];
    uint64_t pq;
    size_t fingerprint_count;
    uint64_t fingerprints[16]; /* the first ones; servers offer two to four */
};

/* With one fingerprint. */
void tl_write_res_pq(uint8_t message[TL_RES_PQ_MESSAGE_LENGTH], uint64_t message_id,
                     const struct tl_res_pq *res_pq);
bool tl_read_res_pq(const struct tl_message *message, struct tl_res_pq *res_pq);

#endif
