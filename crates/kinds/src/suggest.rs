//! Hazards that are likely at an employer (危害因素提示): by industry, process and material.
//!
//! `definitions/rules/hazard_suggestions.csv`; a region's own rows replace or add to the shipped ones by id. Materials that the
//! catalogue of hazards itself names are found there. A suggestion is no finding: what is there is decided on the spot.

use crate::{CodeList, text};
use serde::Deserialize;

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// Number.
    pub id: String,
    /// Prefixes of GB/T 4754 codes, `;` between; empty: any industry.
    #[serde(default)]
    pub industry: String,
    /// Words of processes.
    #[serde(default)]
    pub process: String,
    /// Names or CAS numbers of materials.
    #[serde(default)]
    pub material: String,
    /// Code of list HAZARD; empty in a region's row: the shipped row is off.
    #[serde(default)]
    pub hazard: String,
    /// Why.
    #[serde(default)]
    pub why: String,
    /// Where it is said.
    #[serde(default)]
    pub source: String,
    /// `firm`, `secondary`, `unsourced`.
    #[serde(default)]
    pub status: String,
}

/// A hazard with the reasons for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Code of list HAZARD.
    pub hazard: String,
    /// Reasons, the sourced ones first: text, source (empty: none named).
    pub why: Vec<(String, String)>,
}

/// What is known of the employer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// GB/T 4754 code.
    pub industry: &'a str,
    /// Processes in the employer's words.
    pub process: &'a str,
    /// Materials in the employer's words, CAS numbers among them.
    pub material: &'a str,
}

/// Reads a table.
///
/// # Errors
/// What is wrong, with its line.
pub fn parse(text: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(|e| e.to_string())
}

/// The shipped rows with a region's own: same id replaces, an empty hazard takes out, other ids are added.
#[must_use]
pub fn merged(mut shipped: Vec<Row>, own: Vec<Row>) -> Vec<Row> {
    for row in own {
        shipped.retain(|known| known.id != row.id);
        if !row.hazard.is_empty() {
            shipped.push(row);
        }
    }
    shipped
}

/// Hazards that the table and the catalogue of hazards suggest, in order of their codes.
#[must_use]
pub fn suggest(rows: &[Row], hazards: &CodeList, given: Given<'_>) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = Vec::new();
    let mut add = |hazard: &str, why: String, source: String| match found.iter_mut().find(|s| s.hazard == hazard) {
        Some(known) => known.why.push((why, source)),
        None => found.push(Suggestion { hazard: hazard.to_owned(), why: vec![(why, source)] }),
    };
    let process = text::word_key(given.process);
    let material = text::word_key(given.material);
    for row in rows.iter().filter(|row| fits(row, given.industry, &process, &material)) {
        add(&row.hazard, row.why.clone(), row.source.clone());
    }
    for word in text::split_list(given.material).map(str::trim).filter(|word| !word.is_empty()) {
        let by_cas = hazards.codes.iter().find(|code| hazards.of(code, "cas").is_some_and(|cas| !cas.is_empty() && cas == word));
        if let Some(code) = by_cas.or_else(|| hazards.resolve(word, "")) {
            add(&code.code, format!("使用的“{word}”即目录所列“{}”", code.label), hazards.standard.clone());
        }
    }
    for suggestion in &mut found {
        suggestion.why.sort_by_key(|(_, source)| source.is_empty());
    }
    found.sort_by(|a, b| a.hazard.cmp(&b.hazard));
    found
}

fn fits(row: &Row, industry: &str, process: &str, material: &str) -> bool {
    let any = |cell: &str, holds: &dyn Fn(&str) -> bool| cell.is_empty() || cell.split(';').any(holds);
    // A row without any condition says nothing.
    !(row.industry.is_empty() && row.process.is_empty() && row.material.is_empty())
        && any(&row.industry, &|prefix| !industry.is_empty() && industry.starts_with(prefix))
        && any(&row.process, &|word| process.contains(&text::word_key(word)))
        && any(&row.material, &|word| material.contains(&text::word_key(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    fn codes(given: Given<'_>) -> Vec<String> {
        let catalogue = Catalogue::embedded();
        let rows = parse(&catalogue.rules["hazard_suggestions"]).unwrap();
        suggest(&rows, catalogue.list("HAZARD").unwrap(), given).into_iter().map(|s| s.hazard).collect()
    }

    #[test]
    fn rq_119_industry_process_and_material_suggest_hazards() {
        assert_eq!(codes(Given { industry: "3021", ..Given::default() }), ["D007", "P001"], "industry by prefix");
        let welding = codes(Given { industry: "3311", process: "下料、电焊、打磨", ..Given::default() });
        for hazard in ["D011", "D036", "C003", "P001", "P006", "P010"] {
            assert!(welding.contains(&hazard.to_owned()), "{hazard} of welding and grinding");
        }
        assert_eq!(codes(Given { material: "苯、1333-86-4、面粉袋", ..Given::default() }), ["C028", "D004"], "by name and by CAS number");
        assert_eq!(codes(Given { industry: "6510", ..Given::default() }), [""; 0], "software has none");
    }

    #[test]
    fn rq_119_what_no_source_says_is_told_apart() {
        let catalogue = Catalogue::embedded();
        let rows = parse(&catalogue.rules["hazard_suggestions"]).unwrap();
        let all = suggest(&rows, catalogue.list("HAZARD").unwrap(), Given { industry: "3021", process: "", material: "水泥粉尘" });
        let cement = all.iter().find(|s| s.hazard == "D007").unwrap();
        assert!(!cement.why[0].1.is_empty(), "the catalogue's own entry stands first");
        assert!(cement.why[1].1.is_empty(), "professional knowledge has no source");
    }

    #[test]
    fn rows_of_a_region_replace_add_and_take_out() {
        let row = |id: &str, hazard: &str| Row { id: id.into(), industry: "30".into(), hazard: hazard.into(), ..empty() };
        let all = merged(vec![row("A", "D001"), row("B", "D002")], vec![row("A", "D003"), row("B", ""), row("C", "P001")]);
        assert_eq!(all.iter().map(|r| (r.id.as_str(), r.hazard.as_str())).collect::<Vec<_>>(), [("A", "D003"), ("C", "P001")]);
    }

    fn empty() -> Row {
        Row {
            id: String::new(),
            industry: String::new(),
            process: String::new(),
            material: String::new(),
            hazard: String::new(),
            why: String::new(),
            source: String::new(),
            status: String::new(),
        }
    }

    #[test]
    fn every_row_names_codes_that_exist() {
        let catalogue = Catalogue::embedded();
        let (hazards, industries) = (catalogue.list("HAZARD").unwrap(), catalogue.list("INDUSTRY").unwrap());
        for row in parse(&catalogue.rules["hazard_suggestions"]).unwrap() {
            assert!(hazards.codes.iter().any(|c| c.code == row.hazard), "{}: {}", row.id, row.hazard);
            for prefix in row.industry.split(';').filter(|p| !p.is_empty()) {
                assert!(industries.codes.iter().any(|c| c.code.starts_with(prefix)), "{}: {prefix}", row.id);
            }
            assert!(row.source.is_empty() == (row.status == "unsourced"), "{}: source and status", row.id);
        }
    }
}
