/* mtproto-relay: a small MTProxy: clients with a secret on one side, data centres on the other.
 *
 * This file: what the server does with a session, which is one client and what it is connected to. */
#include "common/server.h"
#include "relay/log.h"
#include "relay/options.h"
#include "relay/session.h"

int main(int count, char **words) {
    struct relay_options options;
    int status = RELAY_DONE;
    if (relay_read_options(count, words, &options, &status)) {
        log_verbose(options.verbose);
        const struct server_program program = {.name = "mtproto-relay",
                                               .listen = &options.listen,
                                               .most_clients = options.most_connections,
                                               .options = &options,
                                               .listening = log_listening,
                                               .open = session_open,
                                               .serve = session_serve,
                                               .check_time = session_check_time,
                                               .close = session_close};
        status = server_run(&program) ? RELAY_DONE : RELAY_FAILED;
    }
    relay_free_options(&options);
    return status;
}
