//! Configs and replay caches: every setter, alone and where transports hold what it changes.

use std::ptr::{null, null_mut};

use mtproto::capi::*;

use crate::ends::{Config, End};
use crate::{Calls, each_allocation};

const SECRET: &[u8] = b"\xee0123456789abcdefexample.org";

/// Everything that can be set, without what contradicts itself.
fn all_set(calls: &mut Calls) -> Config {
    let made = Config(calls.made(|| mtproto_config_new()));
    let config = made.0;
    let cache = calls.made(|| mtproto_replay_cache_new(0, 0));
    let (host, path) = (c"venus.web.telegram.org".as_ptr(), c"/apiws".as_ptr());
    let accept = MTPROTO_ACCEPT_SECRET | MTPROTO_ACCEPT_WEBSOCKET;
    // SAFETY: live handles, good texts and bytes.
    unsafe {
        calls.done(|| mtproto_config_set_envelope(config, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE));
        calls.done(|| mtproto_config_set_obfuscated(config, true));
        calls.done(|| mtproto_config_set_dc(config, 2, 0));
        calls.done(|| mtproto_config_add_secret(config, SECRET[1..].as_ptr(), 16));
        calls.done(|| mtproto_config_set_accept(config, accept));
        calls.done(|| mtproto_config_set_max_payload(config, 4096));
        calls.done(|| mtproto_config_set_max_padding(config, 7));
        calls.done(|| mtproto_config_set_trim(config, true));
        calls.done(|| mtproto_config_set_quick_ack_form(config, MTPROTO_QUICK_ACK_FORM_RAW));
        calls.done(|| mtproto_config_set_memory(config, MTPROTO_MEMORY_SMALL));
        calls.done(|| mtproto_config_set_entropy(config, SECRET.as_ptr(), SECRET.len()));
        calls.done(|| mtproto_config_set_http(config, host, path, c"a/b".as_ptr(), true));
        calls.done(|| mtproto_config_set_proxy_authorization(config, c"basic YTpi".as_ptr()));
        calls.done(|| mtproto_config_set_websocket(config, host, path, c"https://a".as_ptr()));
        calls.done(|| mtproto_config_set_queue_turns(config, true));
        calls.done(|| mtproto_config_add_path(config, c"/mine".as_ptr()));
        calls.done(|| mtproto_config_set_tls_profile(config, MTPROTO_TLS_PROFILE_SAFARI));
        calls.done(|| mtproto_config_set_unix_time(config, 1_800_000_000));
        calls.done(|| mtproto_config_set_max_record(config, 1024));
        calls.done(|| mtproto_config_set_answer_size(config, 1000, 2000));
        calls.done(|| mtproto_config_set_allowed_clock_skew(config, 60));
        calls.done(|| mtproto_config_set_replay_cache(config, cache));
        mtproto_replay_cache_free(cache);
    }
    made
}

/// One secret, one WebSocket: a client can be made, and its request is as ever.
fn check(config: &Config, calls: &mut Calls) {
    let client = End::client(config, calls);
    let (status, wire) = client.peek(calls);
    assert_eq!(status, MTPROTO_OK);
    assert!(wire.starts_with(b"GET /apiws HTTP/1.1\r\nHost: venus.web.telegram.org\r\n"));
    assert!(wire.ends_with(b"\r\nOrigin: https://a\r\n\r\n"));
}

#[test]
fn setters() {
    let count = each_allocation(|calls| {
        let config = all_set(calls);
        check(&config, calls);
        let _server = End::server(&config, calls);
    });
    assert!(count >= 24, "{count}");
}

/// A server that has not recognised its client holds the config: each setter makes a copy of it first.
#[test]
fn setters_of_a_shared_config() {
    let setters: [&dyn Fn(*mut mtproto_config) -> mtproto_status; 4] = [
        // SAFETY: a live handle, here and below.
        &|config| unsafe { mtproto_config_set_trim(config, true) },
        &|config| unsafe { mtproto_config_set_max_payload(config, 4096) },
        &|config| unsafe { mtproto_config_add_path(config, c"/other".as_ptr()) },
        &|config| unsafe { mtproto_config_set_entropy(config, null(), 0) },
    ];
    for set in setters {
        let count = each_allocation(|calls| {
            let config = all_set(calls);
            let _holder = End::server(&config, calls);
            calls.done(|| set(config.0));
            check(&config, calls);
        });
        assert!(count >= 30, "{count}");
    }
}

/// A handshake that lacked memory is not remembered; one that was answered is.
#[test]
fn replayed_handshakes() {
    for secret in [SECRET, &SECRET[1..17]] {
        let opening = {
            let config = Config::new(false).with_secret(secret);
            let mut quiet = Calls { refused: 0 };
            let client = End::client(&config, &mut quiet);
            // SAFETY: a live handle.
            assert_eq!(
                unsafe { mtproto_transport_push_opening(client.0) },
                MTPROTO_OK
            );
            client.peek(&mut quiet).1.to_vec()
        };
        let count = each_allocation(|calls| {
            let config = &Config(calls.made(|| mtproto_config_new()));
            let cache = calls.made(|| mtproto_replay_cache_new(0, 0));
            // SAFETY: live handles, good bytes.
            unsafe {
                calls.done(|| mtproto_config_set_unix_time(config.0, 1_800_000_000));
                calls.done(|| mtproto_config_add_secret(config.0, secret.as_ptr(), secret.len()));
                calls.done(|| mtproto_config_set_replay_cache(config.0, cache));
            }
            let mut seen = 0;
            let mut lacked = false;
            for _ in 0..3 {
                let server = End::server(config, calls);
                assert_eq!(server.push(&opening, calls), MTPROTO_OK);
                match server.pull(calls) {
                    Ok(event) if event.kind == MTPROTO_EVENT_NOT_OURS => {
                        assert_eq!(event.code, MTPROTO_NOT_OURS_REPLAYED);
                        seen += 1;
                    }
                    Err(MTPROTO_ERROR_OUT_OF_MEMORY) => lacked = true,
                    Ok(_) | Err(_) => {}
                }
            }
            assert!(
                seen == 2 || lacked && seen >= 1,
                "{seen} of 3 were seen before"
            );
            // SAFETY: a live handle; of its own, given back once.
            unsafe {
                assert_eq!(mtproto_replay_cache_length(cache), 1);
                mtproto_replay_cache_free(cache);
            }
        });
        assert!(count >= 8, "{count}");
    }
}

#[test]
fn a_parsed_secret() {
    let mut secret = null_mut();
    // SAFETY: good bytes, a place for the result.
    let status = unsafe {
        let mode = MTPROTO_PARSE_STRICT;
        let to = &mut secret;
        mtproto_secret_from_bytes(SECRET.as_ptr(), SECRET.len(), mode, to, null_mut(), 0)
    };
    assert_eq!(status, MTPROTO_OK);
    let count = each_allocation(|calls| {
        let config = Config(calls.made(|| mtproto_config_new()));
        // SAFETY: live handles.
        unsafe {
            calls.done(|| mtproto_config_add_parsed_secret(config.0, secret));
            calls.done(|| mtproto_config_set_dc(config.0, 2, 0));
        }
        // It would refuse two.
        let _client = End::client(&config, calls);
    });
    assert!(count >= 10, "{count}");
    // SAFETY: of its own, given back once.
    unsafe { mtproto_secret_free(secret) };
}
