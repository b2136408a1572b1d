/* The endpoints of a data centre that the library knows, printed. */
#ifndef EXAMPLES_PROBE_ENDPOINTS_H
#define EXAMPLES_PROBE_ENDPOINTS_H

#include "options.h"

/* PROBE_USAGE, with the reason on stderr, for a data centre that the library does not know. */
enum probe_status probe_list_endpoints(const struct probe_options *options);

#endif
