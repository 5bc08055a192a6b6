//! Numbers of documents: fixed text, area, year and a counter.

/// How a document is numbered. The counter runs without gaps for each value of everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbering {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Six digits of the record's region.
    Area,
    /// Year of the day of issue.
    Year,
    /// Credit code of the issuing organisation, or the area when it has none.
    Unit,
    /// The counter, with leading zeros.
    Seq(usize),
}

/// What a number is made from besides the counter.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Region of the record, six digits.
    pub area: &'a str,
    /// Credit code of the issuing organisation, or empty.
    pub unit: &'a str,
    /// Day of issue, ISO.
    pub day: &'a str,
}

impl Numbering {
    /// Reads `{area}{year}{seq:5}`.
    ///
    /// # Errors
    /// An unknown part, or not exactly one counter.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let close = rest[open..].find('}').ok_or_else(|| format!("“{pattern}”中的 {{ 没有配对"))? + open;
            parts.push(match &rest[open + 1..close] {
                "area" => Part::Area,
                "year" => Part::Year,
                "unit" => Part::Unit,
                other => match other.strip_prefix("seq:").and_then(|n| n.parse().ok()).filter(|n| (1..=12).contains(n)) {
                    Some(width) => Part::Seq(width),
                    None => return Err(format!("“{{{other}}}”应为 area、year、unit 或 seq:位数（1–12）")),
                },
            });
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        match parts.iter().filter(|p| matches!(p, Part::Seq(_))).count() {
            1 => Ok(Self { parts }),
            n => Err(format!("“{pattern}”应有一个 {{seq:位数}}，现有 {n} 个")),
        }
    }

    /// The series within which the counter runs: the number with `#` for the counter.
    #[must_use]
    pub fn series(&self, place: Place<'_>) -> String {
        self.written(place, None)
    }

    /// The number with this counter.
    #[must_use]
    pub fn number(&self, place: Place<'_>, seq: u64) -> String {
        self.written(place, Some(seq))
    }

    fn written(&self, place: Place<'_>, seq: Option<u64>) -> String {
        self.parts
            .iter()
            .map(|part| match (part, seq) {
                (Part::Text(text), _) => text.clone(),
                (Part::Area, _) => place.area.to_owned(),
                (Part::Year, _) => place.day.get(..4).unwrap_or_default().to_owned(),
                (Part::Unit, _) => if place.unit.is_empty() { place.area } else { place.unit }.to_owned(),
                (Part::Seq(width), Some(seq)) => format!("{seq:0width$}"),
                (Part::Seq(_), None) => "#".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Numbering, Place};

    const HERE: Place<'_> = Place { area: "130302", unit: "", day: "2026-11-27" };

    #[test]
    fn rq_018_receipts_are_numbered_by_area_year_and_counter() {
        let numbering = Numbering::parse("{area}{year}{seq:5}").unwrap();
        assert_eq!(numbering.number(HERE, 7), "130302202600007");
        assert_eq!(numbering.series(HERE), "1303022026#");
        assert_eq!(numbering.number(HERE, 123_456), "1303022026123456", "a series that outgrows its width goes on");
    }

    #[test]
    fn patterns_that_cannot_number_are_refused() {
        for (why, pattern) in
            [("no counter", "{area}"), ("two counters", "{seq:2}{seq:2}"), ("unknown part", "{day}{seq:2}"), ("open", "{seq:2")]
        {
            assert!(Numbering::parse(pattern).is_err(), "{why}");
        }
    }
}
