//! Every data table of the calculators says where it comes from and how well it is confirmed.

use std::{error::Error, fs, path::Path};

use zhijian_calc::tables::FILES;

#[test]
fn every_row_has_an_edition_and_a_status() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions/rules/calc");
    let mut seen = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        seen += 1;
        let embedded = FILES.iter().find(|(known, _)| name == format!("{known}.csv"));
        assert_eq!(embedded.map(|(_, text)| *text), Some(&*fs::read_to_string(&path)?), "{name} is embedded");
        let mut table = csv::Reader::from_path(&path)?;
        let place =
            |wanted: &str, headers: &csv::StringRecord| headers.iter().position(|header| header == wanted);
        let headers = table.headers()?.clone();
        let status = place("status", &headers).ok_or_else(|| format!("{name} has no status"))?;
        // the mapping of catalogue names has the edition of the rows it leads to
        let edition = place("edition", &headers);
        assert!(edition.is_some() || name == "factor_limits.csv", "{name} has no edition");
        for (line, row) in table.records().enumerate() {
            let row = row?;
            let word = row.get(status).unwrap_or_default();
            assert!(["firm", "print", "verify"].contains(&word), "{name} row {}: status `{word}`", line + 1);
            assert!(
                edition.is_none_or(|edition| row.get(edition).is_some_and(|e| !e.is_empty())),
                "{name} row {}",
                line + 1
            );
        }
    }
    assert_eq!(seen, FILES.len(), "every embedded table is a file of the folder");
    Ok(())
}
