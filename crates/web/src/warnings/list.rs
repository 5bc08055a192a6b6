//! `GET /warnings`: what there is to deal with, gravest first.

use super::asked::{Asked, SIGNALS, SORTS};
use super::{PAGE, RULES, RULES_TITLE, TITLE, badge, named, style, text};
use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use std::collections::BTreeMap;
use zhijian_kinds::warning::Level;
use zhijian_kinds::{Kind, dates};
use zhijian_records::read::{View, display};
use zhijian_records::warnings::KIND;

/// Numbers by value of a field.
type Counts = BTreeMap<String, u64>;

/// `GET /warnings`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    super::allow(&app, &signed)?;
    let kind = app.door.kind(KIND)?;
    let asked = Asked::read(app.catalogue(), &kind, &query.unwrap_or_default())?;
    let today = app.door.today();
    let page = app.door.list(&signed.caller, KIND, &asked.request(&kind, &today, "")).await?;
    let counted = async |name: &str, field: &str| -> Result<Counts, PageError> {
        let request = zhijian_records::read::ListRequest { cursor: None, ..asked.request(&kind, &today, name) };
        Ok(app.door.count_by(&signed.caller, KIND, &request, field).await?.into_iter().collect())
    };
    let (levels, rules, counties, states) = futures::future::try_join4(
        counted("level", "level"),
        counted("rule", "rule"),
        counted("county", "region"),
        counted("state", "state"),
    )
    .await?;
    let overdue = Asked { due: "overdue".into(), after: String::new(), ..asked.clone() };
    let late = app.door.count(&signed.caller, KIND, &overdue.request(&kind, &today, ""), words::COUNT_LIMIT).await?;
    let body = html! {
        (style())
        (by_level(&asked, &levels))
        (filter(&app, &asked, &kind, &rules, &counties, &states, late))
        @if page.rows.is_empty() { (nothing(&asked)) } @else {
            (table(&app, &kind, &page.rows, &today))
            nav.pager aria-label="翻页" {
                @if !asked.after.is_empty() { a.btn href=(asked.with("", "")) { "回到第一页" } }
                @if let Some(next) = &page.next { a.btn href=(asked.with("after", next)) { "下一页" } }
            }
        }
        p.muted.alert-note { "在线监测数值不计入监测合格率，也不单独作为执法证据（B5）。预警由平台按规则生成，阈值见" a href=(RULES) { (RULES_TITLE) } "。" }
    };
    let actions = html! {
        a.btn href=(RULES) { (RULES_TITLE) }
        a.btn href=(asked.records()) { (icon("export")) "列表与导出" }
        a.btn href=(links::help(KIND)) { (icon("help")) "说明" }
    };
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn by_level(asked: &Asked, levels: &Counts) -> Markup {
    let total: u64 = levels.values().sum();
    html! {
        nav.tabs aria-label="按级别" {
            a href=(asked.with("level", "")) aria-current=[asked.level.is_empty().then_some("page")] { "全部 " span.num { (words::count(total)) } }
            @for level in Level::ALL {
                a href=(asked.with("level", level.code())) aria-current=[(asked.level == level.code()).then_some("page")] {
                    (badge(level)) " " span.num { (words::count(levels.get(level.code()).copied().unwrap_or_default())) }
                }
            }
        }
    }
}

fn filter(app: &App, asked: &Asked, kind: &Kind, rules: &Counts, counties: &Counts, states: &Counts, late: u64) -> Markup {
    let number = |counts: &Counts, code: &str| counts.get(code).copied().unwrap_or_default();
    let all_states = kind.states.as_ref().map(|s| s.list.as_slice()).unwrap_or_default();
    let open: u64 = all_states.iter().filter(|s| !s.final_).map(|s| number(states, &s.code)).sum();
    html! {
        form.due-filter method="get" action=(PAGE) {
            @if !asked.level.is_empty() { input type="hidden" name="level" value=(asked.level); }
            @if !asked.employer.is_empty() { input type="hidden" name="employer" value=(asked.employer); }
            div {
                label for="rule" { "规则" }
                select.form-select #rule name="rule" {
                    option value="" { "全部规则" }
                    @for rule in app.catalogue().warnings.values().filter(|r| number(rules, &r.warning) > 0 || r.warning == asked.rule) {
                        option value=(rule.warning) selected[rule.warning == asked.rule] { (rule.warning) " " (rule.title) "（" (words::count(number(rules, &rule.warning))) "）" }
                    }
                }
            }
            div {
                label for="county" { "县区" }
                select.form-select #county name="county" {
                    option value="" { "全部县区" }
                    @for (code, n) in counties.iter().filter(|(code, _)| !code.is_empty()) { option value=(code) selected[*code == asked.county] { (app.catalogue().regions.name(code)) "（" (words::count(*n)) "）" } }
                    @if !asked.county.is_empty() && !counties.contains_key(&asked.county) { option value=(asked.county) selected { (app.catalogue().regions.name(&asked.county)) } }
                }
            }
            div {
                label for="state" { "状态" }
                select.form-select #state name="state" {
                    option value="" { "未关闭（" (words::count(open)) "）" }
                    option value="all" selected[asked.state == "all"] { "全部（" (words::count(states.values().sum())) "）" }
                    @for state in all_states { option value=(state.code) selected[state.code == asked.state] { (state.title) "（" (words::count(number(states, &state.code))) "）" } }
                }
            }
            div {
                label for="due" { "处置期限" }
                select.form-select #due name="due" {
                    option value="" { "不限" }
                    option value="overdue" selected[asked.due == "overdue"] { "已逾期（" (words::count(late)) "）" }
                    option value="week" selected[asked.due == "week"] { "7天内到期" }
                }
            }
            div {
                label for="signal" { "信号" }
                select.form-select #signal name="signal" {
                    option value="" { "不限" }
                    @for (code, title) in SIGNALS { option value=(code) selected[code == asked.signal] { (title) } }
                }
            }
            div {
                label for="sort" { "排序" }
                select.form-select #sort name="sort" { @for (code, title) in SORTS { option value=(code) selected[code == asked.sort] { (title) } } }
            }
            button.btn.btn-primary type="submit" { "筛选" }
            @if !asked.plain() { a.quiet href=(PAGE) { "清除" } }
        }
    }
}

fn table(app: &App, kind: &Kind, rows: &[View], today: &str) -> Markup {
    html! {
        div.table-wrap { table.list.alerts {
            thead { tr { th scope="col" { "级别" } th scope="col" { "对象" } th scope="col" { "规则" } th.num scope="col" { "测得值" } th scope="col" { "县区" } th scope="col" { "触发" } th scope="col" { "处置期限" } th scope="col" { "信号" } th scope="col" { "状态" } } }
            tbody { @for view in rows { tr {
                td data-label="级别" { @if let Some(level) = Level::of_code(text(view, "level")) { (badge(level)) } }
                td.text data-label="对象" { a href=(links::record(KIND, &view.id)) { (text(view, "subject")) } }
                td.text data-label="规则" { (named(text(view, "rule"), app.catalogue().warnings.get(text(view, "rule")))) }
                td.num data-label="测得值" { (display(app.catalogue(), kind, "value", &view.data)) span.muted.alert-measure { (text(view, "measure")) } }
                td.text data-label="县区" { (app.catalogue().regions.name(&view.region)) }
                td.date data-label="触发" { (text(view, "raised_on")) }
                td.date data-label="处置期限" { (due(view, today)) }
                td data-label="信号" { (signal(text(view, "signal"))) }
                td.state data-label="状态" { (cells::state(kind, &view.state)) }
            } } }
        } }
    }
}

/// The last day, with how late it is.
fn due(view: &View, today: &str) -> Markup {
    let day = text(view, "due_on");
    let left = dates::days_between(today, day);
    html! {
        (day)
        @if view.state != "closed" { @match left {
            Some(left) if left < 0 => { " " span.state-badge.badge-stop { "逾期" (-left) "天" } },
            Some(left) if left <= 7 => { " " span.state-badge.badge-look { "还剩" (left) "天" } },
            _ => {},
        } }
    }
}

pub(super) fn signal(word: &str) -> Markup {
    let title = SIGNALS.iter().find(|(code, _)| *code == word).map_or("", |(_, title)| title);
    let tone = if word == "present" { "badge-going" } else { "badge-quiet" };
    html! { @if !title.is_empty() { span class={"state-badge " (tone)} { (title) } } }
}

fn nothing(asked: &Asked) -> Markup {
    html! {
        div.empty-state {
            @if asked.plain() {
                p.empty-title { "没有未关闭的预警" }
                p { "记录入库后几秒内按规则判断，查询类规则约每半小时重新判断一次。" a href=(asked.with("state", "all")) { "查看已关闭的" } }
            } @else { p.empty-title { "没有符合条件的预警" } p { a href=(PAGE) { "查看全部未关闭的" } } }
        }
    }
}
