//! Where random bytes come from: the operating system, or bytes that a test hands in.
//!
//! Every random byte of a transport (initialization payload, padding, fake TLS
//! hello) is drawn here, so that a transport which is given its entropy makes
//! the same wire bytes every time.

use core::fmt;

use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::allocate::{self, OutOfMemory, or_end, try_box};
use crate::error::Error;
use crate::obfuscation::ctr::{Keystream, StreamState};
use crate::shared::Shared;

/// The operating system gave no random bytes.
///
/// Nothing can be sent safely without them. On the systems this library is
/// built for it does not happen once the system has booted; try again later or
/// give up the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntropyError {
    /// What was given went on in a stream, for which there is no memory.
    out_of_memory: bool,
}

/// The system's own failure.
const REFUSED: EntropyError = EntropyError {
    out_of_memory: false,
};

impl fmt::Display for EntropyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.out_of_memory {
            "out of memory: the given bytes do not go on"
        } else {
            "the operating system gave no random bytes: try again later"
        })
    }
}

impl core::error::Error for EntropyError {}

/// The source of a transport's random bytes.
///
/// The default is the operating system. [`Entropy::from_bytes`] is for tests,
/// vectors and simulations only: two connections with the same bytes share
/// their keys.
#[derive(Clone, Default)]
pub struct Entropy {
    /// `None`: the operating system.
    given: Option<Shared<Zeroizing<Vec<u8>>>>,
}

impl Entropy {
    /// The operating system's generator; what every shipped app wants.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The given bytes, in order; when they run out, a stream that is keyed by
    /// their SHA-256 goes on without end.
    ///
    /// An empty slice is allowed and gives the stream alone.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        or_end(Self::try_from_bytes(bytes))
    }

    pub(crate) fn try_from_bytes(bytes: &[u8]) -> Result<Self, OutOfMemory> {
        let bytes = Zeroizing::new(allocate::join(&[bytes])?);
        Ok(Self {
            given: Some(Shared::new(bytes)?),
        })
    }

    /// A seed drawn from any cryptographic generator.
    ///
    /// # Errors
    ///
    /// The generator's own error.
    pub fn from_rng<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, R::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(seed.as_mut())?;
        Ok(Self::from_bytes(seed.as_ref()))
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.given.is_some() {
            "Entropy(given)"
        } else {
            "Entropy(system)"
        })
    }
}

/// One transport's draw from its [`Entropy`].
///
/// Small draws (padding, 16 bytes a frame) come from a private stream of
/// AES-256-CTR that is keyed once: a call to the system for each costs 80 to
/// 100 ns, this a few. (ChaCha20 cost 14, more than the frame.) The stream is
/// made at the first draw, so that a transport which needs none (a server that
/// speaks Intermediate) does not carry it.
pub(crate) struct Random {
    /// The bytes to begin with; `None` once the stream is made.
    given: Option<Shared<Zeroizing<Vec<u8>>>>,
    /// How many of the given bytes are used up.
    position: usize,
    /// Whether little of the stream is made at once.
    small: bool,
    /// None until the first draw, then one.
    stream: Box<[Generator]>,
}

impl Random {
    pub(crate) fn new(entropy: &Entropy) -> Self {
        Self {
            given: entropy.given.clone(),
            position: 0,
            small: false,
            stream: Box::default(),
        }
    }

    /// The same bytes, for one transport of very many: less is made at once.
    pub(crate) fn small(entropy: &Entropy) -> Self {
        Self {
            small: true,
            ..Self::new(entropy)
        }
    }

    /// Fills `out` with random bytes.
    pub(crate) fn draw(&mut self, mut out: &mut [u8]) -> Result<(), EntropyError> {
        let before = self.position;
        if let Some(given) = &self.given {
            let rest = given.get(self.position..).unwrap_or_default();
            let count = rest.len().min(out.len());
            let (now, later) = out.split_at_mut(count);
            now.copy_from_slice(&rest[..count]);
            self.position += count;
            out = later;
        }
        if out.is_empty() {
            return Ok(());
        }
        match self.stream() {
            Ok(Some(stream)) => stream.fill(out),
            // Without memory for a stream the system is asked each time.
            Ok(None) => getrandom::fill(out).map_err(|_| REFUSED)?,
            Err(error) => {
                self.position = before;
                return Err(error);
            }
        }
        Ok(())
    }

    /// The next 16 bytes, as [`draw`](Self::draw) gives them: in a word, since
    /// bytes in memory that were just written one way wait when they are read
    /// another way.
    #[inline]
    pub(crate) fn draw_block(&mut self) -> Result<u128, EntropyError> {
        if let (None, Some(stream)) = (&self.given, self.stream.first_mut())
            && let Some(block) = stream.block()
        {
            return Ok(block);
        }
        self.draw_block_by_draw()
    }

    #[cold]
    fn draw_block_by_draw(&mut self) -> Result<u128, EntropyError> {
        let mut block = [0; 16];
        self.draw(&mut block)?;
        Ok(u128::from_le_bytes(block))
    }

    /// The stream; `None` if there is no memory for it, and the system will do.
    fn stream(&mut self) -> Result<Option<&mut Generator>, EntropyError> {
        if self.stream.is_empty() {
            let mut key = Zeroizing::new([0; 32]);
            match &self.given {
                Some(given) => key.copy_from_slice(&Sha256::digest(given.as_slice())),
                None => getrandom::fill(key.as_mut()).map_err(|_| REFUSED)?,
            }
            let batch = if self.small { SMALL_BATCH } else { BATCH };
            match Generator::new(&key, batch).and_then(try_box) {
                Some(stream) => self.stream = stream,
                // What was given has to be what comes.
                None if self.given.is_some() => {
                    return Err(EntropyError {
                        out_of_memory: true,
                    });
                }
                None => {}
            }
            // They are used up.
            self.given = None;
        }
        Ok(self.stream.first_mut())
    }
}

/// 64 draws for padding: as many blocks as the widest backend makes at once.
const BATCH: usize = 1024;

/// 16 draws. One costs 2 ns more than in a whole batch.
const SMALL_BATCH: usize = 256;

/// The bytes of a stream that is keyed once and never again.
struct Generator {
    keystream: Keystream,
    made: Vec<u8>,
    /// How many of these are used up.
    used: usize,
}

impl Generator {
    /// The key is used for nothing else: any first counter will do.
    ///
    /// `None` if there is no memory.
    fn new(key: &[u8; 32], batch: usize) -> Option<Self> {
        let mut made = Vec::new();
        made.try_reserve_exact(batch).ok()?;
        made.resize(batch, 0);
        Some(Self {
            keystream: Keystream::new(key, &[0; 16], StreamState::Small),
            made,
            used: batch,
        })
    }

    fn fill(&mut self, mut out: &mut [u8]) {
        while !out.is_empty() {
            if self.used == self.made.len() {
                self.made.fill(0);
                self.keystream.apply(&mut self.made);
                self.used = 0;
            }
            let left = &self.made[self.used..];
            let (now, later) = out.split_at_mut(left.len().min(out.len()));
            now.copy_from_slice(&left[..now.len()]);
            self.used += now.len();
            out = later;
        }
    }

    /// The next 16 bytes, if so many are made.
    #[inline]
    fn block(&mut self) -> Option<u128> {
        let block = self.made.get(self.used..)?.first_chunk()?;
        self.used += block.len();
        Some(u128::from_le_bytes(*block))
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.made.zeroize();
    }
}

impl From<EntropyError> for Error {
    fn from(error: EntropyError) -> Self {
        if error.out_of_memory {
            Self::OutOfMemory
        } else {
            Self::Entropy(error)
        }
    }
}

/// So that other crates' key generation can draw from a transport's entropy.
impl TryRng for Random {
    type Error = EntropyError;

    fn try_next_u32(&mut self) -> Result<u32, EntropyError> {
        let mut bytes = [0; 4];
        self.draw(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, EntropyError> {
        let mut bytes = [0; 8];
        self.draw(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), EntropyError> {
        self.draw(out)
    }
}

impl TryCryptoRng for Random {}
