//! Values of a list as pages and files show them.

use crate::app::App;
use zhijian_exchange::write::Cell;
use zhijian_kinds::lists::{Column, Holds};

/// As words.
#[must_use]
pub fn text(app: &App, column: &Column, value: &str) -> String {
    if let Some(list) = column.codes.as_deref().and_then(|name| app.catalogue().list(name)) {
        let codes: Vec<&str> = value.split(';').filter(|code| !code.is_empty()).map(|code| list.label(code)).collect();
        return codes.join("、");
    }
    match column.holds {
        Holds::Number => value.parse().map_or_else(|_| value.to_owned(), zhijian_kinds::text::number_text),
        Holds::Yes => match value {
            "true" | "1" => "是".into(),
            "false" | "0" => "否".into(),
            _ => String::new(),
        },
        Holds::Text => value.trim_matches(';').replace(';', "、"),
        Holds::Date => value.to_owned(),
    }
}

/// In a file: numbers stay numbers.
#[must_use]
pub fn cell(app: &App, column: &Column, value: &str) -> Cell {
    match (column.holds, value.parse::<f64>()) {
        (Holds::Number, Ok(number)) => Cell::Number(number),
        _ => Cell::Text(text(app, column, value)),
    }
}

/// Class of a cell.
#[must_use]
pub fn class(column: &Column) -> &'static str {
    match column.holds {
        Holds::Number => "num",
        Holds::Date => "date",
        Holds::Text | Holds::Yes => "text",
    }
}

/// Heading with its unit.
#[must_use]
pub fn heading(column: &Column) -> String {
    column.unit.as_ref().map_or_else(|| column.title.clone(), |unit| format!("{}（{unit}）", column.title))
}
