/* What the relay was asked to do. */
#ifndef EXAMPLES_RELAY_OPTIONS_H
#define EXAMPLES_RELAY_OPTIONS_H

#include "../common/net.h"

#include <mtproto.h>

/* Exit statuses; a script may rely on them. */
enum relay_status { RELAY_DONE = 0, RELAY_USAGE = 1, RELAY_FAILED = 2 };

enum { RELAY_MOST_DCS = 64 };

struct relay_dc {
    int32_t value; /* as on the wire: 2, 10002, -4 */
    struct net_address address;
    char text[NET_ADDRESS_LENGTH];
};

struct relay_options {
    struct net_endpoint listen;
    mtproto_config *servers; /* for the clients: secrets, replay cache */
    struct relay_dc dcs[RELAY_MOST_DCS];
    size_t dc_count;
    bool has_fallback;
    struct net_address fallback;
    size_t most_connections;
    bool verbose;
};

/* False: the program ends here, with `*status`. */
bool relay_read_options(int count, char **words, struct relay_options *options, int *status);
void relay_free_options(struct relay_options *options);

/* Where the DC with this id is: the very one; else, for a media id, the DC of that number. NULL: it is
 * not known here. */
const struct relay_dc *relay_find_dc(const struct relay_options *options, int32_t value);

#endif
