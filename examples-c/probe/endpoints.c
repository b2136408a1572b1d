/* The endpoints of a data centre that the library knows, printed.
 *
 * One "KIND ENDPOINT" per line, or JSON. They are where to begin; help.getConfig tells the current ones. */
#include "endpoints.h"

#include "../common/json.h"

#include <stdio.h>
#include <string.h>

#define ENDPOINT_LENGTH 96 /* more than any of them has */

static const struct {
    int32_t service;
    const char *name;
} services[] = {
    {MTPROTO_SERVICE_WEBSOCKET, "websocket"},
    {MTPROTO_SERVICE_HTTP, "http"},
    {MTPROTO_SERVICE_HTTP_FROM_BROWSER, "http_from_browser"},
};

struct list {
    bool json;
    size_t count;
};

static void print(struct list *list, const char *kind, const char *endpoint) {
    if (!list->json) printf("%-18s %s\n", kind, endpoint);
    else {
        printf("%s{\"kind\":\"%s\",\"endpoint\":", list->count > 0 ? "," : "", kind);
        json_string(stdout, endpoint);
        putchar('}');
    }
    list->count++;
}

/* The URIs without TLS go by the same addresses, and port 80 alone: once for each. */
static void print_plain(struct list *list, const char *address, int32_t service, const char *kind) {
    char uri[ENDPOINT_LENGTH];
    size_t length = 0;
    struct net_endpoint endpoint;
    if (net_parse_endpoint(address, &endpoint) && strcmp(endpoint.port, "80") == 0 &&
        mtproto_endpoint_plain_uri(endpoint.host, service, uri, sizeof uri, &length) == MTPROTO_OK)
        print(list, kind, uri);
}

enum probe_status probe_list_endpoints(const struct probe_options *options) {
    struct list list = {.json = options->json};
    char text[ENDPOINT_LENGTH];
    size_t length = 0;
    mtproto_status status = mtproto_endpoint_address(options->list_dc, options->dc_flags, 0, text,
                                                     sizeof text, &length);
    if (status != MTPROTO_OK) {
        fprintf(stderr, "mtproto-probe: --list-endpoints: %s\n", mtproto_status_text(status));
        return PROBE_USAGE;
    }
    if (list.json)
        printf("{\"dc\":%d,\"test\":%s,\"media\":%s,\"endpoints\":[", (int)options->list_dc,
               (options->dc_flags & MTPROTO_DC_TEST) != 0 ? "true" : "false",
               (options->dc_flags & MTPROTO_DC_MEDIA) != 0 ? "true" : "false");
    for (size_t i = 0; mtproto_endpoint_address(options->list_dc, options->dc_flags, i, text,
                                                sizeof text, &length) == MTPROTO_OK;
         i++)
        print(&list, "tcp", text);
    for (size_t s = 0; s < sizeof services / sizeof services[0]; s++) {
        if (mtproto_endpoint_uri(options->list_dc, options->dc_flags, services[s].service, text,
                                 sizeof text, &length) == MTPROTO_OK)
            print(&list, services[s].name, text);
        for (size_t i = 0; mtproto_endpoint_address(options->list_dc, options->dc_flags, i, text,
                                                    sizeof text, &length) == MTPROTO_OK;
             i++)
            print_plain(&list, text, services[s].service, services[s].name);
    }
    if (list.json) printf("]}\n");
    return PROBE_OK;
}
