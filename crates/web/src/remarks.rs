//! Remarks of a reviewer at fields: asked for when a record is returned, shown at their fields, answered in the form.

use crate::app::App;
use crate::forms::Section;
use crate::forms::sections::{input_id, sections, visible};
use crate::icons::icon;
use crate::links;
use crate::pages::records::cells;
use crate::pages::records::changes::element;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use maud::{Markup, html};
use serde_json::Value;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_records::DoorError;
use zhijian_records::read::{View, display};
use zhijian_records::remarks::{Answer, LONGEST, NewRemark, Remark};

/// Beginning of the names of inputs for remarks; the path follows, and the row's number of a group.
const REMARK: &str = "_remark:";
/// Beginning of the names of inputs for answers; the remark's id follows.
const ANSWER: &str = "_answer:";

/// Open remarks.
pub fn open(remarks: &[Remark]) -> impl Iterator<Item = &Remark> {
    remarks.iter().filter(|r| r.settled.is_none())
}

/// The remarks of a form body.
#[must_use]
pub fn given(posted: &Posted) -> Vec<NewRemark> {
    let texts = posted.fields.iter().filter(|(_, text)| !text.trim().is_empty());
    texts
        .filter_map(|(name, text)| {
            let rest = name.strip_prefix(REMARK)?;
            let (field, row) = rest.split_once(':').map_or((rest, None), |(field, row)| (field, row.parse().ok()));
            Some(NewRemark { field: field.to_owned(), row, text: text.trim().to_owned() })
        })
        .collect()
}

/// The answers of a form body.
#[must_use]
pub fn answers(posted: &Posted) -> Vec<Answer> {
    let texts = posted.fields.iter().filter(|(_, text)| !text.trim().is_empty());
    texts.filter_map(|(name, text)| Some(Answer { remark: name.strip_prefix(ANSWER)?.to_owned(), text: text.trim().to_owned() })).collect()
}

/// Inputs for remarks at every field that holds something or should.
#[must_use]
pub fn inputs(app: &App, kind: &Kind, view: &View, typed: &[NewRemark]) -> Markup {
    let state = kind.states.as_ref().map(|s| s.field.as_str());
    let told = |f: &&Field| {
        let wanted = f.wanted || f.required;
        !f.hidden && !view.hidden.contains(&f.path) && state != Some(f.path.as_str()) && (wanted || get_path(&view.data, &f.path).is_some())
    };
    let sections = sections(visible(kind).filter(told));
    html! {
        section.card.remark-inputs {
            h2 { "逐项意见" }
            p.muted { "在需要修改的内容旁写明意见，填报人会在表单的同一处看到；不需要修改的留空。关于个人信息的意见随该项一并加密。" }
            @for section in &sections { (group(app, kind, view, section, typed)) }
        }
    }
}

fn group(app: &App, kind: &Kind, view: &View, section: &Section<'_>, typed: &[NewRemark]) -> Markup {
    let open = section.fields.iter().any(|f| typed.iter().any(|t| t.field == f.path));
    html! {
        details open[open] {
            summary { (section.title) span.rows-count { (section.fields.len()) " 项" } }
            div.remark-list {
                @for field in &section.fields {
                    @if let FieldType::Group(members) = &field.ty {
                        @let rows: Vec<&Value> = get_path(&view.data, &field.path).and_then(Value::as_array).into_iter().flatten().collect();
                        (input(&format!("{REMARK}{}", field.path), &field.title, &format!("{} 项", rows.len()), said(typed, &field.path, None)))
                        @for (index, row) in rows.iter().enumerate() {
                            @let text = row.as_object().map(|row| element(app, members, row)).unwrap_or_default();
                            (input(&format!("{REMARK}{}:{index}", field.path), &format!("{} 第 {} 项", field.title, index + 1), &text, said(typed, &field.path, u32::try_from(index).ok())))
                        }
                    } @else {
                        (input(&format!("{REMARK}{}", field.path), &field.title, &display(app.catalogue(), kind, &field.path, &view.data), said(typed, &field.path, None)))
                    }
                }
            }
        }
    }
}

fn said<'a>(typed: &'a [NewRemark], field: &str, row: Option<u32>) -> &'a str {
    typed.iter().find(|t| t.field == field && t.row == row).map_or("", |t| t.text.as_str())
}

fn input(name: &str, title: &str, value: &str, typed: &str) -> Markup {
    let id = input_id(&name.replace(':', "-"));
    html! {
        div.remark-input {
            label for=(id) { (title) span.muted.remark-value { @if value.is_empty() { "（未填）" } @else { (value) } } }
            input.form-control #(id) name=(name) value=(typed) maxlength=(LONGEST) placeholder="意见" autocomplete="off";
        }
    }
}

/// The remarks at a field, with inputs for answers when the form asks for them.
#[must_use]
pub fn at(remarks: &[Remark], field: &str, answer: bool) -> Markup {
    let here: Vec<&Remark> = remarks.iter().filter(|r| r.field == field).collect();
    html! {
        @if !here.is_empty() {
            ul.remarks aria-label="审核意见" { @for remark in here { (one(remark, answer, "")) } }
        }
    }
}

fn one(remark: &Remark, answer: bool, title: &str) -> Markup {
    let id = format!("answer-{}", remark.id);
    html! {
        li.remark.remark-settled[remark.settled.is_some()] {
            p {
                span.remark-mark { (icon("warn")) @if remark.settled.is_some() { "已处理的意见" } @else { "意见" } @if let Some(row) = remark.row { "（第 " (u64::from(row) + 1) " 项）" } }
                @if !title.is_empty() { strong { (title) "：" } }
                span.remark-text { (text(&remark.text)) }
            }
            p.muted { (roles(&remark.role)) " " (remark.by) " · " span.date { (words::moment(remark.at)) } " · 第 " (remark.rev) " 版" }
            @if let Some(settled) = &remark.settled {
                p.remark-answer {
                    @if settled.changed { "已修改（第 " (settled.rev) " 版）" }
                    @if !settled.answer.is_empty() { "答复：" (text(&settled.answer)) }
                    span.muted { " " (settled.by) " · " (words::moment(settled.at)) }
                }
            } @else if answer {
                div.remark-reply { label for=(id) { "答复（改了此项则不必填）" } input.form-control #(id) name={(ANSWER) (remark.id)} maxlength=(LONGEST) autocomplete="off"; }
            }
        }
    }
}

fn text(text: &str) -> Markup {
    html! { @if text.is_empty() || text == "＊" { span.muted { "（涉及个人信息，查看完整信息后可见）" } } @else { (text) } }
}

fn roles(codes: &str) -> String {
    codes.split(',').filter(|c| !c.is_empty()).map(words::role).collect::<Vec<_>>().join("、")
}

/// Said above a record that has open remarks.
#[must_use]
pub fn notice(kind: &Kind, view: &View, mends: bool) -> Markup {
    let open: Vec<&Remark> = open(&view.remarks).collect();
    html! {
        @if !open.is_empty() && !view.retracted {
            section.notice.notice-warning.remark-notice {
                p { strong { "退回待改：" (open.len()) " 条意见" } @if mends { " · " a href=(links::edit(&kind.kind, &view.id)) { "打开表单逐项修改或答复" } } }
                ul.remarks { @for remark in open { (one(remark, false, cells::title(kind, &remark.field))) } }
            }
        }
    }
}

/// What a revision did to remarks: those it made and those it settled.
#[must_use]
pub fn of_revision(kind: &Kind, view: &View) -> Markup {
    let touched = view.remarks.iter().filter(|r| r.rev == view.rev || r.settled.as_ref().is_some_and(|s| s.rev == view.rev));
    let touched: Vec<&Remark> = touched.collect();
    html! { @if !touched.is_empty() { ul.remarks { @for remark in touched { (one(remark, false, cells::title(kind, &remark.field))) } } } }
}

/// What waits for correction, for the desk.
///
/// # Errors
/// The store failed.
pub async fn desk(app: &App, signed: &Signed) -> Result<Markup, DoorError> {
    let returned = app.door.returned(&signed.caller).await?;
    Ok(html! {
        @if !returned.is_empty() {
            section.card.returned {
                h2 { "退回待改" }
                ul {
                    @for r in &returned {
                        li { a href=(links::list_by(&r.kind, "state", &r.state)) { (app.catalogue().kind(&r.kind).map_or(r.kind.as_str(), |k| k.title.as_str())) " " (r.records) @if r.more { "+" } " 件，意见 " (r.remarks) " 条" } }
                    }
                }
            }
        }
    })
}
