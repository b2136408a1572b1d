// The header under C++17: a round trip, with the handles in smart pointers.
#include <mtproto.h>

#include "../c/check.h"

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace {

struct Free {
    void operator()(mtproto_config *config) const { mtproto_config_free(config); }
    void operator()(mtproto_transport *transport) const { mtproto_transport_free(transport); }
};
using Config = std::unique_ptr<mtproto_config, Free>;
using Transport = std::unique_ptr<mtproto_transport, Free>;
using Maker = mtproto_status (*)(const mtproto_config *, mtproto_transport **);

static_assert(std::is_same<decltype(&mtproto_client_new), Maker>::value, "C linkage and types as in C");
static_assert(std::is_standard_layout<mtproto_event>::value && std::is_trivial<mtproto_event>::value, "a plain struct");
static_assert(MTPROTO_ERROR_NULL_ARGUMENT < MTPROTO_OK && MTPROTO_EVENTS_PENDING - MTPROTO_OK == 2, "constants");

Transport make(Maker maker, int32_t envelope) {
    Config config(mtproto_config_new());
    mtproto_transport *transport = nullptr;
    CHECK_EQUAL(mtproto_config_set_envelope(config.get(), envelope), MTPROTO_OK);
    CHECK_EQUAL(maker(config.get(), &transport), MTPROTO_OK);
    return Transport(transport);
}

void move_wire(const Transport &from, const Transport &to) {
    std::vector<uint8_t> wire(mtproto_transport_pending_wire(from.get()));
    size_t count = 0;
    CHECK_EQUAL(mtproto_transport_pull_wire(from.get(), wire.data(), wire.size(), &count), MTPROTO_OK);
    CHECK_EQUAL(count, wire.size());
    CHECK_EQUAL(mtproto_transport_push_wire(to.get(), wire.data(), wire.size(), &count), MTPROTO_OK);
    CHECK_EQUAL(count, wire.size());
}

mtproto_event next(const Transport &transport, int32_t kind) {
    mtproto_event event{};
    event.struct_size = sizeof event;
    CHECK_EQUAL(mtproto_transport_pull_event(transport.get(), &event), MTPROTO_OK);
    CHECK_EQUAL(event.kind, kind);
    return event;
}

void round_trip(int32_t envelope) {
    const Transport client = make(mtproto_client_new, envelope);
    const Transport server = make(mtproto_server_new, envelope);
    const std::vector<uint8_t> packet(40, 0x5a);
    mtproto_send_options options{};
    options.struct_size = sizeof options;
    options.flags = MTPROTO_SEND_QUICK_ACK;
    options.quick_ack_token = 0x80000001u;
    CHECK_EQUAL(mtproto_transport_push_payload(client.get(), packet.data(), packet.size(), &options), MTPROTO_OK);
    move_wire(client, server);
    CHECK_EQUAL(next(server, MTPROTO_EVENT_CONNECTED).envelope, envelope);
    const mtproto_event payload = next(server, MTPROTO_EVENT_PAYLOAD);
    CHECK(std::vector<uint8_t>(payload.data, payload.data + payload.length) == packet);
    CHECK_EQUAL(payload.flags, MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED);
    CHECK_EQUAL(mtproto_transport_push_quick_ack(server.get(), 0x80000001u), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_push_transport_error(server.get(), 404), MTPROTO_OK);
    move_wire(server, client);
    next(client, MTPROTO_EVENT_CONNECTED);
    CHECK_EQUAL(next(client, MTPROTO_EVENT_QUICK_ACK).quick_ack_token, 0x80000001u);
    CHECK_EQUAL(next(client, MTPROTO_EVENT_TRANSPORT_ERROR).code, 404);
}

}  // namespace

int main() {
    for (int32_t envelope = MTPROTO_ENVELOPE_ABRIDGED; envelope <= MTPROTO_ENVELOPE_PADDED_INTERMEDIATE; envelope++) {
        case_begin("C++: %s", mtproto_envelope_name(envelope));
        round_trip(envelope);
    }
    case_begin("C++: versions and texts");
    CHECK(std::string(mtproto_version_string()) == MTPROTO_VERSION_STRING);
    CHECK(!std::string(mtproto_status_text(MTPROTO_ERROR_PANIC)).empty());
    return check_close();
}
