//! The key ring: data keys with number, date, use and state, each wrapped under the master key. It lies in the database beside what it
//! seals, so that every process and every backup has it; without the master key it opens nothing.

use super::cipher::{Algorithm, Cipher};
use super::provider::KeyProvider;
use super::{VaultError, derive, keyed, random};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use serde::{Deserialize, Serialize};
use sm3::Sm3;
use zeroize::Zeroizing;

/// What a data key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Seals private fields.
    Seal,
    /// Makes the tokens of the blind index and the hashes of natural keys.
    Blind,
}

impl Purpose {
    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seal => "字段加密",
            Self::Blind => "盲索引",
        }
    }
}

/// Where a data key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Known to all processes, not used for writing yet.
    Ready,
    /// New values are written with it.
    Active,
    /// Opens older values.
    Old,
    /// Destroyed; its number is not given again.
    Retired,
}

impl KeyState {
    /// The word shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "待启用",
            Self::Active => "使用中",
            Self::Old => "仅解密",
            Self::Retired => "已销毁",
        }
    }
}

/// A data key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Number.
    pub id: u32,
    /// Use.
    pub purpose: Purpose,
    /// Cipher, of sealing keys.
    pub algorithm: Algorithm,
    /// Day on which it was made.
    pub made: String,
    /// Instant (µs) since which it has its state.
    pub since: i64,
    /// State.
    pub state: KeyState,
    /// The key, wrapped; Base64. Empty when retired.
    pub wrapped: String,
}

impl KeyEntry {
    /// What the wrapping is bound to: a wrapped key cannot stand in for another.
    fn context(&self) -> String {
        format!("zhijian:key:{}:{:?}:{}:{}", self.id, self.purpose, self.algorithm.name(), self.made)
    }

    fn opened(&self, provider: &dyn KeyProvider) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let wrapped = STANDARD.decode(&self.wrapped).map_err(|_| VaultError::BadRing)?;
        provider.unwrap(&wrapped, &self.context())
    }
}

/// The ring as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WrittenRing {
    /// Data keys by number.
    pub keys: Vec<KeyEntry>,
}

impl WrittenRing {
    /// A ring with one key for each use.
    ///
    /// # Errors
    /// No random numbers, or the provider refuses.
    pub fn fresh(provider: &dyn KeyProvider, algorithm: Algorithm, day: &str, now: i64) -> Result<Self, VaultError> {
        let mut ring = Self::default();
        for purpose in [Purpose::Seal, Purpose::Blind] {
            let id = ring.add(provider, purpose, algorithm, day, now)?;
            ring.activate(id, now)?;
        }
        Ok(ring)
    }

    /// Reads a kept ring.
    ///
    /// # Errors
    /// It is no ring.
    pub fn read(text: &str) -> Result<Self, VaultError> {
        serde_json::from_str(text).map_err(|_| VaultError::BadRing)
    }

    /// The text to keep.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A key by number.
    #[must_use]
    pub fn key(&self, id: u32) -> Option<&KeyEntry> {
        self.keys.iter().find(|k| k.id == id)
    }

    /// The key that writes.
    #[must_use]
    pub fn active(&self, purpose: Purpose) -> Option<&KeyEntry> {
        self.keys.iter().find(|k| k.purpose == purpose && k.state == KeyState::Active)
    }

    /// Adds a key that writes nothing yet, and returns its number.
    ///
    /// # Errors
    /// No random numbers, or the provider refuses.
    pub fn add(
        &mut self,
        provider: &dyn KeyProvider,
        purpose: Purpose,
        algorithm: Algorithm,
        day: &str,
        now: i64,
    ) -> Result<u32, VaultError> {
        let id = self.keys.iter().map(|k| k.id).max().unwrap_or(0) + 1;
        let mut entry =
            KeyEntry { id, purpose, algorithm, made: day.to_owned(), since: now, state: KeyState::Ready, wrapped: String::new() };
        let key = Zeroizing::new(random::bytes::<32>()?);
        entry.wrapped = STANDARD.encode(provider.wrap(&key, &entry.context())?);
        self.keys.push(entry);
        Ok(id)
    }

    /// Makes a key the one that writes; the one before only opens from now on.
    ///
    /// # Errors
    /// Unknown or retired key.
    pub fn activate(&mut self, id: u32, now: i64) -> Result<(), VaultError> {
        let purpose = self.key(id).filter(|k| k.state != KeyState::Retired).ok_or(VaultError::UnknownKey(id))?.purpose;
        for key in self.keys.iter_mut().filter(|k| k.purpose == purpose) {
            let state = match (key.id == id, key.state) {
                (true, _) => KeyState::Active,
                (false, KeyState::Active) => KeyState::Old,
                (false, state) => state,
            };
            if key.state != state {
                (key.state, key.since) = (state, now);
            }
        }
        Ok(())
    }

    /// Destroys a key. What it sealed cannot be opened any more: make sure first that nothing is left.
    ///
    /// # Errors
    /// Unknown key, or the one that writes.
    pub fn retire(&mut self, id: u32, now: i64) -> Result<(), VaultError> {
        let key = self.keys.iter_mut().find(|k| k.id == id && k.state != KeyState::Active).ok_or(VaultError::UnknownKey(id))?;
        key.wrapped.clear();
        (key.state, key.since) = (KeyState::Retired, now);
        Ok(())
    }

    /// Wraps all keys under another master key.
    ///
    /// # Errors
    /// One of the providers refuses.
    pub fn rewrap(&mut self, from: &dyn KeyProvider, to: &dyn KeyProvider) -> Result<(), VaultError> {
        for key in self.keys.iter_mut().filter(|k| k.state != KeyState::Retired) {
            let open = key.opened(from)?;
            key.wrapped = STANDARD.encode(to.wrap(&open, &key.context())?);
        }
        Ok(())
    }
}

/// A key of the blind index.
pub(super) struct BlindKey {
    pub id: u32,
    /// Keyed once; each hash begins with a copy.
    pub mac: Hmac<Sm3>,
}

/// The ring with its keys open.
pub(super) struct Ring {
    pub seals: Vec<(u32, Cipher)>,
    /// Number of the key that seals.
    pub seal: u32,
    /// The one that writes first, then those under which older values are found.
    pub blinds: Vec<BlindKey>,
}

impl Ring {
    pub fn open(written: &WrittenRing, provider: &dyn KeyProvider) -> Result<Self, VaultError> {
        let mut seals = Vec::new();
        let mut blinds = Vec::new();
        for entry in written.keys.iter().filter(|k| k.state != KeyState::Retired) {
            let key = entry.opened(provider)?;
            match entry.purpose {
                Purpose::Seal => seals.push((entry.id, Cipher::new(entry.algorithm, &derive(key.as_slice(), b"zhijian:seal"))?)),
                Purpose::Blind => {
                    blinds.push((entry.state, BlindKey { id: entry.id, mac: keyed(&*derive(key.as_slice(), b"zhijian:blind")) }))
                }
            }
        }
        let seal = written.active(Purpose::Seal).ok_or(VaultError::BadRing)?.id;
        blinds.sort_by_key(|(state, key)| (*state != KeyState::Active, std::cmp::Reverse(key.id)));
        let blinds: Vec<BlindKey> = blinds.into_iter().map(|(_, key)| key).collect();
        if written.active(Purpose::Blind).is_none() {
            return Err(VaultError::BadRing);
        }
        Ok(Self { seals, seal, blinds })
    }

    /// A ring in memory from plain key material; the last key seals, the first one makes tokens.
    pub fn plain(keys: &[(u8, Vec<u8>)]) -> Result<Self, VaultError> {
        let mut seals = Vec::new();
        for (id, material) in keys {
            if material.len() < 32 {
                return Err(VaultError::ShortKey);
            }
            seals.push((u32::from(*id), Cipher::new(Algorithm::Sm4Gcm, &derive(material, b"zhijian:seal"))?));
        }
        let (first, last) = (keys.first().ok_or(VaultError::ShortKey)?, keys.last().ok_or(VaultError::ShortKey)?);
        let blind = BlindKey { id: u32::from(first.0), mac: keyed(&*derive(&first.1, b"zhijian:blind")) };
        Ok(Self { seals, seal: u32::from(last.0), blinds: vec![blind] })
    }

    pub fn cipher(&self, id: u32) -> Option<&Cipher> {
        self.seals.iter().find(|(number, _)| *number == id).map(|(_, cipher)| cipher)
    }
}
