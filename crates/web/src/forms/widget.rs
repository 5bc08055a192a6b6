//! Which input a field gets.

use crate::app::App;
use crate::session::Signed;
use zhijian_kinds::regions::{Level, Region};
use zhijian_kinds::{CodeList, Field, FieldType, Kind};

/// Lists up to this length are drop-downs, longer ones are searched.
const SELECT: usize = 40;
/// Lists of several choices up to this length are check boxes.
const CHECKS: usize = 20;
/// Most counties of a drop-down; a wider scope types the name.
const COUNTIES: usize = 80;
/// Most townships of a drop-down.
const TOWNS: usize = 600;
/// Texts longer than this get several lines.
const LONG: usize = 300;
/// Texts longer than this get the whole width.
const WIDE: usize = 120;

/// The input of a field.
#[derive(Debug)]
pub enum Widget<'a> {
    /// One line.
    Text,
    /// Several lines.
    Long,
    /// Number.
    Number,
    /// Day.
    Date,
    /// Yes, no or nothing.
    YesNo,
    /// Drop-down of a short code list.
    Select(&'a CodeList),
    /// Text with suggestions of a long code list.
    Suggest(&'a CodeList),
    /// Check boxes of a short code list.
    Checks(&'a CodeList),
    /// Text of several names with suggestions.
    SuggestMany(&'a CodeList),
    /// Drop-down of counties.
    Counties(Vec<&'a Region>),
    /// Drop-down of townships, under their counties.
    Towns(Vec<(&'a Region, Vec<&'a Region>)>),
    /// Repeated group.
    Rows(&'a [Field]),
}

/// The input of a field of a kind.
#[must_use]
pub fn widget<'a>(app: &'a App, signed: &Signed, kind: &Kind, field: &'a Field) -> Widget<'a> {
    if kind.moves.as_ref().is_some_and(|moves| moves.to == field.path) {
        // Wherever it may go in the city, not only what the caller is responsible for.
        let city = app.region.get(..4).unwrap_or_default();
        let all =
            app.catalogue().regions.all().iter().filter(|r| matches!(r.level, Level::County | Level::Zone) && r.code.starts_with(city));
        let counties: Vec<&Region> = all.collect();
        return if counties.is_empty() || counties.len() > COUNTIES { Widget::Text } else { Widget::Counties(counties) };
    }
    if kind.region.county.as_ref() == Some(&field.path) {
        let counties = counties(app, signed);
        return if counties.is_empty() || counties.len() > COUNTIES { Widget::Text } else { Widget::Counties(counties) };
    }
    if kind.region.town.as_ref() == Some(&field.path) {
        let towns = towns(app, signed);
        return if towns.is_empty() { Widget::Text } else { Widget::Towns(towns) };
    }
    match of_type(app, field) {
        // A mask is a text; boxes could not hold it.
        Widget::Checks(list) if field.private.is_some() => Widget::SuggestMany(list),
        input => input,
    }
}

/// The input of a field or member by its type alone.
#[must_use]
pub fn of_type<'a>(app: &'a App, field: &'a Field) -> Widget<'a> {
    let list = |name: &str| app.catalogue().list(name);
    match &field.ty {
        FieldType::Code(name) => match list(name) {
            Some(list) if list.codes.len() <= SELECT => Widget::Select(list),
            Some(list) => Widget::Suggest(list),
            None => Widget::Text,
        },
        FieldType::Codes(name) => match list(name) {
            Some(list) if list.codes.len() <= CHECKS => Widget::Checks(list),
            Some(list) => Widget::SuggestMany(list),
            None => Widget::Text,
        },
        FieldType::Integer | FieldType::Number => Widget::Number,
        FieldType::Date => Widget::Date,
        FieldType::Boolean => Widget::YesNo,
        FieldType::Group(members) => Widget::Rows(members),
        FieldType::Text if field.max_length.is_some_and(|n| n > LONG) => Widget::Long,
        FieldType::Text | FieldType::Texts | FieldType::DateTime | FieldType::Object => Widget::Text,
    }
}

/// Does the input need the whole width?
#[must_use]
pub fn wide(field: &Field, input: &Widget<'_>) -> bool {
    let long = field.ty == FieldType::Text && field.max_length.is_some_and(|n| n > WIDE);
    long || matches!(input, Widget::Long | Widget::Checks(_) | Widget::SuggestMany(_))
}

/// Region of duty; organisation accounts stand in the deployment's region.
#[must_use]
pub fn duty<'a>(app: &'a App, signed: &'a Signed) -> &'a str {
    if signed.account.region.is_empty() { &app.region } else { &signed.account.region }
}

/// Counties and zones of the caller's region; a county itself.
#[must_use]
pub fn counties<'a>(app: &'a App, signed: &Signed) -> Vec<&'a Region> {
    let regions = &app.catalogue().regions;
    let home = duty(app, signed);
    let home = home.get(..6).unwrap_or(home);
    let prefix = zhijian_kinds::Regions::prefix(home);
    regions.all().iter().filter(|r| matches!(r.level, Level::County | Level::Zone) && r.code.starts_with(prefix)).collect()
}

fn towns<'a>(app: &'a App, signed: &Signed) -> Vec<(&'a Region, Vec<&'a Region>)> {
    let regions = &app.catalogue().regions;
    let own = duty(app, signed);
    let groups: Vec<(&Region, Vec<&Region>)> = counties(app, signed)
        .into_iter()
        .map(|county| (county, regions.towns(&county.code).filter(|t| own.len() < 9 || t.code == own).collect::<Vec<_>>()))
        .filter(|(_, towns)| !towns.is_empty())
        .collect();
    let total: usize = groups.iter().map(|(_, towns)| towns.len()).sum();
    if total > TOWNS { Vec::new() } else { groups }
}

/// The text that stands for a code in an input: its label when the label leads back to it, else the code.
#[must_use]
pub fn code_text(list: &CodeList, code: &str, day: &str) -> String {
    let label = list.label(code);
    match list.resolve(label, day) {
        Some(found) if found.code == code && !label.contains(['；', ';']) => label.to_owned(),
        _ => code.to_owned(),
    }
}
