//! Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, as authenticator apps expect them.

use crate::port::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Seconds a code lives.
pub const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are accepted: clocks differ.
const DRIFT: i64 = 1;

/// The step of an instant.
fn step(at: Instant) -> i64 {
    at.div_euclid(1_000_000 * STEP_SECONDS)
}

/// The code of a secret at an instant.
#[must_use]
pub fn code_at(secret: &[u8], at: Instant) -> String {
    code(secret, step(at))
}

fn code(secret: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = digest.iter().skip(offset).take(4).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// The step whose code this is, near an instant. Every candidate is looked at, so that time tells nothing.
pub(super) fn matching(secret: &[u8], given: &str, at: Instant) -> Option<i64> {
    let now = step(at);
    let mut found = None;
    for candidate in now - DRIFT..=now + DRIFT {
        let expected = code(secret, candidate);
        let same = expected.len() == given.len() && expected.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0;
        if same && !expected.is_empty() {
            found = Some(candidate);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six of eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        let rows = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(code_at(secret, seconds * 1_000_000), expected, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_or_late_and_no_longer() {
        let (secret, now) = (b"12345678901234567890", 1_111_111_111 * 1_000_000);
        let at = |steps: i64| code_at(secret, now + steps * STEP_SECONDS * 1_000_000);
        for (steps, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            assert_eq!(matching(secret, &at(steps), now).is_some(), good, "{steps}");
        }
        assert_eq!(matching(secret, "", now), None);
    }
}
