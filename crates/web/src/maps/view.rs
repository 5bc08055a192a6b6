//! The map page drawn: switches, map, legend, table, what it means.

use super::PAGE;
use super::geometry::Shapes;
use super::places::{self, Filled, Place, Target};
use super::scale::{CLASSES, Scale};
use crate::app::App;
use crate::board::alone;
use crate::board::asked::Asked;
use crate::board::figures::{self, When};
use crate::board::numbers::grouped;
use crate::board::parts;
use crate::board::place::Territory;
use crate::{Signed, assets, links, words};
use maud::{Markup, html};
use serde_json::{Value, json};
use zhijian_kinds::{Layer, dates};

/// What the page is about.
pub struct View<'a> {
    /// State.
    pub app: &'a App,
    /// Who asks.
    pub signed: &'a Signed,
    /// What may be seen.
    pub territory: &'a Territory<'a>,
    /// Layer.
    pub layer: &'a Layer,
    /// Place.
    pub node: &'a str,
    /// Time.
    pub when: When,
    /// The query as it came.
    pub asked: &'a Asked,
    /// Boundaries.
    pub shapes: &'a Shapes,
}

/// The time in words: `2020年`, `2020年1–5月`.
#[must_use]
pub fn until(when: When) -> String {
    when.as_of.map_or_else(|| format!("{}年", when.year), |day| format!("{}年（截至 {}）", when.year, dates::iso(day)))
}

/// The page below its heading.
pub fn body(view: &View<'_>, filled: &Result<Filled, String>, marks: Option<&Value>) -> Markup {
    html! {
        link rel="stylesheet" href=(assets::url("app/board.css"));
        link rel="stylesheet" href=(assets::url("app/map.css"));
        (switches(view))
        div #map-body {
            (parts::tree(view.territory, PAGE, view.asked, view.node, &view.territory.home))
            p.board-stand {
                strong { (view.layer.title) } " · " (view.app.catalogue().regions.full_name(view.node)) " · " (until(view.when))
                " · 数据截至 " time { (words::moment(view.app.lake.stand())) }
            }
            (not_begun(view.app, view.when.year))
            @match filled {
                Err(why) => p.notice.notice-error { "图层“" (view.layer.title) "”计算失败：" (why) "。请换一个图层，并请管理员检查 definitions/layers/" (view.layer.layer) ".yaml；其他图层不受影响。" },
                Ok(filled) => (map_and_table(view, filled, marks)),
            }
            @if !view.layer.see.is_empty() { p { "相关：" @for (n, (title, address)) in view.layer.see.iter().enumerate() { @if n > 0 { " · " } a href=(address) { (title) } } } }
            (notes(view))
        }
    }
}

/// Says when a year has not begun.
pub fn not_begun(app: &App, year: i32) -> Markup {
    let now = *figures::years(app).end();
    html! { @if year > now { p.notice.notice-info { (year) "年尚未开始，没有数据；时点类数据按现有记录计算。今年是" (now) "年。" } } }
}

fn switches(view: &View<'_>) -> Markup {
    let years = figures::years(view.app);
    let month = view.when.as_of.map_or(12, |day| u8::from(day.month()));
    let mut groups: Vec<(&str, Vec<&Layer>)> = Vec::new();
    for layer in view.app.catalogue().layers.values() {
        match groups.iter_mut().find(|(group, _)| *group == layer.group) {
            Some((_, list)) => list.push(layer),
            None => groups.push((&layer.group, vec![layer])),
        }
    }
    html! {
        form.board-switch.map-switch #map-form method="get" action=(PAGE) hx-get=(PAGE) hx-trigger="change delay:250ms" hx-target="#map-body" hx-select="#map-body" hx-swap="outerHTML" hx-push-url="true" {
            @for (name, value) in view.asked.carried(&["layer", "year", "month", "format", "as_of"]) { input type="hidden" name=(name) value=(value); }
            label { span { "图层" }
                select.form-select name="layer" {
                    @for (group, layers) in &groups {
                        optgroup label=(group) { @for layer in layers { option value=(layer.layer) selected[layer.layer == view.layer.layer] { (layer.title) } } }
                    }
                }
            }
            label.map-slider { span { "年度 " output { (view.when.year) } "年" }
                input.form-range type="range" name="year" min=(years.start()) max=((*years.end()).max(view.when.year)) step="1" value=(view.when.year);
            }
            label.map-slider { span { "截至 " output { (month) } "月底" }
                input.form-range type="range" name="month" min="1" max="12" step="1" value=(month);
            }
            button.btn.btn-primary type="submit" { "查看" }
        }
    }
}

fn map_and_table(view: &View<'_>, filled: &Filled, marks: Option<&Value>) -> Markup {
    let scale = Scale::of(filled.places.iter().filter_map(|p| p.value), filled.rate);
    let undrawn: Vec<&str> =
        filled.places.iter().filter(|p| !p.code.is_empty() && !view.shapes.drawn.contains(&p.code)).map(|p| p.name.as_str()).collect();
    let drawn = !view.shapes.drawn.is_empty();
    let nothing = filled.places.iter().all(|p| p.value.is_none_or(|v| v == 0.0));
    html! {
        @if nothing { p.notice.notice-info { "本区划在" (until(view.when)) "没有可统计的数据，或全部为 0。可换一个年度、图层，或到上一级区划查看。" } }
        div.map-and-table {
            section.card.map-card {
                @if view.shapes.features.is_empty() {
                    p.notice.notice-info { (view.app.catalogue().regions.name(view.node)) "没有边界图，按列表显示。可把 GeoJSON 放入地图文件夹（配置 maps_dir）。" }
                } @else {
                    div.map data-map="map-data" role="img" aria-label=(format!("{}分布图，数值见列表", view.layer.title)) {}
                    (parts::data("map-data", &data(view, filled, scale, marks)))
                }
                (legend(view.layer, scale, filled))
                @if !view.shapes.features.is_empty() && !undrawn.is_empty() {
                    p.board-small.muted {
                        @if drawn { "没有边界图、只在列表中的：" (undrawn.join("、")) "。" } @else { "下级没有边界图，图上为" (view.app.catalogue().regions.name(view.node)) "的轮廓，各下级见列表。" }
                    }
                }
                @if let Some(marks) = marks {
                    p.board-small.muted {
                        @if marks["total"] == 0 { "本区划没有填写经纬度的" (marks["title"].as_str().unwrap_or_default()) "，图上不显示点位。" }
                        @else { "图上圆点为" (marks["title"].as_str().unwrap_or_default()) "，有经纬度的共 " (grouped(marks["total"].as_f64().unwrap_or_default())) " 个；相近的合为一点，放大后散开。" }
                        (misplaced(view, marks))
                    }
                }
                p.board-small.muted { "边界为示意，不作划界依据；" a href="/maps/notice" { "地图来源与许可" } "。" }
            }
            section.card.map-list { (table(view, filled, scale)) }
        }
    }
}

/// Those whose coordinates lie elsewhere are not drawn; whoever may see their list finds it here.
fn misplaced(view: &View<'_>, marks: &Value) -> Markup {
    let count = marks["misplaced"].as_f64().unwrap_or_default();
    let list = marks["list"].as_str().filter(|code| view.app.catalogue().lists.contains_key(*code));
    html! {
        @if count > 0.0 {
            " 另有 " (grouped(count)) " 个的经纬度不在所属区县的边界内，未画出"
            @if let Some(code) = list { "（" a href=(format!("/lists/{code}{}", links::query(&[("region", view.node)]))) { "名单" } "）" }
            "。"
        }
    }
}

fn data(view: &View<'_>, filled: &Filled, scale: Scale, marks: Option<&Value>) -> Value {
    // Where no part has a boundary the outline stands for the whole.
    let shown: Vec<&Place> = if view.shapes.drawn.is_empty() { filled.total.iter().collect() } else { filled.places.iter().collect() };
    let places: Vec<Value> = shown
        .iter()
        .map(|p| {
            let code = if view.shapes.drawn.is_empty() { view.node } else { p.code.as_str() };
            let state = if p.withheld { "withheld" } else if p.value.is_none() { "none" } else { "told" };
            json!({"code": code, "name": p.name, "shown": p.shown, "state": state, "class": p.value.map(|v| scale.class(v)), "href": down(view, p)})
        })
        .collect();
    json!({
        "geometry": format!("/maps/below/{}", view.node),
        "colours": view.layer.colours.classes(),
        "title": view.layer.title,
        "places": places,
        "marks": marks,
        "more": view.asked.here("/map/points", &[("layer", &view.layer.layer), ("year", &view.when.year.to_string()), ("sort", "")]),
    })
}

fn legend(layer: &Layer, scale: Scale, filled: &Filled) -> Markup {
    let name = colour_class(layer);
    html! {
        ul.map-legend aria-label="图例" {
            @for class in 0..CLASSES { li { span class=(format!("swatch {name}-{class}")) {} (scale.word(class)) } }
            li { span.swatch.none {} "无数据" }
            @if filled.places.iter().any(|p| p.withheld) { li { span.swatch.withheld {} "已隐去" } }
        }
        p.board-small.muted.map-scale { (layer.darker) @if !layer.unit.is_empty() { "；单位：" (layer.unit) } "；配色 " (layer.colours.name()) "，色觉障碍和灰度打印可分辨。" }
    }
}

fn colour_class(layer: &Layer) -> &'static str {
    use zhijian_kinds::layers::Colours;
    match layer.colours {
        Colours::Blues => "blues",
        Colours::Oranges => "oranges",
        Colours::Ylgnbu => "ylgnbu",
    }
}

/// The map of a place below, where there is one.
fn down(view: &View<'_>, place: &Place) -> Option<String> {
    let there = !place.code.is_empty() && place.code != view.node && place.code.len() <= 6;
    (there && view.territory.sees(&place.code)).then(|| view.asked.here(PAGE, &[("region", &place.code)]))
}

/// The records behind a number: the layer's own units, or the indicator's.
fn behind(view: &View<'_>, place: &Place, which: &str) -> Option<String> {
    let node = if place.code.is_empty() { return None } else { place.code.as_str() };
    let (year, as_of) = (view.when.year.to_string(), view.when.as_of.map(dates::iso).unwrap_or_default());
    Some(match places::target(view.app, &view.signed.caller, view.territory, view.layer, view.node)? {
        Target::Indicator { plan, code } => {
            let query = links::query(&[("year", year.as_str()), ("as_of", &as_of), ("region", node), ("which", which)]);
            format!("{}{query}#units", alone::address(plan.as_deref(), &code))
        }
        Target::Units => {
            let pairs = [("layer", view.layer.layer.as_str()), ("year", &year), ("region", node), ("which", which), ("sort", "")];
            view.asked.here("/map/units", &pairs)
        }
    })
}

fn table(view: &View<'_>, filled: &Filled, scale: Scale) -> Markup {
    let sorted = view.asked.text("sort");
    let heading = |title: &str, up: &str, down: &str, first: &str| {
        let (state, next, mark) = if sorted == up {
            ("ascending", down, "↑")
        } else if sorted == down {
            ("descending", up, "↓")
        } else {
            ("none", first, "")
        };
        html! { th scope="col" .num[up != "name"] aria-sort=(state) { a.sort href=(view.asked.here(PAGE, &[("sort", next)])) { (title) span.sort-mark { (mark) } } } }
    };
    let unit = if filled.rate { "%" } else { view.layer.unit.as_str() };
    html! {
        div.table-wrap tabindex="0" role="region" aria-label=(format!("{}列表", view.layer.title)) {
            table.slim.map-table {
                caption.visually-hidden { (view.layer.title) "，" (until(view.when)) }
                thead { tr {
                    (heading("区划", "name", "-name", "name"))
                    (heading(&if unit.is_empty() { "值".to_owned() } else { format!("值（{unit}）") }, "value", "-value", "-value"))
                    @if filled.rate { th.num scope="col" { "分子/分母" } }
                } }
                tbody {
                    @for place in &filled.places { (row(view, place, scale, filled.rate, false)) }
                    @if let Some(total) = filled.total.as_ref().filter(|_| filled.places.len() > 1) { (row(view, total, scale, filled.rate, true)) }
                }
            }
        }
    }
}

fn row(view: &View<'_>, place: &Place, scale: Scale, rate: bool, sum: bool) -> Markup {
    let own = Place { code: if sum { view.node.to_owned() } else { place.code.clone() }, ..place.clone() };
    let link = |text: &str, which: &str, there: bool| match behind(view, &own, which).filter(|_| there) {
        Some(address) => html! { a href=(address) { (text) } },
        None => html! { (text) },
    };
    let swatch = match place.value {
        _ if sum => String::new(),
        Some(value) => format!("swatch {}-{}", colour_class(view.layer), scale.class(value)),
        None if place.withheld => "swatch withheld".to_owned(),
        None => "swatch none".to_owned(),
    };
    let some = !place.withheld && place.numerator > 0.0;
    html! {
        tr.sum[sum] data-code=(own.code) {
            th scope="row" {
                @if !swatch.is_empty() { span class=(swatch) {} }
                @match down(view, place).filter(|_| !sum) { Some(address) => a href=(address) { (place.name) }, None => (place.name) }
                @if sum { "（合计）" }
            }
            td.num { (if rate { html! { (place.shown) } } else { link(&place.shown, "numerator", some) }) }
            @if rate {
                td.num {
                    @if let Some(denominator) = place.denominator.filter(|d| *d > 0.0) {
                        (link(&grouped(place.numerator), "numerator", some)) "/" (link(&grouped(denominator), "denominator", true))
                    } @else { (words::NONE) }
                }
            }
        }
    }
}

fn notes(view: &View<'_>) -> Markup {
    let layer = view.layer;
    html! {
        details.board-notes.card {
            summary { "口径、依据与规则版本" }
            dl.definition {
                div { dt { "口径" } dd { (layer.help) } }
                div { dt { "依据" } dd { (words::basis(&layer.basis.replace("unsourced", "未注明出处"))) } }
                @if let Some(code) = &layer.indicator { div { dt { "指标" } dd { a href=(format!("/indicators/{code}")) { (code) " " (view.app.catalogue().indicators.get(code).map_or("", |i| i.name.as_str())) } } } }
                @if !layer.persons.is_empty() { div { dt { "小数目" } dd { "只看汇总的角色只看到本辖区全年的数；人数过少的区划及可据以推出它的区划不显示。" } } }
                @for (name, value) in &layer.options { div { dt { "口径 " (name) } dd { (value.to_string()) "：" (layer.options_help.get(name).map_or("", String::as_str)) } } }
            }
            (parts::editions(view.app, view.when))
            @if let Some(sql) = layer.query.as_ref().and_then(|q| q.sql.as_deref()) { details { summary { "计算语句" } pre.sql tabindex="0" { (sql) } } }
        }
    }
}
