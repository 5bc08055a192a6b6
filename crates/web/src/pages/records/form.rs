//! The form page of a record: headings, fields, summary of what is wrong.

use crate::forms::input::{Form, field};
use crate::forms::sections::{anchor, fillable, input_id, sections};
use crate::layout::token;
use maud::{Markup, html};
use zhijian_kinds::{Level, Problem};

/// A form with what stands around it.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The fields.
    pub form: Form<'a>,
    /// Where it is sent.
    pub action: &'a str,
    /// Hidden fields.
    pub hidden: Markup,
    /// Said above the form.
    pub notice: Markup,
    /// Where 取消 leads.
    pub cancel: &'a str,
    /// Asks for a reason of the change.
    pub reason: Option<&'a str>,
}

/// The form.
#[must_use]
pub fn sheet(sheet: &Sheet<'_>) -> Markup {
    let form = &sheet.form;
    let sections = sections(fillable(form.kind));
    html! {
        (sheet.notice)
        (summary(form))
        form.record-form method="post" action=(sheet.action) data-once data-dirty {
            (token(form.signed))
            (sheet.hidden)
            @if sections.len() > 2 {
                nav.form-nav aria-label="表单分组" { ol { @for (index, section) in sections.iter().enumerate() { li { a href={"#" (anchor(index))} { (section.title) } } } } }
            }
            div.form-body {
                // The first button is what Enter presses.
                button.visually-hidden type="submit" tabindex="-1" aria-hidden="true" { "保存" }
                @for (index, section) in sections.iter().enumerate() {
                    section.card id=(anchor(index)) {
                        h2 { (section.title) }
                        div.form-grid { @for f in &section.fields { (field(form, f)) } }
                    }
                }
                @if let Some(reason) = sheet.reason {
                    section.card {
                        div.form-grid { div.field.wide {
                            label for="reason" { "修改说明" }
                            input.form-control #reason name="_reason" value=(reason) maxlength="200" placeholder="为什么修改，会记入历史（可不填）";
                        } }
                    }
                }
                div.form-bar {
                    button.btn.btn-primary type="submit" { "保存" }
                    a.btn href=(sheet.cancel) { "取消" }
                    span.muted { "标“必填”的须填写；标“应填”的为规定要求填报的内容。" }
                }
            }
        }
    }
}

/// What is wrong, with links to the fields.
fn summary(form: &Form<'_>) -> Markup {
    let errors: Vec<&Problem> = form.problems.iter().filter(|p| p.level == Level::Error).collect();
    html! {
        @if !errors.is_empty() {
            div.notice.notice-error role="alert" tabindex="-1" data-focus {
                p { "有 " (errors.len()) " 处需要修改，尚未保存：" }
                ul { @for problem in errors {
                    li { @if problem.field.is_empty() { (problem.message) } @else { a href={"#" (input_id(&problem.field))} { (problem.message) } } }
                } }
            }
        }
    }
}
