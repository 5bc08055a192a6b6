//! `GET /duties`: open duties by due day.

use super::asked::{Asked, PARTS, ROWS};
use super::{CALENDAR, PAGE, TITLE, row};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::links;
use crate::session::Signed;
use crate::words;
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use zhijian_records::duties::{Ask, Count};

/// `GET /duties`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let asked = Asked::read(app.catalogue(), &query.unwrap_or_default())?;
    let today = app.door.today();
    let counts =
        app.door.duty_counts(&signed.caller, Asked { part: String::new(), after: String::new(), ..asked.clone() }.ask(&today)).await?;
    let all = if asked.duty.is_empty() { counts.clone() } else { app.door.duty_counts(&signed.caller, Ask::default()).await? };
    let mut rows = app.door.duties(&signed.caller, asked.ask(&today)).await?;
    let more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let next = more.then(|| rows.last().map(|r| format!("{}~{}~{}", r.due_on, r.id, r.duty))).flatten();
    let shown = row::with_records(&app, &signed, rows).await?;
    let body = html! {
        (tabs(&asked, &counts))
        (filter(&app, &asked, &all))
        @if shown.is_empty() { (nothing(&asked)) } @else {
            (row::table(&app, &signed, &shown, false))
            (crate::pages::actions::bar(&app, &signed, None, "", &asked.with("part", &asked.part)))
            nav.pager aria-label="翻页" {
                @if !asked.after.is_empty() { a.btn href=(asked.with("part", &asked.part)) { "回到第一页" } }
                @if let Some(next) = &next { a.btn href={(asked.with("after", next))} { "下一页" } }
            }
        }
    };
    let actions = html! { a.btn href=(CALENDAR) { "日历" } };
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn tabs(asked: &Asked, counts: &[Count]) -> Markup {
    let sum = |of: fn(&Count) -> u64| counts.iter().map(of).sum::<u64>();
    let numbers = [sum(|c| c.overdue), sum(|c| c.soon), sum(|c| c.later), sum(|c| c.paused)];
    let tab = |part: &str, title: &str, number: u64| {
        let here = asked.part == part;
        html! { a href=(asked.with("part", part)) aria-current=[here.then_some("page")] { (title) " " span.num { (words::count(number)) } } }
    };
    html! {
        nav.tabs aria-label="按期限" {
            (tab("", "全部", numbers.iter().sum()))
            @for ((part, title), number) in PARTS.iter().zip(numbers) { (tab(part, title, number)) }
        }
    }
}

fn filter(app: &App, asked: &Asked, counts: &[Count]) -> Markup {
    html! {
        form.due-filter method="get" action=(PAGE) {
            @if !asked.part.is_empty() { input type="hidden" name="part" value=(asked.part); }
            div {
                label for="duty" { "事项" }
                select.form-select #duty name="duty" {
                    option value="" { "全部事项" }
                    @for count in counts {
                        option value=(count.duty) selected[count.duty == asked.duty] {
                            (app.catalogue().duties.get(&count.duty).map_or(count.duty.as_str(), |d| d.title.as_str())) "（" (words::count(count.overdue + count.soon + count.later + count.paused)) "）"
                        }
                    }
                }
            }
            div { label for="day" { "到期日" } input.form-control #day type="date" name="day" value=(asked.day); }
            button.btn.btn-primary type="submit" { "筛选" }
            @if !(asked.duty.is_empty() && asked.day.is_empty()) { a.quiet href={(PAGE) (links::query(&[("part", asked.part.as_str())]))} { "清除" } }
        }
    }
}

fn nothing(asked: &Asked) -> Markup {
    html! {
        div.empty-state {
            @if asked.part.is_empty() && asked.duty.is_empty() && asked.day.is_empty() {
                p.empty-title { "没有待办事项" }
                p { "有期限的事项（报告、上报、申报、检测、随访等）在记录保存后几秒内出现在这里；逾期较久的会同时出现在主管部门的工作台。" }
            } @else { p.empty-title { "没有符合条件的事项" } p { a href=(PAGE) { "查看全部" } } }
        }
    }
}
