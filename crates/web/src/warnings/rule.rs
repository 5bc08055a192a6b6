//! `GET /warnings/rules/{rule}`: one rule in words and in full, its thresholds region by region, a look back.

use super::look_back::{self, Asked};
use super::rules::{lacks, standing, way};
use super::{PAGE, RULES, RULES_TITLE, TITLE, badge, settings, style};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::words;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::text::rounded_text;
use zhijian_kinds::warning::{Level, Source, Warning};
use zhijian_records::warnings::Settings;

/// `GET /warnings/rules/{rule}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(rule): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    super::allow(&app, &signed)?;
    let rule = find(&app, &rule)?;
    let asked = Asked::read(rule, &query.unwrap_or_default())?;
    let all = Settings::read(&app.door).await?;
    let precision = app.door.warning_precision(&signed.caller).await?.remove(&rule.warning).unwrap_or_default();
    let past = look_back::section(&app, &signed, rule, &asked).await?;
    let today = app.door.today();
    let body = html! {
        (Flash::of(&headers).notice())
        (style())
        p.lead { (rule.rule) "。" }
        @if !rule.ready() { p.notice.notice-warning { "缺数据：" (lacks(&app, rule)) "。规则已写好，数据到位后启用。" } }
        section.card {
            h2 { "规则" }
            dl.facts {
                div.fact { dt { "状态" } dd { (standing(rule, &all, &signed.account.region, &today)) } }
                div.fact { dt { "方式" } dd { (way(rule)) } }
                div.fact { dt { "版本" } dd { "第 " (rule.edition) " 版" } }
                div.fact { dt { "依据" } dd { (rule.basis_shown()) } }
                div.fact { dt { "测得值" } dd { (rule.measure) } }
                div.fact { dt { "静默期" } dd { (rule.quiet_days) " 天" span.unit-note { "（平台约定）" } } }
                div.fact { dt { "准确率" } dd { @match precision.percent() { Some(p) => { (rounded_text(p.round())) "%（真 " (precision.right) "，误报 " (precision.wrong) "）" }, None => "尚无核实" } } }
                div.fact.wide { dt { "办结标准" } dd { (rule.closes) } }
                @if !rule.note.is_empty() { div.fact.wide { dt { "说明" } dd { (rule.note) } } }
            }
            (levels(rule))
            (source(rule))
        }
        section.card {
            h2 { "阈值与启用" }
            (settings::body(&app, &signed, rule, &all))
        }
        section.card #backtest {
            h2 { "回测" }
            (past)
        }
    };
    let title = format!("{} {}", rule.warning, rule.title);
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned()), (RULES_TITLE, RULES.to_owned())];
    let frame = Frame { title: &title, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// The rule of an address.
pub(super) fn find<'a>(app: &'a App, rule: &str) -> Result<&'a Warning, PageError> {
    app.catalogue().warnings.get(rule).ok_or_else(|| PageError::NotFound(format!("没有预警规则“{rule}”")))
}

fn levels(rule: &Warning) -> Markup {
    let roles = |level: Level| rule.party(level).map(|p| (p.roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、"), p.days));
    let own = rule.levels.iter().map(|level| ("", level));
    let also = rule.also.iter().flat_map(|also| also.levels.iter().map(|level| (also.record.kind.as_str(), level)));
    html! {
        h3 { "级别、责任方和期限" }
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "级别" } th scope="col" { "条件" } th scope="col" { "处置" } th.num scope="col" { "期限" } } }
            tbody { @for (kind, level) in own.chain(also) { tr {
                td data-label="级别" { (badge(level.level)) }
                td data-label="条件" { @if !kind.is_empty() { code { (kind) } "：" } code.alert-code { (level.when) } }
                @match roles(level.level) {
                    Some((who, days)) => { td data-label="处置" { (who) } td.num data-label="期限" { (days) " 天" } },
                    None => { td data-label="处置" {} td data-label="期限" {} },
                }
            } } }
        } }
        p.muted { "条件中的名称是下面的阈值和规则的数值；期限为平台约定（未注明出处）。" }
    }
}

fn source(rule: &Warning) -> Markup {
    html! {
        details { summary { "规则全文" }
            @match &rule.source {
                Source::Record(_) => @for part in rule.parts() {
                    p { "表单 " code { (part.source.kind) } "，同一对象：" code { (part.source.key.join(", ")) } @if let Some(when) = &part.source.when { "，只看：" code.alert-code { (when) } } }
                },
                Source::Duty(of) => p { "应办事项：" code { (of.duties.join(", ")) } "；late 为超过期限的天数。" },
                Source::Forecast(of) => {
                    p { "规划各行的年末预测，与规划看板同一计算：" (zhijian_calc::forecast::METHOD) "。" (zhijian_calc::forecast::CAVEAT) }
                    p { "规划：" (if of.plans.is_empty() { "全部".to_owned() } else { of.plans.join("、") }) @if of.counties { "；规划所在地区及其各区县" } "。可用的数值：" code { (zhijian_kinds::warning::FORECAST.join(", ")) } }
                },
                Source::Query(query) => pre.alert-sql tabindex="0" { (query.sql) },
                Source::Statistic(statistic) => {
                    p { "统计方法：" @for (n, method) in statistic.methods.iter().enumerate() { @if n > 0 { "、" } a href={"/calc/" (method.calc)} { (method.calc) } } }
                    pre.alert-sql tabindex="0" { (statistic.query.sql) }
                },
            }
        }
    }
}
