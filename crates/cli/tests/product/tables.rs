//! What comes out: exports that can be read again, templates, marked workbooks.

use crate::Outcome;
use crate::home::{Home, pack};
use crate::main_job::counts;

#[test]
fn an_export_read_again_is_the_same_thing() -> Outcome {
    let home = Home::new()?;
    let (register, stations) = (pack().join("用人单位名录.xlsx"), pack().join("康复站名录.xlsx"));
    home.import(&[&register, &stations])?;
    for (kind, format, rows) in [("employer", "xlsx", 3000), ("employer", "csv", 3000), ("station", "xlsx", 7)] {
        let file = home.path().join(format!("{kind}.{format}"));
        let path = file.to_str().ok_or("path")?;
        let output = home.run(&["export", kind, "--format", format, "--output", path, "--purpose", "往返测试"])?;
        assert!(output.status.success(), "{}", crate::home::words(&output));
        let report = home.import(&[&file])?;
        let sheets = counts(&report);
        let got = sheets.values().next().copied().ok_or("no sheet was recognised")?;
        assert_eq!(got, [rows, 0, 0, rows], "{kind} as {format}: every row is known already");
    }
    Ok(())
}

#[test]
fn every_kind_has_a_template_that_the_importer_recognises() -> Outcome {
    let home = Home::new()?;
    for kind in zhijian_kinds::Catalogue::embedded().kinds.keys() {
        let file = home.path().join(format!("{kind}.xlsx"));
        let output = home.run(&["template", kind, "--output", file.to_str().ok_or("path")?])?;
        assert!(output.status.success(), "{kind}: {}", crate::home::words(&output));
        let report = home.import(&[&file])?;
        let sheets = &report["files"][0]["sheets"];
        assert!(sheets.as_array().into_iter().flatten().any(|s| s["kind"] == **kind), "{kind}: {sheets}");
        assert_eq!(report["totals"]["rows_read"], 0, "{kind}: the example row is no data");
    }
    Ok(())
}

#[test]
fn the_sender_gets_the_workbook_back_with_marks() -> Outcome {
    let home = Home::new()?;
    let register = pack().join("用人单位名录.xlsx");
    let folder = home.path().join("marked");
    let report =
        home.json(&["import", "--format", "json", "--marked", folder.to_str().ok_or("path")?, register.to_str().ok_or("path")?])?;
    let finding = report["files"][0]["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|f| f["class"] == "E_CODE")
        .ok_or("a wrong credit code")?
        .clone();
    for key in ["file", "sheet", "row", "column", "class", "found", "expected", "message"] {
        assert!(!finding[key].is_null(), "{key} of {finding}");
    }
    let marked = folder.join("用人单位名录_标注.xlsx");
    let again = home.import(&[&marked])?;
    let sheets = counts(&again);
    let got = sheets.values().next().copied().ok_or("the marked workbook is recognised")?;
    assert_eq!(got[0], 3106, "every row is still there");
    assert_eq!(got[2], 55, "and still wrong where it was wrong");
    Ok(())
}
