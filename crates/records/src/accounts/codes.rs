//! Recovery codes: ten, shown once, each good for one sign-in. Eighty random bits each; kept as a keyed hash, so that a stolen database without the
//! data key does not allow guessing (OWASP ASVS 5.0 6.5.2 in another way: the key takes the place of the slow hash).

use super::random;
use crate::audit::hex;
use crate::door::{Door, DoorError};
use data_encoding::BASE32_NOPAD;

/// Codes of a set.
pub(super) const COUNT: usize = 10;

/// A fresh code, `ABCD-EFGH-JKLM-NPQR`.
pub(super) fn fresh() -> Result<String, DoorError> {
    let text = BASE32_NOPAD.encode(&random::<10>()?);
    let groups: Vec<&str> = (0..4).filter_map(|i| text.get(i * 4..i * 4 + 4)).collect();
    Ok(groups.join("-"))
}

/// What somebody typed, without blanks and hyphens.
pub(super) fn normal(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

impl Door {
    /// What is kept of a code.
    pub(super) fn code_hash(&self, login: &str, code: &str) -> String {
        hex(&self.vault.key_hash("recovery-code", &[login.to_owned(), normal(code)]))
    }

    /// What may be kept of a code that was given out under an earlier key.
    pub(super) fn code_hashes(&self, login: &str, code: &str) -> Vec<String> {
        let hashes = self.vault.key_hashes("recovery-code", &[login.to_owned(), normal(code)]);
        hashes.iter().map(|hash| hex(hash)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_four_groups_and_read_however_they_are_typed() {
        let code = fresh().unwrap();
        assert_eq!(code.len(), 19);
        assert_eq!(normal(&code.to_lowercase().replace('-', " ")), normal(&code));
        assert_ne!(fresh().unwrap(), code);
    }
}
