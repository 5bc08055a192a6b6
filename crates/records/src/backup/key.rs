//! The key of backups. It is not the data key: who steals the disk with the data key must not be able to read the tapes, and the other
//! way round.

use super::BackupError;
use crate::audit::{hex, unhex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sm3::Sm3;

/// A backup key.
pub struct BackupKey {
    material: Vec<u8>,
}

impl std::fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BackupKey")
    }
}

impl BackupKey {
    /// From hexadecimal text; lines that begin with `#` are remarks.
    ///
    /// # Errors
    /// Too short, or no hexadecimal.
    pub fn read(text: &str) -> Result<Self, BackupError> {
        let digits: String = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
        let material = unhex(&digits).filter(|bytes| bytes.len() >= 32).ok_or(BackupError::Key)?;
        Ok(Self { material })
    }

    /// A key for one purpose.
    pub(super) fn derive(&self, purpose: &[u8], salt: &[u8]) -> Result<[u8; 32], BackupError> {
        let mut mac = Hmac::<Sm3>::new_from_slice(&self.material).map_err(|_| BackupError::Key)?;
        for part in [b"zhijian:backup".as_slice(), purpose, salt] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }

    /// Tells keys apart without telling anything of them.
    pub(super) fn check(&self) -> Result<String, BackupError> {
        Ok(hex(&self.derive(b"check", b"")?[..8]))
    }

    /// Proof that the holder of the key wrote a text.
    pub(super) fn proof(&self, text: &[u8]) -> Result<String, BackupError> {
        Ok(hex(&self.derive(b"manifest", text)?))
    }
}

/// Text of a new key file.
///
/// # Errors
/// No random numbers.
pub fn new_key() -> Result<String, BackupError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| BackupError::Random)?;
    Ok(format!("# 备份密钥：没有它，备份无法恢复。请与备份分开、与数据密钥分开保存\n{}\n", hex(&bytes)))
}
