//! Where the master key is: whoever can wrap and unwrap data keys is a provider. A file and a variable hold the key themselves; a hardware module or
//! a key service keeps it and is asked through a command (crate `cli`).

use super::cipher::{Algorithm, Cipher, NONCE};
use super::{VaultError, derive, random};
use zeroize::Zeroizing;

/// Wraps data keys under a master key that it keeps.
pub trait KeyProvider: Send + Sync {
    /// Where the master key is, for people: `密钥文件 /srv/zhijian/keys/data.key`.
    fn place(&self) -> String;

    /// Seals a data key; `context` names it and must be given again to open it.
    ///
    /// # Errors
    /// The provider cannot be reached or refuses.
    fn wrap(&self, key: &[u8; 32], context: &str) -> Result<Vec<u8>, VaultError>;

    /// Opens a data key.
    ///
    /// # Errors
    /// [`VaultError::WrongMaster`] when another master key sealed it; the provider cannot be reached.
    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<[u8; 32]>, VaultError>;
}

/// A master key in memory.
pub struct LocalMaster {
    place: String,
    material: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for LocalMaster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LocalMaster({})", self.place)
    }
}

impl LocalMaster {
    /// From key material of at least 32 bytes.
    ///
    /// # Errors
    /// Too short.
    pub fn new(place: &str, material: Zeroizing<Vec<u8>>) -> Result<Self, VaultError> {
        if material.len() < 32 {
            return Err(VaultError::ShortKey);
        }
        Ok(Self { place: place.to_owned(), material })
    }

    /// Data keys are wrapped with the stronger of the two ciphers, so that no data key is weaker wrapped than in use.
    fn cipher(&self) -> Result<Cipher, VaultError> {
        Cipher::new(Algorithm::Aes256Gcm, &derive(&self.material, b"zhijian:wrap"))
    }
}

impl KeyProvider for LocalMaster {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn wrap(&self, key: &[u8; 32], context: &str) -> Result<Vec<u8>, VaultError> {
        let nonce = random::bytes::<NONCE>()?;
        let mut sealed = key.to_vec();
        self.cipher()?.seal(&nonce, context.as_bytes(), &mut sealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn unwrap(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let wrong = || VaultError::WrongMaster { place: self.place.clone() };
        let (nonce, body) = wrapped.split_at_checked(NONCE).ok_or_else(wrong)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| wrong())?;
        let mut text = Zeroizing::new(body.to_vec());
        self.cipher()?.open(&nonce, context.as_bytes(), &mut text).map_err(|_| wrong())?;
        Ok(Zeroizing::new(text.as_slice().try_into().map_err(|_| wrong())?))
    }
}
