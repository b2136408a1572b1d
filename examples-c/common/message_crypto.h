/* The cryptography of one MTProto 2.0 message: SHA-1, SHA-256, AES-256-IGE, message keys.
 *
 * Demonstration code: written from FIPS 180-4, FIPS 197 and the MTProto description to be read,
 * without tables of precomputed rounds and NOT in constant time. Do not protect anything real with
 * it. The message layer will come into the library later, and this file will then go away. */
#ifndef EXAMPLES_MESSAGE_CRYPTO_H
#define EXAMPLES_MESSAGE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA1_LENGTH 20
#define SHA256_LENGTH 32
#define AES_BLOCK_LENGTH 16
#define AES256_KEY_LENGTH 32
#define IGE_IV_LENGTH 32

#define AUTH_KEY_ID_LENGTH 8
#define MESSAGE_KEY_LENGTH 16
/* What an encrypted message adds before its ciphertext: auth_key_id and msg_key. */
#define MESSAGE_OUTSIDE_LENGTH 24

/* One hash being computed; SHA-1 and SHA-256 differ only in their state and compression. */
struct hash {
    uint32_t state[8];
    size_t words; /* of the digest */
    uint64_t length;
    uint8_t block[64];
    void (*compress)(uint32_t state[8], const uint8_t block[64]);
};

void sha1_start(struct hash *hash);
void sha256_start(struct hash *hash);
void hash_add(struct hash *hash, const uint8_t *data, size_t length);
/* Writes 20 bytes for SHA-1, 32 for SHA-256. */
void hash_finish(struct hash *hash, uint8_t *digest);

struct aes256 {
    uint8_t round_keys[15][AES_BLOCK_LENGTH];
    uint8_t substitution[256];
    uint8_t inverse_substitution[256];
};

void aes256_prepare(struct aes256 *aes, const uint8_t key[AES256_KEY_LENGTH]);
void aes256_encrypt_block(const struct aes256 *aes, uint8_t block[AES_BLOCK_LENGTH]);
void aes256_decrypt_block(const struct aes256 *aes, uint8_t block[AES_BLOCK_LENGTH]);

/* `length` is a multiple of 16; `output` may be `input`. */
void aes256_ige_encrypt(const uint8_t key[AES256_KEY_LENGTH], const uint8_t iv[IGE_IV_LENGTH],
                        const uint8_t *input, uint8_t *output, size_t length);
void aes256_ige_decrypt(const uint8_t key[AES256_KEY_LENGTH], const uint8_t iv[IGE_IV_LENGTH],
                        const uint8_t *input, uint8_t *output, size_t length);

/* The number that the key derivation calls x. */
enum message_direction { MESSAGE_TO_SERVER = 0, MESSAGE_TO_CLIENT = 8 };

/* The last 8 bytes of the key's SHA-1. */
void message_auth_key_id(const uint8_t auth_key[256], uint8_t id[AUTH_KEY_ID_LENGTH]);

/* Encrypts `inside` (inner header, body and padding: a multiple of 16 bytes) into
 * MESSAGE_OUTSIDE_LENGTH + length bytes at `packet`. The two must not overlap. */
void message_encrypt(const uint8_t auth_key[256], enum message_direction direction,
                     const uint8_t *inside, size_t length, uint8_t *packet);

/* Decrypts a packet into `length` - MESSAGE_OUTSIDE_LENGTH bytes at `inside`. False, with `inside`
 * not to be used, when the key id, the length, msg_key or the lengths inside are wrong: one answer
 * for all of them, because a peer must not learn which check failed. */
bool message_decrypt(const uint8_t auth_key[256], enum message_direction direction,
                     const uint8_t *packet, size_t length, uint8_t *inside);

#endif
