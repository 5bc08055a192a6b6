//! Repeated groups: one row an element, an empty one at the end; rows are added and taken out with or without JavaScript.

use crate::forms::filled::{Held, REMOVE, Row};
use crate::forms::input::{self, Form, label, said};
use crate::forms::sections::input_id;
use maud::{Markup, html};
use zhijian_kinds::{Field, Level, Problem};

/// Name of the button that draws the form again with one more empty row of a group.
pub const MORE: &str = "_more";

/// A repeated group.
#[must_use]
pub fn group(form: &Form<'_>, field: &Field, members: &[Field]) -> Markup {
    let empty = Row::new();
    let held: &[Row] = match form.filled.get(&field.path) {
        Some(Held::Rows(rows)) => rows,
        _ => &[],
    };
    let full = field.max_items.is_some_and(|most| held.len() >= most);
    let spare = usize::from(!full) + usize::from(!full && form.more == field.path);
    let inside = format!("{}.", field.path);
    let own: Vec<&Problem> = form.problems.iter().filter(|p| p.field == field.path).collect();
    let open = !held.is_empty()
        || form.more == field.path
        || !own.is_empty()
        || form.problems.iter().any(|p| p.field.starts_with(&inside))
        || field.required
        || crate::remarks::open(form.remarks).any(|r| r.field == field.path);
    html! {
        details.rows.wide id=(input_id(&field.path)) open[open] data-rows=(field.path) data-most=[field.max_items] {
            summary { (label(field)) span.rows-count { (held.len()) " 项" } }
            @if !field.help.is_empty() { p.hint { (field.help) } }
            @for problem in &own { (said(problem, &input_id(&field.path))) }
            (crate::remarks::at(form.remarks, &field.path, true))
            @for (index, row) in held.iter().chain(std::iter::repeat_n(&empty, spare)).enumerate() {
                (one(form, field, members, index, row))
            }
            button.btn.btn-sm type="submit" name=(MORE) value=(field.path) formnovalidate data-add=(field.path) { "添加一项" }
        }
    }
}

fn one(form: &Form<'_>, field: &Field, members: &[Field], index: usize, row: &Row) -> Markup {
    let name = |member: &Field| format!("{}.{index}.{}", field.path, member.path);
    // Problems of the whole element or of members that are not drawn.
    let whole = format!("{}.{index}", field.path);
    html! {
        fieldset.row-item data-row=(index) {
            legend { (field.title) " " span.row-number { (index + 1) } }
            div.row-grid {
                @for member in members {
                    @let name = name(member);
                    @let said_here: Vec<&Problem> = form.problems.iter().filter(|p| p.field == name).collect();
                    @let wrong = said_here.iter().any(|p| p.level == Level::Error);
                    div.field.has-error[wrong] {
                        label for=(input_id(&name)) { (member.title) @if member.required { span.mark-required { "必填" } } @if let Some(unit) = &member.unit { span.unit-note { (unit) } } }
                        (input::member(form, member, &name, row.get(&member.path).map_or("", String::as_str), wrong))
                        @for problem in said_here { (said(problem, &input_id(&name))) }
                    }
                }
            }
            @for problem in form.problems.iter().filter(|p| p.field == whole) { (said(problem, &input_id(&whole))) }
            label.check.row-remove { input type="checkbox" name={(whole) "." (REMOVE)} value="1"; span { "删除此项" } }
        }
    }
}
