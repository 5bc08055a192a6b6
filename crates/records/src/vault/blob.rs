//! How a sealed value looks: `version · algorithm · key id (4) · commitment (32) · nonce (12) · sealed(salt (16) · JSON) · tag (16)`.
//!
//! The commitment is the SM3 of salt and text. The audit chain covers it instead of the sealed bytes, so that a value can be sealed again
//! under another key, or destroyed, without a line of the chain becoming untrue. The salt lies inside what is sealed: when that is
//! destroyed, nobody can try out what the text was, not even who has all keys.

use sm3::{Digest as _, Sm3};

/// First byte of every sealed value.
const VERSION: u8 = 1;
/// Algorithm number of erased values.
const ERASED: u8 = 0;
/// Bytes before the nonce; they are part of what the tag covers.
pub(super) const HEAD: usize = 38;
/// Bytes of the salt.
pub(super) const SALT: usize = 16;

/// What stands before the nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub algorithm: u8,
    pub key: u32,
    pub commitment: [u8; 32],
}

impl Head {
    pub fn write(&self) -> [u8; HEAD] {
        let mut out = [0; HEAD];
        out[0] = VERSION;
        out[1] = self.algorithm;
        out[2..6].copy_from_slice(&self.key.to_be_bytes());
        out[6..].copy_from_slice(&self.commitment);
        out
    }

    pub fn read(sealed: &[u8]) -> Option<Self> {
        let head = sealed.get(..HEAD).filter(|head| head[0] == VERSION)?;
        Some(Self { algorithm: head[1], key: u32::from_be_bytes(head[2..6].try_into().ok()?), commitment: head[6..].try_into().ok()? })
    }
}

/// SM3 over salt and text.
pub(super) fn commitment(salted: &[u8]) -> [u8; 32] {
    Sm3::digest(salted).into()
}

/// What the audit chain covers of a sealed value: its commitment, or the bytes themselves when they are no sealed value.
#[must_use]
pub fn mark(sealed: &[u8]) -> &[u8] {
    if Head::read(sealed).is_some() { &sealed[6..HEAD] } else { sealed }
}

/// Number of the key that sealed the value; `None` when it is empty, erased or no sealed value.
#[must_use]
pub fn sealed_by(sealed: &[u8]) -> Option<u32> {
    Head::read(sealed).filter(|head| head.algorithm != ERASED).map(|head| head.key)
}

/// Was the value destroyed?
#[must_use]
pub fn is_erased(sealed: &[u8]) -> bool {
    sealed.len() == HEAD && Head::read(sealed).is_some_and(|head| head.algorithm == ERASED)
}

/// What is left of a sealed value when it is destroyed: its commitment. Empty stays empty.
#[must_use]
pub fn erased(sealed: &[u8]) -> Vec<u8> {
    match Head::read(sealed) {
        Some(head) => Head { algorithm: ERASED, key: 0, ..head }.write().to_vec(),
        None => Vec::new(),
    }
}
