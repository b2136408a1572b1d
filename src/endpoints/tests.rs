//! Every row of the tables, as text.

use super::*;

fn dc(number: u16, test: bool, media: bool) -> DcId {
    DcId::new(number, test, media).expect("within 1 to 9999")
}

fn texts(dc: DcId) -> (Vec<String>, Option<String>) {
    let v4 = ipv4(dc).iter().map(Ipv4Addr::to_string).collect();
    (v4, ipv6(dc).map(|address| address.to_string()))
}

#[test]
fn every_address() {
    // Transport specification, section 8.1.
    let rows: [(u16, bool, &[&str], &str); 8] = [
        (1, false, &["149.154.175.50"], "2001:b28:f23d:f001::a"),
        (
            2,
            false,
            &["149.154.167.51", "95.161.76.100"],
            "2001:67c:4e8:f002::a",
        ),
        (3, false, &["149.154.175.100"], "2001:b28:f23d:f003::a"),
        (4, false, &["149.154.167.91"], "2001:67c:4e8:f004::a"),
        (5, false, &["149.154.171.5"], "2001:b28:f23f:f005::a"),
        (1, true, &["149.154.175.10"], "2001:b28:f23d:f001::e"),
        (2, true, &["149.154.167.40"], "2001:67c:4e8:f002::e"),
        (3, true, &["149.154.175.117"], "2001:b28:f23d:f003::e"),
    ];
    for (number, test, v4, v6) in rows {
        for media in [false, true] {
            let id = dc(number, test, media);
            let v4 = v4.iter().map(ToString::to_string).collect();
            assert_eq!(texts(id), (v4, Some(v6.to_owned())), "{id}");
        }
    }
    for (number, test) in [
        (6, false),
        (203, false),
        (9999, false),
        (4, true),
        (5, true),
    ] {
        let id = dc(number, test, false);
        assert_eq!(texts(id), (Vec::new(), None), "{id}");
        assert_eq!(addresses(id).count(), 0, "{id}");
        assert_eq!(web_uri(id, Service::WebSocket), None, "{id}");
    }
}

#[test]
fn the_order_of_addresses() {
    let found: Vec<String> = addresses(dc(2, false, false))
        .map(|address| address.to_string())
        .collect();
    let mut expected = Vec::new();
    for port in [443, 80, 5222] {
        expected.push(format!("149.154.167.51:{port}"));
        expected.push(format!("95.161.76.100:{port}"));
        expected.push(format!("[2001:67c:4e8:f002::a]:{port}"));
    }
    assert_eq!(found, expected);
}

#[test]
fn every_name_and_path() {
    // Transport specification, section 8.2.
    for (number, host) in [
        (1, "pluto"),
        (2, "venus"),
        (3, "aurora"),
        (4, "vesta"),
        (5, "flora"),
    ] {
        assert_eq!(name(dc(number, false, true)), Some(host));
        for (suffix, media) in [("", false), ("-1", true)] {
            for (test, end) in [(false, ""), (true, "_test")] {
                for (service, scheme, path) in [
                    (Service::WebSocket, "wss", "/apiws"),
                    (Service::Http, "https", "/api"),
                    (Service::HttpFromBrowser, "https", "/apiw"),
                ] {
                    let uri = web_uri(dc(number, test, media), service);
                    let expected = format!("{scheme}://{host}{suffix}.web.telegram.org{path}{end}");
                    let exists = !test || number <= 3;
                    assert_eq!(
                        uri.map(|uri| uri.to_string()),
                        exists.then_some(expected.clone()),
                        "{expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn plain_uris_by_address() {
    for (address, service, expected) in [
        (
            "149.154.167.51",
            Service::WebSocket,
            "ws://149.154.167.51:80/apiws",
        ),
        (
            "2001:67c:4e8:f002::a",
            Service::WebSocket,
            "ws://[2001:67c:4e8:f002::a]:80/apiws",
        ),
        (
            "149.154.167.40",
            Service::Http,
            "http://149.154.167.40:80/api",
        ),
        (
            "149.154.167.40",
            Service::HttpFromBrowser,
            "http://149.154.167.40:80/apiw",
        ),
    ] {
        let uri = plain_uri(address.parse().expect("an address"), service);
        assert_eq!(uri.to_string(), expected);
        assert_eq!(uri.port(), 80);
        assert!(!uri.is_tls());
    }
}

#[test]
fn the_parts_of_a_uri() {
    let uri = web_uri(dc(4, false, true), Service::WebSocket).expect("DC 4");
    assert_eq!(uri.scheme(), "wss");
    assert_eq!(uri.host().to_string(), "vesta-1.web.telegram.org");
    assert_eq!(uri.port(), 443);
    assert_eq!(uri.path(), "/apiws");
    assert!(uri.is_tls());
}
