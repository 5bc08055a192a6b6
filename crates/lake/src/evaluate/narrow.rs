//! Some industries or sizes of employers only.

use super::literal::text;

/// What a question is narrowed to. Empty parts do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Beginnings of industry codes (digits), one of which fits.
    pub industries: Vec<String>,
    /// Size of the employer.
    pub size: String,
}

impl Narrow {
    /// Does it narrow at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.industries.is_empty() && self.size.is_empty()
    }

    /// A condition over the columns `industry` and `size` with its ` AND `, or nothing.
    pub(super) fn condition(&self) -> String {
        let mut sql = String::new();
        if !self.industries.is_empty() {
            let starts: Vec<String> = self.industries.iter().map(|prefix| one(prefix)).collect();
            sql.push_str(&format!(" AND ({})", starts.join(" OR ")));
        }
        if !self.size.is_empty() {
            sql.push_str(&format!(" AND size = {}", text(&self.size)));
        }
        sql
    }
}

fn one(prefix: &str) -> String {
    let plain = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { format!("industry LIKE {}", text(&format!("{prefix}%"))) } else { "FALSE".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_narrowed_by_plain_codes_only() {
        let narrow = |industries: &[&str], size: &str| Narrow {
            industries: industries.iter().map(|i| (*i).to_owned()).collect(),
            size: size.to_owned(),
        };
        let rows = [
            ("nothing asked", narrow(&[], ""), ""),
            ("two divisions", narrow(&["06", "07"], ""), " AND (industry LIKE '06%' OR industry LIKE '07%')"),
            ("a size", narrow(&[], "3"), " AND size = '3'"),
            ("no wildcard slips in", narrow(&["%"], ""), " AND (FALSE)"),
            ("a quote cannot end the text", narrow(&[], "'"), " AND size = ''''"),
        ];
        for (why, narrow, expected) in rows {
            assert_eq!(narrow.condition(), expected, "{why}");
        }
    }
}
