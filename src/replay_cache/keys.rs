//! The known keys: a sorted list in pieces, which can be refused the memory to grow.
//!
//! The standard library's sets end the process then; those that can be asked are
//! hash tables, which move all their keys at once.

use super::ReplayKey;
use crate::allocate::{self, OutOfMemory};

/// How many keys a piece has room for: 2 KB.
const MOST: usize = 128;

#[derive(Default)]
pub(super) struct Keys {
    /// Each sorted, and before the next. None is empty.
    pieces: Vec<Vec<ReplayKey>>,
}

impl Keys {
    /// Adds a key; `false` if it is there.
    pub(super) fn insert(&mut self, key: ReplayKey) -> Result<bool, OutOfMemory> {
        let (piece, place) = self.find(&key);
        let Err(place) = place else {
            return Ok(false);
        };
        match self.pieces.get_mut(piece) {
            Some(keys) if keys.len() < MOST => keys.insert(place, key),
            Some(_) => self.insert_halving(piece, place, key)?,
            None => {
                let mut keys = allocate::room(MOST)?;
                keys.push(key);
                allocate::one_more(&mut self.pieces)?;
                self.pieces.push(keys);
            }
        }
        Ok(true)
    }

    /// The same into a piece that is full.
    fn insert_halving(
        &mut self,
        piece: usize,
        place: usize,
        key: ReplayKey,
    ) -> Result<(), OutOfMemory> {
        const HALF: usize = MOST / 2;
        let mut upper = allocate::room(MOST)?;
        allocate::one_more(&mut self.pieces)?;
        let lower = &mut self.pieces[piece];
        upper.extend(lower.drain(HALF..));
        match place.checked_sub(HALF) {
            Some(place) => upper.insert(place, key),
            None => lower.insert(place, key),
        }
        self.pieces.insert(piece + 1, upper);
        Ok(())
    }

    /// Drops a key, if it is there.
    pub(super) fn remove(&mut self, key: &ReplayKey) {
        let (piece, Ok(place)) = self.find(key) else {
            return;
        };
        let keys = &mut self.pieces[piece];
        keys.remove(place);
        if keys.is_empty() {
            self.pieces.remove(piece);
        } else if !self.join(piece) && piece > 0 {
            self.join(piece - 1);
        }
    }

    /// Joins a piece with the next where both are sparse, so that they do not stay
    /// so. Whether it did.
    fn join(&mut self, piece: usize) -> bool {
        let Some([lower, upper]) = self.pieces.get_mut(piece..piece + 2) else {
            return false;
        };
        if lower.len() + upper.len() > MOST / 2 {
            return false;
        }
        // There is room for them.
        lower.append(upper);
        self.pieces.remove(piece + 1);
        true
    }

    /// In which piece a key is, and where; or where it belongs.
    fn find(&self, key: &ReplayKey) -> (usize, Result<usize, usize>) {
        let before = |keys: &Vec<ReplayKey>| keys.first().is_some_and(|first| first <= key);
        let piece = self.pieces.partition_point(before).saturating_sub(1);
        let place = self.pieces.get(piece);
        (piece, place.map_or(Err(0), |keys| keys.binary_search(key)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn key(number: u32) -> ReplayKey {
        let mut random = [0; 32];
        random[..4].copy_from_slice(&number.to_be_bytes());
        ReplayKey::of_hello(&random)
    }

    fn check(keys: &Keys, model: &BTreeSet<u32>) {
        let found: Vec<ReplayKey> = keys.pieces.iter().flatten().copied().collect();
        let expected: Vec<ReplayKey> = model.iter().copied().map(key).collect();
        assert!(found == expected, "in order, each once");
        assert!(
            keys.pieces
                .iter()
                .all(|keys| !keys.is_empty() && keys.capacity() == MOST)
        );
    }

    #[test]
    fn pieces_are_halved_and_joined() {
        let mut keys = Keys::default();
        let mut model = BTreeSet::new();
        for number in 0..2000 {
            let number = number * 7919 % 2000;
            assert_eq!(keys.insert(key(number)), Ok(true));
            assert_eq!(keys.insert(key(number)), Ok(false));
            model.insert(number);
        }
        check(&keys, &model);
        assert!(
            (16..40).contains(&keys.pieces.len()),
            "{}",
            keys.pieces.len()
        );
        for number in (0..2000).filter(|number| number % 50 != 0) {
            keys.remove(&key(number));
            keys.remove(&key(number));
            model.remove(&number);
        }
        check(&keys, &model);
        assert_eq!(keys.pieces.len(), 1, "of 40 keys");
        for number in 0..2000 {
            keys.remove(&key(number));
        }
        assert!(keys.pieces.is_empty());
    }

    proptest! {
        #[test]
        fn it_is_a_set(steps in prop::collection::vec((any::<bool>(), 0..400u32), 0..3000)) {
            let mut keys = Keys::default();
            let mut model = BTreeSet::new();
            for (insert, number) in steps {
                if insert {
                    prop_assert_eq!(keys.insert(key(number)), Ok(model.insert(number)));
                } else {
                    keys.remove(&key(number));
                    model.remove(&number);
                }
            }
            check(&keys, &model);
        }
    }
}
