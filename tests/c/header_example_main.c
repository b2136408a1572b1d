/* Runs the example that stands in the header: asks a server for a resPQ.
 *
 * Usage: header_example HOST PORT
 *
 * tools/run_quoted.sh cuts the example out of the header and writes it to header_example.inc. */
#define _POSIX_C_SOURCE 200809L
#include <mtproto.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

long ask(int fd, const uint8_t *packet, size_t length);

#include "header_example.inc"

/* A plaintext message: key id 0, message id, length 20, req_pq_multi, a nonce that need not be random here. */
static void make_request(uint8_t request[40]) {
    uint64_t message_id = (uint64_t)time(NULL) << 32;
    memset(request, 0, 40);
    for (int i = 0; i < 8; i++) request[8 + i] = (uint8_t)(message_id >> (8 * i));
    request[16] = 20;
    memcpy(request + 20, "\xf1\x8e\x7e\xbe", 4);
    for (int i = 0; i < 16; i++) request[24 + i] = (uint8_t)(i + 1);
}

int main(int count, char **words) {
    struct sockaddr_in address;
    uint8_t request[40];
    long answer;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    if (count != 3 || fd < 0 || inet_pton(AF_INET, words[1], &address.sin_addr) != 1) return 2;
    address.sin_port = htons((uint16_t)atoi(words[2]));
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) return 2;
    make_request(request);
    answer = ask(fd, request, sizeof request);
    close(fd);
    printf("answer: %ld bytes\n", answer);
    /* Header, constructor, both nonces, pq, and one fingerprint at least. */
    if (answer < 20 + 4 + 32 + 12 + 16) return 1;
    /* Without a server the example must say so. */
    return ask(-1, request, sizeof request) == -1 ? 0 : 1;
}
