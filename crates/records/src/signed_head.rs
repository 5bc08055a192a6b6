//! Heads of the audit chain that leave the platform: number of lines, time and hash of the last one, signed with SM2
//! (GB/T 32918.2—2016, hash SM3, the standard's default user id). Whoever keeps one can prove that the chain behind it was rewritten or cut.

use crate::audit::{hex, unhex};
use crate::port::{Instant, Store, StoreError};
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::Generate as _;
use sm2::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use sm2::{PublicKey, SecretKey};

/// Default user id of GB/T 32918.2.
pub const USER_ID: &str = "1234567812345678";
/// What is signed begins with this, so that a signature of something else never fits.
const WHAT: &str = "zhijian-audit-head-1";

/// The chain's head at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Number of lines, which is the number of the last one.
    pub count: i64,
    /// When the last line was written, microseconds UTC.
    pub at: Instant,
    /// Hash of the last line.
    pub hash: String,
}

/// A head with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The head.
    #[serde(flatten)]
    pub head: Head,
    /// When the last line was written, for people.
    pub at_text: String,
    /// When it was signed, microseconds UTC.
    pub signed_at: Instant,
    /// Which deployment: the region's code, or empty.
    pub office: String,
    /// `SM2-SM3`.
    pub algorithm: String,
    /// User id of the signature.
    pub user_id: String,
    /// Public key, hexadecimal, uncompressed.
    pub public_key: String,
    /// Signature, DER in hexadecimal.
    pub signature: String,
}

/// Why a head cannot be signed or is not believed.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// No key of ours.
    #[error("签名密钥无法读取：应为 SM2 私钥（PKCS#8 PEM），可用 zhijian audit keygen 生成")]
    PrivateKey,
    /// No public key of ours.
    #[error("公钥无法读取：应为 SM2 公钥（PEM 文件，或以 04 开头的十六进制）")]
    PublicKey,
    /// No random numbers.
    #[error("无法取得随机数")]
    Random,
    /// Signing failed.
    #[error("签名失败")]
    Signing,
    /// Another key signed it.
    #[error("链头文件由另一把密钥签名（文件中的公钥 {found}…，给出的公钥 {given}…）")]
    OtherKey {
        /// First digits of the file's.
        found: String,
        /// First digits of the given one.
        given: String,
    },
    /// The content was changed.
    #[error("签名不符：链头文件被改动")]
    Changed,
}

/// The head as it is now; `None` while nothing was ever written.
///
/// # Errors
/// The store failed.
pub async fn now(store: &dyn Store) -> Result<Option<Head>, StoreError> {
    let (count, _) = store.audit_head().await?;
    let line = store.audit(count - 1, 1).await?.into_iter().next();
    Ok(line.map(|line| Head { count: line.seq, at: line.stamp.at, hash: line.hash }))
}

/// A new pair of keys in PEM: private, public.
///
/// # Errors
/// No random numbers.
pub fn new_keys() -> Result<(String, String), HeadError> {
    let secret = SecretKey::try_generate().map_err(|_| HeadError::Random)?;
    let private = secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| HeadError::PrivateKey)?;
    let public = secret.public_key().to_public_key_pem(LineEnding::LF).map_err(|_| HeadError::PublicKey)?;
    Ok((private.to_string(), public))
}

/// Signs a head with a private key in PEM.
///
/// # Errors
/// The key cannot be read.
pub fn sign(head: Head, office: &str, private: &str, now: Instant) -> Result<SignedHead, HeadError> {
    let secret = SecretKey::from_pkcs8_pem(private.trim()).map_err(|_| HeadError::PrivateKey)?;
    let key = SigningKey::new(USER_ID, &secret).map_err(|_| HeadError::PrivateKey)?;
    let mut signed = SignedHead {
        at_text: crate::clock::shown(head.at),
        head,
        signed_at: now,
        office: office.to_owned(),
        algorithm: "SM2-SM3".into(),
        user_id: USER_ID.into(),
        public_key: hex(&key.verifying_key().to_sec1_bytes()),
        signature: String::new(),
    };
    let signature: Signature = key.try_sign(message(&signed).as_bytes()).map_err(|_| HeadError::Signing)?;
    signed.signature = hex(signature.to_der().as_bytes());
    Ok(signed)
}

/// Holds a signed head against the public key that is trusted (PEM or hexadecimal).
///
/// # Errors
/// Another key, a changed file.
pub fn check(signed: &SignedHead, public: &str) -> Result<(), HeadError> {
    let point = sec1(public).ok_or(HeadError::PublicKey)?;
    let given = hex(&point);
    if given != signed.public_key {
        let first = |text: &str| text.chars().take(16).collect();
        return Err(HeadError::OtherKey { found: first(&signed.public_key), given: first(&given) });
    }
    let key = VerifyingKey::from_sec1_bytes(USER_ID, &point).map_err(|_| HeadError::PublicKey)?;
    let der = unhex(&signed.signature).ok_or(HeadError::Changed)?;
    let signature = Signature::from_der(&der).map_err(|_| HeadError::Changed)?;
    let same = signed.algorithm == "SM2-SM3" && signed.user_id == USER_ID && signed.at_text == crate::clock::shown(signed.head.at);
    if !same {
        return Err(HeadError::Changed);
    }
    key.verify(message(signed).as_bytes(), &signature).map_err(|_| HeadError::Changed)
}

fn sec1(public: &str) -> Option<Vec<u8>> {
    if public.contains("BEGIN") {
        let key = PublicKey::from_public_key_pem(public.trim()).ok()?;
        return Some(key.to_sec1_bytes().to_vec());
    }
    unhex(public).filter(|bytes| bytes.len() == 65)
}

/// What is signed, a line each: anybody can write it down and check it with another program.
#[must_use]
pub fn message(signed: &SignedHead) -> String {
    let SignedHead { head, signed_at, office, .. } = signed;
    format!("{WHAT}\n{}\n{}\n{}\n{signed_at}\n{office}\n", head.count, head.hash, head.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (SignedHead, String) {
        let (private, public) = new_keys().unwrap();
        let head = Head { count: 7, at: 1_700_000_000_000_000, hash: "ab".repeat(32) };
        (sign(head, "130300", &private, 1_700_000_001_000_000).unwrap(), public)
    }

    #[test]
    fn an_untouched_head_is_believed() {
        let (signed, public) = signed();
        check(&signed, &public).unwrap();
        check(&signed, &signed.public_key).unwrap();
        let read: SignedHead = serde_json::from_str(&serde_json::to_string(&signed).unwrap()).unwrap();
        assert_eq!(read, signed);
    }

    #[test]
    fn any_change_is_noticed() {
        let (signed, public) = signed();
        let changes: [fn(&mut SignedHead); 6] = [
            |s| s.head.count = 6,
            |s| s.head.hash = "cd".repeat(32),
            |s| s.head.at += 1,
            |s| s.signed_at += 1,
            |s| s.office = "130200".into(),
            |s| s.at_text = "2020-01-01T00:00:00+08:00".into(),
        ];
        for change in changes {
            let mut other = signed.clone();
            change(&mut other);
            assert!(matches!(check(&other, &public), Err(HeadError::Changed)), "{other:?}");
        }
    }

    #[test]
    fn a_head_signed_by_somebody_else_is_not_believed() {
        let (ours, _) = signed();
        let (mut theirs, public) = signed();
        assert!(matches!(check(&ours, &public), Err(HeadError::OtherKey { .. })));
        // Their key over our head, with our public key written into the file.
        theirs.public_key.clone_from(&ours.public_key);
        assert!(matches!(check(&theirs, &ours.public_key), Err(HeadError::Changed)));
    }

    /// GB/T 32918.5—2017, annex A: public key of the private key 3945208F… on the recommended curve.
    #[test]
    fn the_curve_is_the_standards() {
        let private = unhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8").unwrap();
        let key = SigningKey::from_slice(USER_ID, &private).unwrap();
        let expected = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                        ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
        assert_eq!(hex(&key.verifying_key().to_sec1_bytes()), expected);
        // The standard's signature of “message digest” under the default id, with the k of the example.
        let r = unhex("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3").unwrap();
        let s = unhex("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA").unwrap();
        let signature = Signature::from_slice(&[r, s].concat()).unwrap();
        key.verifying_key().verify(b"message digest", &signature).unwrap();
    }
}
