//! Construction projects and the three reviews of their protective facilities.

use super::{round, row};
use crate::Row;
use crate::days::{self, day, iso, plus};
use crate::stage::Stage;
use serde_json::json;

/// Projects that start in a year at scale 1.
const STARTED: usize = 62;

/// Projects of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let firms: Vec<usize> = stage.hazardous(day(year, 1, 1)).into_iter().filter(|i| stage.firms[*i].staff >= 20).collect();
    let drawn = stage.drawn("building", year, firms);
    let mut rows = Vec::new();
    for (n, firm) in drawn.into_iter().take(stage.scaled(STARTED)).enumerate() {
        let f = &stage.firms[firm];
        let mut dice = stage.dice("project", &format!("{year}/{n}"));
        let started = days::seasonal(&mut dice, year, &days::OFFICE);
        // Fewer begin before their reviews, year by year.
        let early = dice.chance(0.14 - 0.02 * f64::from(year - crate::plan::FIRST).min(5.0));
        let pre = plus(started, if early { dice.between(5, 40) } else { -dice.between(60, 140) });
        let design = plus(started, -dice.between(8, 40)).max(pre);
        if stage.reached(started).is_none() {
            continue;
        }
        let control = stage.reached(plus(started, dice.between(120, 260)));
        let accepted = control.and_then(|d| stage.reached(plus(d, dice.between(5, 20))));
        let production = accepted.and_then(|d| stage.reached(plus(d, dice.between(2, 30))));
        let reported = accepted.and_then(|d| stage.reached(plus(d, dice.between(4, 18))));
        let invest = dice.real(300.0, 30_000.0);
        let severe = f.trade().severe;
        let agency = stage.agency(f, started);
        let review = |on: Option<time::Date>| {
            on.map(|d| json!({"org": agency, "report_date": iso(plus(d, -12)), "review_date": iso(d), "experts": ["样专甲", "样专乙", "样专丙"], "external_experts": 2}))
        };
        rows.push(row(json!({
            "project_name": format!("{}{}万吨测试项目{year}-{n}期", dice.one(&["新建", "年产", "技改"]), dice.between(1, 60)), "employer_name": f.name, "uscc": f.uscc,
            "industry": f.industry, "project_type": dice.one(&["1", "2", "3", "4"]), "risk_class": if severe { "1" } else { "3" },
            "invest": round(invest, 1), "oh_invest": round(invest * dice.real(0.01, 0.05), 1), "started_on": iso(started), "production_on": production.map(iso),
            "pre_eval": review(stage.reached(pre)), "design": review(stage.reached(design)), "control_eval": review(control),
            "plan_filed_on": accepted.map(|d| iso(plus(d, -24))), "planned_on": accepted.map(iso), "accepted_on": accepted.map(iso),
            "acceptance_passed": accepted.map(|_| true), "report_filed_on": reported.filter(|_| severe).map(iso),
            "status": if accepted.is_some() { "accepted" } else if control.is_some() { "control_eval" } else { "construction" }, "remark": "合成数据",
        })));
    }
    rows
}
