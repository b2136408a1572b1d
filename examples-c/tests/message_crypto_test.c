/* Known answers for common/message_crypto.c: NIST's for the primitives, published ones for messages. */
#include "../common/arguments.h"
#include "../common/message_crypto.h"

#include <mtproto.h>

#include <stdio.h>
#include <string.h>

static unsigned passed, failed;

static void check(const char *name, bool holds) {
    if (holds) passed++;
    else {
        failed++;
        printf("FAILED: %s\n", name);
    }
}

/* Whether the bytes are those of the hexadecimal text. */
static bool is(const uint8_t *bytes, size_t length, const char *text) {
    uint8_t expected[256];
    return length <= sizeof expected && parse_hexadecimal(text, expected, length) &&
           memcmp(bytes, expected, length) == 0;
}

static void check_hash(const char *name, void (*start)(struct hash *), const char *data,
                       size_t repeat, const char *expected) {
    struct hash hash;
    uint8_t digest[SHA256_LENGTH];
    start(&hash);
    for (size_t i = 0; i < repeat; i++) hash_add(&hash, (const uint8_t *)data, strlen(data));
    hash_finish(&hash, digest);
    check(name, is(digest, 4 * hash.words, expected));
}

static void check_hashes(void) {
    const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    check_hash("SHA-1 of abc", sha1_start, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    check_hash("SHA-1 of two blocks", sha1_start, two_blocks, 1,
               "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    check_hash("SHA-1 of a million a", sha1_start, "aaaaaaaaaa", 100000,
               "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    check_hash("SHA-256 of nothing", sha256_start, "", 1,
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_hash("SHA-256 of abc", sha256_start, "abc", 1,
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_hash("SHA-256 of two blocks", sha256_start, two_blocks, 1,
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check_hash("SHA-256 of a million a", sha256_start, "aaaaaaaaaa", 100000,
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void check_aes(void) {
    struct aes256 aes;
    uint8_t key[AES256_KEY_LENGTH], block[AES_BLOCK_LENGTH], two[2 * AES_BLOCK_LENGTH];
    for (unsigned i = 0; i < sizeof key; i++) key[i] = (uint8_t)i;
    for (unsigned i = 0; i < sizeof block; i++) block[i] = (uint8_t)(i * 0x11);
    aes256_prepare(&aes, key);
    aes256_encrypt_block(&aes, block);
    check("AES-256 encrypts (FIPS 197, C.3)",
          is(block, sizeof block, "8ea2b7ca516745bfeafc49904b496089"));
    aes256_decrypt_block(&aes, block);
    check("AES-256 decrypts (FIPS 197, C.3)",
          is(block, sizeof block, "00112233445566778899aabbccddeeff"));

    aes256_ige_encrypt(key, key, key, two, sizeof two);
    check("AES-256-IGE encrypts",
          is(two, sizeof two, "e28112a53e5c89c7b1ea8071c133699fd4e86b26c4bac9fc5af1ab8ce27a44a4"));
    aes256_ige_decrypt(key, key, two, two, sizeof two);
    check("AES-256-IGE decrypts in place", memcmp(two, key, sizeof two) == 0);
    aes256_ige_decrypt(key, key, key, two, sizeof two);
    check("AES-256-IGE decrypts",
          is(two, sizeof two, "e5777afacd7b2c16f7ac40cae61ef603fee6098fb8a8860ab9ee672cd7e5bacc"));
}

/* The key of the published message: 32 bytes, eight times. */
static void published_key(uint8_t auth_key[256]) {
    for (size_t i = 0; i < 8; i++)
        parse_hexadecimal("98cb29c6ffa89e79da695a54f572e6cb101e81c688b63a4bf73c3622dec230e0",
                          auth_key + 32 * i, 32);
}

static void check_messages(void) {
    static const char inside_text[] =
        "efbeaddeaddeefbeefbeedfeedfeefbe3412efbeefbe3412090300001000000068656c6c6f2c20776f726c64"
        "2121212129afd26df40fb8ed10b6b4ad6d56ef5d";
    static const char to_server[] =
        "40fa5bb7cb56a895f6f5a88914892aadf87c68031cc953ba29d68e118021f329be386a620d49f3ad3a50c60d"
        "cef3733f214e8cefa3e403c11d193637d4971dc15db7f74b26fd16cb0e8fee30bf7e3f68858fe82927e2cd06";
    static const char to_client[] =
        "40fa5bb7cb56a8950c394b884f1529efc42fea22d972fea650a714ce6d2d1bdb3d98ff5929b8768c401771a6"
        "9795f36a7e720dcafac2efbccd0ba368e8a7f48b07362cac1a32ffcabe188b51a36cc4d54e1d0633cf9eaf35";
    uint8_t auth_key[256], inside[64], packet[88], decrypted[64];
    published_key(auth_key);
    check("the vector is readable", parse_hexadecimal(inside_text, inside, sizeof inside));

    message_encrypt(auth_key, MESSAGE_TO_SERVER, inside, sizeof inside, packet);
    check("a message to the server is encrypted", is(packet, sizeof packet, to_server));
    check("... and decrypted",
          message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, sizeof packet, decrypted) &&
              memcmp(decrypted, inside, sizeof inside) == 0);
    check("... but not in the other direction",
          !message_decrypt(auth_key, MESSAGE_TO_CLIENT, packet, sizeof packet, decrypted));
    check("... nor when it is cut",
          !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, sizeof packet - 16, decrypted) &&
              !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, sizeof packet - 1, decrypted) &&
              !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, 24, decrypted) &&
              !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, 0, decrypted));
    for (size_t i = 0; i < sizeof packet; i += 8) {
        packet[i] ^= 1;
        check("... nor with one bit changed",
              !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, sizeof packet, decrypted));
        packet[i] ^= 1;
    }

    check("a message from the server is decrypted",
          parse_hexadecimal(to_client, packet, sizeof packet) &&
              message_decrypt(auth_key, MESSAGE_TO_CLIENT, packet, sizeof packet, decrypted) &&
              memcmp(decrypted + 32, "hello, world!!!!", 16) == 0);

    inside[28] = 24; /* a body that leaves less than 12 bytes of padding */
    message_encrypt(auth_key, MESSAGE_TO_SERVER, inside, sizeof inside, packet);
    check("too little padding is refused",
          !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, sizeof packet, decrypted));
    inside[31] = 0xff; /* a body longer than everything */
    message_encrypt(auth_key, MESSAGE_TO_SERVER, inside, sizeof inside, packet);
    check("a huge length inside is refused",
          !message_decrypt(auth_key, MESSAGE_TO_SERVER, packet, sizeof packet, decrypted));
}

/* The library computes its tokens from the same hash: the two must agree. */
static void check_token(void) {
    uint8_t auth_key[256], inside[64];
    uint32_t token = 0;
    published_key(auth_key);
    parse_hexadecimal(
        "efbeaddeaddeefbeefbeedfeedfeefbe3412efbeefbe3412090300001000000068656c6c6f2c20776f726c64"
        "2121212129afd26df40fb8ed10b6b4ad6d56ef5d", inside, sizeof inside);
    check("the quick ack token",
          mtproto_quick_ack_token(auth_key, sizeof auth_key, inside, sizeof inside, &token) ==
                  MTPROTO_OK &&
              token == 2543324666u);
}

int main(void) {
    check_hashes();
    check_aes();
    check_messages();
    check_token();
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
