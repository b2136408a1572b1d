//! The forms of a link, each tolerance and each refusal.

use core::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::super::ParseMode::{Lenient, Strict};
use super::super::SecretError;
use super::*;

const KEY: [u8; 16] = *b"\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef";
const HEX: &str = "0123456789abcdef0123456789abcdef";

fn link(server: &str, port: u16) -> Result<ProxyLink, LinkError> {
    ProxyLink::new(server, port, Secret::plain(&KEY))
}

#[test]
fn every_documented_form() {
    for front in [
        "tg://proxy",
        "tg:proxy",
        "TG://proxy",
        "t.me/proxy",
        "https://t.me/proxy",
        "http://t.me/proxy",
        "HTTPS://T.Me/proxy",
        "https://telegram.me/proxy",
        "telegram.dog/proxy",
    ] {
        for query in [
            format!("server=a.b&port=443&secret={HEX}"),
            format!("secret={HEX}&x=%zz&port=443&&=1&server=a.b#server=c&port=x"),
            format!("server=%61%2Eb&p%6frt=%34%343&secret={HEX}"),
        ] {
            for mode in [Strict, Lenient] {
                let text = format!("{front}?{query}");
                assert_eq!(ProxyLink::parse(&text, mode), link("a.b", 443), "{text}");
            }
        }
    }
}

#[test]
fn what_only_lenient_takes() {
    for (text, strict) in [
        (
            " tg://proxy?server=a.b&port=1&secret={}\n",
            LinkError::WhiteSpace,
        ),
        (
            "https://www.t.me/proxy?server=a.b&port=1&secret={}",
            LinkError::Host,
        ),
        (
            "https://t.me:443/proxy?server=a.b&port=1&secret={}",
            LinkError::Host,
        ),
        (
            "http://t.me:80/proxy?server=a.b&port=1&secret={}",
            LinkError::Host,
        ),
        (
            "tg://proxy/?server=a.b&port=1&secret={}",
            LinkError::NotAProxy,
        ),
        (
            "t.me/Proxy?server=a.b&port=1&secret={}",
            LinkError::NotAProxy,
        ),
        (
            "tg://proxy?Server=a.b&PORT=1&secret={}",
            LinkError::Missing {
                parameter: "server",
            },
        ),
        (
            "tg://proxy?server=a.b&port=1&secret={}&server=c.d",
            LinkError::Twice {
                parameter: "server",
            },
        ),
        (
            "tg://proxy?server=a.b&SERVER=c.d&port=1&secret={}",
            LinkError::Twice {
                parameter: "server",
            },
        ),
        (
            "tg://proxy?server=a.b&port=1.&secret={}",
            LinkError::PortDigits { position: 2 },
        ),
        (
            "tg://proxy?server=a.b&port=1%&secret={}",
            LinkError::Percent {
                parameter: "port",
                position: 2,
            },
        ),
    ] {
        let text = text.replace("{}", HEX);
        assert_eq!(ProxyLink::parse(&text, Lenient), link("a.b", 1), "{text}");
        assert_eq!(ProxyLink::parse(&text, Strict), Err(strict), "{text}");
    }
}

#[test]
fn a_plus_sign_in_a_secret_is_kept_when_lenient() {
    let text = "tg://proxy?server=a&port=1&secret=+ueJ0q91t5XOnFYP8Xac3A";
    let key = [
        0xfa, 0xe7, 0x89, 0xd2, 0xaf, 0x75, 0xb7, 0x95, 0xce, 0x9c, 0x56, 0x0f, 0xf1, 0x76, 0x9c,
        0xdc,
    ];
    assert_eq!(
        ProxyLink::parse(text, Lenient).map(ProxyLink::into_secret),
        Ok(Secret::plain(&key))
    );
    assert_eq!(
        ProxyLink::parse(text, Strict),
        Err(LinkError::Secret(SecretError::StandardBase64 {
            position: 1
        }))
    );
}

#[test]
fn servers() {
    let v6 = Server::Ipv6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
    for mode in [Strict, Lenient] {
        assert_eq!(
            Server::parse("1.2.3.4", mode),
            Ok(Server::Ipv4(Ipv4Addr::new(1, 2, 3, 4)))
        );
        assert_eq!(Server::parse("2001:db8::1", mode), Ok(v6.clone()));
        for name in [
            "proxy.example.",
            "прокси.рф",
            "1.2.3",
            "01.2.3.4",
            &"a".repeat(255),
        ] {
            assert_eq!(Server::parse(name, mode), Ok(Server::Name(name.to_owned())));
        }
        for (name, position, character) in [
            ("a\0b", 2, '\0'),
            (" a", 1, ' '),
            ("a.b:443", 4, ':'),
            ("яя/", 3, '/'),
            ("[::g]", 1, '['),
            ("fe80::1%eth0", 5, ':'),
        ] {
            assert_eq!(
                Server::parse(name, mode),
                Err(LinkError::ServerCharacter {
                    position,
                    character
                })
            );
        }
        assert_eq!(
            Server::parse(&"я".repeat(128), mode),
            Err(LinkError::ServerTooLong { bytes: 256 })
        );
    }
    assert_eq!(Server::parse("[2001:db8::1]", Lenient), Ok(v6));
    assert_eq!(
        Server::parse("[2001:db8::1]", Strict),
        Err(LinkError::ServerCharacter {
            position: 1,
            character: '['
        })
    );
}

#[test]
fn prints_canonically() {
    for (server, printed) in [
        ("1.2.3.4", "1.2.3.4"),
        ("2001:DB8:0::1", "2001%3Adb8%3A%3A1"),
        ("a-b.c_d.", "a-b.c_d."),
        ("я.рф", "%D1%8F.%D1%80%D1%84"),
    ] {
        let link = link(server, 65535);
        assert_eq!(
            link.as_ref().map(|link| link.to_tg_link().to_string()),
            Ok(format!(
                "tg://proxy?server={printed}&port=65535&secret={HEX}"
            ))
        );
        assert_eq!(
            link.map(|link| link.to_https_link().to_string()),
            Ok(format!(
                "https://t.me/proxy?server={printed}&port=65535&secret={HEX}"
            ))
        );
    }
}

#[test]
fn refuses_in_both_modes_with_figures() {
    let whole = format!("server=a.b&port=443&secret={HEX}");
    for (text, words) in [
        (
            String::new(),
            "link is empty: tg://proxy?... or t.me/proxy?... expected",
        ),
        (
            format!("https://t.mee/proxy?{whole}"),
            "link does not lead to Telegram: tg://proxy?... expected, or t.me, telegram.me or telegram.dog with /proxy?...",
        ),
        (
            format!("https://user@t.me/proxy?{whole}"),
            "link does not lead to Telegram: tg://proxy?... expected, or t.me, telegram.me or telegram.dog with /proxy?...",
        ),
        (
            format!("tg://resolve?{whole}"),
            "link leads to Telegram but not to a proxy: tg://proxy?... or t.me/proxy?... expected",
        ),
        (
            "t.me/socks?server=a&port=1".to_owned(),
            "link is for a SOCKS5 proxy: add it as such, or ask for an MTProxy link",
        ),
        (
            "tg://webproxy?server=a&secret=b".to_owned(),
            "link is for a web proxy, which is not supported here: ask for a tg://proxy?... link",
        ),
        (
            "tg://proxy".to_owned(),
            "link has no server: server=... expected, copy the whole link",
        ),
        (
            "tg://proxy?server=a.b&port=1".to_owned(),
            "link has no secret: secret=... expected, copy the whole link",
        ),
        (
            format!("tg://proxy?server=a.b&port&secret={HEX}"),
            "port of the link is empty: a value after port= expected, copy the whole link",
        ),
        (
            format!("tg://proxy?server=%FF&port=1&secret={HEX}"),
            "server of the link is not UTF-8 once decoded: copy the link again",
        ),
        (
            format!("tg://proxy?server=a%20b&port=1&secret={HEX}"),
            "character 2 of the server is ' ': a host name or an IP address expected",
        ),
        (
            format!("tg://proxy?server=a.b&port=-1&secret={HEX}"),
            "byte 1 of the port is no digit: a number from 1 to 65535 expected",
        ),
        (
            format!("tg://proxy?server=a.b&port=65536&secret={HEX}"),
            "port is 65536: 1 to 65535 expected",
        ),
        (
            // TDLib's 32 bits wrap around to 80 here.
            format!("tg://proxy?server=a.b&port=4294967376&secret={HEX}"),
            "port is 4294967376: 1 to 65535 expected",
        ),
        (
            format!("tg://proxy?server=a.b&port=0&secret={HEX}"),
            "port is 0: 1 to 65535 expected",
        ),
        (
            format!("tg://proxy?server=a.b&port=1&secret={}", &HEX[2..]),
            "secret is 15 bytes: 16 expected, copy the whole link or secret",
        ),
    ] {
        for mode in [Strict, Lenient] {
            let error = ProxyLink::parse(&text, mode).map_err(|error| error.to_string());
            assert_eq!(error, Err(words.to_owned()), "{text}");
        }
    }
    assert_eq!(link("a.b", 0), Err(LinkError::PortRange { port: 0 }));
}

/// What an app shows, and what it follows to the cause.
#[test]
fn a_refusal_leads_to_its_cause() {
    use core::error::Error;

    let link = |secret: &str| format!("tg://proxy?server=a&port=1&secret={secret}");
    let fake_tls = format!("ee{}612e2e62", "07".repeat(16));
    let error = ProxyLink::parse(&link(&fake_tls), Strict).unwrap_err();
    let secret = error.source().unwrap();
    let domain = secret.source().unwrap();
    assert!(domain.source().is_none());
    assert_eq!(error.to_string(), format!("secret with fake TLS: {domain}"));

    for (secret, part) in [
        (
            "BwcHBwcHBwcHBwcHBwcHBw=",
            "ends in 1 '=': 2 or none expected",
        ),
        ("BwcHBwcHBwcHBwcHBwcHBx", "cut, copy it again"),
        ("07", "1 byte: 16 expected"),
    ] {
        let error = ProxyLink::parse(&link(secret), Strict).unwrap_err();
        assert!(error.source().unwrap().source().is_none());
        assert!(error.to_string().contains(part), "{error}");
    }
    let long = format!(
        "tg://proxy?server={}&port=1&secret={}",
        "a".repeat(256),
        "07".repeat(16)
    );
    let error = ProxyLink::parse(&long, Strict).unwrap_err();
    assert!(error.source().is_none());
    assert!(
        error.to_string().contains("256 bytes: at most 255"),
        "{error}"
    );
}

#[test]
fn socks_links_are_recognised() {
    let plain = Socks5Link {
        server: Server::Name("a.b".to_owned()),
        port: 1080,
        user: None,
        password: None,
    };
    let with_user = Socks5Link {
        user: Some("m n".to_owned()),
        password: Some(Zeroizing::new("p+q".to_owned())),
        ..plain.clone()
    };
    for (text, expected) in [
        ("tg://socks?server=a.b&port=1080", &plain),
        ("t.me/socks?user=&server=a.b&port=1080&pass=", &plain),
        (
            "tg:socks?server=a.b&port=1080&user=m+n&pass=p%2Bq",
            &with_user,
        ),
    ] {
        for mode in [Strict, Lenient] {
            assert_eq!(Link::parse(text, mode), Ok(Link::Socks5(expected.clone())));
        }
    }
    assert_eq!(
        format!("{with_user:?}"),
        r#"Socks5Link { server: Name("a.b"), port: 1080, user: Some("m n"), .. }"#
    );
    let long = format!("tg://socks?server=a&port=1&pass={}", "x".repeat(256));
    assert_eq!(
        Link::parse(&long, Lenient),
        Err(LinkError::CredentialTooLong {
            parameter: "pass",
            bytes: 256
        })
    );
}

#[test]
fn debug_shows_no_key() {
    let text = link("a.b", 443).map(|link| format!("{link:?}"));
    assert_eq!(
        text.as_deref(),
        Ok(r#"ProxyLink { server: Name("a.b"), port: 443, secret: Secret(plain) }"#)
    );
}

/// Strict reads what is printed; and where it accepts, lenient agrees.
fn check(text: &str) -> Result<(), TestCaseError> {
    let strict = Link::parse(text, Strict);
    let lenient = Link::parse(text, Lenient);
    if strict.is_ok() {
        prop_assert_eq!(&strict, &lenient);
    }
    if let Ok(Link::MtProxy(link)) = lenient {
        for printed in [link.to_tg_link(), link.to_https_link()] {
            prop_assert_eq!(ProxyLink::parse(&printed, Strict), Ok(link.clone()));
            prop_assert!(printed.is_ascii());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text(text in ".*", front in "(tg:|tg://|t.me/|https://t.me/)?(proxy|socks|webproxy)?/?[?]?") {
        check(&text)?;
        check(&format!("{front}{text}"))?;
    }

    #[test]
    fn any_values(
        server in "[0-9]{1,3}[.][0-9]{1,3}[.]1[.]1|[a-z.]{1,9}|.{1,5}|\\[?[0-9a-f:]{2,12}\\]?",
        port in "[0-9]{1,6}.?",
        secret in "(dd|ee|..)?[0-9a-f]{32}([0-9a-f]{2}){0,4}|[a-zA-Z0-9+/%_-]{22,40}=?",
        again in "(&(server|port|Secret)=.{0,5})?",
    ) {
        check(&format!("tg://proxy?server={server}&port={port}&secret={secret}{again}"))?;
    }

    #[test]
    fn printing_comes_back(
        server in "[a-zA-Zа-я0-9._~!$&'()*+,;=-]{1,40}",
        port in 1..=u16::MAX,
        key: [u8; 16],
    ) {
        let link = ProxyLink::new(&server, port, Secret::secure(&key));
        prop_assert!(link.is_ok());
        if let Ok(link) = link {
            prop_assert_eq!(ProxyLink::parse(&link.to_https_link(), Strict), Ok(link));
        }
    }
}
