/* Random bytes from the operating system. */
#define _DEFAULT_SOURCE /* getentropy: in POSIX since 2024, on Linux, the BSDs and macOS long before */
#include "entropy.h"

#include <stdint.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

bool entropy_fill(void *bytes, size_t length) {
    const size_t most_at_once = 256;
    uint8_t *at = bytes;
    while (length > 0) {
        size_t count = length < most_at_once ? length : most_at_once;
        if (getentropy(at, count) != 0) return false;
        at += count;
        length -= count;
    }
    return true;
}
