//! The workbook that an office fills in, made from the definition in force.

use super::WriteError;
use super::sheet::{Formats, kept_as_text, sheet_name, width, write_cell};
use super::value::{Document, choices};
use crate::columns::{Column, Keys, columns, states_of};
use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, DocProperties, Format, Formula, Note, Workbook, Worksheet, utility};
use serde_json::{Map, Value};
use std::collections::HashMap;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Place;
use zhijian_kinds::kind::{Field, FieldType, Kind};

/// First cell of the example row; the reader leaves such a row out.
pub const EXAMPLE_MARK: &str = "示例";
/// Name of the sheet with the meaning of every column.
pub const INSTRUCTIONS_SHEET: &str = "填写说明";
/// Name of the hidden sheet with the lists behind the drop-downs.
pub const LISTS_SHEET: &str = "选项";

/// Rows that get drop-downs and formats.
const FILLABLE_ROWS: u32 = 20_000;
/// Characters that Excel allows for the choices inside a drop-down.
const INLINE_CHOICES: usize = 255;
const FIRST_COLUMN: &str = "序号";

/// Makes the template of a kind.
///
/// # Errors
/// [`WriteError`] when the workbook cannot be made.
pub fn template(kind: &Kind, catalogue: &Catalogue) -> Result<Vec<u8>, WriteError> {
    let example = kind.def.examples.first().and_then(Value::as_object);
    let keys = example.map(|e| super::collect_keys(kind, [e])).unwrap_or_default();
    let all = columns(kind, catalogue, &keys);
    let fillable: Vec<&Column<'_>> = all.iter().filter(|c| is_fillable(kind, c)).collect();
    let formats = Formats::new();
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_title(&kind.def.workbook.title).set_subject(&kind.def.title).set_keywords(stamp(kind)));
    let mut lists = Lists::default();
    let data = data_sheet(kind, catalogue, &fillable, example, &formats, &mut lists)?;
    book.push_worksheet(data);
    book.push_worksheet(instructions(kind, catalogue, &all, &fillable, &formats)?);
    if let Some(sheet) = lists.sheet()? {
        book.push_worksheet(sheet);
    }
    Ok(book.save_to_buffer()?)
}

/// Kind and version of the definition that the template was made from.
fn stamp(kind: &Kind) -> String {
    format!("{}.v{}", kind.def.kind, kind.def.version)
}

/// What a person can fill in: no computed and no technical fields, no states that the workflow sets; repeated groups only as columns.
fn is_fillable(kind: &Kind, column: &Column<'_>) -> bool {
    let is_group = matches!(column.place, Place::Field(_)) && matches!(column.field.ty, FieldType::Group(_) | FieldType::Object);
    !column.field.read_only && !column.field.hidden && !is_group && states_of(kind, column.field).is_none()
}

fn data_sheet(
    kind: &Kind,
    catalogue: &Catalogue,
    columns: &[&Column<'_>],
    example: Option<&Map<String, Value>>,
    formats: &Formats,
    lists: &mut Lists,
) -> Result<Worksheet, WriteError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(sheet_name(&kind.def.workbook.sheet, "数据"))?;
    let title = if kind.def.workbook.title.is_empty() { &kind.def.title } else { &kind.def.workbook.title };
    let last = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    sheet.merge_range(0, 0, 0, last.max(1), title, &formats.title)?;
    sheet.set_row_height(0, 28)?;
    sheet.set_row_height(1, 32)?;
    sheet.write_string_with_format(1, 0, FIRST_COLUMN, &formats.header)?;
    sheet.set_column_width(0, 6)?;
    let document = example.map(|map| Document::new(kind, catalogue, map));
    if document.is_some() {
        sheet.write_string_with_format(2, 0, EXAMPLE_MARK, &formats.example)?;
    }
    for (index, column) in (1u16..).zip(columns) {
        let field = column.field;
        let is_item = matches!(column.place, Place::Pivot { .. });
        let required = field.required && !is_item;
        let header = if required { format!("{}*", column.header) } else { column.header.clone() };
        let format = match () {
            () if required => &formats.header_required,
            () if field.wanted && !is_item => &formats.header_wanted,
            () => &formats.header,
        };
        sheet.write_string_with_format(1, index, &header, format)?;
        sheet.set_column_width(index, width(field, &header))?;
        if let Some(format) = column_format(field, is_item, formats) {
            sheet.set_column_format(index, format)?;
        }
        if !is_item {
            sheet.insert_note(1, index, &note(kind, catalogue, field))?;
            if let Some(validation) = validation(kind, catalogue, field, lists)? {
                sheet.add_data_validation(3, index, FILLABLE_ROWS, index, &validation)?;
            }
        }
        if let Some(document) = &document {
            write_cell(&mut sheet, 2, index, &document.cell(column), &formats.example_day, Some(&formats.example))?;
        }
    }
    sheet.set_freeze_panes(2, 0)?;
    sheet.set_landscape();
    sheet.set_repeat_rows(0, 1)?;
    Ok(sheet)
}

fn column_format<'f>(field: &Field, is_item: bool, formats: &'f Formats) -> Option<&'f Format> {
    match field.ty {
        _ if is_item => None,
        FieldType::Date => Some(&formats.day),
        FieldType::Integer => Some(&formats.whole),
        _ if kept_as_text(field) => Some(&formats.text),
        _ => None,
    }
}

fn note(kind: &Kind, catalogue: &Catalogue, field: &Field) -> Note {
    let mut lines = vec![format!("{}（{}）", field.title, need(field))];
    lines.push(format!("填写：{}", how(kind, catalogue, field)));
    if let Some(unit) = &field.unit {
        lines.push(format!("单位：{unit}"));
    }
    if !field.help.is_empty() {
        lines.push(field.help.clone());
    }
    let height = 18 * u32::try_from(lines.iter().map(|l| 1 + l.chars().count() / 20).sum::<usize>()).unwrap_or(10) + 12;
    Note::new(lines.join("\n")).add_author_prefix(false).set_width(260).set_height(height.min(400))
}

fn need(field: &Field) -> &'static str {
    match field {
        Field { required: true, .. } => "必填",
        Field { wanted: true, .. } => "应填",
        _ => "选填",
    }
}

/// What may stand in a column, in words.
fn how(kind: &Kind, catalogue: &Catalogue, field: &Field) -> String {
    let several = matches!(field.ty, FieldType::Codes(_));
    if let Some(choices) = choices(kind, field, catalogue) {
        let shown = if choices.len() <= 15 {
            choices.join("、")
        } else {
            format!("{} 等 {} 项（见下拉或“{LISTS_SHEET}”表）", choices[..8].join("、"), choices.len())
        };
        return if several { format!("可填多项，用；分隔：{shown}") } else { format!("从下列选一项：{shown}") };
    }
    let limits = match (field.minimum, field.maximum) {
        (Some(low), Some(high)) => format!("，{low} 至 {high}"),
        (Some(low), None) => format!("，不小于 {low}"),
        (None, Some(high)) => format!("，不大于 {high}"),
        (None, None) => String::new(),
    };
    let mut text = match &field.ty {
        FieldType::Integer => format!("整数{limits}"),
        FieldType::Number => format!("数字{limits}"),
        FieldType::Date => "日期，如 2020-03-05；只知年月写 2020年3月".into(),
        FieldType::DateTime => "日期和时间，如 2020-03-05T08:30:00+08:00".into(),
        FieldType::Texts => "文字，多项用；分隔".into(),
        _ => match field.max_length {
            Some(most) => format!("文字，不超过 {most} 字"),
            None => "文字".into(),
        },
    };
    if let Some(measured) = &field.measured {
        let words: Vec<&str> = measured.words_below.iter().chain(&measured.words_none).map(String::as_str).collect();
        text.push_str("；低于检出限写 <检出限");
        if !words.is_empty() {
            text.push_str(&format!("，也可写 {}", words.join("、")));
        }
    }
    if field.not_future {
        text.push_str("，不晚于填报当天");
    }
    text
}

/// A drop-down. It warns rather than refuses, because the reader also understands codes and common synonyms.
fn validation(kind: &Kind, catalogue: &Catalogue, field: &Field, lists: &mut Lists) -> Result<Option<DataValidation>, WriteError> {
    if matches!(field.ty, FieldType::Codes(_)) {
        // Several values in one cell cannot be checked by a drop-down; the list is offered beside.
        if let Some(choices) = choices(kind, field, catalogue) {
            lists.range(&field.title, choices);
        }
        return Ok(None);
    }
    let Some(choices) = choices(kind, field, catalogue).filter(|c| !c.is_empty()) else { return Ok(None) };
    let length = choices.iter().map(|c| c.encode_utf16().count() + 1).sum::<usize>();
    let inline = length <= INLINE_CHOICES && choices.iter().all(|c| !c.contains(',') && !c.starts_with('='));
    let rule = if inline {
        DataValidation::new().allow_list_strings(&choices)?
    } else {
        DataValidation::new().allow_list_formula(Formula::new(lists.range(&field.title, choices)))
    };
    Ok(Some(
        rule.set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("请核对")?
            .set_error_message("不在选项中。可改选下拉中的一项；确认是同义写法或代码时可以保留。")?,
    ))
}

/// Long lists of choices, one a column of a hidden sheet.
#[derive(Default)]
struct Lists {
    columns: Vec<(String, Vec<String>)>,
    known: HashMap<Vec<String>, String>,
}

impl Lists {
    /// The range of a list of choices; equal lists share one.
    fn range(&mut self, title: &str, choices: Vec<String>) -> String {
        if let Some(range) = self.known.get(&choices) {
            return range.clone();
        }
        let column = utility::column_number_to_name(u16::try_from(self.columns.len()).unwrap_or(u16::MAX));
        let range = format!("='{LISTS_SHEET}'!${column}$2:${column}${}", choices.len() + 1);
        self.known.insert(choices.clone(), range.clone());
        self.columns.push((title.to_owned(), choices));
        range
    }

    fn sheet(&self) -> Result<Option<Worksheet>, WriteError> {
        if self.columns.is_empty() {
            return Ok(None);
        }
        let mut sheet = Worksheet::new();
        sheet.set_name(LISTS_SHEET)?;
        for (index, (title, choices)) in (0u16..).zip(&self.columns) {
            sheet.write_string(0, index, format!("{title}的选项"))?;
            for (row, choice) in (1u32..).zip(choices) {
                sheet.write_string(row, index, choice)?;
            }
            sheet.set_column_width(index, 24)?;
        }
        sheet.set_hidden(true);
        Ok(Some(sheet))
    }
}

fn instructions(
    kind: &Kind,
    catalogue: &Catalogue,
    all: &[Column<'_>],
    fillable: &[&Column<'_>],
    formats: &Formats,
) -> Result<Worksheet, WriteError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(INSTRUCTIONS_SHEET)?;
    let mut row = 0;
    let head = [
        format!("{}填写说明", kind.def.title),
        format!("模板版本：{}（{} 起施行）", stamp(kind), kind.def.valid_from),
        format!("依据：{}", kind.def.basis),
        format!("用途：{}", kind.def.help),
        format!(
            "从“{}”表第 4 行开始填写；第 3 行为示例，导入时自动跳过。标 * 的列必填，浅黄色的列为法规要求填写。",
            sheet_name(&kind.def.workbook.sheet, "数据")
        ),
        "可以增加、删除或调换列，表头文字不要改动；空着表示没有，“无”“/”“—”也按空处理。".to_owned(),
    ];
    let plain = Format::default();
    for line in head.iter().filter(|l| !l.ends_with('：')) {
        sheet.write_string_with_format(row, 0, line, if row == 0 { &formats.title } else { &plain })?;
        row += 1;
    }
    row += 1;
    for (column, (text, wide)) in (0u16..).zip([("列名", 24), ("要求", 8), ("填写内容", 60), ("计量单位", 10), ("解释", 60)])
    {
        sheet.write_string_with_format(row, column, text, &formats.header)?;
        sheet.set_column_width(column, wide)?;
    }
    for column in fillable {
        row += 1;
        let field = column.field;
        let cells = match &column.place {
            Place::Field(_) => [
                column.header.clone(),
                need(field).into(),
                how(kind, catalogue, field),
                field.unit.clone().unwrap_or_default(),
                field.help.clone(),
            ],
            Place::Pivot { .. } => [column.header.clone(), "选填".into(), format!("{}的一项", field.title), String::new(), String::new()],
        };
        for (index, text) in (0u16..).zip(cells) {
            sheet.write_string_with_format(row, index, text, &formats.wrap)?;
        }
    }
    let on_pages: Vec<&str> = all
        .iter()
        .filter(|c| {
            matches!(c.place, Place::Field(_))
                && matches!(c.field.ty, FieldType::Group(_))
                && c.field.pivot.is_none()
                && !c.field.read_only
                && !c.field.hidden
        })
        .map(|c| c.header.as_str())
        .collect();
    if !on_pages.is_empty() {
        let text = format!(
            "下列内容每条记录可有多组，请导入后在系统页面补充，或增加同名列，一组一行按“标题：内容；标题：内容”填写：{}",
            on_pages.join("、")
        );
        sheet.write_string(row + 2, 0, text)?;
    }
    Ok(sheet)
}

/// Keys of pattern columns that a document uses.
pub(super) fn keys_of(kind: &Kind, document: &Map<String, Value>, keys: &mut Keys) {
    for field in &kind.fields {
        let Some(pivot) = field.pivot.as_ref().filter(|p| p.pattern.is_some()) else { continue };
        let elements = zhijian_kinds::intake::get_path(document, &field.path).and_then(Value::as_array);
        for key in elements.into_iter().flatten().filter_map(|e| e.get(&pivot.key)).filter_map(Value::as_str) {
            let at = match keys.iter().position(|(group, _)| *group == field.path) {
                Some(at) => at,
                None => {
                    keys.push((field.path.clone(), Vec::new()));
                    keys.len() - 1
                }
            };
            if !keys[at].1.iter().any(|k| k == key) {
                keys[at].1.push(key.to_owned());
            }
        }
    }
}
