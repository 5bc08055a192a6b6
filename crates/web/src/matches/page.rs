//! `GET /matches/{match}`: people by township against places, how it is reckoned and what it does not know.

use super::fill::{Asking, Filled, Need, Site};
use super::{address, sheet};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::numbers::{grouped, short};
use crate::board::place::{Territory, kind_scope};
use crate::board::small::WITHHELD;
use crate::board::{Refusal, export, figures, parts};
use crate::maps::places::{self, Place};
use crate::maps::until;
use crate::{Frame, PageError, Signed, assets, layout, links, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_calc::matching::{CAVEAT, METHOD, Way};
use zhijian_kinds::Kind;
use zhijian_records::access::Wish;
use zhijian_records::port::Action;

/// Townships shown at once; the file holds all.
const SHOWN: usize = 200;

/// `GET /matches/{match}`
pub async fn page(signed: Signed, State(app): State<App>, Path(name): Path<String>, asked: Asked) -> Result<Response, PageError> {
    let def = app.catalogue().matches.get(&name).ok_or(Refusal::NotFound("没有这项匹配"))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    // The lists behind the numbers are those of the map: whole years.
    let when = figures::When { as_of: None, known_at: None, ..when };
    let persons: Vec<&Kind> = def.persons.iter().filter_map(|name| app.catalogue().kind(name)).map(AsRef::as_ref).collect();
    let closed = territory.withholds_persons(&persons);
    // Who sees aggregates only gets the settings as they are: from two of them a single township would follow.
    let own = if closed { Asked::default() } else { asked.clone() };
    let within_km = setting(&own, "within_km", def.within_km.default, 1_000.0)?;
    let per_unit = setting(&own, "per_unit", def.per_unit.default, 10_000.0)?;
    let asking = Asking { app: &app, territory: &territory, def, node: &node, when, within_km, per_unit };
    let path = address(&name);
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        if closed || !persons.iter().all(|kind| kind_scope(&signed.caller, kind, Wish::Export).is_some()) {
            return Err(Refusal::NotAllowed("导出由可以导出患者档案的人员办理").into());
        }
        let filled = asking.fill().await.map_err(PageError::failed("计算匹配"))?;
        let note = format!("{} {} {node} {format}", def.title, when.year);
        app.door.note(&signed.caller, Action::Export, "match", "", &note, "web").await?;
        return export::file(&sheet::of(&asking, &signed.caller, &filled, asked.text("part") == "sites"), format);
    }
    let exports = !closed && persons.iter().all(|kind| kind_scope(&signed.caller, kind, Wish::Export).is_some());
    let to = |format: &str, part: &str| asked.here(&path, &[("format", format), ("part", part)]);
    let crumbs = [(crate::boards::TITLE, crate::boards::PAGE.to_owned()), ("尘肺病患者看板", "/boards/patients".to_owned())];
    let frame = Frame {
        title: &def.title,
        signed: Some(&signed),
        active: crate::boards::PAGE,
        breadcrumbs: &crumbs,
        actions: html! { @if exports {
            a.btn href=(to("xlsx", "")) download { "患者去向 Excel" }
            a.btn href=(to("xlsx", "sites")) download { "站点 Excel" }
        } },
        ..Frame::new(&app)
    };
    let numbers = if closed {
        counties(&asking).await?
    } else {
        told(&asking, &signed, &asking.fill().await.map_err(PageError::failed("计算匹配"))?)
    };
    let body = html! {
        @for sheet in ["app/board.css", "app/tables.css", "app/boards.css"] { link rel="stylesheet" href=(assets::url(sheet)); }
        p.lead { (def.help) }
        (form(&path, &asking, &asked, closed))
        (parts::tree(&territory, &path, &asked, &node, &territory.home))
        p.board-stand { strong { (app.catalogue().regions.full_name(&node)) " · " (until(when)) } " · 数据截至 " time { (words::moment(app.lake.stand())) } }
        (numbers)
        (method(&asking))
    };
    Ok(layout::page(&frame, body).into_response())
}

fn setting(asked: &Asked, name: &'static str, default: f64, most: f64) -> Result<f64, Refusal> {
    match asked.text(name) {
        "" => Ok(default),
        text => {
            let wrong = if name == "within_km" {
                "最远距离应为大于 0、不超过 1000 的公里数"
            } else {
                "每单位可服务人数应为大于 0、不超过 10000 的数"
            };
            text.parse().ok().filter(|n: &f64| *n > 0.0 && *n <= most).ok_or(Refusal::BadRequest(wrong))
        }
    }
}

fn form(path: &str, asking: &Asking<'_>, asked: &Asked, closed: bool) -> Markup {
    let (def, years) = (asking.def, figures::years(asking.app));
    html! {
        form.board-switch method="get" action=(path) {
            @for (name, value) in asked.carried(&["year", "within_km", "per_unit", "format", "part"]) { input type="hidden" name=(name) value=(value); }
            label { span { "年度" } select.form-select name="year" { @for year in years.rev() { option value=(year) selected[year == asking.when.year] { (year) } } } }
            @if !closed {
                label { span { (def.within_km.title) } input.form-control type="number" name="within_km" min="1" max="1000" step="any" value=(short(asking.within_km)); }
                label { span { (def.per_unit.title) } input.form-control type="number" name="per_unit" min="1" max="10000" step="any" value=(short(asking.per_unit)); }
            }
            button.btn.btn-primary type="submit" { "查看" }
        }
    }
}

/// Where a need goes, in words, and how far.
pub fn way(asking: &Asking<'_>, filled: &Filled, way: Way) -> (String, Option<f64>) {
    let name =
        |at: usize| filled.sites.get(at).map_or_else(String::new, |site| asking.app.catalogue().regions.name(&site.place).to_owned());
    match way {
        Way::Here(_) => ("本乡镇（街道）".to_owned(), None),
        Way::To(at, km) => (name(at), Some(km)),
        Way::TooFar(km) => (format!("没有着落：最近的站点超过 {} 公里", short(asking.within_km)), Some(km)),
        Way::Unknown => ("没有着落：缺坐标或没有站点".to_owned(), None),
    }
}

/// Whether a township's places have room, in words.
pub fn room(filled: &Filled, site: &Site) -> String {
    match filled.room(site) {
        None => "未登记容量".to_owned(),
        Some(room) if site.load > room => format!("排不下 {} 人", grouped((site.load - room).ceil())),
        Some(_) => "排得下".to_owned(),
    }
}

fn told(asking: &Asking<'_>, signed: &Signed, filled: &Filled) -> Markup {
    let list = |layer: &str, region: &str| {
        let year = asking.when.year.to_string();
        let kind = asking.app.catalogue().layers.get(layer)?.query.as_ref()?.record.as_ref()?;
        kind_scope(&signed.caller, asking.app.catalogue().kind(kind)?, Wish::Read)?;
        Some(format!("/map/units{}", links::query(&[("layer", layer), ("year", &year), ("region", region)])))
    };
    let open = |number: f64, address: Option<String>| match address.filter(|_| number > 0.0) {
        Some(address) => html! { a href=(address) { (grouped(number)) } },
        None => html! { (grouped(number)) },
    };
    let def = asking.def;
    let full = filled.full().count();
    if filled.needs.is_empty() && filled.sites.is_empty() {
        return html! { p.notice.notice-info { "本区划没有登记的存活患者，也没有运行的站点。可换一个年度或上一级区划。" } };
    }
    html! {
        dl.figure-tiles {
            (tile("患者", html! { (open(filled.people(), list(&def.layer, asking.node))) " 人" }))
            (tile("没有着落", html! { (grouped(filled.without())) " 人" }))
            (tile("站点", html! { (open(filled.sites.iter().map(|s| s.sites).sum(), list(&def.site_layer, asking.node))) " 个" }))
            (tile("排不下的乡镇（街道）", html! { (full) " 个" }))
        }
        section.card #needs {
            h2 { "患者去向" }
            (needs(asking, filled, |place| list(&def.layer, place)))
            @if filled.needs.len() > SHOWN { p.muted { "只列前 " (SHOWN) " 个，全部 " (filled.needs.len()) " 个在 Excel 中。" } }
        }
        section.card #sites {
            h2 { "站点" }
            @if filled.sites.is_empty() { p.notice.notice-info { "本区划没有运行的康复站、康复点，患者都没有着落。" } }
            @else { (sites(asking, filled, |place| list(&def.site_layer, place))) }
        }
    }
}

fn tile(title: &str, number: Markup) -> Markup {
    html! { div { dt { (title) } dd { span.tile-number { (number) } } } }
}

fn needs(asking: &Asking<'_>, filled: &Filled, list: impl Fn(&str) -> Option<String>) -> Markup {
    let regions = &asking.app.catalogue().regions;
    let codes = sheet::codes(filled);
    let labels = asking.app.catalogue().list(&asking.def.apart.list);
    let label = |code: &str| {
        if code.is_empty() { format!("{}未填", asking.def.apart.title) } else { labels.map_or(code, |l| l.label(code)).to_owned() }
    };
    let row = |need: &Need| {
        let (words, km) = way(asking, filled, need.way);
        html! {
            tr {
                th scope="row" data-label="乡镇（街道）" { (regions.name(&need.place)) @if need.place.len() <= 6 { span.muted { "（未填乡镇）" } } }
                td.num data-label="患者" { @match list(&need.place) { Some(address) => a href=(address) { (grouped(need.people)) }, None => (grouped(need.people)) } }
                @for code in &codes { td.num data-label=(label(code)) { (grouped(need.apart.get(*code).copied().unwrap_or_default())) } }
                td.num data-label=(asking.def.need.title) { (grouped(need.asking)) }
                td data-label="去向" { @if need.way.site().is_none() { span.state-badge.badge-look { (words) } } @else { (words) } }
                td.num data-label="直线距离" { @match km { Some(km) => { (format!("{km:.1}")) " 公里" }, None => (words::NONE) } }
            }
        }
    };
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="患者去向" {
            table.list.small {
                thead { tr {
                    th scope="col" { "乡镇（街道）" } th.num scope="col" { "患者" }
                    @for code in &codes { th.num scope="col" { (label(code)) } }
                    th.num scope="col" { (asking.def.need.title) } th scope="col" { "去向" } th.num scope="col" { "直线距离" }
                } }
                tbody { @for need in filled.needs.iter().take(SHOWN) { (row(need)) } }
            }
        }
    }
}

fn sites(asking: &Asking<'_>, filled: &Filled, list: impl Fn(&str) -> Option<String>) -> Markup {
    let regions = &asking.app.catalogue().regions;
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="站点" {
            table.list.small {
                thead { tr {
                    th scope="col" { "乡镇（街道）" } th.num scope="col" { "站点" } th.num scope="col" { "容量（" (asking.def.capacity_unit) "）" } th.num scope="col" { "折算可服务（人）" }
                    th.num scope="col" { (asking.def.served.title) } th.num scope="col" { "按就近会来（人）" } th scope="col" { "判断" }
                } }
                tbody { @for site in &filled.sites { tr {
                    th scope="row" data-label="乡镇（街道）" { (regions.name(&site.place)) @if !site.located { span.muted { "（无坐标）" } } }
                    td.num data-label="站点" { @match list(&site.place) { Some(address) => a href=(address) { (grouped(site.sites)) }, None => (grouped(site.sites)) } }
                    td.num data-label="容量" { (grouped(site.capacity)) }
                    td.num data-label="折算可服务" { @match filled.room(site) { Some(room) => (grouped(room.floor())), None => (words::NONE) } }
                    td.num data-label=(asking.def.served.title) { (grouped(site.served)) }
                    td.num data-label="按就近会来" { (grouped(site.load)) }
                    td data-label="判断" {
                        @let words = room(filled, site);
                        @if filled.room(site).is_some_and(|room| site.load > room) { span.state-badge.badge-look { (words) } } @else { (words) }
                    }
                } } }
            }
        }
    }
}

/// For those who see aggregates only: counties with the map's own numbers, and how many have no place where neither part is small.
async fn counties(asking: &Asking<'_>) -> Result<Markup, PageError> {
    let (app, def) = (asking.app, asking.def);
    let layer = |name: &str| app.catalogue().layers.get(name).ok_or(Refusal::NotFound("没有这个图层"));
    let failed = || PageError::failed("计算匹配");
    let people = places::fill(app, asking.territory, layer(&def.layer)?, asking.node, asking.when).await.map_err(failed())?;
    let there = places::fill(app, asking.territory, layer(&def.site_layer)?, asking.node, asking.when).await.map_err(failed())?;
    let total = people.total.as_ref().or(people.places.first().filter(|_| people.places.len() == 1));
    let without = match total.filter(|total| !total.withheld) {
        Some(_) => {
            let filled = asking.fill().await.map_err(failed())?;
            let (without, all) = (filled.without(), filled.people());
            #[expect(clippy::cast_precision_loss, reason = "a small threshold")]
            let least = app.catalogue().roles.smallest_cell as f64;
            let told = |n: f64| n == 0.0 || n >= least;
            (told(without) && told(all - without)).then(|| grouped(without))
        }
        None => None,
    };
    let of = |name: &str| there.places.iter().find(|p: &&Place| p.name == name).map_or(words::NONE, |p| p.shown.as_str());
    Ok(html! {
        dl.figure-tiles {
            (tile("患者", html! { (total.map_or(words::NONE, |p| p.shown.as_str())) }))
            (tile("没有着落", html! { (without.as_deref().unwrap_or(WITHHELD)) }))
        }
        section.card {
            h2 { "患者与站点" }
            p.muted { "您的角色只看汇总：各乡镇（街道）的患者、去向和名单由可以查看患者档案的人员打开；人数过少的不显示。" }
            div.table-wrap tabindex="0" role="region" aria-label="患者与站点" {
                table.list.small {
                    thead { tr { th scope="col" { "区划" } th.num scope="col" { "患者" } th.num scope="col" { "站点" } } }
                    tbody { @for place in &people.places { tr {
                        th scope="row" data-label="区划" { (place.name) }
                        td.num data-label="患者" { (place.shown) }
                        td.num data-label="站点" { (of(&place.name)) }
                    } } }
                }
            }
        }
    })
}

fn method(asking: &Asking<'_>) -> Markup {
    let def = asking.def;
    let source = |basis: &str| if basis.is_empty() { "未注明出处（平台约定）".to_owned() } else { basis.to_owned() };
    html! {
        details.card.board-notes open {
            summary { "方法与不确定性" }
            p { "方法：" (METHOD) "。" }
            p { "不确定性：" (CAVEAT) "。" }
            dl.definition {
                div { dt { "依据" } dd { (words::basis(&def.basis.replace("unsourced", "未注明出处"))) } }
                div { dt { (def.within_km.title) } dd { (short(asking.within_km)) "：" (source(&def.within_km.basis)) } }
                div { dt { (def.per_unit.title) } dd { (short(asking.per_unit)) "：" (source(&def.per_unit.basis)) } }
                div { dt { "患者" } dd { (asking.app.catalogue().layers.get(&def.layer).and_then(|l| l.query.as_ref()).map_or("", |q| q.formula.as_str())) } }
                div { dt { "站点" } dd { (asking.app.catalogue().layers.get(&def.site_layer).and_then(|l| l.query.as_ref()).map_or("", |q| q.formula.as_str())) } }
                div { dt { "容量" } dd { (def.capacity.formula) } }
            }
        }
    }
}
