//! The register of employers: those that enter, change and close.

use super::row;
use crate::Row;
use crate::days::{self, iso, plus};
use crate::names;
use crate::stage::Stage;
use crate::trades::TRADES;
use crate::world::Firm;
use serde_json::json;

/// New employers a year at scale 1; a little more each year.
const NEW: usize = 320;
/// Share of the employers whose entry changes in a year.
const CHANGING: f64 = 0.02;

/// Entries of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = changes(stage, year);
    let places = places(stage);
    let new = stage.scaled(NEW + 15 * usize::try_from(year - crate::plan::FIRST).unwrap_or(0));
    for n in 0..new {
        let mut dice = stage.dice("firm", &format!("{year}/{n}"));
        let entered = days::seasonal(&mut dice, year, &days::OFFICE);
        let place = dice.weighted(&places.iter().map(|p| p.1).collect::<Vec<_>>());
        let trade = &TRADES[dice.weighted(&TRADES.each_ref().map(|t| t.weight))];
        let staff = (dice.bell(trade.staff.ln(), 0.8).exp().round() as i64).clamp(3, 1_500);
        let exposed = ((staff as f64) * dice.real(0.15, 0.6)).round() as i64;
        let Some((county, town)) = stage.town(&places[place].0, &mut dice) else { continue };
        let exposed = if trade.posts.len() > 1 || dice.chance(0.3) { exposed.max(1) } else { 0 };
        let uscc = stage.credit_code(if dice.chance(0.9) { "91" } else { "92" }, &county);
        let short = stage.catalogue.regions.name(&county).chars().take(2).collect::<String>();
        let mut name = names::firm(&mut dice, &short, trade.word);
        while !stage.names.insert(name.clone()) {
            name = names::firm(&mut dice, &short, trade.word);
        }
        let closed = (dice.chance(0.04)).then(|| plus(entered, dice.between(500, 1_500))).filter(|d| *d <= stage.last);
        let mut factors: Vec<String> = Vec::new();
        for (_, _, factor) in trade.posts.iter().take(2 + usize::try_from(dice.between(0, 3)).unwrap_or(0)) {
            if !factors.iter().any(|f| f == factor) {
                factors.push((*factor).to_owned());
            }
        }
        let firm = Firm {
            uscc,
            name,
            county,
            town,
            industry: trade.code.to_owned(),
            size: size(staff).to_owned(),
            staff,
            exposed,
            listed: exposed > 0 && dice.chance(0.7),
            factors: if exposed > 0 { factors } else { Vec::new() },
            declared_on: None,
            declared_before: false,
            entered_on: Some(entered),
            closed_on: closed,
        };
        if stage.reached(entered).is_none() {
            continue;
        }
        rows.push(entry(stage, &firm));
        stage.firms.push(firm);
    }
    rows
}

/// Where new firms go: by the firms that are there.
fn places(stage: &Stage<'_>) -> Vec<(String, f64)> {
    let mut places: Vec<(String, f64)> = Vec::new();
    for firm in stage.firms.iter().filter(|f| f.entered_on.is_none()) {
        match places.iter_mut().find(|p| p.0 == firm.county) {
            Some(place) => place.1 += 1.0,
            None => places.push((firm.county.clone(), 1.0)),
        }
    }
    places.sort_by(|a, b| a.0.cmp(&b.0));
    places
}

/// By staff alone: the platform computes the size by industry and turnover where it knows them.
fn size(staff: i64) -> &'static str {
    match staff {
        1_000.. => "1",
        300.. => "2",
        20.. => "3",
        _ => "4",
    }
}

/// The whole entry of a new firm.
fn entry(stage: &Stage<'_>, firm: &Firm) -> Row {
    let mut dice = stage.dice("entry", &firm.uscc);
    let town = stage.catalogue.regions.name(&firm.town).to_owned();
    let county = stage.catalogue.regions.name(&firm.county).to_owned();
    let point = crate::map::point(&mut dice, &firm.county);
    let boss = names::person(stage.seed ^ 1, crate::dice::hash(stage.seed, "boss", &firm.uscc) >> 20, 0.8);
    let trade = firm.trade();
    let staff = firm.staff;
    let share = |s: f64| ((staff as f64) * s).round() as i64;
    let posts: Vec<_> = firm.posts().iter().map(|p| json!({"workshop": p.0, "post": p.1, "hours_day": 8, "days_week": 5})).collect();
    let large = staff > 100 || trade.severe;
    row(json!({
        "name": firm.name, "uscc": firm.uscc, "county": firm.county, "town": town,
        "address": format!("{county}{town}测试路{}号", dice.between(1, 599)),
        "lon": point.map(|p| p.0), "lat": point.map(|p| p.1),
        "industry_code": firm.industry, "size": firm.size, "registration_type": dice.one(&["2023-112", "2023-119", "2023-140", "2023-129"]),
        "belong": "40", "risk_class": if trade.severe { "1" } else { "3" },
        "status": if firm.closed_on.is_none() { "10" } else if dice.chance(0.85) { "50" } else { "30" }, "should_declare": firm.listed,
        "staff_total": staff, "female_staff": share(0.3), "migrant_workers": share(0.4), "exposed_total": firm.exposed,
        "insured_injury": share(dice.real(0.8, 1.0)), "labour_contract_signed": share(dice.real(0.85, 1.0)),
        "legal_rep": boss.name, "principal": boss.name, "contact_name": boss.name, "contact_phone": names::phone(&mut dice),
        "mgmt_org": large, "mgmt_fulltime": i64::from(large), "mgmt_parttime": 1,
        "posts": if firm.exposed > 0 { json!(posts) } else { json!(null) },
        "updated_on": firm.closed_on.or(firm.entered_on).map(iso), "remark": "合成数据",
    }))
}

/// Entries that change: staff grows or shrinks. An old entry that is the only evidence of hazards stays as it was in the base year.
fn changes(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = Vec::new();
    for at in 0..stage.firms.len() {
        let (key, firm) = (format!("{year}/{}", stage.firms[at].uscc), &stage.firms[at]);
        if !(firm.declared_before || firm.entered_on.is_some() && firm.declared_on.is_some())
            || firm.closed_on.is_some()
            || firm.staff < 10
            || stage.unit("changing", &key) > CHANGING
        {
            continue;
        }
        let mut dice = stage.dice("change", &key);
        let on = days::seasonal(&mut dice, year, &days::OFFICE);
        if stage.reached(on).is_none() {
            continue;
        }
        let by = dice.real(0.8, 1.25);
        let firm = &mut stage.firms[at];
        firm.staff = ((firm.staff as f64) * by).round() as i64;
        firm.exposed = ((firm.exposed as f64) * by).floor() as i64;
        rows.push(row(json!({
            "uscc": firm.uscc, "name": firm.name, "county": firm.county, "town": (!firm.town.is_empty()).then_some(&firm.town),
            "industry_code": firm.industry, "status": "10", "staff_total": firm.staff, "dispatched": 0,
            "exposed_total": firm.exposed, "updated_on": iso(on),
        })));
    }
    rows
}
