//! Thresholds of a rule region by region: what holds, its history, and a new setting.

use super::{rule, rule_page};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use zhijian_kinds::Regions;
use zhijian_kinds::intake::Draft;
use zhijian_kinds::text::rounded_text;
use zhijian_kinds::warning::{Threshold, Warning};
use zhijian_records::access::{self, Wish};
use zhijian_records::submit::Entry;
use zhijian_records::warnings::{SETTINGS, Setting, Settings};

/// Before the name of a threshold's field in the form.
const VALUE: &str = "t_";

/// The section.
pub(super) fn body(app: &App, signed: &Signed, rule: &Warning, all: &Settings) -> Markup {
    let own = Regions::prefix(&signed.account.region);
    let there: Vec<&Setting> = all.0.iter().filter(|s| s.rule == rule.warning && s.region.starts_with(own)).collect();
    let may = app.catalogue().kind(SETTINGS).is_some_and(|kind| access::may(&signed.caller, kind, Wish::File));
    html! {
        (defaults(rule))
        h3 { "地区设置的历史" }
        @if there.is_empty() { p.muted { "本地区没有设置，使用默认值" @if !rule.enabled { "（默认停用）" } "。" } } @else { (history(app, rule, &there)) }
        @if may { (form(app, signed, rule, all)) }
    }
}

fn defaults(rule: &Warning) -> Markup {
    let basis = |t: &Threshold| if t.basis.is_empty() { "未注明出处".to_owned() } else { t.basis.clone() };
    html! {
        @if rule.thresholds.is_empty() { p.muted { "该规则没有可调的阈值，只能启用或停用。" } } @else {
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "阈值" } th scope="col" { "名称" } th.num scope="col" { "默认值" } th scope="col" { "出处" } } }
                tbody { @for (name, t) in &rule.thresholds { tr {
                    td data-label="阈值" { (t.title) } td data-label="名称" { code { (name) } }
                    td.num data-label="默认值" { (rounded_text(t.default)) " " (t.unit) } td data-label="出处" { (basis(t)) }
                } } }
            } }
        }
    }
}

fn history(app: &App, rule: &Warning, there: &[&Setting]) -> Markup {
    let values = |s: &Setting| {
        let named = s.values.iter().map(|(name, value)| {
            format!("{} {}", rule.thresholds.get(name).map_or(name.as_str(), |t| t.title.as_str()), rounded_text(*value))
        });
        named.collect::<Vec<_>>().join("；")
    };
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "地区" } th scope="col" { "自" } th scope="col" { "启用" } th scope="col" { "阈值" } th scope="col" { "理由" } th scope="col" { "记录" } } }
            tbody { @for s in there { tr {
                td data-label="地区" { (app.catalogue().regions.name(&s.region)) }
                td.date data-label="自" { (s.valid_from) }
                td data-label="启用" { (if s.enabled { "启用" } else { "停用" }) }
                td data-label="阈值" { @if s.values.is_empty() { "默认" } @else { (values(s)) } }
                td data-label="理由" { (s.reason) }
                td data-label="记录" { a href=(links::about(SETTINGS, &s.id, "history")) { "谁、何时" } }
            } } }
        } }
    }
}

/// Counties that the caller may set.
fn counties<'a>(app: &'a App, signed: &Signed) -> Vec<&'a zhijian_kinds::regions::Region> {
    let own = Regions::prefix(&signed.account.region);
    let all = app.catalogue().regions.all().iter();
    all.filter(|r| {
        matches!(r.level, zhijian_kinds::regions::Level::County | zhijian_kinds::regions::Level::Zone) && r.code.starts_with(own)
    })
    .collect()
}

fn form(app: &App, signed: &Signed, rule: &Warning, all: &Settings) -> Markup {
    let today = app.door.today();
    let counties = counties(app, signed);
    let first = counties.first().map_or("", |c| c.code.as_str());
    let (on, now) = all.rule(rule, first, &today);
    html! {
        details { summary { "调整本地区的设置" }
            form.alert-form method="post" action={(rule_page(&rule.warning)) "/settings"} data-once {
                (token(signed))
                div { label for="set-county" { "地区" } select.form-select #set-county name="county" required { @for c in &counties { option value=(c.code) { (c.name) } } } }
                div { label for="set-from" { "生效日期" } input.form-control #set-from type="date" name="valid_from" value=(today) required; }
                div { label for="set-on" { "启用" } select.form-select #set-on name="enabled" { option value="true" selected[on] { "启用" } option value="false" selected[!on] { "停用" } } }
                @for (name, t) in &rule.thresholds {
                    div { label for={"set-" (name)} { (t.title) @if !t.unit.is_empty() { "（" (t.unit) "）" } } input.form-control #{"set-" (name)} type="number" step="any" name={(VALUE) (name)} value=(rounded_text(now.get(name).copied().unwrap_or(t.default))) required; }
                }
                div.wide { label for="set-reason" { "调整理由" } input.form-control #set-reason name="reason" maxlength="500" required; }
                button.btn.btn-primary type="submit" { "保存" }
                p.muted { "保存为一条“预警规则设置”记录，自生效日起用；以往的设置留作历史。调整前可在下面回测。" }
            }
        }
    }
}

/// `POST /warnings/rules/{rule}/settings`
pub async fn submit(State(app): State<App>, Path(name): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let rule = rule::find(&app, &name)?;
    let kind = app.door.kind(SETTINGS)?;
    zhijian_records::Door::allow(&posted.signed.caller, &kind, Wish::File)?;
    let mut values = Vec::new();
    for (name, threshold) in &rule.thresholds {
        let given = posted.get(&format!("{VALUE}{name}")).trim();
        let value: f64 = given
            .parse()
            .ok()
            .filter(|v: &f64| v.is_finite())
            .ok_or_else(|| PageError::BadRequest(format!("“{}”填的是“{given}”，应填一个数", threshold.title)))?;
        if (value - threshold.default).abs() > f64::EPSILON {
            values.push(json!({"threshold_name": name, "threshold_value": value}));
        }
    }
    let document = json!({
        "rule": rule.warning, "county": posted.get("county"), "valid_from": posted.get("valid_from"),
        "enabled": posted.get("enabled") != "false", "values": values, "reason": posted.get("reason"),
    });
    let draft = Draft::from_json(&kind, document.as_object().unwrap_or(&Map::<String, Value>::new()));
    let entry = Entry { source: "web", reason: posted.get("reason"), idempotency: None };
    app.door.submit(&posted.signed.caller, SETTINGS, &draft, entry).await?;
    let flash = Flash::done("设置已保存，自生效日起使用。");
    Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&rule_page(&rule.warning))).into_response())
}
