//! One field of a form: label, input, help, problems.

use crate::app::App;
use crate::forms::filled::{Filled, Held};
use crate::forms::rows;
use crate::forms::sections::input_id;
use crate::forms::widget::{Widget, of_type, wide, widget};
use crate::session::Signed;
use maud::{Markup, html};
use zhijian_kinds::kind::Format;
use zhijian_kinds::{Code, CodeList, Field, Kind, Level, Problem};

/// What drawing a form needs.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// State.
    pub app: &'a App,
    /// Who fills it in.
    pub signed: &'a Signed,
    /// Kind.
    pub kind: &'a Kind,
    /// What the fields hold.
    pub filled: &'a Filled,
    /// What is wrong.
    pub problems: &'a [Problem],
    /// Private fields hold masks, which stay when they are not touched.
    pub masked: bool,
    /// Day of the form.
    pub today: &'a str,
    /// Group that gets one more empty row.
    pub more: &'a str,
    /// What the reviewer remarked at fields; open ones can be answered.
    pub remarks: &'a [zhijian_records::remarks::Remark],
}

/// Problems of a field.
fn problems_of<'a>(form: &Form<'a>, path: &'a str) -> impl Iterator<Item = &'a Problem> {
    form.problems.iter().filter(move |p| p.field == path)
}

/// A field with everything around it.
#[must_use]
pub fn field(form: &Form<'_>, field: &Field) -> Markup {
    let path = field.path.as_str();
    let id = input_id(path);
    let input = widget(form.app, form.signed, form.kind, field);
    if let Widget::Rows(members) = input {
        return rows::group(form, field, members);
    }
    let wrong = problems_of(form, path).any(|p| p.level == Level::Error);
    let wide = wide(field, &input);
    let many = matches!(input, Widget::Checks(_));
    html! {
        div.field.wide[wide].has-error[wrong] {
            @if many {
                span.label #{(id) "-label"} { (label(field)) }
            } @else {
                label for=(id) { (label(field)) }
            }
            (control(form, field, &input, &id, wrong))
            @if form.masked && field.private.is_some() && !form.filled.text(path).is_empty() { p.hint { "已隐去，不改动则保留原值" } }
            @if !field.help.is_empty() { p.hint #{(id) "-help"} { (field.help) } }
            @for problem in problems_of(form, path) { (said(problem, &id)) }
            (crate::remarks::at(form.remarks, path, true))
        }
    }
}

/// A problem beside its field.
#[must_use]
pub fn said(problem: &Problem, id: &str) -> Markup {
    let class = match problem.level {
        Level::Error => "said said-error",
        Level::Warning => "said said-warning",
        Level::Repair => "said said-repair",
    };
    html! { p class=(class) #{(id) "-error"} { (problem.message) } }
}

/// Title with the marks 必填 and 应填.
#[must_use]
pub fn label(field: &Field) -> Markup {
    html! {
        (field.title)
        @if field.required { span.mark-required { "必填" } } @else if field.wanted { span.mark-wanted { "应填" } }
    }
}

fn control(form: &Form<'_>, field: &Field, input: &Widget<'_>, id: &str, wrong: bool) -> Markup {
    let path = field.path.as_str();
    let value = form.filled.text(path);
    let masked = form.masked && field.private.is_some() && !value.is_empty();
    let described = described(form, field, id);
    let invalid = wrong.then_some("true");
    let required = field.required;
    match input {
        Widget::Select(list) => html! {
            select.form-select id=(id) name=(path) required[required] aria-invalid=[invalid] aria-describedby=[described] { (options(list, value, form.today, masked)) }
        },
        Widget::YesNo => html! {
            select.form-select id=(id) name=(path) required[required] aria-invalid=[invalid] aria-describedby=[described] {
                option value="" {}
                @if masked { option value=(value) selected { "（已隐去）" } }
                @for (code, word) in [("true", "是"), ("false", "否")] { option value=(code) selected[value == code] { (word) } }
            }
        },
        Widget::Checks(list) => checks(form, path, list, id, described),
        Widget::Long | Widget::SuggestMany(_) => html! {
            textarea.form-control id=(id) name=(path) rows="2" maxlength=[field.max_length.filter(|_| matches!(input, Widget::Long))] required[required]
                aria-invalid=[invalid] aria-describedby=[described] data-suggest=[suggest(input)] data-many[matches!(input, Widget::SuggestMany(_))] { (value) }
        },
        Widget::Counties(counties) => html! {
            select.form-select id=(id) name=(path) required[required] aria-invalid=[invalid] aria-describedby=[described] data-counties {
                option value="" {}
                @for county in counties { option value=(county.code) selected[value == county.code] { (county.name) } }
                @if !value.is_empty() && counties.iter().all(|c| c.code != value) { option value=(value) selected { (form.app.door.catalogue.regions.name(value)) } }
            }
        },
        Widget::Towns(groups) => html! {
            select.form-select id=(id) name=(path) required[required] aria-invalid=[invalid] aria-describedby=[described] data-towns {
                option value="" {}
                @for (county, towns) in groups {
                    optgroup label=(county.name) data-county=(county.code) {
                        @for town in towns { option value=(town.code) selected[value == town.code] { (town.name) } }
                    }
                }
                @if !value.is_empty() && groups.iter().all(|(_, towns)| towns.iter().all(|t| t.code != value)) { option value=(value) selected { (form.app.door.catalogue.regions.name(value)) } }
            }
        },
        Widget::Rows(_) => Markup::default(),
        Widget::Date if !masked && value.len() != 7 => html! {
            input.form-control type="date" id=(id) name=(path) value=(value) max=[field.not_future.then_some(form.today)] required[required] aria-invalid=[invalid] aria-describedby=[described];
        },
        _ => text(form, field, input, id, (value, invalid, described)),
    }
}

fn text(
    form: &Form<'_>,
    field: &Field,
    input: &Widget<'_>,
    id: &str,
    (value, invalid, described): (&str, Option<&str>, Option<String>),
) -> Markup {
    let (mode, hint) = match (input, field.format) {
        (Widget::Date, _) => (Some("numeric"), Some("2020-03-05")),
        (Widget::Number, _) if field.measured.is_some() => (None, Some("数值，或 <检出限")),
        (Widget::Number, _) => (Some("decimal"), None),
        (Widget::Suggest(_), _) => (None, Some("输入名称、代码或拼音首字母")),
        (_, Some(Format::Phone)) => (Some("tel"), None),
        (_, Some(Format::Quarter)) => (None, Some("2020Q1")),
        _ => (None, None),
    };
    let pick = pick(form, field);
    let one = html! {
        input.form-control type="text" id=(id) name=(field.path) value=(value) inputmode=[mode] placeholder=[hint] maxlength=[field.max_length] required[field.required]
            autocomplete="off" aria-invalid=[invalid] aria-describedby=[described] data-suggest=[suggest(input)] data-pick=[pick];
    };
    html! {
        @if let Some(unit) = &field.unit { div.with-unit { (one) span.unit { (unit) } } } @else { (one) }
    }
}

/// Address of the suggestions of a long code list.
fn suggest(input: &Widget<'_>) -> Option<String> {
    match input {
        Widget::Suggest(list) | Widget::SuggestMany(list) => Some(format!("/codes/{}/options", list.name)),
        _ => None,
    }
}

/// Address of the suggestions of records that this field may point to.
fn pick(form: &Form<'_>, field: &Field) -> Option<String> {
    let (name, _) = form.kind.refs.iter().find(|(_, rule)| rule.by.iter().any(|way| way.field == field.path))?;
    if field.private.is_some() {
        return None;
    }
    Some(format!("/records/{}/pick/{name}", form.kind.kind))
}

/// Ids of help and problems, for screen readers.
fn described(form: &Form<'_>, field: &Field, id: &str) -> Option<String> {
    let mut ids = Vec::new();
    if !field.help.is_empty() {
        ids.push(format!("{id}-help"));
    }
    if problems_of(form, &field.path).next().is_some() {
        ids.push(format!("{id}-error"));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// Options of a code list: those valid today, and the present value.
#[must_use]
pub fn options(list: &CodeList, value: &str, today: &str, masked: bool) -> Markup {
    let offered: Vec<&Code> = list.codes.iter().filter(|c| c.valid_on(today) || c.code == value).collect();
    html! {
        option value="" {}
        @if masked { option value=(value) selected { "（已隐去）" } }
        @for code in &offered { option value=(code.code) selected[code.code == value] { (code.label) } }
        @if !masked && !value.is_empty() && offered.iter().all(|c| c.code != value) { option value=(value) selected { (value) } }
    }
}

fn checks(form: &Form<'_>, path: &str, list: &CodeList, id: &str, described: Option<String>) -> Markup {
    let ticked: &[String] = match form.filled.get(path) {
        Some(Held::Many(codes)) => codes,
        _ => &[],
    };
    html! {
        div.checks role="group" id=(id) tabindex="-1" aria-labelledby={(id) "-label"} aria-describedby=[described] {
            @for code in list.codes.iter().filter(|c| c.valid_on(form.today) || ticked.contains(&c.code)) {
                label.check { input type="checkbox" name=(path) value=(code.code) checked[ticked.contains(&code.code)]; span { (code.label) } }
            }
        }
    }
}

/// The input of a member of a repeated group.
#[must_use]
pub fn member(form: &Form<'_>, member: &Field, name: &str, value: &str, wrong: bool) -> Markup {
    let id = input_id(name);
    let invalid = wrong.then_some("true");
    let described = wrong.then(|| format!("{id}-error"));
    match of_type(form.app, member) {
        Widget::Select(list) => {
            html! { select.form-select id=(id) name=(name) aria-invalid=[invalid] aria-describedby=[described] { (options(list, value, form.today, false)) } }
        }
        Widget::YesNo => html! {
            select.form-select id=(id) name=(name) aria-invalid=[invalid] aria-describedby=[described] {
                option value="" {}
                @for (code, word) in [("true", "是"), ("false", "否")] { option value=(code) selected[value == code] { (word) } }
            }
        },
        Widget::Date if value.is_empty() || value.len() == 10 => html! {
            input.form-control type="date" id=(id) name=(name) value=(value) aria-invalid=[invalid] aria-describedby=[described];
        },
        input => {
            let suggest = suggest(&input)
                .or_else(|| if let Widget::Checks(list) = &input { Some(format!("/codes/{}/options", list.name)) } else { None });
            html! {
                input.form-control type="text" id=(id) name=(name) value=(value) maxlength=[member.max_length] autocomplete="off" aria-invalid=[invalid] aria-describedby=[described]
                    inputmode=[matches!(input, Widget::Number).then_some("decimal")] data-suggest=[suggest] data-many[matches!(input, Widget::Checks(_) | Widget::SuggestMany(_))];
            }
        }
    }
}
