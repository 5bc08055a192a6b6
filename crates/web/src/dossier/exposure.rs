//! Where the person worked with what, from when to when, and what was measured at that post.

use super::ask::{self, Rows, shown, text};
use super::parts;
use crate::app::App;
use crate::calculators::numbers;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeMap;
use zhijian_records::port::Op;

/// Posts whose measurements are looked up, and results looked at of each.
const POSTS: usize = 6;
const RESULTS: u32 = 100;

/// One stay at a post, as one record says.
#[derive(Debug)]
struct Stay {
    employer: String,
    employer_id: String,
    post: String,
    hazards: String,
    from: String,
    to: String,
    said_by: &'static str,
    address: String,
}

/// Stays with measured levels.
#[derive(Debug)]
pub struct Exposure {
    stays: Vec<Stay>,
    levels: BTreeMap<(String, String), Rows>,
}

/// Gathers stays from rosters, exams and diagnoses; measured levels are asked for where the caller may read measurements.
///
/// # Errors
/// The store failed.
pub async fn gather(app: &App, signed: &Signed, rows: &BTreeMap<&'static str, Option<Rows>>) -> Result<Exposure, PageError> {
    let stays = stays(app, rows);
    let mut posts: Vec<(String, String)> =
        stays.iter().filter(|s| !s.employer_id.is_empty() && !s.post.is_empty()).map(|s| (s.employer_id.clone(), s.post.clone())).collect();
    posts.sort();
    posts.dedup();
    posts.truncate(POSTS);
    let asked = posts.into_iter().map(|(employer, post)| async move {
        let filter = [("post".to_owned(), Op::Eq, post.clone())];
        let found = ask::owned(app, signed, "measurement", &employer, &filter, RESULTS).await?;
        Ok::<_, PageError>(found.map(|rows| ((employer, post), rows)))
    });
    let levels = futures::future::try_join_all(asked).await?.into_iter().flatten().collect();
    Ok(Exposure { stays, levels })
}

fn stays(app: &App, rows: &BTreeMap<&'static str, Option<Rows>>) -> Vec<Stay> {
    // Source, field of the hazards, of the beginning, of the end, in the order in which they are believed.
    const SOURCES: [(&str, &str, &str, &str, &str); 4] = [
        ("exposed_worker", "接害名册", "hazards", "exposure_started_on", "left_on"),
        ("radiation_worker", "放射名册", "rad_occ", "work_begin", "left_on"),
        ("exam", "检查个案", "hazards", "exposure_started_on", ""),
        ("diagnosis", "诊断报告", "hazards", "exposure_started_on", ""),
    ];
    let mut stays: Vec<Stay> = Vec::new();
    for (kind, said_by, hazards, from, to) in SOURCES {
        if let Some(rows) = rows.get(kind).and_then(Option::as_ref) {
            for view in &rows.views {
                let show = |path: &str| if path.is_empty() { String::new() } else { shown(app, &rows.kind, view, path) };
                let stay = Stay {
                    employer: show("employer_name"),
                    employer_id: text(view, "employer_id").to_owned(),
                    post: show("post"),
                    hazards: show(hazards),
                    from: show(from),
                    to: show(to),
                    said_by,
                    address: links::record(&rows.kind.kind, &view.id),
                };
                let known =
                    |s: &Stay| s.employer == stay.employer && s.post == stay.post && (s.hazards == stay.hazards || stay.hazards.is_empty());
                if !(stay.employer.is_empty() && stay.hazards.is_empty() || stays.iter().any(known)) {
                    stays.push(stay);
                }
            }
        }
    }
    if let Some(rows) = rows.get("diagnosis").and_then(Option::as_ref) {
        for view in &rows.views {
            for entry in view.data.get("exposure_history").and_then(Value::as_array).into_iter().flatten() {
                let of = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let label = app.catalogue().list("HAZARD").map_or_else(|| of("hazard"), |l| l.label(&of("hazard")).to_owned());
                stays.push(Stay {
                    employer: of("history_employer"),
                    employer_id: String::new(),
                    post: of("history_post"),
                    hazards: label,
                    from: of("from_date"),
                    to: of("to_date"),
                    said_by: "职业接触史",
                    address: links::record(&rows.kind.kind, &view.id),
                });
            }
        }
    }
    stays.sort_by(|a, b| b.from.cmp(&a.from));
    stays
}

/// Measured levels of one post: factor, lowest to highest, how many, the newest day.
fn levels(app: &App, rows: &Rows) -> Vec<(String, String)> {
    let mut found: BTreeMap<(String, String), (f64, f64, usize, String)> = BTreeMap::new();
    for view in &rows.views {
        let Some(value) = ask::number(view, "exposure.value").or_else(|| ask::number(view, "result")) else { continue };
        let factor = shown(app, &rows.kind, view, "factor");
        let kind = shown(app, &rows.kind, view, "sample_type");
        let unit = Some(text(view, "limit.unit")).filter(|u| !u.is_empty()).unwrap_or_else(|| text(view, "unit"));
        let name = if kind.is_empty() { factor } else { format!("{factor}·{kind}") };
        let entry = found.entry((name, unit.to_owned())).or_insert((value, value, 0, String::new()));
        *entry =
            (entry.0.min(value), entry.1.max(value), entry.2 + 1, std::mem::take(&mut entry.3).max(text(view, "sampled_on").to_owned()));
    }
    let three = |x: f64| numbers::significant(x, 3);
    found
        .into_iter()
        .map(|((name, unit), (low, high, n, day))| {
            let range = if low < high { format!("{}–{}", three(low), three(high)) } else { three(low) };
            (name, format!("{range} {unit}（{n} 次，最近 {day}）"))
        })
        .collect()
}

/// The section.
#[must_use]
pub fn body(app: &App, exposure: &Exposure) -> Markup {
    html! {
        @if exposure.stays.is_empty() { (parts::none("没有接触史记录。")) } @else {
            div.table-wrap tabindex="0" role="region" aria-label="职业接触史" { table.list.small {
                thead { tr { th scope="col" { "单位" } th scope="col" { "岗位" } th scope="col" { "危害因素" } th scope="col" { "开始" } th scope="col" { "离岗" } th scope="col" { "岗位检测" } th scope="col" { "来源" } } }
                tbody { @for s in &exposure.stays { tr {
                    td.text data-label="单位" { (s.employer) }
                    td.text data-label="岗位" { (s.post) }
                    td.text data-label="危害因素" { (s.hazards) }
                    td.date data-label="开始" { (s.from) }
                    td.date data-label="离岗" { (s.to) }
                    td.text data-label="岗位检测" { (measured(app, exposure, s)) }
                    td.text data-label="来源" { a href=(s.address) { (s.said_by) } }
                } } }
            } }
            @if exposure.levels.is_empty() { p.muted { "岗位检测结果没有，或不在您的查看范围。" } }
            @else { p.muted { "岗位检测为该单位同名岗位的监测结果范围，不是个人采样；低于检出限的结果不计。" } }
        }
    }
}

fn measured(app: &App, exposure: &Exposure, stay: &Stay) -> Markup {
    let rows = exposure.levels.get(&(stay.employer_id.clone(), stay.post.clone())).filter(|rows| !rows.views.is_empty());
    html! { @if let Some(rows) = rows {
        @for (name, range) in levels(app, rows) { span.file-level { (name) " " (range) } }
        @if let Some(all) = &rows.all { a href=(all) { "监测记录" } }
    } }
}
