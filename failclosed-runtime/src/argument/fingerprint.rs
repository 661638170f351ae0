//! What arguments are compared by: whether they are still what they were.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::LazyLock,
};

use foldhash::{SharedSeed, quality::FoldHasher};

/// The arguments of a request as one number: a hash, with a key that was drawn for this process and
/// never leaves it, of everything that the arguments tell a serializer.
///
/// Equal arguments have the same one. Others have it in one of 2^64 cases, and whoever could choose
/// them would need the key. It is never shown, kept or sent: that is what a
/// [`Digest`](crate::Digest) is for, which costs more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

/// What a serializer is told, in one of so many ways. Each is followed by a value of known length, so
/// that no two trees are told alike.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Token {
    Nothing,
    Bool,
    Char,
    Unsigned,
    Signed,
    Float,
    Text,
    Bytes,
    /// Of an argument, a field, or an entry of a map.
    Name,
    Variant,
    /// Text that is written piece by piece, up to an [`End`](Self::End).
    Written,
    Piece,
    Some,
    Wrapper,
    List,
    Map,
    End,
}

/// A fingerprint under way.
pub(super) struct Trace(FoldHasher<'static>);

impl Trace {
    pub(super) fn new() -> Self {
        // std's keys come from the operating system.
        static KEYS: LazyLock<(u64, SharedSeed)> = LazyLock::new(|| {
            let drawn = RandomState::new();
            (drawn.hash_one("own"), SharedSeed::from_u64(drawn.hash_one("shared")))
        });
        let (own, shared) = &*KEYS;
        Self(FoldHasher::with_seed(*own, shared))
    }

    pub(super) fn number(&mut self, token: Token, value: u64) {
        // As one: it is mixed in at once, where smaller pieces are gathered first.
        self.0.write_u128(u128::from(token as u8) << 64 | u128::from(value));
    }

    pub(super) fn text(&mut self, token: Token, text: &[u8]) {
        self.number(token, text.len() as u64);
        self.0.write(text);
    }

    pub(super) fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finish())
    }
}

#[cfg(test)]
mod tests;
