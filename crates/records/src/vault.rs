//! Private fields: SM4-GCM at rest, keyed hashes (blind index) for equality, masks on pages.

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{AesGcm, Nonce, aead::consts::U12};
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value};
use sm3::Sm3;
use sm4::Sm4;
use zhijian_kinds::kind::{Field, Format};

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Seals and opens private fields. One key ring per deployment; the first byte of a sealed blob names the key.
pub struct Vault {
    current: u8,
    ciphers: Vec<(u8, Sm4Gcm)>,
    /// Keyed once; each hash begins with a copy.
    blind: Hmac<Sm3>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

/// A sealed blob that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key that sealed it is not in the ring.
    #[error("缺少编号为 {0} 的数据密钥")]
    UnknownKey(u8),
    /// The blob was changed or the key is wrong.
    #[error("加密字段无法解开：密钥不符或数据被改动")]
    Broken,
    /// The system gave no random numbers.
    #[error("无法取得随机数")]
    Random,
    /// The key material is too short.
    #[error("数据密钥至少需要 32 字节")]
    ShortKey,
}

impl Vault {
    /// A vault from key material of at least 32 bytes each, `(number, material)`; the last one seals.
    ///
    /// The first key's material also feeds the blind index, which must never change, or searches and natural keys would break.
    ///
    /// # Errors
    /// Too short key material, or no key at all.
    pub fn new(keys: &[(u8, Vec<u8>)]) -> Result<Self, VaultError> {
        let mut ciphers = Vec::new();
        for (number, material) in keys {
            if material.len() < 32 {
                return Err(VaultError::ShortKey);
            }
            let derived = derive(material, b"zhijian:seal");
            let cipher = Sm4Gcm::new_from_slice(&derived[..16]).map_err(|_| VaultError::ShortKey)?;
            ciphers.push((*number, cipher));
        }
        let first = keys.first().ok_or(VaultError::ShortKey)?;
        let current = keys.last().map_or(0, |k| k.0);
        Ok(Self { current, ciphers, blind: keyed(&derive(&first.1, b"zhijian:blind")) })
    }

    /// Seals the private part of a document; empty in, empty out.
    ///
    /// # Errors
    /// No random numbers.
    pub fn seal(&self, private: &Map<String, Value>) -> Result<Vec<u8>, VaultError> {
        if private.is_empty() {
            return Ok(Vec::new());
        }
        let text = serde_json::to_vec(private).unwrap_or_default();
        let (number, cipher) = self.ciphers.iter().find(|(n, _)| *n == self.current).ok_or(VaultError::UnknownKey(self.current))?;
        let mut nonce = [0_u8; 12];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::Random)?;
        let sealed = cipher.encrypt(&Nonce::<U12>::from(nonce), text.as_slice()).map_err(|_| VaultError::Broken)?;
        let mut out = Vec::with_capacity(13 + sealed.len());
        out.push(*number);
        out.extend(nonce);
        out.extend(sealed);
        Ok(out)
    }

    /// Opens a sealed blob.
    ///
    /// # Errors
    /// Unknown key, or changed data.
    pub fn open(&self, sealed: &[u8]) -> Result<Map<String, Value>, VaultError> {
        let Some((number, rest)) = sealed.split_first() else { return Ok(Map::new()) };
        let (nonce, body) = rest.split_at_checked(12).ok_or(VaultError::Broken)?;
        let (_, cipher) = self.ciphers.iter().find(|(n, _)| n == number).ok_or(VaultError::UnknownKey(*number))?;
        let nonce: [u8; 12] = nonce.try_into().map_err(|_| VaultError::Broken)?;
        let text = cipher.decrypt(&Nonce::<U12>::from(nonce), body).map_err(|_| VaultError::Broken)?;
        serde_json::from_slice(&text).map_err(|_| VaultError::Broken)
    }

    /// Token of a private value: equal values of one class of field have equal tokens in all kinds, nothing else can be learnt.
    #[must_use]
    pub fn token(&self, field: &Field, value: &str) -> String {
        let class = match field.format {
            Some(Format::IdNo) => "id_no",
            Some(Format::PersonName) => "person_name",
            _ => field.path.as_str(),
        };
        crate::audit::hex(&self.keyed(&[class.as_bytes(), value.as_bytes()])[..12])
    }

    /// Keyed hash of a natural key.
    #[must_use]
    pub fn key_hash(&self, kind: &str, parts: &[String]) -> [u8; 16] {
        let mut all: Vec<&[u8]> = vec![b"key", kind.as_bytes()];
        all.extend(parts.iter().map(String::as_bytes));
        let mut out = [0; 16];
        out.copy_from_slice(&self.keyed(&all)[..16]);
        out
    }

    /// Hashed fragments of a private text for fragment search: every pair of neighbouring characters.
    #[must_use]
    pub fn fragments(&self, text: &str) -> Vec<String> {
        let chars: Vec<char> = zhijian_kinds::text::word_key(text).chars().collect();
        chars
            .windows(2)
            .map(|pair| crate::audit::hex(&self.keyed(&[b"fragment", pair.iter().collect::<String>().as_bytes()])[..5]))
            .collect()
    }

    fn keyed(&self, parts: &[&[u8]]) -> [u8; 32] {
        finish(self.blind.clone(), parts)
    }
}

fn derive(material: &[u8], purpose: &[u8]) -> [u8; 32] {
    finish(keyed(material), &[purpose])
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
mod tests {
    use super::*;
    use serde_json::json;

    fn vault(keys: &[(u8, u8)]) -> Vault {
        Vault::new(&keys.iter().map(|(n, b)| (*n, vec![*b; 32])).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn sealed_fields_come_back_and_reveal_nothing() {
        let vault = vault(&[(1, 7)]);
        let private = json!({"person_name": "张测一", "id_no": "130322196104169975"}).as_object().unwrap().clone();
        let sealed = vault.seal(&private).unwrap();
        assert_eq!(vault.open(&sealed).unwrap(), private);
        assert!(!sealed.windows(6).any(|w| w == b"130322"));
        assert_ne!(sealed, vault.seal(&private).unwrap(), "two sealings of one text differ");
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let vault = vault(&[(1, 7)]);
        let mut sealed = vault.seal(json!({"a": 1}).as_object().unwrap()).unwrap();
        *sealed.last_mut().unwrap() ^= 1;
        assert!(matches!(vault.open(&sealed), Err(VaultError::Broken)));
    }

    #[test]
    fn rotation_seals_with_the_new_key_and_opens_the_old() {
        let old = vault(&[(1, 7)]);
        let private = json!({"a": "b"}).as_object().unwrap().clone();
        let sealed = old.seal(&private).unwrap();
        let rotated = vault(&[(1, 7), (2, 9)]);
        assert_eq!(rotated.open(&sealed).unwrap(), private);
        assert_eq!(rotated.seal(&private).unwrap()[0], 2);
        assert_eq!(old.key_hash("k", &["x".into()]), rotated.key_hash("k", &["x".into()]), "blind values survive rotation");
    }
}
