// Says what a server of MTProto speaks, in C++: one connection for each envelope, one request, one answer.
//
// Usage: probe-cpp ADDRESS PORT [SECRET]
//
// Sends a req_pq_multi in clear, as every client does first, and tells what came: a resPQ, a transport error, or
// nothing. Exit status 0 if at least one envelope was answered.
#include <mtproto.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

namespace {

/// A TCP connection that is closed at its end.
class tcp {
public:
    tcp(const char *address, const char *port) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10)));
        const timeval patience = {5, 0};
        if (inet_pton(AF_INET, address, &where.sin_addr) != 1) return;
        fd_ = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (connect(fd_, reinterpret_cast<const sockaddr *>(&where), sizeof where) == 0) return;
        close(fd_);
        fd_ = -1;
    }
    ~tcp() {
        if (fd_ >= 0) close(fd_);
    }
    tcp(const tcp &) = delete;
    tcp &operator=(const tcp &) = delete;

    explicit operator bool() const { return fd_ >= 0; }
    ssize_t send(mtproto::bytes data) const { return ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL); }
    ssize_t receive(mtproto::room into) const { return recv(fd_, into.data(), into.size(), 0); }

private:
    int fd_ = -1;
};

/// req_pq_multi in a message without a key: key id 0, message id by the clock, length, constructor, nonce.
struct request {
    std::uint8_t data[40] = {};

    request() {
        const std::uint64_t id = static_cast<std::uint64_t>(std::time(nullptr)) << 32;
        for (int i = 0; i < 8; i++) data[8 + i] = static_cast<std::uint8_t>(id >> (8 * i));
        data[16] = 20;
        std::memcpy(data + 20, "\xf1\x8e\x7e\xbe", 4);
        std::random_device random;
        for (int i = 24; i < 40; i++) data[i] = static_cast<std::uint8_t>(random());
    }
};

/// Talks until there is an event that says something; what it says goes to stdout.
bool answered(const tcp &socket, mtproto::transport &transport) {
    for (;;) {
        for (;;) {
            const auto event = transport.pull_event();
            if (event.status() == MTPROTO_NO_EVENT) break;
            if (!event) return std::printf("%s\n", transport.error_text()), false;
            switch (event->kind) {
            case mtproto::event_kind::payload:
                return std::printf("%zu bytes, %s\n", event->data.size(),
                                   std::memcmp(event->data.from(20).data(), "\x63\x24\x16\x05", 4) ? "no resPQ" : "resPQ");
            case mtproto::event_kind::transport_error:
                return std::printf("%d: %s\n", event->code, mtproto::transport_error_meaning(event->code));
            case mtproto::event_kind::closed:
                return std::printf("closed, %s\n", mtproto::name(event->closed_reason)), false;
            default: break;
            }
        }
        while (transport.wants_write()) {
            const auto wire = transport.peek_wire();
            const ssize_t sent = wire ? socket.send(*wire) : -1;
            if (sent <= 0 || !transport.consume_wire(static_cast<std::size_t>(sent))) return false;
        }
        const auto room = transport.reserve_wire();
        const ssize_t received = room ? socket.receive(*room) : -1;
        if (received < 0) return std::printf("no answer\n"), false;
        if (received == 0 ? !transport.push_wire_end() : !transport.commit_wire(static_cast<std::size_t>(received)))
            return false;
    }
}

} // namespace

int main(int count, char **words) {
    if (count < 3) return std::fprintf(stderr, "usage: probe-cpp ADDRESS PORT [SECRET]\n"), 2;
    mtproto::reason why;
    const auto secret = mtproto::secret::parse(count > 3 ? words[3] : "", mtproto::parse::lenient, &why);
    if (count > 3 && !secret) return std::fprintf(stderr, "%s\n", why.text), 2;
    int good = 0;
    for (int number = 1; number <= MTPROTO_ENVELOPE_FULL; number++) {
        const auto envelope = static_cast<mtproto::envelope>(number);
        mtproto::config config;
        config.envelope(envelope);
        if (secret) config.add_secret(*secret).dc({2});
        auto transport = mtproto::transport::client(config);
        std::printf("%-20s ", mtproto::name(envelope));
        const tcp socket(words[1], words[2]);
        if (!transport) std::printf("%s\n", transport.status().text());
        else if (!socket) std::printf("no connection\n");
        else if (transport->push_payload(request().data)) good += answered(socket, *transport) ? 1 : 0;
    }
    return good > 0 ? 0 : 1;
}
