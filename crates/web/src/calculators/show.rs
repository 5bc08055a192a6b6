//! The page of one calculator.

use super::entered::Entered;
use super::result::{self, Done};
use super::{form, plots, words};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::posted::{self, Posted};
use crate::session::Signed;
use crate::{links, words as frame_words};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value;
use zhijian_calc::registry::{self, Calculator};

/// Longest address into which a form is put; longer ones are answered without changing the address.
const LONGEST: usize = 1800;

fn find(id: &str) -> Result<&'static Calculator, PageError> {
    registry::find(id).ok_or_else(|| PageError::NotFound(format!("没有计算器“{id}”")))
}

/// `GET /calc/{id}`: the example, or the form that stands in the address with its result.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let calculator = find(&id)?;
    let fields = posted::pairs(query.unwrap_or_default().as_bytes());
    if fields.is_empty() {
        return Ok(page(&app, &signed, calculator, &Entered::example(calculator), None).into_response());
    }
    answer(&app, &signed, calculator, fields)
}

/// `POST /calc/{id}`: leads to the address that holds the form, or answers at once where that would be too long.
pub async fn calculate(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let calculator = find(&id)?;
    let fields: Vec<(String, String)> = posted.fields.into_iter().map(|(name, text)| (name, text.replace("\r\n", "\n"))).collect();
    let query =
        links::query(&fields.iter().filter(|(_, text)| !text.trim().is_empty()).map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
    let address = format!("{}{query}", super::address(&id));
    if !query.is_empty() && address.len() <= LONGEST {
        return Ok(Redirect::to(&address).into_response());
    }
    answer(&app, &posted.signed, calculator, fields)
}

fn answer(app: &App, signed: &Signed, calculator: &'static Calculator, fields: Vec<(String, String)>) -> Result<Response, PageError> {
    let mut entered = Entered::read(calculator, fields)?;
    if entered.problems.is_empty() {
        match registry::run(calculator.id, &Value::Object(entered.inputs.clone())) {
            Ok(answer) => {
                let at = frame_words::moment(app.door.now());
                let done = Done { calculator, inputs: entered.inputs.clone(), answer, at };
                return Ok(page(app, signed, calculator, &entered, Some(&done)).into_response());
            }
            Err(error) => entered.refuse(&error),
        }
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(app, signed, calculator, &entered, None)).into_response())
}

fn page(app: &App, signed: &Signed, calculator: &'static Calculator, entered: &Entered, done: Option<&Done>) -> Markup {
    let crumbs = [
        (super::TITLE, super::INDEX.to_owned()),
        (calculator.family().title, format!("{}?q={}", super::INDEX, links::encode(calculator.family().title))),
    ];
    let wrong: usize = entered.problems.values().map(Vec::len).sum();
    let body = html! {
        (super::style())
        @if wrong > 0 { div.notice.notice-error role="alert" tabindex="-1" data-focus { "有 " (wrong) " 处需要修改，已在各项下注明；没有计算。" } }
        div.calc-page {
            section.card.calc-inputs { h2 { "输入" } (form::form(signed, calculator, entered)) }
            @if let Some(done) = done { (result::card(done)) } @else if wrong == 0 {
                section.card { h2 { "结果" } p.muted { "已按示例填好，可直接计算，或换成自己的数据。" } }
            }
        }
        @if let Some(done) = done { (plots::card(done, entered)) }
        (about(calculator))
    };
    let frame = Frame {
        title: calculator.title,
        signed: Some(signed),
        active: super::INDEX,
        breadcrumbs: &crumbs,
        scripts: &["vendor/echarts.js", "app/calc.js"],
        ..Frame::new(app)
    };
    layout::page(&frame, body)
}

/// Formula, source, validity.
fn about(calculator: &Calculator) -> Markup {
    html! {
        section.card.calc-about {
            h2 { "公式与出处" }
            dl.definition {
                div { dt { "公式" } dd { (calculator.formula) } }
                div { dt { "标准与版本" } dd { (calculator.source) } }
                div { dt { "适用范围" } dd { (calculator.guide().valid) } }
                div { dt { "核实程度" } dd { (words::status(calculator.status)) } }
                div { dt { "编号与版本" } dd { code { (calculator.id) } " 第 " (calculator.version) " 版" } }
            }
            details {
                summary { "接口与命令行的键名" }
                div.table-wrap tabindex="0" role="region" aria-label="键名表" { table.slim {
                    thead { tr { th scope="col" { "键" } th scope="col" { "含义" } th scope="col" { "单位" } th scope="col" { "必填" } } }
                    tbody { @for field in calculator.inputs {
                        tr { th scope="row" { code { (field.key) } } td { (field.meaning) } td { (field.unit) } td { @if field.required { "是" } } }
                        @for member in field.items { tr { th scope="row" { code { (field.key) "[]." (member.key) } } td { (member.meaning) } td { (member.unit) } td { @if member.required { "是" } } } }
                    } }
                } }
                p.muted { "命令行：" code { "zhijian calc explain " (calculator.id) } }
            }
        }
    }
}
