//! Links: parsed, printed and parsed again; strict is a part of lenient.
#![no_main]

use mtproto::mtproxy::{Link, ParseMode, ProxyLink};

fn check(link: &ProxyLink) {
    for text in [link.to_tg_link(), link.to_https_link()] {
        assert!(text.len() < 1100);
        for mode in [ParseMode::Strict, ParseMode::Lenient] {
            assert_eq!(ProxyLink::parse(&text, mode).as_ref(), Ok(link), "{text:?}");
        }
    }
    let server = link.server().to_string();
    let made = ProxyLink::new(&server, link.port(), link.secret().clone());
    assert_eq!(made.as_ref(), Ok(link));
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // Two fronts, so that the fuzzer need not find them.
    for front in ["", "tg://proxy?server=a.example&", "tg://socks?"] {
        let text = format!("{front}{text}");
        let strict = Link::parse(&text, ParseMode::Strict);
        let lenient = Link::parse(&text, ParseMode::Lenient);
        // Names of parameters count in either case in lenient mode only.
        let same_names = !text.contains(|letter: char| letter.is_ascii_uppercase());
        assert!(
            strict.is_err() || strict == lenient || !same_names,
            "{strict:?} {lenient:?}"
        );
        for link in strict.iter().chain(&lenient) {
            match link {
                Link::MtProxy(link) => check(link),
                Link::Socks5(link) => {
                    assert!(!link.server.to_string().is_empty());
                    let _ = format!("{link:?}");
                }
                _ => {}
            }
        }
        if let Err(error) = lenient {
            assert!(!error.to_string().is_empty());
        }
    }
});
