//! The two ciphers: SM4-GCM (GB/T 32907, the default) and AES-256-GCM.

use super::VaultError;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _, consts::U12};
use aes_gcm::{Aes256Gcm, AesGcm, Nonce};
use serde::{Deserialize, Serialize};
use sm4::Sm4;

/// Which cipher seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Algorithm {
    /// SM4 with a 128-bit key in Galois/counter mode.
    #[default]
    #[serde(rename = "SM4-GCM")]
    Sm4Gcm,
    /// AES with a 256-bit key in Galois/counter mode.
    #[serde(rename = "AES-256-GCM")]
    Aes256Gcm,
}

impl Algorithm {
    /// Number that sealed values carry; 0 stands for erased ones.
    pub(super) const fn id(self) -> u8 {
        match self {
            Self::Sm4Gcm => 1,
            Self::Aes256Gcm => 2,
        }
    }

    pub(super) const fn of(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Sm4Gcm),
            2 => Some(Self::Aes256Gcm),
            _ => None,
        }
    }

    /// Name as settings and pages write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm4Gcm => "SM4-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
        }
    }
}

impl std::str::FromStr for Algorithm {
    type Err = String;

    /// Names in any case: `sm4-gcm`, `AES-256-GCM`.
    fn from_str(name: &str) -> Result<Self, String> {
        [Self::Sm4Gcm, Self::Aes256Gcm]
            .into_iter()
            .find(|a| a.name().eq_ignore_ascii_case(name.trim()))
            .ok_or_else(|| format!("加密算法“{name}”不支持，可用的有 sm4-gcm、aes-256-gcm"))
    }
}

/// A cipher with its key; the key schedule is wiped when it is dropped.
pub(super) enum Cipher {
    Sm4(Box<AesGcm<Sm4, U12>>),
    Aes(Box<Aes256Gcm>),
}

/// Length of a nonce.
pub(super) const NONCE: usize = 12;

impl Cipher {
    /// A cipher from 32 bytes; SM4 uses the first half.
    pub fn new(algorithm: Algorithm, key: &[u8; 32]) -> Result<Self, VaultError> {
        Ok(match algorithm {
            Algorithm::Sm4Gcm => Self::Sm4(Box::new(AesGcm::new_from_slice(&key[..16]).map_err(|_| VaultError::ShortKey)?)),
            Algorithm::Aes256Gcm => Self::Aes(Box::new(Aes256Gcm::new_from_slice(key).map_err(|_| VaultError::ShortKey)?)),
        })
    }

    /// The cipher's name.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sm4(_) => Algorithm::Sm4Gcm,
            Self::Aes(_) => Algorithm::Aes256Gcm,
        }
    }

    /// Seals in place and appends the tag.
    pub fn seal(&self, nonce: &[u8; NONCE], bound: &[u8], text: &mut Vec<u8>) -> Result<(), VaultError> {
        let nonce = Nonce::<U12>::from(*nonce);
        match self {
            Self::Sm4(cipher) => cipher.encrypt_in_place(&nonce, bound, text),
            Self::Aes(cipher) => cipher.encrypt_in_place(&nonce, bound, text),
        }
        .map_err(|_| VaultError::Broken)
    }

    /// Opens in place and takes the tag off.
    pub fn open(&self, nonce: &[u8; NONCE], bound: &[u8], sealed: &mut Vec<u8>) -> Result<(), VaultError> {
        let nonce = Nonce::<U12>::from(*nonce);
        match self {
            Self::Sm4(cipher) => cipher.decrypt_in_place(&nonce, bound, sealed),
            Self::Aes(cipher) => cipher.decrypt_in_place(&nonce, bound, sealed),
        }
        .map_err(|_| VaultError::Broken)
    }
}
