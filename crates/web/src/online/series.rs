//! Stretches of a series for charts: which there are, and how they are cut into pieces.

use crate::error::PageError;
use crate::posted;

/// A span of the chart: code, title, hours.
pub(super) type Span = (&'static str, &'static str, i64);

/// Spans to choose from.
pub(super) const SPANS: [Span; 6] = [
    ("1h", "1 小时", 1),
    ("8h", "8 小时", 8),
    ("24h", "24 小时", 24),
    ("7d", "7 天", 7 * 24),
    ("30d", "30 天", 30 * 24),
    ("1y", "一年", 365 * 24),
];

/// Pieces of a chart at most, about.
const PIECES: i64 = 1500;
const HOUR_MS: i64 = 3_600_000;
/// From here on pieces are whole hours, which are summed up already.
const LONG: i64 = 30 * 24;
/// A device's clock may be ahead by this (see the quarantine); the chart goes so far.
const AHEAD_MS: i64 = 600_000;

/// The span that the address names.
///
/// # Errors
/// An unknown parameter or span.
pub(super) fn span(query: &str) -> Result<&'static Span, PageError> {
    let mut wanted = "24h".to_owned();
    for (name, value) in posted::pairs(query.as_bytes()) {
        match name.as_str() {
            "span" => wanted = value,
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    SPANS.iter().find(|(code, ..)| *code == wanted).ok_or_else(|| {
        let codes: Vec<&str> = SPANS.iter().map(|(code, ..)| *code).collect();
        PageError::BadRequest(format!("时段“{wanted}”应为 {}", codes.join("、")))
    })
}

/// A stretch in pieces, Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub from: i64,
    pub to: i64,
    pub width: i64,
}

/// The last `hours` before `now_ms` in pieces.
pub(super) fn cut(now_ms: i64, hours: i64) -> Cut {
    let (from, to) = (now_ms - hours * HOUR_MS, now_ms + AHEAD_MS);
    if hours < LONG {
        return Cut { from, to, width: ((to - from) / PIECES).max(1000) };
    }
    let whole = (hours + PIECES - 1) / PIECES;
    Cut { from: from.div_euclid(HOUR_MS) * HOUR_MS, to, width: whole * HOUR_MS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_stretches_are_cut_at_whole_hours_and_none_has_many_pieces() {
        let now = 1_772_700_123_456;
        for (code, _, hours) in SPANS {
            let Cut { from, to, width } = cut(now, hours);
            assert!(from <= now - hours * HOUR_MS && to > now, "{code} is whole");
            assert!((to - from) / width <= PIECES + 1, "{code}: {width}");
            assert_eq!(hours >= LONG, from % HOUR_MS == 0 && width % HOUR_MS == 0, "{code}");
        }
        assert_eq!(cut(now, 365 * 24).width, 6 * HOUR_MS);
    }
}
