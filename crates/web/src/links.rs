//! Addresses of pages, in one place.

/// Own password.
pub const PASSWORD: &str = "/me/password";
/// Own second factors.
pub const FACTORS: &str = "/me/factors";

/// A query value or path segment, percent-encoded.
#[must_use]
pub fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// A query string with its `?`, or nothing.
#[must_use]
pub fn query<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    let parts: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", encode(k.as_ref()), encode(v.as_ref()))).collect();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// Sign-in, then on to where the person wanted to go.
#[must_use]
pub fn login(wanted: &str) -> String {
    if wanted.is_empty() || wanted == "/" { "/login".into() } else { format!("/login?next={}", encode(wanted)) }
}

/// List of a kind.
#[must_use]
pub fn list(kind: &str) -> String {
    format!("/records/{kind}")
}

/// List of a kind narrowed by one filter.
#[must_use]
pub fn list_by(kind: &str, field: &str, value: &str) -> String {
    format!("/records/{kind}{}", query(&[(field, value)]))
}

/// One record.
#[must_use]
pub fn record(kind: &str, id: &str) -> String {
    format!("/records/{kind}/{id}")
}

/// Form of a new record.
#[must_use]
pub fn new(kind: &str) -> String {
    format!("/records/{kind}/new")
}

/// Form of an existing record.
#[must_use]
pub fn edit(kind: &str, id: &str) -> String {
    format!("/records/{kind}/{id}/edit")
}

/// Help of a kind.
#[must_use]
pub fn help(kind: &str) -> String {
    format!("/kinds/{kind}")
}

/// A code list.
#[must_use]
pub fn codes(list: &str) -> String {
    format!("/codes/{list}")
}

/// Upload of a kind's workbook.
#[must_use]
pub fn import(kind: &str) -> String {
    format!("/import?kind={kind}")
}

/// Workbook template of a kind.
#[must_use]
pub fn template(kind: &str) -> String {
    format!("/records/{kind}/template.xlsx")
}

/// A page about one record: `history`, `print`, `reveal`, `retract`.
#[must_use]
pub fn about(kind: &str, id: &str, what: &str) -> String {
    format!("/records/{kind}/{id}/{what}")
}

/// A workflow step of a record.
#[must_use]
pub fn step(kind: &str, id: &str, step: &str) -> String {
    format!("/records/{kind}/{id}/steps/{step}")
}

/// One job.
#[must_use]
pub fn job(id: &str) -> String {
    format!("/import/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_signs_are_encoded() {
        assert_eq!(query(&[("q", "张&三")]), "?q=%E5%BC%A0%26%E4%B8%89");
        assert_eq!(query::<&str, &str>(&[]), "");
    }
}
