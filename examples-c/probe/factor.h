/* The two primes of a pq. */
#ifndef EXAMPLES_PROBE_FACTOR_H
#define EXAMPLES_PROBE_FACTOR_H

#include <stdbool.h>
#include <stdint.h>

/* False when pq is not a product of two different odd numbers above 1 below 2^63 (or, for a number
 * that is no pq at all, when looking for them took too long). On true *p < *q. */
bool factor_pq(uint64_t pq, uint64_t *p, uint64_t *q);

#endif
