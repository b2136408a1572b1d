// What of mtproto.hpp must not compile, because it would point into what has died; and what must compile beside it.
#ifndef LIFETIMES_H
#define LIFETIMES_H

#include <mtproto.hpp>

#include <array>
#include <type_traits>
#include <vector>

namespace lifetimes {

using namespace mtproto;

// What points into an owner is had of one that stays, and only of it; values are had of one that dies too.

template <template <typename> class Call, typename T, typename = void> constexpr bool compiles = false;
template <template <typename> class Call, typename T> constexpr bool compiles<Call, T, std::void_t<Call<T>>> = true;

/// Of a named owner, const or not, and of no temporary.
template <template <typename> class Call, typename T>
constexpr bool named_only = compiles<Call, T &> && compiles<Call, const T &> && !compiles<Call, T> &&
                            !compiles<Call, const T>;
template <template <typename> class Call, typename T>
constexpr bool named_and_changeable_only = compiles<Call, T &> && !compiles<Call, const T &> && !compiles<Call, T>;

template <typename T> using arrow = decltype(std::declval<T>().operator->());
template <typename T> using star = decltype(*std::declval<T>());
template <typename T> using get = decltype(std::declval<T>().get());
template <typename T> using domain = decltype(std::declval<T>().domain());
template <typename T> using server = decltype(std::declval<T>().server());
template <typename T> using user = decltype(std::declval<T>().user());
template <typename T> using password = decltype(std::declval<T>().password());
template <typename T> using its_secret = decltype(std::declval<T>().secret());
template <typename T> using c_str = decltype(std::declval<T>().c_str());
template <typename T> using view = decltype(std::declval<T>().view());
template <typename T> using error_text = decltype(std::declval<T>().error_text());
template <typename T> using peek_wire = decltype(std::declval<T>().peek_wire());
template <typename T> using reserve_wire = decltype(std::declval<T>().reserve_wire());
template <typename T> using pull_event = decltype(std::declval<T>().pull_event());
template <typename T> using pull_events = decltype(std::declval<T>().pull_events(std::declval<mtproto_event (&)[2]>()));

static_assert(named_only<arrow, result<mtproto::link>> && named_only<arrow, result<secret>> &&
                  named_only<arrow, result<wiped_text<64>>> && named_only<arrow, result<event>>,
              "link::parse(text)->server() would outlive the link");
static_assert(named_only<get, secret> && named_only<get, mtproto::link> && named_only<get, transport> &&
                  named_only<get, config> && named_only<get, replay_cache>,
              "a raw handle");
static_assert(named_only<domain, secret> && named_only<server, mtproto::link> && named_only<user, mtproto::link> &&
                  named_only<password, mtproto::link> && named_only<its_secret, mtproto::link> &&
                  named_only<c_str, wiped_text<64>> && named_only<view, wiped_text<64>> &&
                  named_only<error_text, transport>,
              "texts, and the secret of a link");
static_assert(named_and_changeable_only<peek_wire, transport> && named_and_changeable_only<reserve_wire, transport> &&
                  named_and_changeable_only<pull_event, transport> && named_and_changeable_only<pull_events, transport>,
              "views into a transport");
static_assert(std::is_convertible<secret &, secret_ref>::value &&
                  std::is_convertible<const secret &, secret_ref>::value &&
                  !std::is_convertible<secret, secret_ref>::value &&
                  !std::is_constructible<secret_ref, secret>::value &&
                  !std::is_constructible<secret_ref, const secret>::value,
              "secret_ref r = *secret::parse(text)");
static_assert(!std::is_convertible<std::vector<std::uint8_t>, room>::value &&
                  !std::is_convertible<std::array<std::byte, 4>, room>::value &&
                  std::is_convertible<room, room>::value,
              "room in what dies");
static_assert(compiles<domain, secret_ref> && compiles<get, secret_ref>, "it owns nothing");
static_assert(std::is_same<star<result<mtproto::link>>, mtproto::link>::value &&
                  std::is_same<star<result<bytes>>, bytes>::value && !compiles<star, const result<bytes>>,
              "a value, so that const auto &link = *link::parse(text) is one too");

// Setters return what they were called on, with its kind.

template <typename T> using set_dc = decltype(std::declval<T>().dc({2}));
template <typename T> using set_host = decltype(std::declval<T>().http("host"));
static_assert(std::is_same<set_dc<config &>, config &>::value && std::is_same<set_dc<config>, config &&>::value &&
                  std::is_same<set_host<config &>, config &>::value &&
                  std::is_same<set_host<config>, config &&>::value &&
                  !compiles<set_dc, const config> && !compiles<set_dc, const config &>,
              "lvalue of lvalue, temporary of temporary");

} // namespace lifetimes

#endif
