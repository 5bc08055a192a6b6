//! Hazards that are likely: from the table of suggestions and from what others of the industry declared.

use super::KIND;
use crate::app::App;
use crate::error::PageError;
use crate::forms::filled::{Filled, Held};
use maud::{Markup, html};
use serde_json::Value;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::suggest::{self, Given, Row};
use zhijian_kinds::{Catalogue, Kind};
use zhijian_records::read::View;

/// Setting with a region's own rows.
pub const SETTING: &str = "rules/hazard_suggestions";
/// Digits of the industry code that make peers: the group (中类).
const PEERS: usize = 3;

fn text<'a>(view: &'a View, path: &str) -> &'a str {
    get_path(&view.data, path).and_then(Value::as_str).unwrap_or_default()
}

/// The table with the region's own rows.
async fn table(app: &App) -> Result<Vec<Row>, PageError> {
    let shipped = app.catalogue().rules.get("hazard_suggestions").map_or("", String::as_str);
    let shipped = suggest::parse(shipped).map_err(|e| PageError::failed("读取危害因素提示表")(e))?;
    let own = app.door.store.setting(SETTING).await.map_err(PageError::failed("读取本地危害因素提示"))?.unwrap_or_default();
    let own = suggest::parse(&own).unwrap_or_default();
    Ok(suggest::merged(shipped, own))
}

/// Suggestions that are not among the hazards yet, each with a box to accept it.
pub async fn card(app: &App, _kind: &Kind, view: &View) -> Result<Markup, PageError> {
    let Some(list) = app.catalogue().list("HAZARD") else { return Ok(Markup::default()) };
    let declared: Vec<&str> =
        get_path(&view.data, "hazards").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let industry = text(view, "industry");
    let products = zhijian_records::read::display(app.catalogue(), &*app.door.kind(KIND)?, "products", &view.data);
    let process = format!("{} {products}", text(view, "processes"));
    let given = Given { industry, process: &process, material: text(view, "materials") };
    let all = suggest::suggest(&table(app).await?, list, given);
    let open: Vec<_> = all.iter().filter(|s| !declared.contains(&s.hazard.as_str())).collect();
    let owner = text(view, "employer_id");
    let peers = app.door.declared_in_industry(industry.get(..PEERS).unwrap_or(industry), owner).await?;
    let peers: Vec<_> = peers.iter().filter(|(hazard, _)| !declared.contains(&hazard.as_str())).collect();
    let own = |hazard: &str| all.iter().any(|s| s.hazard == hazard);
    Ok(html! {
        section.card {
            h2 { "提示：可能存在的危害因素" }
            @if industry.is_empty() { p.muted { "填了行业、工艺和物料才有提示。" } }
            @if open.is_empty() && peers.is_empty() { @if !industry.is_empty() { p.muted { "按行业、工艺和物料没有更多提示，不等于没有别的因素。" } } } @else {
                ul.wizard-hints {
                    @for s in &open { li {
                        label.check { input type="checkbox" name="accept" value=(s.hazard); span { (list.label(&s.hazard)) } }
                        @for (why, source) in &s.why { span.why { (why) " " @if source.is_empty() { span.state-badge.badge-look { "未注明出处" } } @else { "（" (source) "）" } } }
                        @if let Some((_, employers)) = peers.iter().find(|(h, _)| *h == s.hazard) { span.why { "同行业 " (employers) " 家单位申报过" } }
                    } }
                    @for (hazard, employers) in peers.iter().filter(|(h, _)| !own(h)) { li {
                        label.check { input type="checkbox" name="accept" value=(hazard); span { (list.label(hazard)) } }
                        span.why { "同行业 " (employers) " 家单位申报过（平台记录；少于 " (app.catalogue().roles.smallest_cell) " 家的不显示）" }
                    } }
                }
                p.hint { "勾选现场确实存在的，保存后加入下面的“主要职业病危害因素”。提示不能代替现场识别和检测；“未注明出处”的为通用职业卫生知识。" }
            }
        }
    })
}

/// Group of a hazard's class in the declaration.
fn class(hazard: &str) -> &'static str {
    match hazard.chars().next() {
        Some('D') => "dust",
        Some('C') => "chemical",
        Some('P') => "physical",
        Some('R') => "radiation",
        Some('B') => "biological",
        _ => "other",
    }
}

/// Puts accepted hazards into the form: among the hazards, under their class, and the class as present.
pub fn accept<'a>(catalogue: &Catalogue, filled: &mut Filled, accepted: impl Iterator<Item = &'a str>) {
    let Some(list) = catalogue.list("HAZARD") else { return };
    for code in accepted.filter(|code| list.get(code).is_some()) {
        for path in ["hazards".to_owned(), format!("factors_by_class.{}", class(code))] {
            let before = match filled.get(&path) {
                Some(Held::Many(codes)) => {
                    let mut codes = codes.clone();
                    if !codes.iter().any(|c| c == code) {
                        codes.push(code.to_owned());
                    }
                    filled.set(&path, Held::Many(codes));
                    continue;
                }
                _ => filled.text(&path).trim().to_owned(),
            };
            let known = zhijian_kinds::text::split_list(&before).any(|word| list.resolve(word, "").is_some_and(|c| c.code == code));
            if !known {
                let text = if before.is_empty() { code.to_owned() } else { format!("{before}；{code}") };
                filled.set(&path, Held::One(text));
            }
        }
        filled.set(&format!("present_by_class.{}", class(code)), Held::One("true".into()));
    }
}
