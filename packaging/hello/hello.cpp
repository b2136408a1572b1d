// What the test of the installation builds in C++: a packet from a client to a server.
#include <mtproto.hpp>

#include <cstdio>

int main() {
    const mtproto::config config;
    auto client = mtproto::transport::client(config), server = mtproto::transport::server(config);
    const std::uint8_t packet[40] = {};
    if (!client || !server || !client->push_payload(packet)) return 1;
    const auto wire = client->peek_wire();
    if (!wire || !server->push_wire(*wire)) return 1;
    int payloads = 0;
    while (const auto event = server->pull_event()) payloads += event->kind == mtproto::event_kind::payload ? 1 : 0;
    std::printf("hello from libmtproto %s: %d packet\n", mtproto::version_string(), payloads);
    return payloads == 1 ? 0 : 1;
}
