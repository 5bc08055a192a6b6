//! Exam cards of about 1.2 KB with 40 item results, as a workbook would deliver them.

use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_records::bulk::BulkRow;

/// Employers that the cards refer to.
pub const EMPLOYERS: usize = 1_000;

/// A valid synthetic credit code.
pub fn uscc(n: usize) -> String {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("91130302TE5T{n:05}");
    ALPHABET
        .iter()
        .map(|c| format!("{body}{}", *c as char))
        .find(|code| zhijian_kinds::ident::uscc(code).is_ok())
        .expect("one of 31 check characters fits")
}

/// A valid synthetic identity number (sequence 996–999 is never issued with a modern birth date) for each `n` below 4·10⁶.
pub fn id_no(n: usize) -> String {
    let day = 1 + n % 28;
    let month = 1 + n / 28 % 12;
    let year = 1965 + n / 336 % 40;
    let sequence = 996 + n / 13_440 % 4;
    let county = ["130302", "130303", "130304", "130306", "130321", "130322", "130324"][n / 53_760 % 7];
    let body = format!("{county}{year}{month:02}{day:02}{sequence}");
    "0123456789X"
        .chars()
        .map(|c| format!("{body}{c}"))
        .find(|id| zhijian_kinds::ident::id_no(id, "2026-01-01").is_ok())
        .expect("one of 11 check characters fits")
}

/// The employers' rows.
pub fn employers() -> Vec<BulkRow> {
    (0..EMPLOYERS)
        .map(|n| {
            let cells = [
                ("name", format!("试例第{n}厂")),
                ("uscc", uscc(n)),
                ("county", "海港区".into()),
                ("industry_code", "3021".into()),
                ("staff_total", "120".into()),
                ("exposed_total", "40".into()),
                ("updated_on", "2020-01-01".into()),
            ];
            row(n, cells.into_iter().map(|(k, v)| (Place::Field(k.into()), Cell::Text(v))).collect())
        })
        .collect()
}

fn row(n: usize, cells: Vec<(Place, Cell)>) -> BulkRow {
    BulkRow { row: u32::try_from(n + 2).unwrap_or(u32::MAX), draft: Draft { cells } }
}

/// Card number `n`.
pub fn card(n: usize, items: &[String]) -> BulkRow {
    let text = |t: &str| Cell::Text(t.to_owned());
    let mut cells = vec![
        (Place::Field("card_no".into()), Cell::Text(format!("QT{n:010}"))),
        (Place::Field("institution".into()), text("试例职业健康检查中心")),
        (Place::Field("person_name".into()), Cell::Text(format!("测{}", n % 997))),
        (Place::Field("id_no".into()), Cell::Text(id_no(n))),
        (Place::Field("employer_name".into()), Cell::Text(format!("试例第{}厂", n % EMPLOYERS))),
        (Place::Field("uscc".into()), Cell::Text(uscc(n % EMPLOYERS))),
        (Place::Field("post".into()), text("打磨工")),
        (Place::Field("hazards".into()), text("噪声；矽尘")),
        (Place::Field("exam_type".into()), text("在岗期间")),
        (Place::Field("examined_on".into()), Cell::Text(format!("2020-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28))),
        (Place::Field("conclusion".into()), text("目前未见异常")),
    ];
    // Every tenth card is reported and not handed in: an open duty.
    if n.is_multiple_of(10) {
        cells.push((Place::Field("report_issued_on".into()), text("2020-12-31")));
    }
    for (i, item) in items.iter().enumerate() {
        cells.push((Place::Pivot { group: "items".into(), key: item.clone() }, Cell::Text(((n + i * 7) % 97 + 1).to_string())));
    }
    row(n, cells)
}

/// Item codes: all of the card's list, repeated groups of them up to 40.
pub fn items(catalogue: &Catalogue) -> Vec<String> {
    let codes: Vec<String> = catalogue.list("EXAM_ITEM").map(|l| l.codes.iter().map(|c| c.code.clone()).collect()).unwrap_or_default();
    codes.iter().cycle().take(40).cloned().collect()
}

/// The stored form of a card for the raw load: what the document table would hold.
pub fn raw(n: usize, items: &[String]) -> Value {
    let results: Vec<Value> = items.iter().enumerate().map(|(i, item)| json!({"item": item, "value": (n + i * 7) % 97 + 1})).collect();
    json!({"card_no": format!("QT{n:010}"), "institution": "试例职业健康检查中心", "employer_name": format!("试例第{}厂", n % EMPLOYERS), "uscc": uscc(n % EMPLOYERS), "post": "打磨工", "hazards": ["P001", "D001"],
        "exam_type": "2", "examined_on": format!("2020-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28), "conclusion": "1", "items": results})
}
