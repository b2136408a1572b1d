//! The ClientHellos as data: one table per browser that is looked like.
//!
//! A table lists what stands in the record, first byte to last, in the
//! operations of [`Op`]; a new browser is a new table. What a table draws is
//! drawn anew for each connection: TDLib draws the length of its ECH payload
//! once per process, which a censor can count.

/// One step of a table.
#[derive(Debug)]
pub(crate) enum Op {
    Bytes(&'static [u8]),
    /// That many random bytes.
    Random(usize),
    /// `least + step * k` random bytes, k drawn from `0..choices`.
    RandomLength {
        least: usize,
        step: usize,
        choices: u8,
    },
    /// That many zeros.
    Zero(usize),
    /// The secret's domain.
    Domain,
    /// GREASE value n of this hello (RFC 8701), n in 0..8: the same n is the same
    /// value; an odd n differs from the n before it.
    Grease(usize),
    /// A public key of X25519.
    X25519,
    /// An encapsulation key of ML-KEM-768.
    MlKem768,
    /// The length of what the inner operations write, in one byte, and then that.
    Scope8(&'static [Self]),
    /// The same with a length of two bytes.
    Scope16(&'static [Self]),
    /// The operations of a part that several tables share.
    All(&'static [Self]),
    /// The groups in an order drawn for this hello.
    Shuffled(&'static [&'static [Self]]),
    /// If the record is shorter than 513 bytes up to here: a padding extension
    /// (RFC 7685) that makes it 517, as BoringSSL does.
    Padding,
}

/// A ClientHello's table under the name it is configured by.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) ops: &'static [Op],
}

/// Every profile.
#[cfg(test)]
pub(crate) const PROFILES: [&Profile; 3] = [&CHROME, &SAFARI, &CLASSIC];

/// Like Chrome of 2026 and TDLib of 2026 off Apple's systems: 1711 to 1988 bytes.
///
/// The default. Not for proxies that test for `16 03 01 02` (the reference
/// server of 2019): they take it for a stranger's. Use [`CLASSIC`] there.
pub(crate) static CHROME: Profile = Profile {
    name: "chrome",
    ops: &[
        RECORD,
        Op::Scope16(&[
            CLIENT_HELLO,
            Op::Scope16(&[
                VERSION,
                RANDOM,
                SESSION_ID_LENGTH,
                SESSION_ID,
                Op::Scope16(&[Op::Grease(0), Op::Bytes(&CHROME_SUITES)]),
                NULL_COMPRESSION,
                Op::Scope16(&[
                    Op::Grease(2),
                    Op::Bytes(&[0, 0]),
                    Op::Shuffled(&[
                        SERVER_NAME,
                        STATUS_REQUEST,
                        &[
                            Op::Bytes(&[0x00, 0x0a, 0x00, 0x0c, 0x00, 0x0a]),
                            Op::Grease(4),
                            Op::Bytes(&[0x11, 0xec, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x18]),
                        ],
                        POINT_FORMATS,
                        CHROME_SIGNATURES,
                        ALPN,
                        CERTIFICATE_TIMESTAMP,
                        EXTENDED_MASTER_SECRET,
                        COMPRESS_BROTLI,
                        SESSION_TICKET,
                        VERSIONS,
                        PSK_MODES,
                        HYBRID_KEY_SHARE,
                        // Application settings for h2, at its code point since 2024.
                        &[Op::Bytes(&[0x44, 0xcd]), APPLICATION_SETTINGS],
                        ECH_GREASE,
                        RENEGOTIATION,
                    ]),
                    GREASE_LAST,
                    Op::Padding,
                ]),
            ]),
        ]),
    ],
};

/// Like Safari 26 and TDLib of 2026 on Apple's systems: 1524 to 1705 bytes.
///
/// No shuffling and no ECH; zlib where Chrome has brotli; P-521 among the groups.
/// Not for old proxies, as [`CHROME`].
pub(crate) static SAFARI: Profile = Profile {
    name: "safari",
    ops: &[
        RECORD,
        Op::Scope16(&[
            CLIENT_HELLO,
            Op::Scope16(&[
                VERSION,
                RANDOM,
                SESSION_ID_LENGTH,
                SESSION_ID,
                Op::Scope16(&[
                    Op::Grease(0),
                    Op::Bytes(&[
                        0x13, 0x02, 0x13, 0x03, 0x13, 0x01, 0xc0, 0x2c, 0xc0, 0x2b, 0xcc, 0xa9,
                        0xc0, 0x30, 0xc0, 0x2f, 0xcc, 0xa8, 0xc0, 0x0a, 0xc0, 0x09, 0xc0, 0x14,
                        0xc0, 0x13, 0x00, 0x9d, 0x00, 0x9c, 0x00, 0x35, 0x00, 0x2f, 0xc0, 0x08,
                        0xc0, 0x12, 0x00, 0x0a,
                    ]),
                ]),
                NULL_COMPRESSION,
                Op::Scope16(&[
                    Op::Grease(2),
                    Op::Bytes(&[0, 0]),
                    Op::All(SERVER_NAME),
                    Op::All(EXTENDED_MASTER_SECRET),
                    Op::All(RENEGOTIATION),
                    Op::Bytes(&[0x00, 0x0a, 0x00, 0x0e, 0x00, 0x0c]),
                    Op::Grease(4),
                    Op::Bytes(&[0x11, 0xec, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x18, 0x00, 0x19]),
                    Op::All(POINT_FORMATS),
                    Op::All(ALPN),
                    Op::All(STATUS_REQUEST),
                    // 0805 stands twice, as Safari has it.
                    Op::Bytes(&[
                        0x00, 0x0d, 0x00, 0x16, 0x00, 0x14, 0x04, 0x03, 0x08, 0x04, 0x04, 0x01,
                        0x05, 0x03, 0x08, 0x05, 0x08, 0x05, 0x05, 0x01, 0x08, 0x06, 0x06, 0x01,
                        0x02, 0x01,
                    ]),
                    Op::All(CERTIFICATE_TIMESTAMP),
                    Op::All(HYBRID_KEY_SHARE),
                    Op::All(PSK_MODES),
                    Op::All(VERSIONS),
                    // Certificate compression: zlib.
                    Op::Bytes(&[0x00, 0x1b, 0x00, 0x03, 0x02, 0x00, 0x01]),
                    GREASE_LAST,
                ]),
            ]),
        ]),
    ],
};

/// Exactly 517 bytes with any domain, for old proxies: like Chrome before its
/// post-quantum key share, and like tdesktop.
pub(crate) static CLASSIC: Profile = Profile {
    name: "classic",
    ops: &[
        RECORD,
        Op::Scope16(&[
            CLIENT_HELLO,
            Op::Scope16(&[
                VERSION,
                RANDOM,
                SESSION_ID_LENGTH,
                SESSION_ID,
                Op::Scope16(&[Op::Grease(0), Op::Bytes(&CHROME_SUITES)]),
                NULL_COMPRESSION,
                Op::Scope16(&[
                    Op::Grease(2),
                    Op::Bytes(&[0, 0]),
                    Op::Shuffled(&[
                        SERVER_NAME,
                        STATUS_REQUEST,
                        &[
                            Op::Bytes(&[0x00, 0x0a, 0x00, 0x0a, 0x00, 0x08]),
                            Op::Grease(4),
                            Op::Bytes(&[0x00, 0x1d, 0x00, 0x17, 0x00, 0x18]),
                        ],
                        POINT_FORMATS,
                        CHROME_SIGNATURES,
                        ALPN,
                        CERTIFICATE_TIMESTAMP,
                        EXTENDED_MASTER_SECRET,
                        COMPRESS_BROTLI,
                        SESSION_TICKET,
                        VERSIONS,
                        PSK_MODES,
                        &[
                            Op::Bytes(&[0x00, 0x33]),
                            Op::Scope16(&[Op::Scope16(&[
                                Op::Grease(4),
                                Op::Bytes(&[0x00, 0x01, 0x00, 0x00, 0x1d, 0x00, 0x20]),
                                Op::X25519,
                            ])]),
                        ],
                        // Application settings at the code point of that time.
                        &[Op::Bytes(&[0x44, 0x69]), APPLICATION_SETTINGS],
                        RENEGOTIATION,
                    ]),
                    GREASE_LAST,
                    Op::Padding,
                ]),
            ]),
        ]),
    ],
};

// What servers rely on to stand at 0..76 (section 9.1). The handshake message's
// length has three bytes; the first of them is always 0.
const RECORD: Op = Op::Bytes(&[0x16, 0x03, 0x01]);
const CLIENT_HELLO: Op = Op::Bytes(&[0x01, 0x00]);
const VERSION: Op = Op::Bytes(&[0x03, 0x03]);
/// The digest goes here.
const RANDOM: Op = Op::Zero(32);
const SESSION_ID_LENGTH: Op = Op::Bytes(&[32]);
const SESSION_ID: Op = Op::Random(32);

const NULL_COMPRESSION: Op = Op::Bytes(&[0x01, 0x00]);

const CHROME_SUITES: [u8; 30] = [
    0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9,
    0xcc, 0xa8, 0xc0, 0x13, 0xc0, 0x14, 0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f, 0x00, 0x35,
];

// The extensions that more than one profile has.

const SERVER_NAME: &[Op] = &[
    Op::Bytes(&[0x00, 0x00]),
    Op::Scope16(&[Op::Scope16(&[
        Op::Bytes(&[0x00]),
        Op::Scope16(&[Op::Domain]),
    ])]),
];
const STATUS_REQUEST: &[Op] = &[Op::Bytes(&[
    0x00, 0x05, 0x00, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00,
])];
const POINT_FORMATS: &[Op] = &[Op::Bytes(&[0x00, 0x0b, 0x00, 0x02, 0x01, 0x00])];
const CHROME_SIGNATURES: &[Op] = &[Op::Bytes(&[
    0x00, 0x0d, 0x00, 0x12, 0x00, 0x10, 0x04, 0x03, 0x08, 0x04, 0x04, 0x01, 0x05, 0x03, 0x08, 0x05,
    0x05, 0x01, 0x08, 0x06, 0x06, 0x01,
])];
/// h2, then http/1.1.
const ALPN: &[Op] = &[
    Op::Bytes(&[0x00, 0x10]),
    Op::Scope16(&[Op::Scope16(&[
        Op::Scope8(&[Op::Bytes(b"h2")]),
        Op::Scope8(&[Op::Bytes(b"http/1.1")]),
    ])]),
];
const CERTIFICATE_TIMESTAMP: &[Op] = &[Op::Bytes(&[0x00, 0x12, 0x00, 0x00])];
const EXTENDED_MASTER_SECRET: &[Op] = &[Op::Bytes(&[0x00, 0x17, 0x00, 0x00])];
/// Certificate compression: brotli.
const COMPRESS_BROTLI: &[Op] = &[Op::Bytes(&[0x00, 0x1b, 0x00, 0x03, 0x02, 0x00, 0x02])];
const SESSION_TICKET: &[Op] = &[Op::Bytes(&[0x00, 0x23, 0x00, 0x00])];
/// TLS 1.3, then 1.2.
const VERSIONS: &[Op] = &[
    Op::Bytes(&[0x00, 0x2b, 0x00, 0x07, 0x06]),
    Op::Grease(6),
    Op::Bytes(&[0x03, 0x04, 0x03, 0x03]),
];
const PSK_MODES: &[Op] = &[Op::Bytes(&[0x00, 0x2d, 0x00, 0x02, 0x01, 0x01])];
/// One byte for a GREASE group, X25519MLKEM768 (1184 + 32), X25519; the two X25519
/// keys differ, as BoringSSL's do.
const HYBRID_KEY_SHARE: &[Op] = &[
    Op::Bytes(&[0x00, 0x33]),
    Op::Scope16(&[Op::Scope16(&[
        Op::Grease(4),
        Op::Bytes(&[0x00, 0x01, 0x00, 0x11, 0xec]),
        Op::Scope16(&[Op::MlKem768, Op::X25519]),
        Op::Bytes(&[0x00, 0x1d]),
        Op::Scope16(&[Op::X25519]),
    ])]),
];
/// The body of application settings: h2.
const APPLICATION_SETTINGS: Op = Op::Scope16(&[Op::Scope16(&[Op::Scope8(&[Op::Bytes(b"h2")])])]);
/// An encrypted ClientHello that nobody can open: HKDF-SHA-256 and AES-128-GCM, a
/// random config id, an encapsulated key that is a point of the curve as BoringSSL's
/// is, and a payload of 144, 176, 208 or 240 bytes.
const ECH_GREASE: &[Op] = &[
    Op::Bytes(&[0xfe, 0x0d]),
    Op::Scope16(&[
        Op::Bytes(&[0x00, 0x00, 0x01, 0x00, 0x01]),
        Op::Random(1),
        Op::Scope16(&[Op::X25519]),
        Op::Scope16(&[Op::RandomLength {
            least: 144,
            step: 32,
            choices: 4,
        }]),
    ]),
];
const RENEGOTIATION: &[Op] = &[Op::Bytes(&[0xff, 0x01, 0x00, 0x01, 0x00])];
/// The second GREASE extension: a code other than the first one's, one zero byte inside.
const GREASE_LAST: Op = Op::All(&[Op::Grease(3), Op::Bytes(&[0x00, 0x01, 0x00])]);
