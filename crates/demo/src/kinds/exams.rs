//! Examinations of exposed workers, year after year the same people, and the roster they stand in.

use super::{round, row};
use crate::Row;
use crate::days::{self, day, iso, nth, plus, since};
use crate::dice::Dice;
use crate::stage::{Stage, Suspicion, Worker};
use crate::trades::Post;
use serde_json::{Value, json};
use time::Date;

/// Workers who are followed at scale 1.
const FOLLOWED: usize = 4_300;
/// Share of them who leave in a year.
const LEAVING: f64 = 0.06;
/// Employers that a cluster of suspected silicosis is put into: when it is found and how many fall ill.
const DUST_CLUSTER: (i32, usize) = (2024, 9);
/// The same for noise deafness.
const NOISE_CLUSTER: (i32, usize) = (2023, 4);
/// Months in which firms send their workers.
const SEASON: [f64; 12] = [0.3, 0.2, 0.9, 1.3, 1.6, 1.4, 1.0, 0.8, 1.3, 1.4, 0.9, 0.4];

/// New workers: the first roster in the first year, later those who replace leavers and those of new firms.
pub(crate) fn newcomers(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let before = stage.workers.len();
    let wanted = stage.scaled(FOLLOWED + 240 * usize::try_from(year - crate::plan::FIRST).unwrap_or(0));
    let present = |s: &Stage<'_>| s.workers.iter().filter(|w| w.left_on.is_none_or(|d| d.year() >= year)).count();
    let mut staffed: std::collections::BTreeSet<usize> = stage.workers.iter().map(|w| w.firm).collect();
    // Replacements first, so that firms keep their strength.
    let replaced: Vec<(usize, Post, Date)> =
        stage.workers.iter().filter_map(|w| w.left_on.filter(|d| d.year() == year - 1).map(|d| (w.firm, w.post, plus(d, 15)))).collect();
    for (firm, post, from) in replaced {
        if stage.firms[firm].open(from) {
            hire(stage, firm, post, from.max(day(year, 1, 8)));
        }
    }
    let mut now = present(stage);
    let firms: Vec<usize> = stage.hazardous(day(year, 1, 1)).into_iter().filter(|i| stage.firms[*i].exposed > 0).collect();
    let candidates = stage.drawn("followed", 0, firms);
    for firm in candidates {
        if now >= wanted {
            break;
        }
        if !staffed.insert(firm) {
            continue;
        }
        let posts = stage.firms[firm].posts();
        let strength = usize::try_from(stage.firms[firm].exposed.min(45)).unwrap_or(1);
        for n in 0..strength {
            let mut dice = stage.dice("hired", &format!("{}/{n}", stage.firms[firm].uscc));
            // Firms of the base year have had most of their people for years; no one starts before the firm.
            let from = match stage.firms[firm].entered_on {
                Some(entered) => plus(entered, dice.between(5, 60)),
                None => plus(day(year, 1, 1), -dice.between(60, 14 * 365)),
            };
            hire(stage, firm, posts[n % posts.len()], from);
        }
        now += strength;
    }
    stage.workers[before..].iter().filter(|w| w.since <= stage.last).map(|w| entry(stage, w)).collect()
}

fn hire(stage: &mut Stage<'_>, firm: usize, post: Post, from: Date) {
    let person = stage.person(if post.2 == "D032" || stage.firms[firm].trade().word == "纺织" { 0.5 } else { 0.78 });
    // Nobody starts before the age of eighteen.
    let of_age = day(person.birth.year() + 18, person.birth.month() as u8, person.birth.day().min(28));
    let since = from.max(of_age);
    let mut dice = stage.dice("worker", &person.id_no);
    let mut hazards = vec![post.2];
    if post.2 != "P001" && dice.chance(0.35) {
        hazards.push("P001");
    }
    let prejob_exam = (dice.chance(0.93)).then(|| plus(since, -dice.between(2, 20)));
    stage.workers.push(Worker {
        tender: dice.chance(0.12),
        firm,
        post,
        hazards,
        since,
        left_on: None,
        last_exam: None,
        prejob_exam,
        suspected: false,
        person,
    });
}

/// A worker in the roster.
fn entry(stage: &Stage<'_>, worker: &Worker) -> Row {
    let firm = &stage.firms[worker.firm];
    let mut dice = stage.dice("roster", &worker.person.id_no);
    let dust = worker.hazards.iter().any(|h| h.starts_with('D'));
    let noise = worker.hazards.contains(&"P001");
    row(json!({
        "employer_name": firm.name, "uscc": firm.uscc, "person_name": worker.person.name, "id_no": worker.person.id_no, "sex": worker.person.sex,
        "birth_date": worker.person.born(), "dispatched": false, "migrant": dice.chance(0.45), "workshop": worker.post.0, "post": worker.post.1,
        "hazards": worker.hazards, "dust_grade": dust.then(|| dice.one(&["0", "1", "1", "2"])),
        "noise_db": noise.then(|| round(dice.real(80.5, 90.0), 1)), "exposure_started_on": iso(worker.since),
        "prejob_exam_on": worker.prejob_exam.map(iso), "contract_told": dice.chance(0.9), "remark": "合成数据",
    }))
}

/// Those who left in the year; at the end of the history everybody's last examination.
pub(crate) fn roster(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let ending = year == stage.until;
    let said = |w: &&Worker| w.since <= stage.last && (w.left_on.is_some_and(|d| d.year() == year) || ending && w.last_exam.is_some());
    let update = |w: &Worker| {
        let firm = &stage.firms[w.firm];
        let left = w.left_on.filter(|d| *d <= stage.last);
        row(json!({
            "employer_name": firm.name, "uscc": firm.uscc, "person_name": w.person.name, "id_no": w.person.id_no, "hazards": w.hazards,
            "exposure_started_on": iso(w.since), "last_exam_on": w.last_exam.map(iso), "left_on": left.map(iso),
            "leaving_exam_on": left.and(w.last_exam).map(iso),
        }))
    };
    stage.workers.iter().filter(said).map(update).collect()
}

/// The cards of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    stage.examined.clear();
    let mut rows = Vec::new();
    for at in 0..stage.workers.len() {
        let (key, firm, since_on) = {
            let w = &stage.workers[at];
            (format!("{year}/{}", w.person.id_no), w.firm, w.since)
        };
        if stage.workers[at].left_on.is_some_and(|d| d.year() < year) || stage.firms[firm].closed_on.is_some_and(|d| d.year() < year) {
            continue;
        }
        let mut dice = stage.dice("exam", &key);
        let visit = firm_visit(stage, year, firm, &mut dice);
        let (kind, on) = match stage.workers[at].prejob_exam.filter(|d| d.year() == year) {
            Some(on) => ("1", on),
            // About one in twenty misses the year's examination.
            None if since_on > plus(visit, -60) || dice.chance(0.05) => continue,
            None if dice.chance(LEAVING) => ("3", visit),
            None => ("2", visit),
        };
        let Some(on) = stage.reached(on) else { continue };
        if kind == "3" {
            stage.workers[at].left_on = Some(plus(on, dice.between(3, 60)));
        }
        rows.push(card(stage, at, kind, on, &mut dice, None));
    }
    rows
}

/// A firm sends its people within a fortnight that is about the same every year.
fn firm_visit(stage: &Stage<'_>, year: i32, firm: usize, dice: &mut Dice) -> Date {
    let mut own = stage.dice("season", &stage.firms[firm].uscc);
    let around = days::seasonal(&mut own, 2021, &SEASON).ordinal();
    days::working(nth(year, i64::from(around) + dice.between(-4, 10)))
}

/// The suspected disease of a post's hazard (list OCCDIS) and its code without the edition.
pub(crate) fn disease(hazard: &str) -> Option<(&'static str, &'static str, &'static str)> {
    match hazard {
        "D001" => Some(("矽肺", "01-01", "01")),
        "D002" => Some(("煤工尘肺", "01-02", "02")),
        "D007" => Some(("水泥尘肺", "01-07", "07")),
        "D011" => Some(("电焊工尘肺", "01-11", "11")),
        "P001" => Some(("噪声聋", "04-01", "")),
        _ => None,
    }
}

/// The clusters: people of one post in one firm, within a few weeks.
pub(crate) fn clusters(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = Vec::new();
    let recent = stage.until;
    for (what, hazard, (when, people), month, spread) in [
        ("dust", "D001", DUST_CLUSTER, 10, 24),
        ("noise", "P001", NOISE_CLUSTER, 5, 150),
        // One that is still open when the history ends.
        ("lately", "D011", (recent, 3), 0, 70),
    ] {
        if year != when || what == "lately" && recent == DUST_CLUSTER.0 {
            continue;
        }
        let Some((firm, workers)) = struck(stage, what, hazard, people) else { continue };
        let begin = if month == 0 { plus(stage.last.min(day(year, 12, 31)), -(spread + 25)) } else { day(year, month, 8) };
        for (n, at) in workers.into_iter().enumerate() {
            let mut dice = stage.dice("cluster", &format!("{what}/{}/{n}", stage.firms[firm].uscc));
            let on = days::working(plus(begin, dice.between(0, spread)));
            if on.year() == year && on <= stage.last && stage.workers[at].last_exam.is_none_or(|d| d != on) {
                rows.push(card(stage, at, "2", on, &mut dice, Some(hazard)));
            }
        }
    }
    rows
}

/// The firm with most people at the hazard and those of them who are struck, longest exposed first.
fn struck(stage: &Stage<'_>, what: &str, hazard: &str, people: usize) -> Option<(usize, Vec<usize>)> {
    let mut firms: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
    for (at, w) in stage.workers.iter().enumerate() {
        if w.post.2 == hazard && w.left_on.is_none() && !w.suspected && stage.firms[w.firm].closed_on.is_none() {
            firms.entry(w.firm).or_default().push(at);
        }
    }
    let order = |firm: usize| crate::dice::hash(stage.seed, what, &stage.firms[firm].uscc);
    let (firm, mut workers) = firms.into_iter().max_by_key(|(firm, w)| (w.len().min(people + 2), order(*firm)))?;
    let first = stage.workers[*workers.first()?].post;
    workers.sort_by_key(|at| (stage.workers[*at].post != first, stage.workers[*at].since));
    workers.truncate(people);
    Some((firm, workers))
}

/// One card. `found`: a disease of this hazard is suspected.
fn card(stage: &mut Stage<'_>, at: usize, kind: &'static str, on: Date, dice: &mut Dice, found: Option<&'static str>) -> Row {
    let worker = stage.workers[at].clone();
    let firm = stage.firms[worker.firm].clone();
    let years = since(worker.since, on).max(0) / 365;
    let hazard = worker.post.2;
    let calm = 1.0 - 0.09 * f64::from(on.year() - crate::plan::FIRST);
    let ill = kind != "1" && !worker.suspected && disease(hazard).is_some() && years >= 4 && dice.chance(0.0022 * calm);
    let suspected = found.or(ill.then_some(hazard)).filter(|h| disease(h).is_some());
    let contraindicated = suspected.is_none() && kind != "3" && dice.chance(0.009);
    let recheck = suspected.is_none() && !contraindicated && on < day(2026, 8, 1) && dice.chance(0.012);
    let other = suspected.is_none() && !contraindicated && !recheck && dice.chance(0.09);
    let conclusion = match (suspected, contraindicated, recheck, other) {
        (Some(_), ..) => "3",
        (_, true, ..) => "4",
        (.., true, _) => "2",
        (.., true) => "5",
        _ => "1",
    };
    let delay = stage.delay(&firm.county, dice);
    let issued = stage.reached(days::working(plus(on, dice.between(6, 25) + delay)));
    let told = issued.filter(|_| suspected.is_some()).and_then(|d| stage.reached(plus(d, 1)));
    // Some cards are sent in late.
    let slow = if dice.chance(0.06) { 50 } else { 16 };
    let submitted = issued.and_then(|d| stage.reached(plus(d, dice.between(1, slow) + delay)));
    let clinic = stage.institution("exam", &firm.county, on, &firm.uscc).map(|i| i.name.clone()).unwrap_or_default();
    let card_no =
        format!("QT{}{:08}", on.year(), crate::dice::hash(stage.seed, kind, &format!("{on}/{}", worker.person.id_no)) % 100_000_000);
    let tally = stage.examined.entry(worker.firm).or_default();
    tally[0] += 1;
    tally[match conclusion {
        "1" => 1,
        "3" => 2,
        "4" => 3,
        _ => 4,
    }] += 1;
    if on > worker.last_exam.unwrap_or(Date::MIN) && kind != "1" {
        stage.workers[at].last_exam = Some(on);
    }
    if let Some(hazard) = suspected {
        stage.workers[at].suspected = true;
        stage.suspicions.push(Suspicion {
            person: worker.person.clone(),
            firm: worker.firm,
            post: worker.post.1,
            hazard,
            since: worker.since,
            found_on: on,
            told_on: told.unwrap_or(plus(on, 20)),
            card_no: card_no.clone(),
            clinic: clinic.clone(),
            sure: found.is_some(),
        });
    }
    let name = suspected.and_then(disease).map(|d| d.0);
    row(json!({
        "card_no": card_no, "institution": clinic, "exam_type": kind, "exam_kind": "1", "monitor_kind": "01", "examined_on": iso(on),
        "report_issued_on": issued.map(iso), "recheck": false, "chief_doctor": "样医甲", "person_name": worker.person.name, "id_no": worker.person.id_no,
        "sex": worker.person.sex, "birth_date": worker.person.born(), "employer_name": firm.name, "uscc": firm.uscc, "workshop": worker.post.0,
        "post": worker.post.1, "hazards": worker.hazards, "exposure_started_on": iso(worker.since),
        "work_years": years, "exposure_years": years, "exposure_months": 0, "smoking": dice.one(&["never", "never", "occasional", "frequent"]),
        "drinking": dice.one(&["never", "occasional"]), "quiet_hours": 16,
        "items": items(&worker, on, years, conclusion, suspected, dice),
        "conclusion": conclusion, "conclusion_hazards": (suspected.is_some() || contraindicated).then(|| json!([suspected.unwrap_or(hazard)])),
        "suspected_disease": name, "contraindication": contraindicated.then(|| contraindication(hazard)),
        "earlier_exposure": (kind == "1" && suspected.is_some()).then_some("曾接触同类因素"),
        "other_finding": (conclusion == "5").then_some("血压或肝功能轻度异常"),
        "advice": match conclusion { "3" => "提请职业病诊断", "4" => "调离原岗位", "2" => "复查", _ => "定期检查" },
        "employer_told_on": told.map(iso), "worker_told_on": told.map(iso), "submitted_on": submitted.map(iso),
        "status": if submitted.is_some() { "submitted" } else if issued.is_some() { "reported" } else { "concluded" }, "remark": "合成数据",
    }))
}

fn contraindication(hazard: &str) -> &'static str {
    match hazard.as_bytes().first() {
        Some(b'D') => "慢性阻塞性肺病",
        Some(b'C') => "慢性肝病",
        _ if hazard == "P001" => "各种原因引起永久性感音神经性听力损失",
        _ => "未控制的高血压",
    }
}

/// What was measured: blood and blood pressure of everybody, lungs at dust, ears at noise.
fn items(worker: &Worker, on: Date, years: i64, conclusion: &str, suspected: Option<&str>, dice: &mut Dice) -> Value {
    let age = worker.person.age(on) as f64;
    let man = worker.person.sex == "1";
    let mut items: Vec<Value> = Vec::with_capacity(24);
    let mut number =
        |item: &str, value: f64, unit: &str, digits: i32| items.push(json!({"item": item, "value": round(value, digits), "unit": unit}));
    number("SBP", dice.bell(112.0 + age * 0.3, 11.0) + if conclusion == "5" { 22.0 } else { 0.0 }, "mmHg", 0);
    number("DBP", dice.bell(72.0 + age * 0.12, 7.0), "mmHg", 0);
    number("HGB", dice.bell(if man { 150.0 } else { 132.0 }, 9.0), "g/L", 0);
    number("WBC", dice.bell(6.3, 1.1).max(3.1), "10^9/L", 1);
    number("PLT", dice.bell(225.0, 40.0).max(90.0), "10^9/L", 0);
    number("ALT", dice.bell(24.0, 8.0).max(6.0) + if conclusion == "5" { 30.0 } else { 0.0 }, "U/L", 0);
    if worker.hazards.iter().any(|h| h.starts_with('D')) {
        number("FVC", dice.bell(98.0 - years as f64 * 0.3, 7.0), "%", 0);
        number("FEV1", dice.bell(95.0 - years as f64 * 0.4, 7.0), "%", 0);
        number("FEV1FVC", dice.bell(84.0, 4.0), "%", 0);
    }
    if worker.hazards.contains(&"P001") {
        let harm = years as f64 * if worker.tender { 2.6 } else { 0.7 } + if suspected == Some("P001") { 28.0 } else { 0.0 };
        for ear in ["L", "R"] {
            for (frequency, share) in [(500, 0.15), (1_000, 0.2), (2_000, 0.45), (3_000, 0.85), (4_000, 1.0), (6_000, 0.9)] {
                let level = 6.0 + (age - 25.0).max(0.0) * 0.35 * share + harm * share + dice.bell(0.0, 3.0);
                number(&format!("{ear}{frequency}"), (level / 5.0).round().clamp(0.0, 20.0) * 5.0, "dB HL", 0);
            }
        }
    }
    let film = if suspected.is_some_and(|h| h.starts_with('D')) { "尘肺样改变" } else { "正常" };
    items.push(json!({"item": "UPRO", "text": "阴性", "flag": "normal"}));
    items.push(json!({"item": "ECG", "text": "正常", "flag": "normal"}));
    if worker.hazards.iter().any(|h| h.starts_with('D')) {
        items.push(json!({"item": "CXR", "text": film, "flag": if film == "正常" { "normal" } else { "abnormal" }}));
    }
    Value::Array(items)
}

/// Summary reports: one a firm and year.
pub(crate) fn summaries(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let examined = std::mem::take(&mut stage.examined);
    let mut rows = Vec::new();
    for (firm, [all, normal, suspected, contraindicated, other]) in examined {
        let f = &stage.firms[firm];
        let mut dice = stage.dice("summary", &format!("{year}/{}", f.uscc));
        let Some(on) = stage.reached(plus(firm_visit(stage, year, firm, &mut dice), dice.between(25, 40))) else { continue };
        if on.year() != year {
            continue;
        }
        // Not every person of the summary has been reported as a case.
        let unreported = i64::from(stage.unit("summary", &f.uscc) < 0.25) * dice.between(0, 2);
        rows.push(row(json!({
            "summary_no": format!("ZJ{year}-{firm:05}"), "institution": stage.institution("exam", &f.county, on, &f.uscc).map(|i| i.name.clone()),
            "summary_year": year, "exam_type": "2", "report_issued_on": iso(on), "employer_name": f.name, "uscc": f.uscc, "hazards": f.factors,
            "exposed_total": f.exposed.max(all + 3), "due": all + 3, "examined": all + unreported, "normal": normal, "suspected": suspected,
            "contraindicated": contraindicated, "other_abnormal": other, "delivered_on": iso(on), "remark": "合成数据",
        })));
    }
    rows
}
