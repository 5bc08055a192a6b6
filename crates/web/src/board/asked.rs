//! What a board page is asked for, and the addresses of its neighbours: same question, one thing changed.

use super::Refusal;
use super::figures::When;
use crate::links;
use crate::posted;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use time::Date;
use zhijian_kinds::dates;
use zhijian_lake::{Dimension, UnitFilter, Which};

/// The query of a board page. Empty texts mean "not asked".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    pairs: Vec<(String, String)>,
}

/// Parameters that stay when the page changes its subject.
const LASTING: [&str; 4] = ["year", "as_of", "known_at", "region"];
/// Parameters that narrow a list of units.
const NARROWING: [&str; 6] = ["q", "town", "industry", "size", "hazard", "month"];
/// Rows of a list on one page.
pub const PAGE: u64 = 50;

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(parts.uri.query().unwrap_or_default()))
    }
}

impl Asked {
    /// Reads a query.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut pairs = posted::pairs(query.as_bytes());
        pairs.retain(|(_, value)| !value.is_empty());
        Self { pairs }
    }

    /// A query that is given as pairs.
    #[must_use]
    pub fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self { pairs: pairs.filter(|(_, value)| !value.is_empty()).collect() }
    }

    /// A parameter, empty when it was not given.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// The time asked for; `year` when none was.
    ///
    /// # Errors
    /// A year or day that is none.
    pub fn when(&self, year: i32) -> Result<When, Refusal> {
        let year = match self.text("year") {
            "" => year,
            text => text.parse().ok().filter(|y| (2000..=2100).contains(y)).ok_or(Refusal::BadRequest("年度应为 2000 到 2100 的整数"))?,
        };
        let known_at = match self.text("known_at") {
            "" => None,
            text => Some(crate::api::moment(text).ok_or(Refusal::BadRequest("入库时点应为日期，如 2020-12-31"))?),
        };
        Ok(When { year, as_of: self.day("as_of")?, known_at })
    }

    fn day(&self, name: &str) -> Result<Option<Date>, Refusal> {
        match self.text(name) {
            "" => Ok(None),
            text => dates::parse_iso(text).map(Some).ok_or(Refusal::BadRequest("截止日应为日期，如 2020-09-30")),
        }
    }

    /// The dimension asked for, of those that there are; else the first.
    pub fn by(&self, mut there: impl Iterator<Item = Dimension>) -> Option<Dimension> {
        let wanted = Dimension::named(self.text("by"));
        let first = there.next()?;
        Some(wanted.filter(|w| *w == first || there.any(|d| d == *w)).unwrap_or(first))
    }

    /// The list asked for.
    #[must_use]
    pub fn which(&self) -> Which {
        Which::named(self.text("which")).unwrap_or(Which::Missing)
    }

    /// How the list is narrowed.
    #[must_use]
    pub fn filter(&self) -> UnitFilter {
        let text = |name: &str| self.text(name).to_owned();
        UnitFilter {
            text: text("q"),
            region: String::new(),
            town: text("town"),
            industry: text("industry"),
            size: text("size"),
            hazard: text("hazard"),
            month: text("month"),
        }
    }

    /// Parameters that narrow the list now.
    pub fn narrowed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().filter(|(n, _)| NARROWING.contains(&n.as_str())).map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// Page of the list, from 1.
    #[must_use]
    pub fn page(&self) -> u64 {
        self.text("page").parse().ok().filter(|p| *p >= 1).unwrap_or(1)
    }

    /// The same question elsewhere: only year, time and region stay.
    #[must_use]
    pub fn elsewhere(&self, path: &str, changes: &[(&str, &str)]) -> String {
        self.address(path, |name| LASTING.contains(&name), changes)
    }

    /// The same page with other values; an empty value takes a parameter away.
    #[must_use]
    pub fn here(&self, path: &str, changes: &[(&str, &str)]) -> String {
        self.address(path, |_| true, changes)
    }

    fn address(&self, path: &str, keep: impl Fn(&str) -> bool, changes: &[(&str, &str)]) -> String {
        let kept = self.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        let kept = kept.filter(|(name, _)| keep(name) && changes.iter().all(|(changed, _)| changed != name));
        let all: Vec<(&str, &str)> = kept.chain(changes.iter().copied().filter(|(_, v)| !v.is_empty())).collect();
        format!("{path}{}", links::query(&all))
    }

    /// Hidden fields that carry the question through a form, but for the named ones.
    pub fn carried(&self, without: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().filter(move |(n, _)| !without.contains(&n.as_str())).map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        Asked { pairs: posted::pairs(query.as_bytes()) }
    }

    #[test]
    fn neighbours_keep_the_question() {
        let asked = asked("year=2020&region=130302&by=size&which=missing&page=3");
        assert_eq!(asked.here("/x", &[("page", "4")]), "/x?year=2020&region=130302&by=size&which=missing&page=4");
        assert_eq!(asked.here("/x", &[("page", ""), ("which", "numerator")]), "/x?year=2020&region=130302&by=size&which=numerator");
        assert_eq!(asked.elsewhere("/y", &[("region", "")]), "/y?year=2020");
    }

    #[test]
    fn wrong_times_are_refused() {
        assert!(asked("year=20").when(2020).is_err());
        assert!(asked("as_of=2020-02-30").when(2020).is_err());
        assert_eq!(asked("").when(2020).map(|w| w.year), Ok(2020));
    }

    #[test]
    fn a_dimension_that_is_not_there_gives_the_first() {
        let there = || [Dimension::Region, Dimension::Size].into_iter();
        assert_eq!(asked("by=size").by(there()), Some(Dimension::Size));
        assert_eq!(asked("by=month").by(there()), Some(Dimension::Region));
        assert_eq!(asked("").by(std::iter::empty()), None);
    }
}
