// mtproto.hpp: every type and call, as C++ programs use them, without exceptions and RTTI.
#include <mtproto.hpp>

#include "../c/check.h"
#include "lifetimes.h"

#include <array>
#include <string>
#include <vector>

namespace {

using namespace mtproto;

template <typename T>
constexpr bool is_handle = !std::is_copy_constructible<T>::value && !std::is_copy_assignable<T>::value &&
                           std::is_nothrow_move_constructible<T>::value && std::is_nothrow_move_assignable<T>::value;

static_assert(is_handle<config> && is_handle<transport> && is_handle<secret> && is_handle<mtproto::link> &&
                  is_handle<replay_cache> && is_handle<wiped_text<8>>,
              "to be moved, not copied");
static_assert(sizeof(transport) == sizeof(void *) && sizeof(secret) == sizeof(void *), "no larger than the pointer");
static_assert(std::is_convertible<std::vector<std::uint8_t>, bytes>::value &&
                  std::is_convertible<std::array<std::byte, 4>, bytes>::value &&
                  std::is_convertible<std::string_view, bytes>::value &&
                  std::is_convertible<std::vector<std::uint8_t> &, room>::value,
              "bytes from anything that has them");
/// As buffers of C++98 are: it can be looked into only where it can be changed.
struct changeable_only {
    std::uint8_t *data();
    std::size_t size();
};
static_assert(std::is_convertible<changeable_only &, room>::value && !std::is_convertible<changeable_only, room>::value,
              "whatever else it can do");
static_assert(!std::is_convertible<std::vector<int>, bytes>::value && !std::is_convertible<int *, bytes>::value &&
                  !std::is_convertible<const std::vector<std::uint8_t> &, room>::value,
              "and from nothing else");
#ifdef __cpp_lib_span
static_assert(std::is_convertible<std::span<const std::byte>, bytes>::value &&
                  std::is_convertible<bytes, std::span<const std::uint8_t>>::value &&
                  std::is_convertible<std::span<std::uint8_t>, room>::value,
              "spans both ways");
#endif

/// Everything that waits; at times through the caller's buffer, at times without a copy.
void carry(transport &from, transport &to, bool copied) {
    while (from.wants_write()) {
        if (copied) {
            std::array<std::uint8_t, 37> buffer{};
            const auto count = from.pull_wire(buffer);
            if (!CHECK(count.ok() && *count != 0)) return;
            const auto taken = to.push_wire(bytes(buffer.data(), *count));
            if (!CHECK(taken.ok() && *taken == *count)) return;
        } else {
            const auto wire = from.peek_wire();
            const auto space = to.reserve_wire();
            if (!CHECK(wire.ok() && space.ok())) return;
            const std::size_t count = wire->size() < space->size() ? wire->size() : space->size();
            std::memcpy(space->data(), wire->data(), count);
            if (!CHECK(to.commit_wire(count).ok() && from.consume_wire(count).ok())) return;
        }
    }
}

event expect(transport &transport, event_kind kind) {
    const auto event = transport.pull_event();
    CHECK_EQUAL(event.status().code(), MTPROTO_OK);
    CHECK_EQUAL(event->kind, kind);
    return *event;
}

void no_more(transport &transport) { CHECK_EQUAL(transport.pull_event().status().code(), MTPROTO_NO_EVENT); }

void round_trip(const config &client_config, const config &server_config, envelope envelope, carrier carrier) {
    auto made_client = transport::client(client_config), made_server = transport::server(server_config);
    if (!CHECK(made_client.ok() && made_server.ok())) return;
    transport client = *std::move(made_client), server = *std::move(made_server);
    const std::vector<std::uint8_t> packet(40, 0x5a);
    const bool has_acks = envelope != envelope::full && carrier != carrier::http;
    const status pushed = has_acks ? client.push_payload_with_quick_ack(packet, 0) : client.push_payload(packet);
    CHECK_EQUAL(pushed.code(), MTPROTO_OK);
    for (int round = 0; round < 3; round++) {
        carry(client, server, true);
        carry(server, client, false);
    }
    const event connected = expect(server, event_kind::connected);
    CHECK_EQUAL(connected.envelope, envelope);
    CHECK_EQUAL(connected.carrier, carrier);
    CHECK(connected.obfuscated == (carrier != carrier::http));
    carry(client, server, true);
    const event payload = expect(server, event_kind::payload);
    CHECK(std::vector<std::uint8_t>(payload.data.begin(), payload.data.end()) == packet);
    CHECK_EQUAL(payload.quick_ack_wanted, has_acks);
    no_more(server);
    if (has_acks) CHECK(server.push_quick_ack(0x80000007u).ok());
    CHECK(server.push_payload(packet).ok());
    carry(server, client, false);
    expect(client, event_kind::connected);
    if (has_acks) CHECK_EQUAL(expect(client, event_kind::quick_ack).quick_ack_token, 0x80000007u);
    CHECK_EQUAL(expect(client, event_kind::payload).data.size(), packet.size());
    if (carrier != carrier::http) {
        CHECK(server.push_transport_error(404).ok());
        carry(server, client, true);
        CHECK_EQUAL(expect(client, event_kind::transport_error).code, 404);
    }
    CHECK(client.push_wire_end().ok());
    const event closed = expect(client, event_kind::closed);
    CHECK_EQUAL(closed.closed_reason, closed_reason::between_frames);
    CHECK_EQUAL(closed.not_ours_reason, not_ours_reason::none);
}

void round_trips() {
    for (const envelope envelope :
         {envelope::abridged, envelope::intermediate, envelope::padded_intermediate, envelope::full}) {
        case_begin("hpp: %s", name(envelope));
        config client, server;
        client.envelope(envelope);
        server.accept(accept_flags::obfuscated | accept_flags::obfuscated_full);
        round_trip(client, server, envelope, carrier::tcp);
    }
    case_begin("hpp: %s", name(carrier::fake_tls));
    const std::string_view hex = "ee000102030405060708090a0b0c0d0e0f6578616d706c652e6f7267";
    const auto secret = secret::parse(hex);
    const replay_cache cache(16);
    config client, server;
    client.add_secret(*secret).dc({2, true, false}).hello(tls_profile::safari).unix_time(1800000000);
    server.add_secret(*secret).replays(cache).unix_time(1800000010).answer_size(100, 200).allowed_clock_skew(30);
    round_trip(client, server, envelope::padded_intermediate, carrier::fake_tls);
    CHECK_EQUAL(cache.length(), 1);
    CHECK_EQUAL(cache.forgotten(), 0);

    case_begin("hpp: %s", name(carrier::websocket));
    config socket, accepting;
    socket.websocket("example.org").envelope(envelope::abridged);
    accepting.accept(accept_flags::websocket | accept_flags::obfuscated);
    round_trip(socket, accepting, envelope::abridged, carrier::websocket);

    case_begin("hpp: %s", name(carrier::http));
    config requests, answers;
    requests.http("example.org");
    answers.accept(accept_flags::http);
    round_trip(requests, answers, envelope::none, carrier::http);
}

void connected_says_all() {
    case_begin("hpp: the connected event of a server");
    const std::array<std::uint8_t, 16> raw = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    config client_config, server_config;
    client_config.add_secret(bytes(raw)).dc({4, false, true}).entropy(std::string_view("seed")).max_padding(0);
    server_config.add_secret(bytes(raw)).memory(memory::small).trim(true).quick_acks(quick_ack_form::raw);
    auto client = transport::client(client_config), server = transport::server(server_config);
    if (!CHECK(client.ok() && server.ok())) return;
    CHECK(client->push_opening().ok());
    CHECK_EQUAL(client->pending_wire(), MTPROTO_INITIALIZATION_PAYLOAD_LENGTH);
    carry(*client, *server, false);
    const event event = expect(*server, event_kind::connected);
    CHECK(event.dc.has_value() && event.secret_index.has_value());
    CHECK_EQUAL(event.dc.value_or(0), -4);
    CHECK_EQUAL(event.secret_index.value_or(9), 0);
    const auto dc = dc_id::decode(event.dc.value_or(0));
    CHECK(dc.ok() && *dc == (dc_id{4, false, true}));
    CHECK(server->wants_read() > 0 && !server->wants_write() && !server->is_over());
    CHECK_EQUAL(config().proxy_authorization("basic YTpi").status().code(), MTPROTO_ERROR_INVALID_ARGUMENT);
    CHECK(config().http("a", "http://a/api").proxy_authorization("basic YTpi").status().ok());
}

void strangers_and_the_dead() {
    case_begin("hpp: a stranger, and a transport that is dead");
    config config;
    config.accept(accept_flags::plain);
    auto server = transport::server(config);
    const std::string_view request = "GET / HTTP/1.1\r\n";
    CHECK_EQUAL(*server->push_wire(request), request.size());
    const event stranger = expect(*server, event_kind::not_ours);
    CHECK(stranger.data.text() == request);
    CHECK_EQUAL(stranger.not_ours_reason, not_ours_reason::http);
    CHECK_EQUAL(stranger.code, MTPROTO_NOT_OURS_HTTP);
    CHECK_EQUAL(stranger.closed_reason, closed_reason::none);
    const status status = server->pull_event().status();
    CHECK_EQUAL(status.code(), MTPROTO_ERROR_NOT_OURS);
    CHECK(status.is_fatal() && status.is_error() && !status.is_flow());
    CHECK(std::string(server->error_text()) != "" && std::string(status.text()) != "");
}

void refusals() {
    case_begin("hpp: the first refusal of a config is kept");
    config config;
    config.max_payload(3).max_padding(99).envelope(envelope::full);
    CHECK_EQUAL(config.status().code(), MTPROTO_ERROR_CONFIG_MAX_PAYLOAD);
    CHECK_EQUAL(transport::client(config).status().code(), MTPROTO_ERROR_CONFIG_MAX_PAYLOAD);

    case_begin("hpp: what was moved from is empty, and says so");
    auto made = transport::client(mtproto::config().dc({2}));
    transport first = *std::move(made);
    CHECK(static_cast<bool>(first));
    const transport second = std::move(first);
    CHECK(static_cast<bool>(second));
    CHECK(!first); // NOLINT: to be seen
    CHECK_EQUAL(first.push_payload({}).code(), MTPROTO_ERROR_NULL_ARGUMENT);
    CHECK_EQUAL(first.pull_event().status().code(), MTPROTO_ERROR_NULL_ARGUMENT);
    CHECK_EQUAL(first.wants_read(), 0);
}

config accepting_one(std::string_view text) {
    return config().add_secret(*secret::parse(text)).accept(accept_flags::secret).unix_time(1800000000);
}

void chains() {
    case_begin("hpp: a chain of setters is a config");
    const std::string_view text = "dd000102030405060708090a0b0c0d0e0f";
    const config server = accepting_one(text);
    config client = config().add_secret(*secret::parse(text)).dc({2});
    CHECK(server.status().ok() && client.status().ok());
    config &same = client.max_padding(0).trim(true);
    CHECK(&same == &client);
    round_trip(client, server, envelope::padded_intermediate, carrier::tcp);

    case_begin("hpp: a refusal goes with the chain");
    const config refused = config().max_payload(3).dc({2});
    CHECK_EQUAL(refused.status().code(), MTPROTO_ERROR_CONFIG_MAX_PAYLOAD);
    const config empty = config().add_secret(*secret::parse("no secret"));
    CHECK_EQUAL(empty.status().code(), MTPROTO_ERROR_NULL_ARGUMENT);

    case_begin("hpp: every setter of a temporary sets");
    const replay_cache cache(16);
    const config with_all = config()
                                .envelope(envelope::abridged)
                                .obfuscated(true)
                                .max_payload(1024)
                                .quick_acks(quick_ack_form::raw)
                                .memory(memory::small)
                                .entropy(std::string_view("seed"))
                                .websocket("example.org")
                                .queue_turns(true)
                                .add_path("/apiws")
                                .hello(tls_profile::classic)
                                .max_record(1024)
                                .answer_size(100, 200)
                                .allowed_clock_skew(30)
                                .replays(cache);
    CHECK_EQUAL(with_all.status().code(), MTPROTO_OK);
    round_trip(with_all, config().accept(accept_flags::websocket | accept_flags::obfuscated), envelope::abridged,
               carrier::websocket);
    // The forms of a temporary hand on what they were given: a refusal shows it.
    CHECK_EQUAL(config().max_record(0).status().code(), MTPROTO_ERROR_CONFIG_MAX_RECORD);
    CHECK_EQUAL(config().answer_size(200, 100).status().code(), MTPROTO_ERROR_CONFIG_ANSWER_SIZE);
    CHECK_EQUAL(config().max_padding(16).status().code(), MTPROTO_ERROR_CONFIG_MAX_PADDING);
    CHECK_EQUAL(config().dc({0}).status().code(), MTPROTO_ERROR_CONFIG_DC);
    CHECK_EQUAL(config().websocket(nullptr).status().code(), MTPROTO_ERROR_NULL_ARGUMENT);
    CHECK_EQUAL(config().http(nullptr).status().code(), MTPROTO_ERROR_NULL_ARGUMENT);
    CHECK_EQUAL(config().add_path(nullptr).status().code(), MTPROTO_ERROR_NULL_ARGUMENT);
    CHECK_EQUAL(config().add_secret(bytes()).status().code(), MTPROTO_ERROR_SECRET_EMPTY);
    CHECK_EQUAL(config().add_secret(secret_ref(nullptr)).status().code(), MTPROTO_ERROR_NULL_ARGUMENT);
}

void secrets_and_links() {
    case_begin("hpp: secrets");
    reason why;
    CHECK_EQUAL(secret::parse("abc", parse::strict, &why).status().code(), MTPROTO_ERROR_SECRET_TEXT);
    CHECK(why.text[0] != 0);
    const auto parsed = secret::parse("DD000102030405060708090a0b0c0d0e0f", parse::strict, &why);
    if (!CHECK(parsed.ok() && why.text[0] == 0)) return;
    CHECK_EQUAL(parsed->form(), secret_form::tagged);
    const auto canonical = parsed->to_text();
    CHECK(canonical->view() == "dd000102030405060708090a0b0c0d0e0f");
    std::array<std::uint8_t, 199> raw{};
    const auto length = parsed->to_bytes(raw);
    CHECK(length.ok() && *length == 17 && raw[0] == 0xdd);
    CHECK_EQUAL(parsed->to_bytes(room()).status().code(), MTPROTO_NEED_SPACE);
    CHECK_EQUAL((*secret::from_bytes(bytes(raw.data(), 17))).form(), secret_form::tagged);
    std::array<std::uint8_t, MTPROTO_SECRET_LENGTH> key{};
    const auto key_length = parsed->to_key(key);
    CHECK(key_length.ok() && *key_length == key.size() && std::memcmp(key.data(), raw.data() + 1, key.size()) == 0);

    case_begin("hpp: links");
    const auto link = mtproto::link::make("proxy.example", 443, *parsed);
    if (!CHECK(link.ok())) return;
    const auto text = link->to_text(link_form::https);
    CHECK(text->view() ==
          "https://t.me/proxy?server=proxy.example&port=443&secret=dd000102030405060708090a0b0c0d0e0f");
    CHECK_EQUAL(text->size(), std::strlen(text->c_str()));
    const auto again = mtproto::link::parse(text->view());
    CHECK(again.ok() && again->kind() == link_kind::mtproxy && again->port() == 443);
    CHECK(std::string(again->server()) == "proxy.example" && again->secret().form() == secret_form::tagged);
    CHECK_EQUAL((*mtproto::link::make("proxy.example", 443, *secret::parse(canonical->view()))).port(), 443);
    CHECK_EQUAL((*mtproto::link::make("proxy.example", 443, again->secret())).port(), 443);
    const auto socks = mtproto::link::parse("tg://socks?server=1.2.3.4&port=1080&user=u&pass=p");
    CHECK(socks.ok() && socks->kind() == link_kind::socks5 && !socks->secret());
    CHECK(std::string(socks->user()) == "u" && std::string(socks->password()) == "p");
    CHECK_EQUAL(mtproto::link::parse(" tg:", parse::strict, &why).status().code(), MTPROTO_ERROR_LINK_WHITE_SPACE);
}

void bursts() {
    case_begin("hpp: many payloads at once, and one in place");
    const config config;
    auto client = transport::client(config), server = transport::server(config);
    const std::array<std::uint8_t, 24> packet = {1};
    const mtproto_bytes payloads[] = {{packet.data(), packet.size()}, {packet.data(), packet.size()}};
    std::size_t taken = 9;
    CHECK(client->push_payloads(payloads, 2, taken).ok());
    CHECK_EQUAL(taken, 2);
    carry(*client, *server, true);
    std::vector<std::uint8_t> buffer(MTPROTO_IN_PLACE_HEAD_ROOM + 40 + MTPROTO_IN_PLACE_TAIL_ROOM, 7);
    const auto wire = client->pack_in_place(room(buffer.data() + MTPROTO_IN_PLACE_HEAD_ROOM, 40));
    if (!CHECK(wire.ok() && wire->size() > 40)) return;
    CHECK_EQUAL(*server->push_wire(*wire), wire->size());
    mtproto_event events[8];
    const auto count = server->pull_events(events);
    if (!CHECK(count.ok() && *count == 4)) return;
    CHECK_EQUAL(event::from(events[0]).kind, event_kind::connected);
    CHECK_EQUAL(event::from(events[3]).data.size(), 40);
    CHECK_EQUAL(server->pull_events(events).status().code(), MTPROTO_NO_EVENT);
}

void endpoints() {
    case_begin("hpp: endpoints");
    const auto address = endpoint_address({2, false, false});
    CHECK(address.ok() && address->view().find(":443") != std::string_view::npos);
    CHECK_EQUAL((endpoint_address({2, false, false}, 999).status().code()), MTPROTO_ERROR_NO_ENDPOINT);
    const auto plain = endpoint_plain_uri("149.154.167.51", service::websocket);
    CHECK(plain->view() == "ws://149.154.167.51:80/apiws");
    const auto from_browser = endpoint_plain_uri("149.154.167.51", service::http_from_browser);
    CHECK(from_browser->view() == "http://149.154.167.51:80/apiw");
    const auto uri = endpoint_uri({2}, service::websocket);
    CHECK(uri->view().substr(0, 6) == "wss://");
}

void values() {
    case_begin("hpp: DC ids, tokens, versions");
    CHECK_EQUAL((*dc_id{2, true, false}.encode()), 10002);
    CHECK_EQUAL((dc_id{0, false, false}.encode().status().code()), MTPROTO_ERROR_CONFIG_DC);
    CHECK_EQUAL(dc_id::decode(0).status().code(), MTPROTO_ERROR_CONFIG_DC);
    const std::vector<std::byte> key(MTPROTO_AUTH_KEY_LENGTH);
    const auto token = quick_ack_token(key, std::string_view("a packet, decrypted"));
    CHECK(token.ok() && (*token & 0x80000000u) != 0);
    CHECK_EQUAL(quick_ack_token({}, {}).status().code(), MTPROTO_ERROR_INVALID_ARGUMENT);
    CHECK_EQUAL(version_number(), MTPROTO_VERSION_NUMBER);
    CHECK(std::string_view(version_string()) == MTPROTO_VERSION_STRING);

    case_begin("hpp: names");
    CHECK(std::string_view(name(not_ours_reason::clock)) == "clock");
    CHECK(std::string_view(name(not_ours_reason::no_common_cipher)) == "no_common_cipher");
    CHECK(std::string_view(name(not_ours_reason::incomplete)) == "incomplete");
    CHECK(std::string_view(name(closed_reason::unsent)) == "unsent");
    CHECK(std::string_view(name(closed_reason::none)) == "unknown");
    CHECK(std::string_view(transport_error_meaning(404)) == mtproto_transport_error_meaning(404));
    CHECK(std::string_view(transport_error_meaning(404)) != transport_error_meaning(429));
}

} // namespace

int main() {
    round_trips();
    connected_says_all();
    strangers_and_the_dead();
    refusals();
    chains();
    secrets_and_links();
    bursts();
    endpoints();
    values();
    return check_close();
}
