//! The filter bar of a list, made from the types of the filter fields.

use super::asked::Asked;
use crate::app::App;
use crate::forms::sections::input_id;
use crate::forms::widget::{Widget, code_text, counties, widget};
use crate::icons::icon;
use crate::links;
use crate::session::Signed;
use maud::{Markup, html};
use zhijian_kinds::{CodeList, FieldType, Kind};
use zhijian_records::access;

/// The form above a list.
#[must_use]
pub fn bar(app: &App, signed: &Signed, kind: &Kind, asked: &Asked) -> Markup {
    let base = links::list(&kind.kind);
    let given = asked.narrowing().filter(|(n, _)| n != "q").count();
    let own_county = kind.region.county.as_ref().is_some_and(|c| kind.list.filters.contains(c));
    let counties = counties(app, signed);
    html! {
        form.filters action=(base) method="get" hx-get=(base) hx-target="#list" hx-select="#list" hx-select-oob="#page-actions" hx-swap="outerHTML" hx-push-url="true" hx-trigger="submit, change" hx-sync="this:replace" {
            @if let Some(sort) = &asked.sort { input type="hidden" name="sort" value=(sort); }
            div.filter-search {
                label.visually-hidden for="list-q" { "在本表中搜索" }
                (icon("search"))
                input.form-control #list-q type="search" name="q" value=(asked.q) placeholder=(placeholder(kind)) enterkeyhint="search";
                button.btn.btn-primary type="submit" { "查询" }
                @if asked.narrowing().next().is_some() { a.btn href=(base) { "清除" } }
            }
            details.filter-fields open[given > 0] {
                summary { (icon("filter")) "筛选" @if given > 0 { span.count-badge { (given) } } }
                div.filter-grid {
                    @if !own_county && counties.len() > 1 { (region(asked, &counties)) }
                    @for path in kind.list.filters.iter().filter(|f| access::shown(&signed.caller, kind, f)) { (one(app, signed, kind, asked, path)) }
                    div.field {
                        label for="f-as_of" { "数据截至" }
                        input.form-control #f-as_of type="date" name="as_of" value=(asked.value("as_of")) max=(app.door.today()) title="按这一天结束时的记录列出";
                    }
                }
            }
        }
    }
}

fn placeholder(kind: &Kind) -> String {
    let titles: Vec<&str> = kind.search.iter().filter_map(|p| kind.field(p)).map(|f| f.title.as_str()).take(3).collect();
    if titles.is_empty() { "搜索".into() } else { format!("搜索{}", titles.join("、")) }
}

fn region(asked: &Asked, counties: &[&zhijian_kinds::regions::Region]) -> Markup {
    let value = asked.value("region");
    html! {
        div.field {
            label for="f-region" { "属地" }
            select.form-select #f-region name="region" {
                option value="" { "全部" }
                @for county in counties { option value=(county.code) selected[county.code == value] { (county.name) } }
            }
        }
    }
}

fn one(app: &App, signed: &Signed, kind: &Kind, asked: &Asked, path: &str) -> Markup {
    let Some(field) = kind.field(path) else { return Markup::default() };
    let id = input_id(path);
    if let Some(states) = kind.states.as_ref().filter(|s| s.field == path) {
        let choices: Vec<(&str, &str)> = states.list.iter().map(|s| (s.code.as_str(), s.title.as_str())).collect();
        return choice(&id, &field.title, path, asked.value(path), &choices);
    }
    match (widget(app, signed, kind, field), &field.ty) {
        (Widget::Counties(counties), _) => {
            let choices: Vec<(&str, &str)> = counties.iter().map(|c| (c.code.as_str(), c.name.as_str())).collect();
            choice(&id, &field.title, path, asked.value(path), &choices)
        }
        (Widget::Select(list) | Widget::Checks(list), ty) => {
            let name = if matches!(ty, FieldType::Codes(_)) { format!("{path}__contains") } else { path.to_owned() };
            let choices: Vec<(&str, &str)> = list.codes.iter().map(|c| (c.code.as_str(), c.label.as_str())).collect();
            choice(&id, &field.title, &name, asked.value(&name), &choices)
        }
        (Widget::Suggest(list), _) => suggest(&id, &field.title, path, asked, list),
        (Widget::SuggestMany(list), _) => suggest(&id, &field.title, &format!("{path}__contains"), asked, list),
        (_, FieldType::Boolean) => choice(&id, &field.title, path, asked.value(path), &[("true", "是"), ("false", "否")]),
        (_, FieldType::Date) => range(&id, &field.title, path, asked),
        (_, FieldType::Integer | FieldType::Number) => line(&id, &field.title, path, asked, Some("decimal")),
        _ if field.private.is_some() && field.blind => line(&id, &format!("{}（完整）", field.title), path, asked, None),
        _ if field.private.is_some() => Markup::default(),
        _ => line(&id, &field.title, &format!("{path}__contains"), asked, None),
    }
}

fn choice(id: &str, title: &str, name: &str, value: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        div.field {
            label for=(id) { (title) }
            select.form-select id=(id) name=(name) {
                option value="" { "全部" }
                @for (code, label) in choices { option value=(code) selected[*code == value] { (label) } }
            }
        }
    }
}

fn suggest(id: &str, title: &str, name: &str, asked: &Asked, list: &CodeList) -> Markup {
    let value = asked.value(name);
    let shown =
        if value.is_empty() { String::new() } else { list.get(value).map_or_else(|| value.to_owned(), |c| code_text(list, &c.code, "")) };
    html! {
        div.field {
            label for=(id) { (title) }
            input.form-control type="text" id=(id) name=(name) value=(shown) placeholder="名称、代码或拼音首字母" autocomplete="off" data-suggest={"/codes/" (list.name) "/options"};
        }
    }
}

fn range(id: &str, title: &str, path: &str, asked: &Asked) -> Markup {
    let (from, to) = (format!("{path}__gte"), format!("{path}__lte"));
    html! {
        div.field.range {
            span.label { (title) }
            div.range-inputs {
                input.form-control type="date" id=(id) name=(from) value=(asked.value(&from)) aria-label={(title) "不早于"};
                span aria-hidden="true" { "至" }
                input.form-control type="date" name=(to) value=(asked.value(&to)) aria-label={(title) "不晚于"};
            }
        }
    }
}

fn line(id: &str, title: &str, name: &str, asked: &Asked, mode: Option<&str>) -> Markup {
    html! {
        div.field {
            label for=(id) { (title) }
            input.form-control type="text" id=(id) name=(name) value=(asked.value(name)) inputmode=[mode] autocomplete="off";
        }
    }
}
