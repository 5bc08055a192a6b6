//! Inspections and the cases they open.

use super::row;
use crate::Row;
use crate::days::{self, day, iso, plus};
use crate::plan;
use crate::stage::Stage;
use serde_json::json;

/// Inspections of a year at scale 1.
const VISITS: usize = 640;
/// What is found, the article that asks for it and the one that punishes it (职业病防治法).
const FOUND: [(&str, &str, &str); 6] = [
    ("未按规定申报职业病危害项目", "第十六条", "第七十一条"),
    ("未开展定期检测", "第二十六条", "第七十二条"),
    ("未告知检测结果", "第二十四条", "第七十条"),
    ("未组织职业健康检查", "第三十五条", "第七十一条"),
    ("未设置警示标识", "第二十四条", "第七十二条"),
    ("未开展职业卫生培训", "第三十四条", "第七十条"),
];

/// Inspections of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let firms: Vec<usize> =
        (0..stage.firms.len()).filter(|i| stage.firms[*i].open(day(year, 1, 1)) && (stage.firms[*i].hazardous() || i % 9 == 0)).collect();
    let drawn = stage.drawn("inspected", year, firms);
    let mut forgotten = plan::design(year).forgotten;
    let mut rows = Vec::new();
    stage.offences.clear();
    for (n, firm) in drawn.into_iter().take(stage.scaled(VISITS + 20 * usize::try_from(year - plan::FIRST).unwrap_or(0))).enumerate() {
        let f = stage.firms[firm].clone();
        let mut dice = stage.dice("inspection", &format!("{year}/{n}"));
        let Some(on) = stage.reached(days::seasonal(&mut dice, year, &days::OFFICE)) else { continue };
        let number = format!("JC{year}{:05}", n + 1);
        let hazard = f.hazardous();
        let result = match (hazard, dice.real(0.0, 1.0)) {
            (false, _) => "4",
            (_, x) if x < 0.04 => "3",
            (_, x) if x < 0.22 => "2",
            _ => "1",
        };
        let wrong = matches!(result, "2" | "3");
        let found = dice.one(&FOUND.each_ref()[..]);
        let rectify = plus(on, 30);
        let (rechecked, forgot) = if !wrong {
            (None, false)
        } else if forgotten > 0 && result == "2" && rectify < day(year, 12, 1) {
            forgotten -= 1;
            (None, true)
        } else {
            (stage.reached(days::working(plus(on, dice.between(18, 29)))), false)
        };
        let disclosed = stage.reached(days::working(plus(on, dice.between(3, 15)))).filter(|_| !dice.chance(0.006));
        if result == "3" {
            stage.offences.push((number.clone(), firm, on, found.0));
        }
        rows.push(row(json!({
            "inspection_no": number, "inspection_kind": dice.one(&["1", "2", "2", "3"]), "employer_name": f.name, "uscc": f.uscc,
            "risk_class": if f.trade().severe { "1" } else { "3" }, "hazard_present": hazard, "exposed_total": if hazard { f.exposed } else { 0 },
            "inspected_on": iso(on), "officers": ["样甲", "样乙"], "result": result, "findings": wrong.then_some(found.0),
            "ordered_on": wrong.then(|| iso(on)), "rectify_by": wrong.then(|| iso(rectify)), "rechecked_on": rechecked.map(iso),
            "recheck_result": rechecked.map(|_| "pass"), "disclosed_on": disclosed.map(iso),
            "status": match (disclosed, rechecked) { (Some(_), _) => "disclosed", (None, Some(_)) => "rechecked", _ => "concluded" },
            "remark": if forgot { "逾期未复查（合成数据）" } else { "合成数据" },
        })));
    }
    rows
}

/// Cases of a year: those of inspections and some complaints.
pub(crate) fn cases(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut offences =
        std::mem::take(&mut stage.offences).into_iter().map(|(no, firm, on, what)| (Some(no), firm, on, what)).collect::<Vec<_>>();
    let firms = stage.hazardous(day(year, 1, 1));
    for (n, firm) in stage.drawn("complained of", year, firms).into_iter().take(stage.scaled(24)).enumerate() {
        let mut dice = stage.dice("complaint", &format!("{year}/{n}"));
        if let Some(on) = stage.reached(days::seasonal(&mut dice, year, &days::OFFICE)) {
            offences.push((None, firm, on, dice.one(&FOUND.each_ref()[..]).0));
        }
    }
    let mut rows = Vec::new();
    for (n, (inspection, firm, found_on, what)) in offences.into_iter().enumerate() {
        let f = &stage.firms[firm];
        let mut dice = stage.dice("case", &format!("{year}/{n}"));
        let (_, violated, punished) = FOUND.iter().find(|x| x.0 == what).unwrap_or(&FOUND[0]);
        let ordered = plus(found_on, dice.between(0, 3));
        let filed = plus(ordered, dice.between(1, 5));
        let decided = stage.reached(days::working(plus(filed, dice.between(25, 58))));
        let closed = decided.and_then(|d| stage.reached(plus(d, dice.between(8, 20))));
        let fine = matches!(*punished, "第七十一条" | "第七十二条") && dice.chance(0.3);
        rows.push(row(json!({
            "case_no": format!("秦职卫罚〔{year}〕{}号", n + 1), "clue": if inspection.is_some() { "2" } else { "4" }, "inspection_no": inspection,
            "case_procedure": "2", "officers": ["样甲", "样乙"], "employer_name": f.name, "uscc": f.uscc, "found_on": iso(found_on), "facts": what,
            "violated_clause": format!("职业病防治法{violated}"), "penalty_clause": format!("职业病防治法{punished}"), "ordered_on": iso(ordered),
            "correct_by": iso(plus(ordered, 30)), "filed_on": iso(filed), "decided_on": decided.map(iso),
            "penalties": decided.map(|_| if fine { json!(["1", "2"]) } else { json!(["1"]) }), "fine": decided.filter(|_| fine).map(|_| 50_000),
            "served_on": decided.map(|d| iso(plus(d, 3))), "closed_on": closed.map(iso),
            "case_status": if closed.is_some() { "closed" } else if decided.is_some() { "served" } else { "investigating" }, "remark": "合成数据",
        })));
    }
    rows
}
