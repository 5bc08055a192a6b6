//! How the computed values of a record came about (如何得出): calculator, formula, edition, the fields used, warnings.

use super::cells;
use crate::app::App;
use maud::{Markup, html};
use zhijian_calc::registry;
use zhijian_calc::tables::Status;
use zhijian_kinds::{FieldType, Kind};
use zhijian_records::derive::{Basis, basis_of};
use zhijian_records::read::{View, display};

/// The card; nothing for a record without computed results.
pub fn card(app: &App, kind: &Kind, view: &View) -> Markup {
    let bases = basis_of(&view.data);
    html! {
        @if !bases.is_empty() {
            section.card.basis {
                h2 { "如何得出" }
                @for basis in &bases { (one(app, kind, view, basis)) }
            }
        }
    }
}

fn one(app: &App, kind: &Kind, view: &View, basis: &Basis<'_>) -> Markup {
    let calculator = registry::find(basis.calculator);
    let warnings: Vec<&str> = basis.warnings.iter().map(|w| warning(w)).collect();
    html! {
        details {
            summary { (title(kind, basis.field)) @if !warnings.is_empty() { span.mark-wanted { "提示 " (warnings.len()) } } }
            dl {
                @if !basis.also.is_empty() { dt { "同时得出" } dd { @for (n, field) in basis.also.iter().enumerate() { @if n > 0 { "、" } (title(kind, field)) } } }
                dt { "计算" } dd { (calculator.map_or(basis.calculator, |c| c.title)) " " span.muted { (basis.calculator) " 第 " (basis.version) " 版" } }
                @if let Some(calculator) = calculator {
                    @if calculator.version != u32::try_from(basis.version).unwrap_or(0) { dt { "版本" } dd { "现行为第 " (calculator.version) " 版，重算后更新" } }
                    dt { "公式" } dd { (calculator.formula) }
                    @if calculator.status == Status::Verify { dt { "核实" } dd { "公式或表格尚未与标准原文核对" } }
                }
                @if !basis.edition.is_empty() { dt { "依据" } dd { (basis.edition) } }
                dt { "用到" } dd { @for (n, path) in basis.inputs.iter().enumerate() { @if n > 0 { "；" } (input(app, kind, view, path)) } }
                @if !warnings.is_empty() { dt { "提示" } dd { (warnings.join("；")) } }
            }
        }
    }
}

/// Title of a field, or of the object that a result fills.
fn title<'a>(kind: &'a Kind, field: &'a str) -> &'a str {
    kind.properties.get(field).map_or_else(|| cells::title(kind, field), |def| def.title.as_str())
}

/// A field that was used, with its value as the record shows it.
fn input(app: &App, kind: &Kind, view: &View, path: &str) -> Markup {
    let plain = kind.field(path).is_none_or(|f| !matches!(f.ty, FieldType::Group(_) | FieldType::Object));
    let value = if plain { display(app.catalogue(), kind, path, &view.data) } else { String::new() };
    html! { (cells::title(kind, path)) @if !value.is_empty() { " " (value) } }
}

/// A warning of a calculator in words.
fn warning(code: &str) -> &str {
    match code {
        "table_unverified" => "所用表格尚未与标准原文核对",
        "print_gap" => "标准原文此处有缺口",
        "overlong_shift" => "日接触时间超过 12 小时",
        "short_contact" => "日接触时间不超过 1 小时，应按短时间或峰接触浓度判定",
        "no_response" => "有频率在最大输出无反应，按最大输出计",
        "extrapolated" => "超出公式的适用范围，为外推值",
        "edition_superseded" => "所用版本已被代替",
        "high_censoring" => "半数以上低于检出限",
        "notional_dose" => "含名义剂量",
        "small_sample" => "样品数少",
        other => other,
    }
}
