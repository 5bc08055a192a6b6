//! A form body whose token has been checked.

use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};

/// Largest body of a form or API request, bytes; uploads have their own limit.
pub const FORM_LIMIT: usize = 8 * 1024 * 1024;

/// Name of the hidden field with the session's token.
pub const TOKEN: &str = "_csrf";

/// A signed-in person's form, fields in order. As an extractor it refuses forms without the session's token.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Who sent it.
    pub signed: Signed,
    /// The fields without the token.
    pub fields: Vec<(String, String)>,
}

impl Posted {
    /// First value of a field, empty when it is absent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// The values of a field that may occur several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted
where
    App: FromRef<S>,
{
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        use axum::extract::FromRequestParts as _;
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, state).await?;
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await.map_err(|_| unread())?;
        let mut fields = pairs(&body);
        check(&signed, fields.iter().find(|(n, _)| n == TOKEN).map_or("", |(_, v)| v.as_str()))?;
        fields.retain(|(n, _)| n != TOKEN);
        Ok(Self { signed, fields })
    }
}

fn unread() -> PageError {
    PageError::BadRequest(format!("提交的内容没有收完整，或超过 {} MB", FORM_LIMIT / 1024 / 1024))
}

/// Is this the session's token?
///
/// # Errors
/// [`PageError::BadToken`].
pub fn check(signed: &Signed, token: &str) -> Result<(), PageError> {
    let (a, b) = (signed.csrf.as_bytes(), token.as_bytes());
    // Every byte is looked at, so that time tells nothing.
    let same = a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0;
    if same && !a.is_empty() { Ok(()) } else { Err(PageError::BadToken) }
}

/// `application/x-www-form-urlencoded` bodies and query strings, in order.
#[must_use]
pub fn pairs(body: &[u8]) -> Vec<(String, String)> {
    body.split(|b| *b == b'&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut halves = part.splitn(2, |b| *b == b'=');
            let mut half = || decode(halves.next().unwrap_or_default());
            (half(), half())
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |i: usize| text.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (text[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            (b'+', _, _) => {
                out.push(b' ');
                at += 1;
            }
            (byte, _, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_read_in_order_with_repeats() {
        let got = pairs(b"a=1&b=%E5%BC%A0+x&a=2&c&d=100%");
        let expected = [("a", "1"), ("b", "张 x"), ("a", "2"), ("c", ""), ("d", "100%")];
        assert_eq!(got, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }
}
