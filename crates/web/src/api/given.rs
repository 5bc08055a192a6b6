//! The query parameters of a request, held against the operation's table: what is not there is refused, not ignored.

use super::operation::{Holds, Param, Spec};
use super::problem::Failure;
use crate::posted;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use zhijian_kinds::{Level, Problem, dates};
use zhijian_records::clock;
use zhijian_records::port::Instant;

/// The parameters that were given.
#[derive(Debug, Clone, Default)]
pub struct Given {
    named: Vec<(&'static str, String)>,
    /// Parameters that are fields of the kind, when the operation takes them; the handler refuses unknown ones.
    pub fields: Vec<(String, String)>,
}

/// Scope that a token needs for the operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs(pub &'static str);

/// Stands in front of every handler.
pub(super) async fn strict(spec: Arc<Spec>, mut request: Request, next: Next) -> Response {
    match Given::read(&spec, request.uri().query().unwrap_or_default()) {
        Ok(given) => {
            request.extensions_mut().insert(given);
            request.extensions_mut().insert(Needs(spec.scope));
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

impl Given {
    fn read(spec: &Spec, query: &str) -> Result<Self, Failure> {
        let mut given = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            match spec.query.iter().find(|p| p.name == name) {
                Some(param) if given.named.iter().any(|(n, _)| *n == param.name) => {
                    return Err(Failure::parameter(&name, &value, "只给一次的参数"));
                }
                Some(param) => {
                    check(param, &value)?;
                    given.named.push((param.name, value));
                }
                None if spec.fields => given.fields.push((name, value)),
                None => return Err(unknown(&name, &value, spec.query.iter().map(|p| p.name))),
            }
        }
        match spec.query.iter().find(|p| p.required && given.text(p.name).is_empty()) {
            Some(param) => Err(Failure::parameter(param.name, "", param.help)),
            None => Ok(given),
        }
    }

    /// A parameter's text; empty when it was not given.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.named.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str())
    }

    /// A number; the bounds have been checked.
    #[must_use]
    pub fn number<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        self.text(name).parse::<i64>().ok().and_then(|n| T::try_from(n).ok())
    }

    /// A day.
    #[must_use]
    pub fn day(&self, name: &str) -> Option<time::Date> {
        dates::parse_iso(self.text(name))
    }

    /// An instant; a day means its end in China.
    #[must_use]
    pub fn moment(&self, name: &str) -> Option<Instant> {
        moment(self.text(name))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Given {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Refuses a parameter and says which there are.
pub fn unknown<'a>(name: &str, value: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    let expected = if known.is_empty() { "没有查询参数".to_owned() } else { known.join("、") };
    let mut problem = Problem::new(Level::Error, "E_PARAM", name, name, value, &expected);
    problem.message = format!("不认识查询参数“{name}”");
    Failure::new("unknown-parameter", problem.message.clone()).with(vec![problem])
}

fn check(param: &Param, value: &str) -> Result<(), Failure> {
    let fail = |expected: &str| Err(Failure::parameter(param.name, value, expected));
    match param.holds {
        Holds::Text => Ok(()),
        Holds::Number(least, most) => match value.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            _ => fail(&format!("{least} 到 {most} 的整数")),
        },
        Holds::Day if value.len() == 10 && dates::parse_iso(value).is_some() => Ok(()),
        Holds::Day => fail("日期，如 2020-12-31"),
        Holds::Moment if moment(value).is_some() => Ok(()),
        Holds::Moment => fail("日期或带时区的时刻，如 2020-12-31 或 2020-12-31T08:00:00+08:00"),
        Holds::OneOf(words) if words.contains(&value) => Ok(()),
        Holds::OneOf(words) => fail(&words.join("、")),
    }
}

/// A day (its last microsecond in China) or an instant with offset, as microseconds UTC.
#[must_use]
pub fn moment(text: &str) -> Option<Instant> {
    if text.len() == 10 {
        let next = dates::parse_iso(text)?.next_day()?;
        return clock::start_of(&dates::iso(next)).map(|start| start - 1);
    }
    // A `+` that was not escaped arrives as a blank.
    let at = time::OffsetDateTime::parse(&text.replace(' ', "+"), &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhijian_records::clock::shown;

    #[test]
    fn a_day_ends_at_midnight_in_china() {
        let rows = [
            ("a day", "2020-12-31", Some("2020-12-31T23:59:59+08:00")),
            ("an instant elsewhere", "2020-12-31T16:00:00Z", Some("2021-01-01T00:00:00+08:00")),
            ("a plus sign that became a blank", "2020-12-31T08:00:00 08:00", Some("2020-12-31T08:00:00+08:00")),
            ("no offset, no instant", "2020-12-31T08:00:00", None),
            ("no such day", "2020-02-30", None),
            ("nothing", "", None),
        ];
        for (why, text, expected) in rows {
            assert_eq!(moment(text).map(shown).as_deref(), expected, "{why}");
        }
    }
}
