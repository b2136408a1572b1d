//! Bodies of the three kinds, cut at every place.

use super::*;

/// The body, how many bytes its framing and it took, and the error if one came.
fn follow(
    length: BodyLength,
    maximum: usize,
    pieces: &[&[u8]],
) -> (Vec<u8>, Option<usize>, Option<BodyError>) {
    let mut reader = match BodyReader::new(length, maximum) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), None, Some(error)),
    };
    let mut body = Vec::new();
    let mut taken = 0;
    for piece in pieces {
        let mut rest = *piece;
        loop {
            let used = match reader.next(rest) {
                Ok(BodyStep::Piece { skip, length }) => {
                    assert!(length > 0);
                    body.extend(&rest[skip..skip + length]);
                    skip + length
                }
                Ok(BodyStep::Skip(count)) => {
                    assert!(count > 0);
                    count
                }
                Ok(BodyStep::End { skip }) => {
                    assert_eq!(reader.announced(), body.len() as u64);
                    return (body, Some(taken + skip), None);
                }
                Ok(BodyStep::NeedMore) => break,
                Err(error) => return (body, None, Some(error)),
            };
            taken += used;
            rest = &rest[used..];
        }
        assert!(reader.missing() > 0);
    }
    (body, None, None)
}

/// At once and byte by byte: the same.
fn both(
    length: BodyLength,
    maximum: usize,
    input: &[u8],
) -> (Vec<u8>, Option<usize>, Option<BodyError>) {
    let found = follow(length, maximum, &[input]);
    let bytewise: Vec<&[u8]> = input.chunks(1).collect();
    let (body, taken, error) = follow(length, maximum, &bytewise);
    assert_eq!(found, (body, taken, error), "{}", input.escape_ascii());
    found
}

#[test]
fn of_a_known_length() {
    let body = both(BodyLength::Bytes(5), 5, b"Hello world");
    assert_eq!(body, (b"Hello".to_vec(), Some(5), None));
    let body = both(BodyLength::Bytes(5), 5, b"Hell");
    assert_eq!(body, (b"Hell".to_vec(), None, None));
    let body = both(BodyLength::Bytes(0), 5, b"Hello");
    assert_eq!(body, (Vec::new(), Some(0), None));
    let mut reader = BodyReader::new(BodyLength::Bytes(0), 0).expect("within the limit");
    assert_eq!(reader.next(b""), Ok(BodyStep::End { skip: 0 }));
    for length in [6, u64::MAX] {
        let error = BodyError::TooLarge { length, maximum: 5 };
        let body = both(BodyLength::Bytes(length), 5, b"");
        assert_eq!(body, (Vec::new(), None, Some(error)));
    }
}

#[test]
fn until_the_connection_ends() {
    let body = both(BodyLength::Unsaid, 5, b"Hello");
    assert_eq!(body, (b"Hello".to_vec(), None, None));
    for input in [&b"Hello!"[..], b"Hello world"] {
        let (_, _, error) = both(BodyLength::Unsaid, 5, input);
        let length = 6;
        assert_eq!(error, Some(BodyError::TooLarge { length, maximum: 5 }));
    }
}

#[test]
fn in_chunks() {
    for (input, body) in [
        ("0\r\n\r\n", ""),
        ("5\r\nHello\r\n0\r\n\r\n", "Hello"),
        ("1\r\nH\r\n004\r\nello\r\n00\r\n\r\n", "Hello"),
        (
            "A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n",
            "0123456789abcdefghij",
        ),
        ("5;name=\"value\"\r\nHello\r\n0;x\r\n\r\n", "Hello"),
        ("5  \r\nHello\r\n0\r\n\r\n", "Hello"),
        ("5\r\nHello\r\n0\r\nDigest: x\r\nB:\r\n\r\n", "Hello"),
    ] {
        let stream = [input, "HTTP/1.1"].concat();
        let expected = (body.as_bytes().to_vec(), Some(input.len()), None);
        let found = both(BodyLength::Chunked, 20, stream.as_bytes());
        assert_eq!(found, expected, "{input:?}");
        for length in 0..input.len() {
            let (_, taken, error) = both(BodyLength::Chunked, 20, &stream.as_bytes()[..length]);
            assert_eq!((taken, error), (None, None));
        }
    }
}

#[test]
fn bad_chunks() {
    let zeroes = "0".repeat(40) + "5\r\nHello";
    let extension = "5;".to_owned() + &"x".repeat(300) + "\r\nHello";
    let trailer = "0\r\n".to_owned() + &"a: b\r\n".repeat(1000) + "\r\n";
    for (input, error) in [
        ("\r\n", BodyError::Chunk),
        ("x\r\n", BodyError::Chunk),
        ("-5\r\nHello", BodyError::Chunk),
        ("0x5\r\nHello", BodyError::Chunk),
        (" 5\r\nHello", BodyError::Chunk),
        ("5\nHello", BodyError::Chunk),
        ("5\r\rHello", BodyError::Chunk),
        ("5;a\nb\r\nHello", BodyError::Chunk),
        ("5\r\nHello!\r\n", BodyError::Chunk),
        ("5\r\nHello\n0\r\n\r\n", BodyError::Chunk),
        ("0\r\n\n", BodyError::Chunk),
        ("0\r\na: b\n\r\n", BodyError::Chunk),
        (&zeroes, BodyError::ChunkOverhead),
        (&extension, BodyError::ChunkOverhead),
        (&trailer, BodyError::ChunkOverhead),
        (
            "15\r\nHello",
            BodyError::TooLarge {
                length: 21,
                maximum: 20,
            },
        ),
        (
            "f\r\n0123456789abcde\r\n6\r\n",
            BodyError::TooLarge {
                length: 21,
                maximum: 20,
            },
        ),
        (
            "ffffffffffffffff\r\n",
            BodyError::TooLarge {
                length: u64::MAX,
                maximum: 20,
            },
        ),
        (
            "10000000000000005\r\nHello",
            BodyError::TooLarge {
                length: u64::MAX,
                maximum: 20,
            },
        ),
    ] {
        let found = both(BodyLength::Chunked, 20, input.as_bytes());
        assert_eq!(found.2, Some(error), "{input:?}");
        assert_eq!(found.1, None);
    }
}
