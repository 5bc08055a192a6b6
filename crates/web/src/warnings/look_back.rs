//! What a rule would have raised on history with given thresholds.

use super::badge;
use crate::app::App;
use crate::error::PageError;
use crate::posted;
use crate::session::Signed;
use maud::{Markup, html};
use std::sync::Arc;
use zhijian_kinds::text::rounded_text;
use zhijian_kinds::warning::{Level, Source, Thresholds, Warning};
use zhijian_kinds::{Regions, dates};
use zhijian_lake::warnings::Rules;
use zhijian_records::warnings::Backtest;
use zhijian_records::warnings::backtest::{self, MONTHS};

/// Months of the first offer.
const OFFER: i64 = 24;
/// Examples listed.
const LISTED: usize = 20;

/// What the address asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    from: String,
    to: String,
    values: Thresholds,
}

impl Asked {
    /// Reads the query string.
    pub fn read(rule: &Warning, query: &str) -> Result<Self, PageError> {
        let mut asked = Self { values: rule.defaults(), ..Self::default() };
        let month = |text: &str| dates::parse_iso(&format!("{text}-01")).is_some();
        for (name, value) in posted::pairs(query.as_bytes()) {
            let wrong = || PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别"));
            match (name.as_str(), name.strip_prefix("t_").and_then(|n| asked.values.get_mut(n))) {
                (_, Some(place)) => *place = value.trim().parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(wrong)?,
                ("from", _) if value.is_empty() || month(&value) => asked.from = value,
                ("to", _) if value.is_empty() || month(&value) => asked.to = value,
                ("from" | "to", _) => return Err(wrong()),
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            }
        }
        Ok(asked)
    }
}

/// The section: the form, and the answer when one was asked for.
pub(super) async fn section(app: &App, signed: &Signed, rule: &Warning, asked: &Asked) -> Result<Markup, PageError> {
    if !rule.ready() || matches!(rule.source, Source::Duty(_)) {
        return Ok(
            html! { p.muted { @if rule.ready() { "该规则看的是现有的应办事项，事项不留历史状态，不能回测。" } @else { "缺数据，不能回测。" } } },
        );
    }
    let found = if asked.from.is_empty() || asked.to.is_empty() {
        None
    } else {
        let question = backtest::Asked {
            rule,
            thresholds: &asked.values,
            from: &asked.from,
            to: &asked.to,
            region: Regions::prefix(&signed.account.region),
        };
        let facts = Rules::new(Arc::clone(&app.evaluator));
        Some(backtest::run(&app.door, &facts, &question).await.map_err(PageError::BadRequest)?)
    };
    Ok(html! {
        p { "按现有记录，假如规则以这些阈值运行，各月会触发（或升级）多少预警。查询类规则在每月末各问一次；没有人处置，信号消失即视为关闭。" }
        (form(app, rule, asked))
        @if let Some(found) = &found { (answer(found)) }
    })
}

fn form(app: &App, rule: &Warning, asked: &Asked) -> Markup {
    let today = app.door.today();
    let offered = dates::add_months(&today, -OFFER).unwrap_or_default();
    let or = |given: &str, day: &str| if given.is_empty() { day.get(..7).unwrap_or_default().to_owned() } else { given.to_owned() };
    html! {
        form.alert-form method="get" action={(super::rule_page(&rule.warning)) "#backtest"} {
            div { label for="bt-from" { "起始月份" } input.form-control #bt-from type="month" name="from" value=(or(&asked.from, &offered)) placeholder="2018-01" required; }
            div { label for="bt-to" { "截止月份" } input.form-control #bt-to type="month" name="to" value=(or(&asked.to, &today)) placeholder="2020-12" required; }
            @for (name, t) in &rule.thresholds {
                div { label for={"bt-" (name)} { (t.title) @if !t.unit.is_empty() { "（" (t.unit) "）" } } input.form-control #{"bt-" (name)} type="number" step="any" name={"t_" (name)} value=(rounded_text(asked.values.get(name).copied().unwrap_or(t.default))); }
            }
            button.btn.btn-primary type="submit" { "回测" }
            p.muted { "最多 " (MONTHS) " 个月。" }
        }
    }
}

fn answer(found: &Backtest) -> Markup {
    let totals = found.totals();
    let most = found.months.iter().map(|m| m.raised.iter().sum::<u64>()).max().unwrap_or_default();
    let columns = [Level::Blue, Level::Yellow, Level::Orange, Level::Red];
    html! {
        h3 { "结果" }
        @if most == 0 { p.notice.notice-info { "这段时间内不会触发预警。" } }
        div.table-wrap { table.list.small.alert-months {
            thead { tr { th scope="col" { "月份" } @for level in columns { th.num scope="col" { (badge(level)) } } th.num scope="col" { "合计" } th scope="col" { "多少" } } }
            tbody { @for m in &found.months {
                @let sum: u64 = m.raised.iter().sum();
                tr { th scope="row" { (m.month) } @for n in m.raised { td.num { (n) } } td.num { (sum) } td { meter min="0" max=(most.max(1)) value=(sum) aria-label={(m.month) " " (sum)} { (sum) } } }
            } }
            tfoot { tr { th scope="row" { "合计" } @for n in totals { td.num { (n) } } td.num { (totals.iter().sum::<u64>()) } td {} } }
        } }
        @if !found.last.is_empty() {
            h3 { "最近的" }
            ul.due-list { @for (day, level, subject, evidence) in found.last.iter().take(LISTED) { li {
                span { (badge(*level)) " " @match evidence.first() { Some((kind, id)) => a href=(super::proof(kind, id)) { (subject) }, None => (subject) } }
                span.date { (day) }
            } } }
        }
    }
}
