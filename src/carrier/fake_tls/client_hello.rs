//! Draws one ClientHello from a profile's table.

use curve25519_dalek::constants::X25519_BASEPOINT;
use zeroize::Zeroizing;

use super::profile::{Op, Profile};
use crate::allocate::{self, OutOfMemory};
use crate::entropy::{EntropyError, Random};

/// The longest domain of an `ee` secret: TDLib's limit (section 7.1).
pub(crate) const MAX_DOMAIN: usize = 182;

/// Room for the longest hello that a profile makes: with the longest domain.
const LONGEST: usize = 2048;

/// The most groups that a profile has in any order.
const MAX_GROUPS: usize = 24;

/// The modulus of ML-KEM's coefficients (FIPS 203).
const ML_KEM_MODULUS: u16 = 3329;

/// No hello could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HelloError {
    /// The domain has that many bytes: 1 to 182 fit.
    DomainLength(usize),
    /// A part of the profile does not fit its length field.
    ///
    /// No profile here does that; one to come might.
    ProfileTooLong,
    /// The profile has no room for the digest.
    ProfileTooShort,
    OutOfMemory,
    Entropy(EntropyError),
}

impl From<OutOfMemory> for HelloError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl From<EntropyError> for HelloError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(error)
    }
}

/// A whole hello, its random still zeros.
pub(super) fn draw(
    profile: &Profile,
    domain: &str,
    random: &mut Random,
) -> Result<Vec<u8>, HelloError> {
    if !(1..=MAX_DOMAIN).contains(&domain.len()) {
        return Err(HelloError::DomainLength(domain.len()));
    }
    let grease = grease(random)?;
    let mut hello = Hello {
        domain,
        grease,
        random,
        out: allocate::room(LONGEST)?,
    };
    hello.all(profile.ops)?;
    debug_assert!(hello.out.len() <= LONGEST, "{}", profile.name);
    Ok(hello.out)
}

/// RFC 8701: both bytes of a GREASE value are alike, their low halves `a`.
///
/// Values 2 and 3 are the types of two extensions, and no type may stand twice:
/// hence an odd value differs from the one before it (BoringSSL's rule for these
/// two, TDLib's for all pairs).
fn grease(random: &mut Random) -> Result<[u8; 8], EntropyError> {
    let mut values = [0; 8];
    random.draw(&mut values)?;
    for value in &mut values {
        *value = *value & 0xf0 | 0x0a;
    }
    for odd in (1..values.len()).step_by(2) {
        if values[odd] == values[odd - 1] {
            values[odd] ^= 0x10;
        }
    }
    Ok(values)
}

/// A hello in the making.
struct Hello<'a> {
    domain: &'a str,
    grease: [u8; 8],
    random: &'a mut Random,
    out: Vec<u8>,
}

impl Hello<'_> {
    fn all(&mut self, ops: &[Op]) -> Result<(), HelloError> {
        ops.iter().try_for_each(|op| self.one(op))
    }

    fn one(&mut self, op: &Op) -> Result<(), HelloError> {
        match *op {
            Op::Bytes(bytes) => self.out.extend_from_slice(bytes),
            Op::Random(count) => self.random_bytes(count)?,
            Op::RandomLength {
                least,
                step,
                choices,
            } => {
                let k = usize::from(below(self.random, choices)?);
                self.random_bytes(least + step * k)?;
            }
            Op::Zero(count) => self.out.resize(self.out.len() + count, 0),
            Op::Domain => self.out.extend_from_slice(self.domain.as_bytes()),
            Op::Grease(n) => {
                let value = self.grease[n % self.grease.len()];
                self.out.extend_from_slice(&[value; 2]);
            }
            Op::X25519 => self.out.extend_from_slice(&x25519_key(self.random)?),
            Op::MlKem768 => self.ml_kem_768_key()?,
            Op::Scope8(ops) => {
                let at = self.out.len();
                self.out.push(0);
                self.all(ops)?;
                let length = u8::try_from(self.out.len() - at - 1)
                    .map_err(|_| HelloError::ProfileTooLong)?;
                self.out[at] = length;
            }
            Op::Scope16(ops) => {
                let at = self.out.len();
                self.out.extend_from_slice(&[0; 2]);
                self.all(ops)?;
                let length = u16::try_from(self.out.len() - at - 2)
                    .map_err(|_| HelloError::ProfileTooLong)?;
                self.out[at..at + 2].copy_from_slice(&length.to_be_bytes());
            }
            Op::All(ops) => self.all(ops)?,
            Op::Shuffled(groups) => {
                for index in shuffled(groups.len(), self.random)? {
                    let group = groups.get(usize::from(index));
                    group.map_or(Ok(()), |group| self.all(group))?;
                }
            }
            // Between 257 and 512 bytes a hello makes some old servers hang
            // (RFC 7685); a record of 517 has a message of 512 inside.
            Op::Padding => {
                if let Some(zeros @ 1..) = 513_usize.checked_sub(self.out.len()) {
                    self.out.extend_from_slice(&[0x00, 0x15]);
                    let length = u16::try_from(zeros).map_err(|_| HelloError::ProfileTooLong)?;
                    self.out.extend_from_slice(&length.to_be_bytes());
                    self.out.resize(self.out.len() + zeros, 0);
                }
            }
        }
        Ok(())
    }

    fn random_bytes(&mut self, count: usize) -> Result<(), EntropyError> {
        let at = self.out.len();
        self.out.resize(at + count, 0);
        self.random.draw(&mut self.out[at..])
    }

    /// What FIPS 203 calls an encoded encapsulation key: 768 coefficients below
    /// 3329 of 12 bits each, low bits first, then 32 random bytes.
    ///
    /// A real key's coefficients look uniform to whoever does not hold the secret
    /// (that is the scheme's assumption), and nobody ever decapsulates here. So
    /// uniform ones are a key like any other, and a whole KEM would add nothing.
    /// Uniform by rejection: TDLib takes a remainder.
    fn ml_kem_768_key(&mut self) -> Result<(), EntropyError> {
        let mut pairs = 0;
        let mut first = None;
        while pairs < 384 {
            let mut pool = [0; 96];
            self.random.draw(&mut pool)?;
            for chunk in pool.chunks_exact(2) {
                let candidate = u16::from_le_bytes([chunk[0], chunk[1]]) & 0x0fff;
                if candidate >= ML_KEM_MODULUS {
                    continue;
                }
                let Some(a) = first.take() else {
                    first = Some(candidate);
                    continue;
                };
                // 24 bits: the first coefficient below the second.
                let packed = u32::from(a) | u32::from(candidate) << 12;
                self.out.extend_from_slice(&packed.to_le_bytes()[..3]);
                pairs += 1;
                if pairs == 384 {
                    break;
                }
            }
        }
        self.random_bytes(32)
    }
}

/// A public key of X25519: a random scalar times the base point, as any client makes it.
///
/// Peers probe whether a share is on the curve at all (section 9.1).
pub(super) fn x25519_key(random: &mut Random) -> Result<[u8; 32], EntropyError> {
    let mut scalar = Zeroizing::new([0; 32]);
    random.draw(scalar.as_mut())?;
    // By the ladder: `mul_base_clamped` without its tables is no faster, and
    // links the Edwards curve for each kind of CPU as well.
    Ok(X25519_BASEPOINT.mul_clamped(*scalar).to_bytes())
}

/// A uniform number below `bound`; 0 for a bound of 0.
fn below(random: &mut Random, bound: u8) -> Result<u8, EntropyError> {
    // The largest multiple of the bound that a byte can be below.
    let Some(rest) = 256_u16.checked_rem(u16::from(bound)) else {
        return Ok(0);
    };
    loop {
        let mut byte = [0];
        random.draw(&mut byte)?;
        if u16::from(byte[0]) < 256 - rest {
            return Ok(byte[0] % bound);
        }
    }
}

/// The indices below `count` in an order drawn uniformly (Fisher and Yates); above
/// them those up to [`MAX_GROUPS`].
fn shuffled(count: usize, random: &mut Random) -> Result<[u8; MAX_GROUPS], EntropyError> {
    debug_assert!(count <= MAX_GROUPS);
    let mut order = core::array::from_fn(|index| u8::try_from(index).unwrap_or(u8::MAX));
    for left in (2..=count.min(MAX_GROUPS)).rev() {
        let bound = u8::try_from(left).unwrap_or(u8::MAX);
        order.swap(left - 1, usize::from(below(random, bound)?));
    }
    Ok(order)
}
