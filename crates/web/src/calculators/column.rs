//! Pasted columns and tables: every line is read, or named with its number and what was expected of it.

use super::entered::{Lines, Said};
use super::numbers::{self, Unread};
use serde_json::{Map, Value, json};
use zhijian_calc::registry::{Bounds, Calculator, Field, Form};

/// Reads a list of results, one or several a line.
#[must_use]
pub fn column(text: &str, censored: bool, dated: bool, bounds: &Bounds, limit: Option<&str>) -> (Vec<Value>, Lines) {
    let mut lines = Lines::default();
    let mut values = Vec::new();
    for (number, line) in numbered(text) {
        let before = (values.len(), lines.said.len());
        let rest = if dated { lines.take_period(number, line) } else { line };
        if rest.contains('\t') && rest.split('\t').filter(|cell| !cell.trim().is_empty()).count() > 1 {
            let columns = rest.split('\t').count();
            lines.say(number, line, &format!("有 {columns} 列；只粘贴结果这一列"));
            continue;
        }
        for piece in pieces(rest) {
            if piece.contains(',') {
                lines.say(number, &piece, AMBIGUOUS);
                continue;
            }
            let read = if censored { numbers::result(&piece, limit) } else { numbers::number(&piece).ok_or(Unread::NoResult) };
            match read {
                Ok(value) => {
                    values.push(value);
                    lines.origin.push(number);
                }
                Err(why) => lines.say(number, &piece, &expected(why, censored, bounds)),
            }
        }
        // Only a line of words before all results is a heading.
        if before == (0, 0) && values.is_empty() && lines.heading.is_none() && wordy(line) && !names_non_detect(line) {
            lines.said.clear();
            lines.heading = Some(number);
        }
    }
    if dated {
        lines.check_order();
    }
    (values, lines)
}

fn expected(why: Unread, censored: bool, bounds: &Bounds) -> String {
    match why {
        Unread::NeedsLimit => "没有说明低于多少：请在“检出限”中填写，或写成“<0.02”".into(),
        Unread::NoResult if censored => "应为数字、“<0.02”、“>200”、“[40-90]”或“未检出”".into(),
        Unread::NoResult => format!("应为{}", bounds.words()),
    }
}

/// Several lists of numbers, one a line.
#[must_use]
pub fn groups(text: &str) -> (Vec<Value>, Lines) {
    let mut lines = Lines::default();
    let mut groups = Vec::new();
    for (number, line) in numbered(text) {
        let mut group = Vec::new();
        let mut bad = None;
        for piece in pieces(&line.replace('\t', " ")) {
            match numbers::number(&piece).filter(|_| !piece.contains(',')) {
                Some(value) => group.push(value),
                None => bad = bad.or(Some(piece)),
            }
        }
        match bad {
            Some(_) if groups.is_empty() && lines.heading.is_none() && wordy(line) => lines.heading = Some(number),
            Some(piece) if piece.contains(',') => lines.say(number, &piece, AMBIGUOUS),
            Some(piece) => lines.say(number, &piece, "应为数字，同一组的结果写在一行，用空格或逗号分开"),
            None => {
                groups.push(Value::Array(group));
                lines.origin.push(number);
            }
        }
    }
    (groups, lines)
}

/// Reads a list of objects, one a line, columns in the order of the members or of the heading.
#[must_use]
pub fn table(calculator: &Calculator, field: &Field, text: &str, dated: bool) -> (Vec<Value>, Lines) {
    let mut lines = Lines::default();
    let mut rows = Vec::new();
    let mut order: Vec<Option<&Field>> = field.items.iter().map(Some).collect();
    for (number, line) in numbered(text) {
        let labels = lines.labels.len();
        let rest = if dated { lines.take_period(number, line) } else { line };
        let cells = cells(rest, field.items.len());
        if rows.is_empty() && lines.heading.is_none() && lines.said.is_empty() && is_heading(&cells) {
            lines.labels.truncate(labels);
            lines.heading = Some(number);
            if let Some(found) = by_heading(field, &cells) {
                order = found;
            }
            continue;
        }
        if cells.len() > order.len() {
            let names: Vec<&str> = field.items.iter().map(name).collect();
            lines.say(number, line, &format!("有 {} 列，应为 {} 列：{}", cells.len(), order.len(), names.join("、")));
            continue;
        }
        let mut row = Map::new();
        let mut good = true;
        for (cell, member) in cells.iter().zip(&order) {
            let Some(member) = member else { continue };
            let form = calculator.form(&format!("{}.{}", field.key, member.key));
            if let Err(expected) = put(&mut row, member, &form, cell) {
                lines.say(number, cell, &format!("{}应为{expected}", name(member)));
                good = false;
            }
        }
        if let Some(member) = field.items.iter().find(|m| good && m.required && !row.contains_key(m.key)) {
            lines.say(number, line, &format!("缺“{}”", name(member)));
            good = false;
        }
        if good {
            rows.push(Value::Object(row));
            lines.origin.push(number);
        }
    }
    if dated {
        lines.check_order();
    }
    (rows, lines)
}

/// Puts one cell into a row.
fn put(row: &mut Map<String, Value>, member: &Field, form: &Form, cell: &str) -> Result<(), String> {
    let cell = cell.trim();
    if numbers::is_missing(cell) && !matches!(form, Form::Answers { .. } | Form::Flag) {
        if member.required {
            return Ok(());
        }
        row.entry(member.key).or_insert(Value::Null);
        return Ok(());
    }
    let value = match form {
        Form::Number(bounds) => {
            if let (Some(limit), Some(below)) = (&bounds.non_detect, numbers::plain(cell).strip_prefix('<').and_then(numbers::number)) {
                row.insert(member.key.into(), Value::Null);
                row.insert(limit.clone(), below);
                return Ok(());
            }
            let more = if bounds.non_detect.is_some() { "，或“<检出限”" } else { "" };
            numbers::number(cell).ok_or_else(|| format!("{}{more}", bounds.words()))?
        }
        Form::Flag => Value::Bool(numbers::flag(cell).ok_or("是或否")?),
        Form::Choice { options } => chosen(options, cell).ok_or_else(|| labels(options))?,
        Form::Column { bounds, .. } => list(cell, bounds)?,
        Form::Range => range(cell).ok_or("时长或范围，如 2 或 4-6")?,
        Form::Answers { keys } => answers(keys, cell)?,
        _ => json!(cell),
    };
    row.insert(member.key.into(), value);
    Ok(())
}

fn list(cell: &str, bounds: &Bounds) -> Result<Value, String> {
    let read = |piece: &str| numbers::number(piece).ok_or_else(|| format!("用“/”分开的{}", bounds.words()));
    cell.split(['/', '、', ';', '；']).filter(|p| !p.trim().is_empty()).map(read).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// `4-6` or a width.
#[must_use]
pub fn range(cell: &str) -> Option<Value> {
    let cell = numbers::plain(cell);
    match cell.split_once(['-', '~']) {
        Some((low, high)) => Some(json!([numbers::number(low)?, numbers::number(high)?])),
        None => numbers::number(&cell),
    }
}

fn answers(keys: &[(String, String)], cell: &str) -> Result<Value, String> {
    let expected = || format!("用“/”分开的 {} 个是否：{}", keys.len(), keys.iter().map(|k| k.1.as_str()).collect::<Vec<_>>().join("、"));
    let parts: Vec<&str> = cell.split('/').collect();
    if numbers::is_missing(cell) {
        return Ok(Value::Object(keys.iter().map(|(key, _)| (key.clone(), Value::Null)).collect()));
    }
    if parts.len() != keys.len() {
        return Err(expected());
    }
    let each = |((key, _), part): (&(String, String), &&str)| match numbers::flag(part) {
        Some(yes) => Ok((key.clone(), json!(yes))),
        None if numbers::is_missing(part) => Ok((key.clone(), Value::Null)),
        None => Err(expected()),
    };
    keys.iter().zip(&parts).map(each).collect::<Result<Map<_, _>, _>>().map(Value::Object)
}

/// An option by its value or label.
#[must_use]
pub fn chosen(options: &[(Value, String)], text: &str) -> Option<Value> {
    let text = numbers::plain(text);
    let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    options.iter().find(|(value, label)| written(value).eq_ignore_ascii_case(&text) || *label == text).map(|(value, _)| value.clone())
}

fn labels(options: &[(Value, String)]) -> String {
    options.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>().join("、")
}

/// Lines that hold something, numbered from 1 as in the text.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end_matches('\r'))).filter(|(_, line)| !line.trim().is_empty())
}

/// Several results on a line; `< 0.02` and `[40 - 90]` are one. `1,234` stays whole: whether it is one number or two is asked.
fn pieces(line: &str) -> Vec<String> {
    let whole = numbers::plain(line);
    if numbers::result(&whole, Some("1")).is_ok() {
        return vec![whole];
    }
    let chunks = whole.split(|c: char| c.is_whitespace() || matches!(c, '、' | ';')).filter(|chunk| !chunk.is_empty());
    let apart = |chunk: &str| -> Vec<String> {
        if numbers::number(chunk).is_some() {
            return vec![chunk.to_owned()];
        }
        chunk.split(',').filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
    };
    chunks.flat_map(apart).collect()
}

const AMBIGUOUS: &str = "可能是带千分位的一个数，也可能是几个数；请去掉逗号，或改用空格、换行分开";

/// Cells of a line: by tabs where there are any, by commas, else by blanks.
fn cells(line: &str, most: usize) -> Vec<String> {
    let by: Vec<&str> = if line.contains('\t') {
        line.split('\t').collect()
    } else if line.contains([',', '，']) {
        line.split([',', '，']).collect()
    } else if most == 1 {
        vec![line]
    } else {
        line.split_whitespace().collect()
    };
    let mut cells: Vec<String> = by.into_iter().map(|cell| cell.trim().to_owned()).collect();
    while cells.len() > most && cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    cells
}

fn wordy(text: &str) -> bool {
    numbers::plain(text).starts_with(|c: char| c.is_alphabetic())
}

fn names_non_detect(text: &str) -> bool {
    numbers::result(text, Some("1")).is_ok()
}

fn is_heading(cells: &[String]) -> bool {
    let data = |cell: &String| {
        numbers::number(cell).is_some() || names_non_detect(cell) || numbers::flag(cell).is_some() || numbers::is_missing(cell)
    };
    cells.iter().any(|cell| wordy(cell)) && cells.iter().all(|cell| cell.is_empty() || !data(cell) && wordy(cell))
}

/// The members in the order of a heading, if it names them all that are required.
fn by_heading<'a>(field: &'a Field, cells: &[String]) -> Option<Vec<Option<&'a Field>>> {
    let named = |cell: &String| {
        let cell = numbers::plain(cell).to_lowercase();
        field.items.iter().find(|m| cell == m.key || m.also.contains(&cell.as_str()) || (!cell.is_empty() && cell.starts_with(name(m))))
    };
    let order: Vec<Option<&Field>> = cells.iter().map(named).collect();
    let all = field.items.iter().filter(|m| m.required).all(|m| order.iter().flatten().any(|o| o.key == m.key));
    (all && order.iter().any(Option::is_some)).then_some(order)
}

/// What a member is called in a heading: its meaning up to the first explanation.
#[must_use]
pub fn name(field: &Field) -> &'static str {
    field.meaning.split(['；', '，', '：', '（']).next().unwrap_or(field.meaning)
}

impl Lines {
    fn say(&mut self, line: usize, found: &str, expected: &str) {
        self.said.push(Said { line, text: format!("第 {line} 行“{}”：{expected}", found.trim()) });
    }

    /// Takes a day or period off the start of a line.
    fn take_period<'a>(&mut self, number: usize, line: &'a str) -> &'a str {
        let trimmed = line.trim_start();
        let cut = trimmed.find(|c: char| c.is_whitespace() || matches!(c, ',' | '，'));
        let (first, rest) = cut.map_or((trimmed, ""), |at| trimmed.split_at(at));
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '，'));
        // A year alone on its line is a number.
        let period = numbers::period(first).filter(|(text, _)| cut.is_some() || text.parse::<f64>().is_err());
        match period {
            Some((label, order)) => {
                self.labels.push((number, label, order));
                if rest.is_empty() { "-" } else { rest }
            }
            None => line,
        }
    }

    fn check_order(&mut self) {
        let late: Vec<(usize, String)> =
            self.labels.windows(2).filter(|pair| pair[1].2 < pair[0].2).map(|pair| (pair[1].0, pair[1].1.clone())).collect();
        for (line, label) in late {
            self.say(line, &label, "早于上一行；请按时间先后排列");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail loudly")]
mod tests {
    use super::*;
    use zhijian_calc::registry::find;

    fn said(lines: &Lines) -> Vec<&str> {
        lines.said.iter().map(|s| s.text.as_str()).collect()
    }

    #[test]
    fn a_column_from_a_spreadsheet_is_read_line_by_line() {
        let text = "苯浓度(mg/m3)\r\n0.6\r\n\r\n＜0.02\n未检出\n１．５\n2 3，4\nabc\n";
        let (values, lines) = column(text, true, false, &Bounds::default(), Some("0.3"));
        assert_eq!(values, [json!(0.6), json!("<0.02"), json!("<0.3"), json!(1.5), json!(2), json!(3), json!(4)]);
        assert_eq!(lines.origin, [2, 4, 5, 6, 7, 7, 7]);
        assert_eq!(lines.heading, Some(1));
        assert_eq!(said(&lines), ["第 8 行“abc”：应为数字、“<0.02”、“>200”、“[40-90]”或“未检出”"]);
    }

    #[test]
    fn nothing_is_dropped_silently() {
        let (values, lines) = column("1\n未检出\nx\n甲\t2\n1,234\n100,200,300", true, false, &Bounds::default(), None);
        assert_eq!(values, [json!(1)]);
        assert_eq!(lines.said.iter().map(|s| s.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
        assert!(lines.said[3].text.contains("千分位"), "one number or two?");
        let (values, lines) = column("未检出\n2", true, false, &Bounds::default(), None);
        assert_eq!((values.len(), lines.heading, lines.said.len()), (1, None, 1), "a non-detect is no heading");
    }

    #[test]
    fn a_table_takes_blanks_non_detects_and_its_own_heading() {
        let twa = find("air.twa").unwrap();
        let field = &twa.inputs[0];
        let (rows, lines) = table(twa, field, "代表时间(min)\t浓度\n120\t100\n180\t＜0.3\n", false);
        assert_eq!(rows, [json!({"t_min": 120, "c": 100}), json!({"t_min": 180, "c": null, "lod": 0.3})]);
        assert_eq!((lines.heading, said(&lines)), (Some(1), vec![]));
        let (rows, lines) = table(twa, field, "100, 120\n50\n1 2 3 4\n-, 60, 0.02", false);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1], json!({"c": null, "t_min": 60, "lod": 0.02}));
        assert_eq!(said(&lines), ["第 2 行“50”：缺“代表时间”", "第 3 行“1 2 3 4”：有 4 列，应为 3 列：浓度、代表时间、检出限"]);
    }

    #[test]
    fn doses_keep_their_periods_and_gaps() {
        let annual = find("rad.annual").unwrap();
        let (rows, lines) = table(annual, &annual.inputs[0], "2020Q1 0.20\n2020Q2 丢失\n2020Q3\t0.40\n2020Q2\t0.02", true);
        assert_eq!(rows[..2], [json!({"hp10": 0.2}), json!({"hp10": null})]);
        assert_eq!(lines.labels.len(), 4);
        assert_eq!(said(&lines), ["第 4 行“2020Q2”：早于上一行；请按时间先后排列"]);
        let (values, lines) = column("2016 10\n2017,12", false, true, &Bounds::default(), None);
        assert_eq!((values, lines.labels.len()), (vec![json!(10), json!(12)], 2));
    }

    #[test]
    fn lists_ranges_and_answers_inside_cells() {
        let tasks = find("noise.iso9612_task").unwrap();
        let (rows, lines) = table(tasks, &tasks.inputs[0], "80.1/82.2/79.6, 5, 4-6", false);
        assert_eq!(rows, [json!({"samples": [80.1, 82.2, 79.6], "hours": 5, "range_hours": [4, 6]})], "{:?}", said(&lines));
        let nmq = find("ergo.nmq").unwrap();
        let (rows, lines) = table(nmq, &nmq.inputs[0], "1/0/, -, 是/否/是", false);
        assert_eq!(rows[0]["neck"], json!({"trouble_12m": true, "prevented_12m": false, "trouble_7d": null}), "{:?}", said(&lines));
        assert_eq!(rows[0]["elbows"]["trouble_7d"], true);
        let (_, lines) = groups("5 8 6\n12,15,x\n");
        assert_eq!(said(&lines).len(), 1);
    }
}
