//! Workplace measurements: the yearly surveillance of key industries and the periodic tests that employers order.

use super::{round, row};
use crate::Row;
use crate::days::{self, day, iso, plus};
use crate::dice::Dice;
use crate::limits::sampling;
use crate::plan;
use crate::stage::{Report, Stage};
use crate::trades::{self, Post};
use serde_json::json;
use std::collections::BTreeMap;
use time::Date;

/// Employers that the surveillance visits in a year.
const VISITED: usize = 560;
/// The agency's samples from here on are reported as passing though they fail, now and then.
const BAD_FROM: (i32, u8) = (2023, 7);
/// Months in which heat is measured.
const SUMMER: [f64; 12] = [0.0, 0.0, 0.0, 0.0, 0.0, 0.6, 1.6, 1.4, 0.1, 0.0, 0.0, 0.0];

/// A post and factor of a firm in a year, with how bad it is there (0..1).
struct Place {
    firm: usize,
    post: Post,
    badness: f64,
}

/// Surveillance (监测类型 4): posts × factors pass in the share that the plan's figure is designed to have.
pub(crate) fn surveillance(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let share = plan::design(year).passing;
    let mut places = Vec::new();
    for firm in visited(stage, year) {
        for post in stage.firms[firm].posts().into_iter().take(5) {
            places.push(Place { firm, post, badness: badness(stage, year, firm, post) });
        }
    }
    places.sort_by(|a, b| a.badness.total_cmp(&b.badness));
    let passing = plan::rounded(share, places.len());
    let mut rows = Vec::new();
    for (rank, place) in places.iter().enumerate() {
        let firm = &stage.firms[place.firm];
        let key = format!("{year}/{}/{}/{}", firm.uscc, place.post.1, place.post.2);
        let mut dice = stage.dice("surveillance", &key);
        let ratio = if rank < passing {
            let near = (rank + 1) as f64 / passing.max(1) as f64;
            0.04 + 0.92 * near.powf(2.4) * dice.real(0.7, 1.0)
        } else {
            let beyond = (rank - passing) as f64 / (places.len() - passing).max(1) as f64;
            1.06 + 1.5 * beyond * beyond + if beyond > 0.99 { dice.real(1.0, 4.0) } else { 0.0 }
        };
        let visit = visit_day(stage, year, place.firm, place.post.2, "4");
        let samples = if rank % 4 == 0 { 2 } else { 1 };
        for n in 0..samples {
            let ratio = if n == 0 { ratio } else { ratio.min(0.95) * dice.real(0.6, 1.0) };
            rows.extend(sample(stage, &mut dice, place, ratio, visit, ("4", n, &format!("ZX{year}-{:05}", place.firm))));
        }
    }
    rows
}

/// Firms of the year: most again and again, the rest anew.
fn visited(stage: &Stage<'_>, year: i32) -> Vec<usize> {
    let firms: Vec<usize> = stage
        .hazardous(day(year, 1, 1))
        .into_iter()
        .filter(|i| trades::industrial(&stage.firms[*i].industry) && stage.firms[*i].exposed >= 3)
        .collect();
    let wanted = stage.scaled_down(VISITED).max(120);
    let mut panel = stage.drawn("panel", 0, firms.clone());
    panel.truncate(wanted * 6 / 10);
    let rest = stage.drawn("visited", year, firms);
    for firm in rest {
        if panel.len() >= wanted {
            break;
        }
        if !panel.contains(&firm) {
            panel.push(firm);
        }
    }
    panel.sort_unstable();
    panel
}

/// Bad places stay bad: repeated failures and slow trends come out of that.
fn badness(stage: &Stage<'_>, year: i32, firm: usize, post: Post) -> f64 {
    let firm = &stage.firms[firm];
    let key = format!("{}/{}/{}", firm.uscc, post.1, post.2);
    let lasting = stage.unit("bad place", &key);
    let worsening = if stage.unit("worsening", &key) < 0.03 { 0.1 * f64::from(year - plan::FIRST) } else { 0.0 };
    let county = match firm.county.as_str() {
        "130303" => 0.06,
        "130324" => -0.05,
        _ => 0.0,
    };
    0.7 * lasting + 0.3 * stage.unit("bad year", &format!("{year}/{key}")) + worsening + county
}

/// A firm is sampled on one day a year; its heat in summer.
fn visit_day(stage: &Stage<'_>, year: i32, firm: usize, factor: &str, mon_type: &str) -> Date {
    let months = if factor == "P002" { &SUMMER } else { &days::FIELD };
    let season = if factor == "P002" { "heat" } else { "visit" };
    let mut dice = stage.dice(season, &format!("{year}/{mon_type}/{}", stage.firms[firm].uscc));
    days::seasonal(&mut dice, year, months)
}

/// One sample, unless the history has not got that far or the tables give no limit.
fn sample(
    stage: &mut Stage<'_>,
    dice: &mut Dice,
    place: &Place,
    ratio: f64,
    on: Date,
    (mon_type, n, report): (&str, usize, &str),
) -> Option<Row> {
    let on = stage.reached(on)?;
    let factor = place.post.2;
    let limit = stage.limits.of(factor, on)?;
    let how = sampling(factor);
    let result = match how.sample_type {
        "5" if ratio <= 1.0 => round(70.0 + 14.8 * ratio, 1),
        "5" => round((85.3 + 5.0 * (ratio - 1.0)).min(104.0), 1),
        "6" if ratio <= 1.0 => round(limit - 4.5 + 4.3 * ratio, 1),
        "6" => round((limit + 0.3 + 2.0 * (ratio - 1.0)).min(limit + 6.0), 1),
        _ => round((limit * ratio).max(0.001), 3),
    };
    let firm = &stage.firms[place.firm];
    let agency = stage.agency(firm, on);
    let issued = stage.reached(days::working(plus(on, dice.between(8, 20) + stage.delay(&firm.county, dice))));
    let published = issued.and_then(|d| stage.reached(plus(d, 8)));
    let submitted = issued.and_then(|d| stage.reached(plus(d, dice.between(3, 15) + stage.delay(&firm.county, dice) / 2)));
    let bad = agency == stage.bad_agency() && (on.year(), on.month() as u8) >= BAD_FROM && ratio > 1.0 && dice.chance(0.35);
    let archived = issued.is_some_and(|d| stage.done(d, 27)) && (stage.done(on, 200) || dice.chance(0.9));
    Some(row(json!({
        "employer_name": firm.name, "uscc": firm.uscc, "mon_type": mon_type, "agency": agency, "workshop": place.post.0, "post": place.post.1,
        "point": format!("{}#", n + 1), "headcount": (firm.exposed / 4).max(1), "factor": factor, "dust_kind": how.dust, "sampling_mode": "fixed",
        "sample_type": how.sample_type, "sample_no": format!("{report}-{}{factor}-{}", post_no(place), n + 1), "sampled_on": iso(on),
        "sample_hours": 8, "shift_hours": 8, "week_days": 5, "result": result, "unit": how.unit, "sio2_pct": how.sio2,
        "labour_class": how.heat.map(|h| h.0), "contact_share": how.heat.map(|h| h.1),
        "normal_production": true, "control_running": !dice.chance(0.06), "ppe_worn": !dice.chance(0.1),
        "reported_judge": if ratio <= 1.0 || bad { "pass" } else { "fail" },
        "report_no": report, "report_issued_on": issued.map(iso), "published_on": published.map(iso), "submitted_on": submitted.map(iso),
        "status": match (issued, submitted) {
            (Some(_), Some(_)) if archived => "archived",
            (Some(_), Some(_)) => "submitted",
            (Some(_), None) => "issued",
            _ => "analysed",
        },
        "remark": "合成数据",
    })))
}

/// Number of the post in its trade.
fn post_no(place: &Place) -> String {
    crate::dice::hash(0, place.post.0, place.post.1).to_string().chars().take(3).collect()
}

/// Periodic tests (监测类型 2, 3): every third year, yearly where the hazard is severe; some employers leave it.
pub(crate) fn periodic(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    stage.reports.clear();
    let mut rows = Vec::new();
    for firm in stage.hazardous(day(year, 1, 1)) {
        let f = &stage.firms[firm];
        let severe = f.trade().severe && (f.exposed >= 20 || f.entered_on.is_some());
        let turn = u64::from(year.unsigned_abs()) % 3 == crate::dice::hash(stage.seed, "phase", &f.uscc) % 3;
        let due = severe || turn;
        // Every third year the severe ones have their state evaluated (现状评价) instead.
        let mon_type = if severe && turn { "3" } else { "2" };
        if f.exposed == 0 || !due || stage.unit("tests", &f.uscc) > 0.88 || stage.unit("sampled", &f.uscc) > stage.scale {
            continue;
        }
        let uscc = f.uscc.clone();
        let number = format!("YS{year}-{firm:05}");
        let mut report: Option<Report> = None;
        let posts: Vec<Post> = f.posts().into_iter().take(3).collect();
        // All of a firm's posts are sampled on one day: in summer where heat is among them.
        let season = if posts.iter().any(|post| post.2 == "P002") { "P002" } else { "" };
        for post in posts {
            let mut dice = stage.dice("periodic", &format!("{year}/{uscc}/{}/{}", post.1, post.2));
            let place = Place { firm, post, badness: badness(stage, year, firm, post) };
            let limit = 0.78 + 0.03 * f64::from(year - plan::FIRST);
            let over = place.badness > limit;
            let ratio = if over { 1.06 + 2.0 * (place.badness - limit) } else { 0.04 + 0.92 * (place.badness / limit).powf(2.4) };
            let on = visit_day(stage, year, firm, season, "2");
            let Some(sample) = sample(stage, &mut dice, &place, ratio, on, (mon_type, 0, &number)) else { continue };
            if let Some(issued_on) = sample.get("report_issued_on").and_then(|d| d.as_str()).and_then(zhijian_kinds::dates::parse_iso) {
                let agency = sample.get("agency").and_then(|a| a.as_str()).unwrap_or_default().to_owned();
                let report = report.get_or_insert_with(|| Report {
                    number: number.clone(),
                    agency,
                    firm,
                    sampled_on: on,
                    issued_on,
                    factors: BTreeMap::new(),
                });
                report.issued_on = report.issued_on.max(issued_on);
                let tally = report.factors.entry(post.2).or_default();
                tally.0 += 1;
                tally.1 += i64::from(over);
            }
            rows.push(sample);
        }
        stage.reports.extend(report);
    }
    rows
}

/// Cards about the periodic tests (技术服务信息报送卡).
pub(crate) fn reports(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let bad = stage.bad_agency();
    let reports = std::mem::take(&mut stage.reports);
    let mut rows = Vec::new();
    for report in reports {
        let firm = &stage.firms[report.firm];
        let mut dice = stage.dice("card", &report.number);
        let returned = report.agency == bad && year >= BAD_FROM.0 && !stage.done(report.issued_on, 60) && dice.chance(0.3);
        let submitted = stage.reached(plus(report.issued_on, dice.between(3, 18) + stage.delay(&firm.county, &mut dice)));
        let sums = report.factors.values().fold((0, 0), |sum, t| (sum.0 + t.0, sum.1 + t.1));
        let by_factor: Vec<_> = report.factors.iter().map(|(f, t)| json!({"hazard": f, "tested": t.0, "over": t.1})).collect();
        rows.push(row(json!({
            "agency": report.agency, "report_no": report.number, "employer_name": firm.name, "uscc": firm.uscc, "service_type": "1",
            "surveyors": ["样项甲", "样采乙"], "surveyed_from": iso(plus(report.sampled_on, -3)), "samplers": ["样采乙", "样采丙"],
            "sampled_from": iso(report.sampled_on), "sampled_to": iso(report.sampled_on), "report_on": iso(report.issued_on),
            "points_tested": sums.0, "points_over": sums.1, "by_factor": by_factor, "fee": 3_000 + 600 * sums.0,
            "submitted_on": submitted.filter(|_| !returned).map(iso), "return_reason": returned.then_some("检测点数与报告不一致"),
            "status": if returned { "returned" } else if submitted.is_some() { "submitted" } else { "draft" }, "remark": "合成数据",
        })));
    }
    rows
}
