//! Private fields: sealed at rest (SM4-GCM or AES-256-GCM), keyed hashes (blind index) for equality, masks on pages.
//!
//! Data keys seal; a master key that a provider keeps wraps the data keys (`ring`, `provider`). A sealed value carries its cipher, its key's number and
//! a commitment to its text (`blob`), and is bound to kind and record: copied to another record it does not open.

mod blob;
mod cipher;
mod provider;
mod random;
mod ring;
mod token;

pub use blob::{erased, is_erased, mark, sealed_by};
pub use cipher::Algorithm;
pub use provider::{KeyProvider, LocalMaster};
pub use ring::{KeyEntry, KeyState, Purpose, WrittenRing};
pub use token::{GONE, replaced as replace_tokens, without as without_tokens};

use blob::{HEAD, Head, SALT};
use cipher::NONCE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::Ring;
use serde_json::{Map, Value};
use sm3::Sm3;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;
use zhijian_kinds::kind::{Field, Format};

/// Seals and opens private fields, and makes tokens. The keys can be changed while it is in use.
pub struct Vault {
    ring: RwLock<Arc<Ring>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

/// Something that cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key that sealed it is not in the ring.
    #[error("密钥环中没有编号为 {0} 的数据密钥，或它已销毁")]
    UnknownKey(u32),
    /// The value was changed, belongs to another record, or the key is wrong.
    #[error("加密字段无法解开：内容被改动、被移到别的记录，或密钥不符")]
    Broken,
    /// The system gave no random numbers.
    #[error("无法取得随机数")]
    Random,
    /// The key material is too short.
    #[error("主密钥至少需要 32 字节")]
    ShortKey,
    /// The ring was made under another master key.
    #[error("主密钥不符：{place} 打不开数据库中的密钥环。请换回建库时的主密钥；没有它，加密字段无法恢复")]
    WrongMaster {
        /// Where the key came from.
        place: String,
    },
    /// There are records but no ring.
    #[error("数据库中已有记录，却没有密钥环：数据库不完整，请从备份恢复。不会另建新密钥")]
    NoRing,
    /// The kept ring cannot be read.
    #[error("数据库中的密钥环无法识别")]
    BadRing,
    /// The provider failed.
    #[error("{0}")]
    Provider(String),
}

impl Vault {
    /// A vault in memory from plain key material of at least 32 bytes each, `(number, material)`: tests and benches. The last key seals, the
    /// first one makes tokens.
    ///
    /// # Errors
    /// Too short key material, or no key at all.
    pub fn new(keys: &[(u8, Vec<u8>)]) -> Result<Self, VaultError> {
        Ok(Self { ring: RwLock::new(Arc::new(Ring::plain(keys)?)) })
    }

    /// A vault from a kept ring.
    ///
    /// # Errors
    /// The provider cannot open the ring's keys.
    pub fn from_ring(written: &WrittenRing, provider: &dyn KeyProvider) -> Result<Self, VaultError> {
        Ok(Self { ring: RwLock::new(Arc::new(Ring::open(written, provider)?)) })
    }

    /// Takes over a ring that was changed. What is under way ends with the old one.
    ///
    /// # Errors
    /// The provider cannot open the ring's keys; the old ring stays.
    pub fn renew(&self, written: &WrittenRing, provider: &dyn KeyProvider) -> Result<(), VaultError> {
        let fresh = Arc::new(Ring::open(written, provider)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Seals the private part of a record; empty in, empty out.
    ///
    /// # Errors
    /// No random numbers.
    pub fn seal(&self, kind: &str, id: &str, private: &Map<String, Value>) -> Result<Vec<u8>, VaultError> {
        if private.is_empty() {
            return Ok(Vec::new());
        }
        let mut text = Zeroizing::new(Vec::with_capacity(256));
        text.extend(random::bytes::<SALT>()?);
        serde_json::to_writer(&mut *text, private).map_err(|_| VaultError::Broken)?;
        self.seal_salted(kind, id, text)
    }

    /// Seals salt and text as they are: sealing again under another key keeps the commitment.
    fn seal_salted(&self, kind: &str, id: &str, mut salted: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, VaultError> {
        let ring = self.ring();
        let cipher = ring.cipher(ring.seal).ok_or(VaultError::UnknownKey(ring.seal))?;
        let head = Head { algorithm: cipher.algorithm().id(), key: ring.seal, commitment: blob::commitment(&salted) }.write();
        let nonce = random::bytes::<NONCE>()?;
        cipher.seal(&nonce, &bound(&head, kind, id), &mut salted)?;
        let mut out = Vec::with_capacity(HEAD + NONCE + salted.len());
        out.extend(head);
        out.extend(nonce);
        out.extend(salted.iter());
        Ok(out)
    }

    /// Opens the private part of a record. An empty one and one that was erased hold nothing.
    ///
    /// # Errors
    /// Unknown key, changed data, or the value belongs to another record.
    pub fn open(&self, kind: &str, id: &str, sealed: &[u8]) -> Result<Map<String, Value>, VaultError> {
        match self.open_salted(kind, id, sealed)? {
            None => Ok(Map::new()),
            Some(text) => serde_json::from_slice(&text[SALT..]).map_err(|_| VaultError::Broken),
        }
    }

    fn open_salted(&self, kind: &str, id: &str, sealed: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if sealed.is_empty() || is_erased(sealed) {
            return Ok(None);
        }
        let head = Head::read(sealed).ok_or(VaultError::Broken)?;
        let algorithm = Algorithm::of(head.algorithm).ok_or(VaultError::Broken)?;
        let ring = self.ring();
        let cipher = ring.cipher(head.key).ok_or(VaultError::UnknownKey(head.key))?;
        if cipher.algorithm() != algorithm {
            return Err(VaultError::Broken);
        }
        let (nonce, body) = sealed[HEAD..].split_at_checked(NONCE).ok_or(VaultError::Broken)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| VaultError::Broken)?;
        let mut text = Zeroizing::new(body.to_vec());
        cipher.open(&nonce, &bound(&head.write(), kind, id), &mut text)?;
        if text.len() < SALT {
            return Err(VaultError::Broken);
        }
        Ok(Some(text))
    }

    /// The value sealed again under the key that writes now; `None` when it is already, or holds nothing.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn reseal(&self, kind: &str, id: &str, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        if sealed_by(sealed).is_none_or(|key| key == self.ring().seal) {
            return Ok(None);
        }
        self.open_salted(kind, id, sealed)?.map(|text| self.seal_salted(kind, id, text)).transpose()
    }

    /// Is the value what its commitment says? That is more than that it opens: the chain covers the commitment.
    ///
    /// # Errors
    /// It cannot be opened, or is not what was committed to.
    pub fn check(&self, kind: &str, id: &str, sealed: &[u8]) -> Result<Map<String, Value>, VaultError> {
        let Some(text) = self.open_salted(kind, id, sealed)? else { return Ok(Map::new()) };
        if blob::commitment(&text) != mark(sealed) {
            return Err(VaultError::Broken);
        }
        serde_json::from_slice(&text[SALT..]).map_err(|_| VaultError::Broken)
    }

    /// Number of the key that seals.
    #[must_use]
    pub fn sealing_key(&self) -> u32 {
        self.ring().seal
    }

    /// Numbers of the keys of the blind index, the one that writes first. More than one: a change of keys is under way.
    #[must_use]
    pub fn blind_keys(&self) -> Vec<u32> {
        self.ring().blinds.iter().map(|k| k.id).collect()
    }

    /// Token of a private value: equal values of one class of field have equal tokens in all kinds, nothing else can be learnt.
    #[must_use]
    pub fn token(&self, field: &Field, value: &str) -> String {
        let ring = self.ring();
        ring.blinds.first().map(|key| token::write(key.id, &finish(key.mac.clone(), &parts(field, value)))).unwrap_or_default()
    }

    /// Tokens of a value under all keys, the one that is written first: while keys are changed, records have the one or the other.
    #[must_use]
    pub fn tokens(&self, field: &Field, value: &str) -> Vec<String> {
        self.ring().blinds.iter().map(|key| token::write(key.id, &finish(key.mac.clone(), &parts(field, value)))).collect()
    }

    /// Keyed hash of a natural key.
    #[must_use]
    pub fn key_hash(&self, kind: &str, parts: &[String]) -> [u8; 16] {
        self.key_hashes(kind, parts).into_iter().next().unwrap_or_default()
    }

    /// Hashes of a natural key under all keys, the one that is written first.
    #[must_use]
    pub fn key_hashes(&self, kind: &str, parts: &[String]) -> Vec<[u8; 16]> {
        let mut all: Vec<&[u8]> = vec![b"key", kind.as_bytes()];
        all.extend(parts.iter().map(String::as_bytes));
        let short = |hash: [u8; 32]| {
            let mut out = [0; 16];
            out.copy_from_slice(&hash[..16]);
            out
        };
        self.ring().blinds.iter().map(|key| short(finish(key.mac.clone(), &all))).collect()
    }

    /// Hashed fragments of a private text for fragment search: every pair of neighbouring characters.
    #[must_use]
    pub fn fragments(&self, text: &str) -> Vec<String> {
        self.all_fragments(text).into_iter().next().unwrap_or_default()
    }

    /// Fragments under all keys, those that are written first.
    #[must_use]
    pub fn all_fragments(&self, text: &str) -> Vec<Vec<String>> {
        let chars: Vec<char> = zhijian_kinds::text::word_key(text).chars().collect();
        let pairs: Vec<String> = chars.windows(2).map(|pair| pair.iter().collect()).collect();
        let hashed = |mac: &Hmac<Sm3>, pair: &String| crate::audit::hex(&finish(mac.clone(), &[b"fragment", pair.as_bytes()])[..5]);
        self.ring().blinds.iter().map(|key| pairs.iter().map(|pair| hashed(&key.mac, pair)).collect()).collect()
    }
}

/// What the tag covers besides the text: the head, and where the value belongs.
fn bound(head: &[u8; HEAD], kind: &str, id: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + 2 + kind.len() + id.len());
    out.extend(head);
    out.extend(kind.as_bytes());
    out.push(0);
    out.extend(id.as_bytes());
    out
}

/// What a token is a hash of: identity numbers and names are one class in all kinds.
fn parts<'a>(field: &'a Field, value: &'a str) -> [&'a [u8]; 2] {
    let class = match field.format {
        Some(Format::IdNo) => "id_no",
        Some(Format::PersonName) => "person_name",
        _ => field.path.as_str(),
    };
    [class.as_bytes(), value.as_bytes()]
}

fn derive(material: &[u8], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(finish(keyed(material), &[purpose]))
}

fn keyed(key: &[u8]) -> Hmac<Sm3> {
    // HMAC takes keys of any length, so this cannot fail; an all-zero key would only weaken, not leak.
    Hmac::<Sm3>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sm3>::new(&Default::default()))
}

fn finish(mut mac: Hmac<Sm3>, parts: &[&[u8]]) -> [u8; 32] {
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
