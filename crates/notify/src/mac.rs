//! Signatures of webhooks: a keyed hash over time and body.

use hmac::Hmac;
use std::fmt::Write as _;
use std::str::FromStr;

/// Which keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mac {
    /// HMAC with SM3 (GB/T 32905).
    Sm3,
    /// HMAC with SHA-256.
    Sha256,
}

impl FromStr for Mac {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" | "hmac-sm3" => Ok(Self::Sm3),
            "hmac-sha256" => Ok(Self::Sha256),
            other => Err(format!("“{other}”应为 hmac-sm3 或 hmac-sha256")),
        }
    }
}

impl Mac {
    /// Its name in the header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "hmac-sm3",
            Self::Sha256 => "hmac-sha256",
        }
    }

    /// `name=hex` over the time (seconds since 1970), a dot and the body.
    #[must_use]
    pub fn sign(self, key: &[u8], time: u64, body: &[u8]) -> String {
        let time = format!("{time}.");
        let pieces = [time.as_bytes(), body];
        let digest: Vec<u8> = match self {
            Self::Sm3 => digest::<Hmac<sm3::Sm3>>(key, pieces),
            Self::Sha256 => digest::<Hmac<sha2::Sha256>>(key, pieces),
        };
        digest.iter().fold(format!("{}=", self.name()), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
    }
}

fn digest<M: hmac::Mac + hmac::KeyInit>(key: &[u8], pieces: [&[u8]; 2]) -> Vec<u8> {
    // A keyed hash takes a key of any length.
    let Ok(mut mac) = <M as hmac::KeyInit>::new_from_slice(key) else { return Vec::new() };
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::Mac;

    #[test]
    fn signatures_are_those_of_other_programs() {
        // Made with Python: hmac.new(b"0123456789abcdef", b"7.{}", "sha256" or "sm3").hexdigest()
        let got = Mac::Sha256.sign(b"0123456789abcdef", 7, b"{}");
        assert_eq!(got, "hmac-sha256=3cd0ad802237a2c96b7ee3b06705b7350cc8cf0ba4123033d13eda91ad9c4ec2");
        let sm3 = Mac::Sm3.sign(b"0123456789abcdef", 7, b"{}");
        assert_eq!(sm3, "hmac-sm3=2bcc454fd85ab6232ade82200b7b1745c85d30b9d270a3522669119fdffca0ba");
    }
}
