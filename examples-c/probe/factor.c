/* The two primes of a pq, by Pollard's rho.
 *
 * The products are made by doubling and adding: C has no portable 128-bit integer, and for one
 * number of 63 bits the fraction of a second does not matter. */
#include "factor.h"

static uint64_t multiply_modulo(uint64_t a, uint64_t b, uint64_t modulus) {
    uint64_t product = 0; /* modulus < 2^63, so that no sum below overflows */
    for (; b != 0; b >>= 1) {
        if (b & 1) product = product + a < modulus ? product + a : product + a - modulus;
        a = 2 * a < modulus ? 2 * a : 2 * a - modulus;
    }
    return product;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* One walk x -> x^2 + step, looking back at the position of the last power of two (Brent). The
 * differences are multiplied together, so that one division serves many of them. */
static uint64_t find_divisor(uint64_t number, uint64_t step) {
    const uint32_t most = 1u << 21, per_division = 64;
    uint64_t position = 2, looked_back = 2, product = 1;
    for (uint32_t walked = 1, next_power = 2; walked < most; walked++) {
        position = multiply_modulo(position, position, number) + step;
        if (position >= number) position -= number;
        uint64_t difference =
            position > looked_back ? position - looked_back : looked_back - position;
        product = multiply_modulo(product, difference, number);
        if (product == 0 || walked % per_division == 0 || walked + 1 == next_power) {
            /* A product of zero has run into a multiple: this difference alone may tell. */
            uint64_t found =
                greatest_common_divisor(product == 0 ? difference : product, number);
            if (found != 1) return found;
            product = 1;
        }
        if (walked + 1 == next_power) {
            looked_back = position;
            next_power *= 2;
        }
    }
    return number;
}

bool factor_pq(uint64_t pq, uint64_t *p, uint64_t *q) {
    if (pq < 15 || pq >> 63 != 0 || pq % 2 == 0) return false;
    for (uint64_t step = 1; step <= 3; step++) {
        uint64_t divisor = find_divisor(pq, step);
        if (divisor == 1 || divisor == pq) continue; /* both primes at once: another walk */
        uint64_t other = pq / divisor;
        if (divisor == other) return false;
        *p = divisor < other ? divisor : other;
        *q = divisor < other ? other : divisor;
        return true;
    }
    return false;
}
