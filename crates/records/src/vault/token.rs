//! Tokens of the blind index: `~<key>~<24 hex digits>`. Their form tells them from every other text of a document, so that the audit chain can
//! leave them out: they follow from the sealed text and change with the key.

use crate::audit::hex;
use std::borrow::Cow;

/// What stands where a token stood after the record was erased, and what the chain reads for every token.
pub const GONE: &str = "~";
/// Hex digits of a token.
const DIGITS: usize = 24;

/// The token of a keyed hash.
pub(super) fn write(key: u32, hash: &[u8]) -> String {
    format!("~{key}~{}", hex(&hash[..DIGITS / 2]))
}

/// Length of the token at the beginning of a text, or of what stands for an erased one.
fn length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('~')?;
    if rest.starts_with('"') {
        return Some(1);
    }
    let number = rest.bytes().take_while(u8::is_ascii_digit).count();
    let digits = rest.get(number..)?.strip_prefix('~')?.get(..DIGITS)?;
    let plain = (1..=10).contains(&number) && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    plain.then_some(1 + number + 1 + DIGITS)
}

/// The JSON text with each of its tokens replaced. Only whole strings are tokens; inside a longer string the quotes are escaped, so that
/// none is found there.
#[must_use]
pub fn replaced<'a>(json: &'a str, with: impl Fn(&str) -> Option<String>) -> Cow<'a, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in json.match_indices("\"~") {
        let from = at + 1;
        if from < done {
            continue;
        }
        let Some(length) = length(&json[from..]) else { continue };
        if json.as_bytes().get(from + length) != Some(&b'"') || escaped(json, at) {
            continue;
        }
        if let Some(new) = with(&json[from..from + length]) {
            out.push_str(&json[done..from]);
            out.push_str(&new);
            done = from + length;
        }
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[done..]);
    Cow::Owned(out)
}

/// Is the quote at this place part of a string?
fn escaped(json: &str, at: usize) -> bool {
    json.as_bytes()[..at].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// The document as the audit chain reads it: every token the same.
#[must_use]
pub fn without(json: &str) -> Cow<'_, str> {
    replaced(json, |token| (token != GONE).then(|| GONE.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "~12~0123456789abcdef01234567";

    #[test]
    fn only_whole_strings_of_the_form_are_tokens() {
        let rows = [
            (format!(r#"{{"id_no":"{TOKEN}","n":1}}"#), r#"{"id_no":"~","n":1}"#.to_owned()),
            (format!(r#"["{TOKEN}","{TOKEN}"]"#), r#"["~","~"]"#.to_owned()),
            (format!(r#"{{"a":"x{TOKEN}"}}"#), format!(r#"{{"a":"x{TOKEN}"}}"#)),
            (format!(r#"{{"a":"{TOKEN}x"}}"#), format!(r#"{{"a":"{TOKEN}x"}}"#)),
            (format!(r#"{{"a":"say \"{TOKEN}\" aloud"}}"#), format!(r#"{{"a":"say \"{TOKEN}\" aloud"}}"#)),
            (r#"{"a":"~","b":"~~","c":"~12~xyz"}"#.to_owned(), r#"{"a":"~","b":"~~","c":"~12~xyz"}"#.to_owned()),
        ];
        for (json, expected) in rows {
            assert_eq!(without(&json), expected, "{json}");
        }
    }
}
