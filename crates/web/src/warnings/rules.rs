//! `GET /warnings/rules`: all rules, whether they run here, and how good they are.

use super::{PAGE, RULES_TITLE, TITLE, rule_page, style};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::State;
use maud::{Markup, html};
use std::collections::BTreeMap;
use zhijian_kinds::warning::{Source, Warning};
use zhijian_records::warnings::Settings;
use zhijian_records::warnings::tally::Precision;

/// `GET /warnings/rules`
pub async fn show(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    super::allow(&app, &signed)?;
    let numbers = app.door.warning_precision(&signed.caller).await?;
    let settings = Settings::read(&app.door).await?;
    let all = &app.catalogue().warnings;
    let lacking = all.values().filter(|r| !r.ready()).count();
    let body = html! {
        (style())
        p.lead { "共 " (all.len()) " 条规则，" (all.len() - lacking) " 条可用，" (lacking) " 条缺数据。准确率＝核实为真 ÷（核实为真＋误报），用来发现不好的规则。" }
        (table(&app, &signed, &numbers, &settings))
    };
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    let frame = Frame { title: RULES_TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

/// How a rule looks for signals.
pub(super) fn way(rule: &Warning) -> &'static str {
    match &rule.source {
        Source::Record(_) => "逐条记录",
        Source::Query(_) => "查询",
        Source::Statistic(_) => "统计",
        Source::Duty(_) => "期限",
        Source::Forecast(_) => "年末预测",
    }
}

/// Does it run, for the caller's region?
pub(super) fn standing(rule: &Warning, settings: &Settings, region: &str, today: &str) -> Markup {
    let (on, _) = settings.rule(rule, region, today);
    html! {
        @if !rule.ready() { span.state-badge.badge-look { "缺数据" } }
        @else if on { span.state-badge.badge-ok { "启用" } } @else { span.state-badge.badge-quiet { "停用" } }
    }
}

fn table(app: &App, signed: &Signed, numbers: &BTreeMap<String, Precision>, settings: &Settings) -> Markup {
    let today = app.door.today();
    let own = |rule: &str| {
        settings.0.iter().any(|s| s.rule == rule && s.region.starts_with(zhijian_kinds::Regions::prefix(&signed.account.region)))
    };
    html! {
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "规则" } th scope="col" { "方式" } th scope="col" { "状态" } th.num scope="col" { "预警" } th.num scope="col" { "未关闭" } th.num scope="col" { "真" } th.num scope="col" { "误报" } th.num scope="col" { "未核实" } th.num scope="col" { "准确率" } th scope="col" { "阈值" } } }
            tbody { @for rule in app.catalogue().warnings.values() {
                @let n = numbers.get(&rule.warning).copied().unwrap_or_default();
                tr {
                    td.text data-label="规则" { a href=(rule_page(&rule.warning)) { (rule.warning) " " (rule.title) } span.muted.alert-measure { (rule.rule) } @if !rule.ready() { span.alert-lack { "缺：" (lacks(app, rule)) } } }
                    td data-label="方式" { (way(rule)) }
                    td data-label="状态" { (standing(rule, settings, &signed.account.region, &today)) }
                    td.num data-label="预警" { (counted(n.all, &rule.warning, "all")) }
                    td.num data-label="未关闭" { (counted(n.open, &rule.warning, "")) }
                    td.num data-label="真" { (n.right) }
                    td.num data-label="误报" { (n.wrong) }
                    td.num data-label="未核实" { (n.unverified()) }
                    td.num data-label="准确率" { @match n.percent() { Some(percent) => { (zhijian_kinds::text::rounded_text(percent.round())) "%" }, None => span.muted { "—" } } }
                    td data-label="阈值" { @if own(&rule.warning) { "有地区设置" } @else { span.muted { "默认" } } }
                }
            } }
        } }
    }
}

/// What a rule lacks, in words.
pub(super) fn lacks(app: &App, rule: &Warning) -> String {
    let word = |need: &String| match need.strip_prefix("kind:") {
        Some(kind) => app.catalogue().kind(kind).map_or_else(|| format!("“{kind}”表单"), |k| format!("“{}”表单", k.title)),
        None => need.clone(),
    };
    rule.lacks.iter().map(word).collect::<Vec<_>>().join("、")
}

fn counted(number: u64, rule: &str, state: &str) -> Markup {
    let address = format!("{PAGE}{}", links::query(&[("rule", rule), ("state", if state.is_empty() { "open" } else { state })]));
    html! { @if number == 0 { "0" } @else { a href=(address) { (words::count(number)) } } }
}
