//! `GET /explore/{fact}/records`: the records behind a cell.

use super::question::{NONE, Question};
use super::{PAGE, TITLE, address, fact, style};
use crate::app::App;
use crate::board::asked::{Asked, PAGE as ROWS};
use crate::board::parts;
use crate::board::place::Territory;
use crate::pages::records::{cells, those};
use crate::{Frame, PageError, Signed, layout, links};
use axum::extract::{Path, State};
use maud::{Markup, html};

/// `GET /explore/{fact}/records`
pub async fn page(signed: Signed, State(app): State<App>, Path(name): Path<String>, asked: Asked) -> Result<Markup, PageError> {
    let territory = Territory::of(&app, &signed.caller)?;
    let question = Question::read(&app, &territory, &signed.caller, &name, &asked)?;
    if question.fact.closed {
        return Err(PageError::NotAllowed("您的角色只看汇总，不能打开明细".into()));
    }
    let key = |name: &str| match asked.text(name) {
        "" => None,
        NONE => Some(""),
        key => Some(key),
    };
    let cell = (key("row"), key("column").filter(|_| question.columns.is_some()));
    let found = app.evaluator.cube_rows(&question.cube(), &question.params, cell, (asked.page() - 1) * ROWS, ROWS).await?;
    let kind = question.fact.kind;
    let views = those(&app, &signed.caller, &kind.kind, &found.ids).await?;
    let back = asked.here(&address(&name), &[("row", ""), ("column", ""), ("page", "")]);
    let crumbs = [(TITLE, PAGE.to_owned()), (question.fact.title.as_str(), back)];
    let title = format!("{}明细", question.fact.title);
    let frame = Frame { title: &title, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    let columns: Vec<&String> = kind.list.columns.iter().collect();
    let body = html! {
        (style())
        p.lead { (question.words(&app)) (told(&app, &question, cell)) }
        @if found.ids.is_empty() { div.empty-state { p.empty-title { "没有记录" } p { "数据可能刚刚更新，请返回重新查看。" } } } @else {
            div.table-wrap { table.list {
                thead { tr { @for path in &columns { th scope="col" class=(cells::class(kind, path)) { (cells::title(kind, path)) } } th scope="col" { "区县" } } }
                tbody { @for view in found.ids.iter().filter_map(|id| views.get(id)) { tr {
                    @for (at, path) in columns.iter().enumerate() {
                        td class=(cells::class(kind, path)) data-label=(cells::title(kind, path)) {
                            @if at == 0 { a href=(links::record(&kind.kind, &view.id)) { (cells::cell(&app, kind, path, view)) } } @else { (cells::cell(&app, kind, path, view)) }
                        }
                    }
                    td data-label="区县" { (app.catalogue().regions.name(&view.region)) }
                } } }
            } }
            (parts::paging(&asked, &format!("{}/records", address(&name)), found.total))
        }
    };
    Ok(layout::page(&frame, body))
}

fn told(app: &App, question: &Question<'_>, cell: (Option<&str>, Option<&str>)) -> String {
    let sides = [(Some(question.rows), cell.0), (question.columns, cell.1)];
    let named = sides.into_iter().filter_map(|(at, key)| {
        let side = question.sides.get(at?)?;
        Some(format!("；{}：{}", side.title, fact::label(app, side.words, key?)))
    });
    named.collect()
}
