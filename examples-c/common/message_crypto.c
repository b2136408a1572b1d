/* The cryptography of one MTProto 2.0 message.
 *
 * Demonstration code, simple and not in constant time: see the header before copying it. */
#include "message_crypto.h"

#include <string.h>

/* ---- SHA-1 and SHA-256 (FIPS 180-4) ---- */

static uint32_t rotate_left(uint32_t word, unsigned count) {
    return (word << count) | (word >> (32 - count));
}

static uint32_t rotate_right(uint32_t word, unsigned count) {
    return (word >> count) | (word << (32 - count));
}

static uint32_t read_big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void sha1_compress(uint32_t state[8], const uint8_t block[64]) {
    uint32_t schedule[80];
    for (size_t t = 0; t < 16; t++) schedule[t] = read_big_endian(block + 4 * t);
    for (size_t t = 16; t < 80; t++)
        schedule[t] = rotate_left(
            schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);

    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (size_t t = 0; t < 80; t++) {
        uint32_t mixed;
        if (t < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999u;
        else if (t < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1u;
        else if (t < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
        else mixed = (b ^ c ^ d) + 0xca62c1d6u;
        uint32_t next = rotate_left(a, 5) + mixed + e + schedule[t];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

static const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static void sha256_compress(uint32_t state[8], const uint8_t block[64]) {
    uint32_t schedule[64];
    for (size_t t = 0; t < 16; t++) schedule[t] = read_big_endian(block + 4 * t);
    for (size_t t = 16; t < 64; t++) {
        uint32_t near = schedule[t - 2], far = schedule[t - 15];
        schedule[t] = (rotate_right(near, 17) ^ rotate_right(near, 19) ^ (near >> 10)) +
                      schedule[t - 7] +
                      (rotate_right(far, 7) ^ rotate_right(far, 18) ^ (far >> 3)) +
                      schedule[t - 16];
    }

    uint32_t v[8];
    memcpy(v, state, sizeof v);
    for (size_t t = 0; t < 64; t++) {
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t first =
            v[7] + (rotate_right(v[4], 6) ^ rotate_right(v[4], 11) ^ rotate_right(v[4], 25)) +
            choice + sha256_constants[t] + schedule[t];
        uint32_t second =
            (rotate_right(v[0], 2) ^ rotate_right(v[0], 13) ^ rotate_right(v[0], 22)) + majority;
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += first;
        v[0] = first + second;
    }
    for (size_t i = 0; i < 8; i++) state[i] += v[i];
}

void sha1_start(struct hash *hash) {
    *hash = (struct hash){
        .state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0},
        .words = 5,
        .compress = sha1_compress,
    };
}

void sha256_start(struct hash *hash) {
    *hash = (struct hash){
        .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
        .words = 8,
        .compress = sha256_compress,
    };
}

void hash_add(struct hash *hash, const uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++) {
        size_t filled = (size_t)(hash->length++ % 64);
        hash->block[filled] = data[i];
        if (filled == 63) hash->compress(hash->state, hash->block);
    }
}

void hash_finish(struct hash *hash, uint8_t *digest) {
    uint64_t bits = hash->length * 8;
    uint8_t end[72] = {0x80}; /* one set bit, zeros up to 8 bytes below the block's end */
    hash_add(hash, end, 1 + (119 - (size_t)(hash->length % 64)) % 64);
    for (unsigned i = 0; i < 8; i++) end[i] = (uint8_t)(bits >> (56 - 8 * i));
    hash_add(hash, end, 8);
    for (size_t i = 0; i < 4 * hash->words; i++)
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

/* ---- AES-256 (FIPS 197) ---- */

static uint8_t times_x(uint8_t value) {
    return (uint8_t)((value << 1) ^ ((value >> 7) * 0x1b));
}

static uint8_t multiply(uint8_t a, uint8_t b) {
    uint8_t product = 0;
    for (; b != 0; b >>= 1) {
        if (b & 1) product ^= a;
        a = times_x(a);
    }
    return product;
}

/* The substitution is the inverse in GF(2^8) followed by an affine map (FIPS 197, 5.1.1). */
static void compute_substitutions(struct aes256 *aes) {
    for (unsigned value = 0; value < 256; value++) {
        uint8_t square = (uint8_t)value, inverse = 1; /* value^254 = value^2 * value^4 * ... */
        for (int i = 0; i < 7; i++) {
            square = multiply(square, square);
            inverse = multiply(inverse, square);
        }
        unsigned doubled = inverse * 0x101u, mapped = 0x63;
        for (unsigned turn = 0; turn < 5; turn++) mapped ^= doubled >> (8 - turn);
        aes->substitution[value] = (uint8_t)mapped;
        aes->inverse_substitution[mapped & 0xff] = (uint8_t)value;
    }
}

void aes256_prepare(struct aes256 *aes, const uint8_t key[AES256_KEY_LENGTH]) {
    compute_substitutions(aes);
    uint8_t *words = aes->round_keys[0];
    uint8_t constant = 1;
    memcpy(words, key, AES256_KEY_LENGTH);
    for (size_t i = 8; i < 60; i++) {
        uint8_t word[4];
        memcpy(word, words + 4 * (i - 1), 4);
        if (i % 8 == 0) {
            uint8_t first = word[0];
            memmove(word, word + 1, 3);
            word[3] = first;
        }
        if (i % 4 == 0)
            for (size_t j = 0; j < 4; j++) word[j] = aes->substitution[word[j]];
        if (i % 8 == 0) {
            word[0] ^= constant;
            constant = times_x(constant);
        }
        for (size_t j = 0; j < 4; j++) words[4 * i + j] = words[4 * (i - 8) + j] ^ word[j];
    }
}

static void xor_block(uint8_t block[AES_BLOCK_LENGTH], const uint8_t other[AES_BLOCK_LENGTH]) {
    for (size_t i = 0; i < AES_BLOCK_LENGTH; i++) block[i] ^= other[i];
}

static void mix_columns(uint8_t block[AES_BLOCK_LENGTH]) {
    for (uint8_t *c = block; c < block + AES_BLOCK_LENGTH; c += 4) {
        uint8_t first = c[0], all = (uint8_t)(c[0] ^ c[1] ^ c[2] ^ c[3]);
        for (size_t i = 0; i < 4; i++) {
            uint8_t next = i == 3 ? first : c[i + 1];
            c[i] = (uint8_t)(c[i] ^ all ^ times_x(c[i] ^ next));
        }
    }
}

static void inverse_mix_columns(uint8_t block[AES_BLOCK_LENGTH]) {
    /* The inverse matrix is the forward one times a simpler one: apply that one first. */
    for (uint8_t *c = block; c < block + AES_BLOCK_LENGTH; c += 4) {
        uint8_t even = times_x(times_x(c[0] ^ c[2])), odd = times_x(times_x(c[1] ^ c[3]));
        c[0] ^= even;
        c[1] ^= odd;
        c[2] ^= even;
        c[3] ^= odd;
    }
    mix_columns(block);
}

void aes256_encrypt_block(const struct aes256 *aes, uint8_t block[AES_BLOCK_LENGTH]) {
    xor_block(block, aes->round_keys[0]);
    for (size_t round = 1; round <= 14; round++) {
        uint8_t shifted[AES_BLOCK_LENGTH]; /* row r of the state moves left by r columns */
        for (size_t i = 0; i < AES_BLOCK_LENGTH; i++)
            shifted[i] = aes->substitution[block[(i + 4 * (i % 4)) % AES_BLOCK_LENGTH]];
        if (round < 14) mix_columns(shifted);
        xor_block(shifted, aes->round_keys[round]);
        memcpy(block, shifted, AES_BLOCK_LENGTH);
    }
}

void aes256_decrypt_block(const struct aes256 *aes, uint8_t block[AES_BLOCK_LENGTH]) {
    for (size_t round = 14; round >= 1; round--) {
        uint8_t shifted[AES_BLOCK_LENGTH];
        xor_block(block, aes->round_keys[round]);
        if (round < 14) inverse_mix_columns(block);
        for (size_t i = 0; i < AES_BLOCK_LENGTH; i++)
            shifted[(i + 4 * (i % 4)) % AES_BLOCK_LENGTH] = aes->inverse_substitution[block[i]];
        memcpy(block, shifted, AES_BLOCK_LENGTH);
    }
    xor_block(block, aes->round_keys[0]);
}

/* ---- IGE: each block is chained to the cipher block before it and the plain block before it ---- */

void aes256_ige_encrypt(const uint8_t key[AES256_KEY_LENGTH], const uint8_t iv[IGE_IV_LENGTH],
                        const uint8_t *input, uint8_t *output, size_t length) {
    struct aes256 aes;
    uint8_t cipher[AES_BLOCK_LENGTH], plain[AES_BLOCK_LENGTH], previous_plain[AES_BLOCK_LENGTH];
    aes256_prepare(&aes, key);
    memcpy(cipher, iv, AES_BLOCK_LENGTH);
    memcpy(previous_plain, iv + AES_BLOCK_LENGTH, AES_BLOCK_LENGTH);
    for (size_t at = 0; at < length; at += AES_BLOCK_LENGTH) {
        memcpy(plain, input + at, AES_BLOCK_LENGTH);
        xor_block(cipher, plain);
        aes256_encrypt_block(&aes, cipher);
        xor_block(cipher, previous_plain);
        memcpy(output + at, cipher, AES_BLOCK_LENGTH);
        memcpy(previous_plain, plain, AES_BLOCK_LENGTH);
    }
}

void aes256_ige_decrypt(const uint8_t key[AES256_KEY_LENGTH], const uint8_t iv[IGE_IV_LENGTH],
                        const uint8_t *input, uint8_t *output, size_t length) {
    struct aes256 aes;
    uint8_t plain[AES_BLOCK_LENGTH], cipher[AES_BLOCK_LENGTH], previous_cipher[AES_BLOCK_LENGTH];
    aes256_prepare(&aes, key);
    memcpy(previous_cipher, iv, AES_BLOCK_LENGTH);
    memcpy(plain, iv + AES_BLOCK_LENGTH, AES_BLOCK_LENGTH);
    for (size_t at = 0; at < length; at += AES_BLOCK_LENGTH) {
        memcpy(cipher, input + at, AES_BLOCK_LENGTH);
        xor_block(plain, cipher);
        aes256_decrypt_block(&aes, plain);
        xor_block(plain, previous_cipher);
        memcpy(output + at, plain, AES_BLOCK_LENGTH);
        memcpy(previous_cipher, cipher, AES_BLOCK_LENGTH);
    }
}

/* ---- MTProto 2.0 messages ---- */

static void hash_two(const uint8_t *first, size_t first_length, const uint8_t *second,
                     size_t second_length, uint8_t digest[SHA256_LENGTH]) {
    struct hash hash;
    sha256_start(&hash);
    hash_add(&hash, first, first_length);
    hash_add(&hash, second, second_length);
    hash_finish(&hash, digest);
}

static void derive_message_key(const uint8_t auth_key[256], enum message_direction direction,
                               const uint8_t *inside, size_t length,
                               uint8_t message_key[MESSAGE_KEY_LENGTH]) {
    uint8_t large[SHA256_LENGTH];
    hash_two(auth_key + 88 + direction, 32, inside, length, large);
    memcpy(message_key, large + 8, MESSAGE_KEY_LENGTH);
}

static void derive_aes(const uint8_t auth_key[256], enum message_direction direction,
                       const uint8_t message_key[MESSAGE_KEY_LENGTH],
                       uint8_t key[AES256_KEY_LENGTH], uint8_t iv[IGE_IV_LENGTH]) {
    uint8_t a[SHA256_LENGTH], b[SHA256_LENGTH];
    hash_two(message_key, MESSAGE_KEY_LENGTH, auth_key + direction, 36, a);
    hash_two(auth_key + 40 + direction, 36, message_key, MESSAGE_KEY_LENGTH, b);
    memcpy(key, a, 8);
    memcpy(key + 8, b + 8, 16);
    memcpy(key + 24, a + 24, 8);
    memcpy(iv, b, 8);
    memcpy(iv + 8, a + 8, 16);
    memcpy(iv + 24, b + 24, 8);
}

void message_auth_key_id(const uint8_t auth_key[256], uint8_t id[AUTH_KEY_ID_LENGTH]) {
    struct hash hash;
    uint8_t digest[SHA1_LENGTH];
    sha1_start(&hash);
    hash_add(&hash, auth_key, 256);
    hash_finish(&hash, digest);
    memcpy(id, digest + 12, AUTH_KEY_ID_LENGTH);
}

void message_encrypt(const uint8_t auth_key[256], enum message_direction direction,
                     const uint8_t *inside, size_t length, uint8_t *packet) {
    uint8_t key[AES256_KEY_LENGTH], iv[IGE_IV_LENGTH];
    uint8_t *message_key = packet + AUTH_KEY_ID_LENGTH;
    message_auth_key_id(auth_key, packet);
    derive_message_key(auth_key, direction, inside, length, message_key);
    derive_aes(auth_key, direction, message_key, key, iv);
    aes256_ige_encrypt(key, iv, inside, packet + MESSAGE_OUTSIDE_LENGTH, length);
}

bool message_decrypt(const uint8_t auth_key[256], enum message_direction direction,
                     const uint8_t *packet, size_t length, uint8_t *inside) {
    const size_t inner_header = 32, least_padding = 12, most_padding = 1024;
    uint8_t id[AUTH_KEY_ID_LENGTH], expected[MESSAGE_KEY_LENGTH];
    uint8_t key[AES256_KEY_LENGTH], iv[IGE_IV_LENGTH];
    message_auth_key_id(auth_key, id);
    if (length < MESSAGE_OUTSIDE_LENGTH + inner_header + AES_BLOCK_LENGTH) return false;
    if ((length - MESSAGE_OUTSIDE_LENGTH) % AES_BLOCK_LENGTH != 0) return false;
    if (memcmp(packet, id, sizeof id) != 0) return false;

    const uint8_t *message_key = packet + AUTH_KEY_ID_LENGTH;
    size_t inside_length = length - MESSAGE_OUTSIDE_LENGTH;
    derive_aes(auth_key, direction, message_key, key, iv);
    aes256_ige_decrypt(key, iv, packet + MESSAGE_OUTSIDE_LENGTH, inside, inside_length);
    derive_message_key(auth_key, direction, inside, inside_length, expected);
    unsigned difference = 0;
    for (size_t i = 0; i < MESSAGE_KEY_LENGTH; i++) difference |= expected[i] ^ message_key[i];

    size_t space = inside_length - inner_header;
    size_t body = (size_t)inside[28] | (size_t)inside[29] << 8 | (size_t)inside[30] << 16 |
                  (size_t)inside[31] << 24;
    return difference == 0 && body % 4 == 0 && body <= space && space - body >= least_padding &&
           space - body <= most_padding;
}
