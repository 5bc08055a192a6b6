//! `GET /explore`: what there is to explore, and what was saved.

use super::{PAGE, SAVED, TITLE, address, fact, save, style};
use crate::app::App;
use crate::board::place::Territory;
use crate::{Frame, PageError, Signed, layout, links, words};
use axum::extract::State;
use maud::{Markup, html};
use zhijian_records::access::{self, Wish};
use zhijian_records::read::{ListRequest, View};

/// Saved explorations that the page names; the list page has all.
const SHOWN: u32 = 30;

/// `GET /explore`
pub async fn page(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    let territory = Territory::of(&app, &signed.caller)?;
    let facts: Vec<_> = fact::all(&app, &signed.caller, &territory).into_iter().filter(|f| !f.measures().is_empty()).collect();
    let saved = saved(&app, &signed).await?;
    let mut groups: Vec<(&str, Vec<&fact::Fact<'_>>)> = Vec::new();
    for fact in &facts {
        let heading = words::menu_group(&fact.kind.area);
        match groups.iter_mut().find(|(h, _)| *h == heading) {
            Some((_, list)) => list.push(fact),
            None => groups.push((heading, vec![fact])),
        }
    }
    let actions = html! { @if super::sql::allowed(&app, &signed.caller) { a.btn href={(PAGE) "/sql"} { "SQL 查询" } } };
    let body = html! {
        (style())
        p.lead { "选一类数据，再选行、列、度量和条件，即得表和图；可以保存、用网址分享、导出。数字都能点开到记录。" }
        @if let Some(saved) = &saved { (saved_section(saved)) }
        @if facts.is_empty() { div.empty-state { p.empty-title { "没有可探索的数据" } p { "您的角色可以使用指标和统计表。" } } }
        @for (heading, list) in &groups {
            h2.explore-heading { (heading) }
            ul.explore-facts { @for fact in list { li { a href=(address(&fact.def.name)) { (fact.title) } @if fact.closed { " " span.tag { "只看汇总" } } } } }
        }
    };
    Ok(layout::page(&Frame { title: TITLE, signed: Some(&signed), active: PAGE, actions, ..Frame::new(&app) }, body))
}

async fn saved(app: &App, signed: &Signed) -> Result<Option<Vec<View>>, PageError> {
    if !app.catalogue().kind(SAVED).is_some_and(|kind| access::may(&signed.caller, kind, Wish::Read)) {
        return Ok(None);
    }
    let request = ListRequest { sort: Some("-event_date".into()), limit: SHOWN, ..ListRequest::default() };
    Ok(Some(app.door.list(&signed.caller, SAVED, &request).await?.rows))
}

fn saved_section(saved: &[View]) -> Markup {
    let text = |view: &View, name: &str| view.data.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    html! {
        section.card {
            div.board-section-head { h2 { "已保存" } a href=(links::list(SAVED)) { "管理" } }
            @if saved.is_empty() { p.muted { "还没有保存过。打开一类数据，选好条件后点“保存”。" } } @else {
                ul.explore-saved { @for view in saved {
                    @let to = text(view, "address");
                    li { @if save::own(&to) { a href=(to) { (text(view, "title")) } } @else { (text(view, "title")) } " " span.muted { (text(view, "note")) } " " a.muted href=(links::record(SAVED, &view.id)) { "记录" } }
                } }
            }
        }
    }
}
