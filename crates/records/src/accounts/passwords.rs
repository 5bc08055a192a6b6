//! Passwords: argon2id, and which ones are refused. Long and not guessable; no rules about kinds of characters (OWASP ASVS 5.0 6.2.5).

use super::SignInError;
use crate::door::DoorError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use tokio::sync::Semaphore;

/// Passwords that everybody tries first, lower case, at least eight characters.
const COMMON: &str = include_str!("common.txt");
/// Words of this product and its trade; a password may contain one only beside enough else.
const CONTEXT: [&str; 10] =
    ["zhijian", "职健", "zhiyejiankang", "职业健康", "weijian", "weisheng", "jikong", "password", "admin", "welcome"];
/// Characters that a password needs beside a word of the context.
const BESIDE: usize = 8;
/// Longest password that is read.
const LONGEST: usize = 128;
/// Hashes at the same time: each takes 19 MB, and a flood must not take all memory.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// A hash of nobody's password: unknown accounts cost the same work, so that time does not tell which exist.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YWJjZGVmZ2hpamtsbW5vcA$5jX1WcJzdO4ZgqFCHSXsv3sF0F6m7mYbG1cT3p8f1nA";

/// Says why a password will not do.
///
/// # Errors
/// [`SignInError::WeakPassword`] with the rule.
pub fn check_password(login: &str, password: &str, least: u32) -> Result<(), SignInError> {
    let weak = |message: String| Err(SignInError::WeakPassword(message));
    let count = password.chars().count();
    if count < usize::try_from(least).unwrap_or(12) {
        return weak(format!("密码有{count}个字符，至少须{least}个"));
    }
    if count > LONGEST {
        return weak(format!("密码有{count}个字符，最多{LONGEST}个"));
    }
    let lower = password.to_lowercase();
    if login.chars().count() >= 3 && lower.contains(&login.to_lowercase()) {
        return weak("密码不能包含账号".into());
    }
    let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if COMMON.lines().any(|word| word == lower || word == letters) {
        return weak("这是常见密码，容易被猜到，请换一个".into());
    }
    let mostly = CONTEXT.iter().find(|w| lower.contains(*w)).filter(|w| count - w.chars().count() < BESIDE);
    if let Some(word) = mostly {
        return weak(format!("密码主要由“{word}”组成，容易被猜到，请换一个"));
    }
    if repeats(&lower) || runs(&lower) {
        return weak("密码是重复或连续的字符，容易被猜到，请换一个".into());
    }
    Ok(())
}

/// One unit of up to four characters again and again.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|unit| chars.iter().zip(chars.iter().skip(unit)).all(|(a, b)| a == b))
}

/// Characters in order, up or down, as on the keyboard or in the alphabet.
fn runs(text: &str) -> bool {
    const ROWS: [&str; 5] = [
        "0123456789012345678901234567890",
        "abcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertyuiop",
        "1qaz2wsx3edc4rfv5tgb",
    ];
    ROWS.iter().any(|row| row.contains(text) || row.chars().rev().collect::<String>().contains(text))
}

/// Argon2id hash of a password, PHC form.
///
/// # Errors
/// No random numbers for the salt.
pub fn hash_password(password: &str) -> Result<String, DoorError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .map_err(|_| DoorError::BadRequest("无法计算密码摘要".into()))
}

/// Hashes away from the threads that serve requests.
pub(super) async fn hash_aside(password: &str) -> Result<String, DoorError> {
    let password = password.to_owned();
    aside(move || hash_password(&password)).await?
}

/// Is this the password? `None` does the same work and says no.
pub(super) async fn verify(password: &str, hash: Option<&str>) -> Result<bool, DoorError> {
    // Passwords are taken as they were typed; one that is longer than any that could be set is none.
    let known = hash.is_some_and(|h| !h.is_empty()) && password.chars().count() <= LONGEST;
    let password = if known { password.to_owned() } else { String::new() };
    let hash = hash.filter(|h| !h.is_empty()).unwrap_or(DECOY).to_owned();
    aside(move || PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()) && known)
        .await
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DoorError> {
    let failed = || DoorError::BadRequest("无法计算密码摘要".into());
    let _turn = AT_ONCE.acquire().await.map_err(|_| failed())?;
    tokio::task::spawn_blocking(work).await.map_err(|_| failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_unguessable_passwords_are_taken_whatever_their_characters() {
        for good in ["correct horse 42", "demo-2020-zj", "这是一个足够长的中文口令", "xkqvw zmrtp blgnc", "zhijian 3kfm92lx"] {
            assert!(check_password("wang", good, 12).is_ok(), "{good}");
        }
    }

    #[test]
    fn short_common_contextual_and_patterned_passwords_are_refused_with_the_reason() {
        let rows = [
            ("short-one", "至少须12个"),
            ("xx wangwang 99", "包含账号"),
            ("Password1234", "常见密码"),
            ("zhijian-2020", "zhijian"),
            ("职业健康2020年度", "职业健康"),
            ("abcabcabcabc", "重复"),
            ("aaaaaaaaaaaaa", "重复"),
            ("123456789012", "常见密码"),
            ("345678901234", "连续"),
            ("qwertyuiopas", "常见密码"),
            ("lkjhgfdsapoi", "连续"),
        ];
        for (bad, reason) in rows {
            let refused = check_password("wang", bad, 10.max(if bad.starts_with("short") { 12 } else { 10 })).unwrap_err().to_string();
            assert!(refused.contains(reason), "{bad}: {refused}");
        }
    }

    #[test]
    fn the_list_is_lower_case_and_sorted_without_repeats() {
        let words: Vec<&str> = COMMON.lines().collect();
        assert!(words.is_sorted() && words.windows(2).all(|w| w[0] != w[1]));
        assert!(words.iter().all(|w| w.to_lowercase() == **w && w.chars().count() >= 8));
    }

    #[tokio::test]
    async fn nobody_signs_in_without_a_hash() {
        assert!(!verify("abcdefghijklmnop", None).await.unwrap());
        assert!(!verify("", Some("")).await.unwrap());
        assert!(verify("correct horse 42", Some(&hash_password("correct horse 42").unwrap())).await.unwrap());
        assert!(!verify("correct horse 43", Some(&hash_password("correct horse 42").unwrap())).await.unwrap());
    }
}
