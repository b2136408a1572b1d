//! Where random bytes come from: the operating system, or bytes that a test hands in.
//!
//! Every random byte of a transport (initialization payload, padding, fake TLS
//! hello) is drawn here, so that a transport which is given its entropy makes
//! the same wire bytes every time.

use core::fmt;
use std::sync::Arc;

use chacha20::ChaCha20Rng;
use rand_core::{Rng, SeedableRng, TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The operating system gave no random bytes.
///
/// Nothing can be sent safely without them. On the systems this library is
/// built for it does not happen once the system has booted; try again later or
/// give up the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntropyError;

impl fmt::Display for EntropyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no random bytes: try again later")
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
    given: Option<Arc<Zeroizing<Vec<u8>>>>,
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
        Self {
            given: Some(Arc::new(Zeroizing::new(bytes.to_vec()))),
        }
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
/// Small draws (padding, 16 bytes a frame) come from a private ChaCha20 stream
/// that is keyed once: a call to the system for each costs 80 to 100 ns, this
/// about 2. The stream is made at the first draw, so that a transport which
/// needs none (a server that speaks Intermediate) does not carry it.
pub(crate) struct Random {
    given: Option<Arc<Zeroizing<Vec<u8>>>>,
    /// How many of the given bytes are used up.
    position: usize,
    stream: Option<Box<ChaCha20Rng>>,
}

impl Random {
    pub(crate) fn new(entropy: &Entropy) -> Self {
        Self {
            given: entropy.given.clone(),
            position: 0,
            stream: None,
        }
    }

    /// Fills `out` with random bytes.
    pub(crate) fn draw(&mut self, mut out: &mut [u8]) -> Result<(), EntropyError> {
        if let Some(given) = &self.given {
            let rest = given.get(self.position..).unwrap_or_default();
            let count = rest.len().min(out.len());
            let (now, later) = out.split_at_mut(count);
            now.copy_from_slice(&rest[..count]);
            self.position += count;
            out = later;
        }
        if !out.is_empty() {
            self.stream()?.fill_bytes(out);
        }
        Ok(())
    }

    fn stream(&mut self) -> Result<&mut ChaCha20Rng, EntropyError> {
        if self.stream.is_none() {
            let mut seed = Zeroizing::new([0; 32]);
            match &self.given {
                Some(given) => seed.copy_from_slice(&Sha256::digest(given.as_slice())),
                None => getrandom::fill(seed.as_mut()).map_err(|_| EntropyError)?,
            }
            self.stream = Some(Box::new(ChaCha20Rng::from_seed(*seed)));
        }
        self.stream.as_deref_mut().ok_or(EntropyError)
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
