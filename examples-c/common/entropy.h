/* Random bytes from the operating system. */
#ifndef EXAMPLES_ENTROPY_H
#define EXAMPLES_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>

/* False when the system has none to give; `bytes` must then not be used. */
bool entropy_fill(void *bytes, size_t length);

#endif
