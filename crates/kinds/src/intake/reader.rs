//! A whole draft: every field read, defaults set, side values filled, problems named.

use super::value::{Around, Reading, read_value};
use super::{Cell, Place};
use crate::kind::{Field, FieldType, Format, Kind, NOTES};
use crate::{Catalogue, Level, Problem, dates, text};
use serde_json::{Map, Value, json};

/// How strict the entrance is: a person at a form can mend a field now, a workbook row cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Forms and the API: every unreadable field is an error.
    Form,
    /// Workbooks: only the fields with a reject class refuse the row; other unreadable values are set aside with a warning.
    Bulk,
}

/// What came in: cells with their places.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The cells.
    pub cells: Vec<(Place, Cell)>,
}

impl Draft {
    /// A draft from a JSON document: nested objects become paths.
    #[must_use]
    pub fn from_json(kind: &Kind, document: &Map<String, Value>) -> Self {
        fn walk(kind: &Kind, prefix: &str, map: &Map<String, Value>, out: &mut Vec<(Place, Cell)>) {
            // What the door itself notes says nothing when a document comes back.
            for (name, value) in map.iter().filter(|(name, _)| !(prefix.is_empty() && NOTES.contains(&name.as_str()))) {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                match value {
                    Value::Object(inner) if kind.field(&path).is_none() => walk(kind, &path, inner, out),
                    other => out.push((Place::Field(path), Cell::Json(other.clone()))),
                }
            }
        }
        let mut cells = Vec::with_capacity(document.len());
        walk(kind, "", document, &mut cells);
        Self { cells }
    }
}

/// Reads drafts of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Kind.
    pub kind: &'a Kind,
    /// Code lists.
    pub catalogue: &'a Catalogue,
    /// Entrance.
    pub channel: Channel,
    /// Day of the write, ISO.
    pub today: &'a str,
}

impl Reader<'_> {
    /// Reads a draft into a document. Problems of level error mean that the document must not be kept.
    #[must_use]
    pub fn read(&self, draft: &Draft) -> (Map<String, Value>, Vec<Problem>) {
        let mut out = Pass {
            reader: *self,
            document: Map::new(),
            problems: Vec::new(),
            month: Vec::new(),
            unread: Map::new(),
            day: String::new(),
            late: Vec::new(),
        };
        let event = self.kind.event_date.as_deref();
        // The event date first: it decides which codes are valid.
        for (place, cell) in &draft.cells {
            if let Place::Field(path) = place
                && Some(path.as_str()) == event
            {
                out.field(path, cell, draft);
                out.day = out.document.get(path).and_then(Value::as_str).unwrap_or_default().to_owned();
            }
        }
        for (place, cell) in &draft.cells {
            match place {
                Place::Field(path) if Some(path.as_str()) == event => {}
                Place::Field(path) => out.field(path, cell, draft),
                Place::Pivot { group, key } => out.pivot(group, key, cell),
            }
        }
        out.finish()
    }
}

struct Pass<'a> {
    reader: Reader<'a>,
    document: Map<String, Value>,
    problems: Vec<Problem>,
    month: Vec<Value>,
    unread: Map<String, Value>,
    day: String,
    /// Measured fields whose limit comes from a sibling, and unit conversions: done when all fields are read.
    late: Vec<(String, Reading)>,
}

impl Pass<'_> {
    fn field(&mut self, path: &str, cell: &Cell, draft: &Draft) {
        let Some(field) = self.reader.kind.field(path) else {
            if !self.reader.kind.refs.contains_key(path) {
                self.problems.push(Problem::new(Level::Error, "E_FIELD", path, path, &cell.shown(), "该表单已定义的字段"));
            }
            return;
        };
        if field.read_only {
            return; // computed at the door
        }
        if let (FieldType::Group(members), Cell::Json(Value::Array(items))) = (&field.ty, cell) {
            self.group(path, members, items);
            return;
        }
        if let Some(states) = self.reader.kind.states.as_ref().filter(|s| s.field == path && field.ty == FieldType::Text) {
            let key = text::word_key(&cell.shown());
            let known = states.list.iter().find(|s| text::word_key(&s.code) == key || text::word_key(&s.title) == key);
            match known {
                Some(state) => set_path(&mut self.document, path, Value::String(state.code.clone())),
                None if cell.is_blank() => {}
                None => {
                    self.refuse(field, cell, "E_CODELIST", &states.list.iter().map(|s| s.title.as_str()).collect::<Vec<_>>().join("、"))
                }
            }
            return;
        }
        let list = match &field.ty {
            FieldType::Code(name) | FieldType::Codes(name) => self.reader.catalogue.list(name),
            _ => None,
        };
        let around = Around {
            list,
            day: &self.day,
            today: self.reader.today,
            year: self.year_for(field, draft),
            other_document: self.other_document(field, draft),
        };
        match read_value(field, cell, around) {
            Ok(reading) => self.keep(field, cell, reading),
            Err(bad) => self.refuse(field, cell, bad.class, &bad.expected),
        }
    }

    /// Year of the first of the named sibling fields that holds a date.
    fn year_for(&self, field: &Field, draft: &Draft) -> Option<i32> {
        field.year_from.as_ref()?.split(',').find_map(|source| {
            let cell = draft.cells.iter().find_map(|(p, c)| (*p == Place::Field(source.to_owned())).then_some(c))?;
            let shown = cell.shown();
            let iso = dates::parse_day(&shown).map(|d| d.iso).or_else(|| dates::parse_iso(&shown).map(dates::iso))?;
            iso.get(..4)?.parse().ok()
        })
    }

    /// A sibling `id_type` other than the resident card (01) switches the number's check off.
    fn other_document(&self, field: &Field, draft: &Draft) -> bool {
        field.format == Some(Format::IdNo)
            && draft.cells.iter().any(|(p, c)| {
                *p == Place::Field("id_type".into())
                    && !c.is_blank()
                    && self.reader.catalogue.list("IDT").and_then(|l| l.resolve(&c.shown(), "")).is_some_and(|code| code.code != "01")
            })
    }

    fn keep(&mut self, field: &Field, cell: &Cell, reading: Reading) {
        // Most cells have nothing to say about them, so the text for messages is made when it is needed.
        let shown = || if field.private.is_some() { text::mask(&cell.shown()) } else { cell.shown() };
        if let Some(why) = reading.malformed {
            if self.is_reference(field) {
                self.problems.push(Problem {
                    level: Level::Warning,
                    ..Problem::new(Level::Error, "W_CODE", &field.path, &field.title, &shown(), &format!("有效的统一社会信用代码（{why}）"))
                });
            } else {
                self.refuse(field, cell, "E_CODE", &format!("有效的统一社会信用代码（{why}）"));
                return;
            }
        }
        if field.not_future
            && let Some(day) = reading.value.as_ref().and_then(Value::as_str)
            && day > self.reader.today
        {
            self.refuse(field, cell, "E_DATE", "不晚于今天的日期");
            return;
        }
        if !reading.unknown.is_empty() {
            let expected = "代码表中的名称";
            let mut problem = Problem::new(Level::Warning, "W_CODELIST", &field.path, &field.title, &reading.unknown.join("、"), expected);
            problem.message = format!("{}：不认识“{}”，已保留其余各项", field.title, reading.unknown.join("、"));
            self.problems.push(problem);
        }
        if reading.month_only {
            self.month.push(Value::String(field.path.clone()));
            let shown = shown();
            let mut problem = Problem::new(
                Level::Repair,
                "R_MONTH",
                &field.path,
                &field.title,
                &shown,
                reading.value.as_ref().and_then(Value::as_str).unwrap_or_default(),
            );
            problem.message = format!("{}：“{shown}”只到月份，按该月1日保存并标记", field.title);
            self.problems.push(problem);
        } else if let Some(found) = &reading.repaired {
            let found = if field.private.is_some() { text::mask(found) } else { found.clone() };
            let to = match &reading.value {
                Some(Value::String(s)) if field.private.is_some() => text::mask(s),
                Some(Value::String(s)) => s.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            };
            self.problems.push(Problem::new(Level::Repair, "R_FORMAT", &field.path, &field.title, &found, &to));
        }
        if field.measured.is_some() || field.unit_from.is_some() {
            self.late.push((field.path.clone(), reading));
        } else if let Some(value) = reading.value {
            set_path(&mut self.document, &field.path, value);
        }
    }

    fn is_reference(&self, field: &Field) -> bool {
        self.reader.kind.refs.values().any(|r| r.by.iter().any(|w| w.field == field.path))
    }

    fn refuse(&mut self, field: &Field, cell: &Cell, default_class: &str, expected: &str) {
        let found = cell.shown();
        let shown = if field.private.is_some() { text::mask(&found) } else { found.trim().to_owned() };
        let hard = self.reader.channel == Channel::Form || field.class.is_some() || field.required;
        let class = field.class.as_deref().unwrap_or(default_class);
        let (level, class) = if hard { (Level::Error, class.to_owned()) } else { (Level::Warning, class.replacen("E_", "W_", 1)) };
        let mut problem =
            Problem::new(if hard { Level::Error } else { Level::Warning }, &class, &field.path, &field.title, &shown, expected);
        if level == Level::Warning {
            problem.message.push_str("；原文已保留待核");
            // A private text must not enter the public document.
            let kept = if field.private.is_some() { shown } else { found.trim().to_owned() };
            self.unread.insert(field.path.clone(), Value::String(kept));
        }
        self.problems.push(problem);
    }

    /// Elements of a repeated group given as JSON.
    fn group(&mut self, path: &str, members: &[Field], items: &[Value]) {
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let Value::Object(map) = item else {
                self.problems.push(Problem::new(Level::Error, "E_FIELD", &format!("{path}.{index}"), path, &item.to_string(), "一组字段"));
                continue;
            };
            let mut element = Map::new();
            for (name, value) in map {
                let Some(member) = members.iter().find(|m| m.path == *name) else {
                    self.problems.push(Problem::new(
                        Level::Error,
                        "E_FIELD",
                        &format!("{path}.{index}.{name}"),
                        name,
                        &value.to_string(),
                        "该组已定义的字段",
                    ));
                    continue;
                };
                let list = match &member.ty {
                    FieldType::Code(list) | FieldType::Codes(list) => self.reader.catalogue.list(list),
                    _ => None,
                };
                let around = Around { list, day: &self.day, today: self.reader.today, year: None, other_document: false };
                let cell = Cell::Json(value.clone());
                match read_value(member, &cell, around) {
                    Ok(reading) => {
                        if let Some(value) = reading.value {
                            element.insert(name.clone(), value);
                        }
                    }
                    Err(bad) => {
                        let at = Field { path: format!("{path}.{index}.{name}"), ..member.clone() };
                        self.refuse(&at, &cell, bad.class, &bad.expected);
                    }
                }
            }
            if !element.is_empty() {
                out.push(Value::Object(element));
            }
        }
        if !out.is_empty() {
            set_path(&mut self.document, path, Value::Array(out));
        }
    }

    /// One workbook column of a repeated group.
    fn pivot(&mut self, group: &str, key: &str, cell: &Cell) {
        if cell.is_blank() {
            return;
        }
        let Some(field) = self.reader.kind.field(group) else { return };
        let Some(pivot) = &field.pivot else { return };
        let FieldType::Group(members) = &field.ty else { return };
        let list = pivot.list.as_deref().and_then(|name| self.reader.catalogue.list(name));
        let code = list.and_then(|l| l.get(key));
        let column = |name| list.zip(code).and_then(|(l, c)| l.of(c, name));
        let title = code.map_or(key, |c| c.label.as_str());
        let shown = cell.shown();
        // Four columns at most: item, value or text, unit, flag.
        let mut element = Map::with_capacity(4);
        element.insert(pivot.key.clone(), Value::String(key.to_owned()));
        let number = shown.starts_with(|c: char| c.is_ascii_digit());
        let not_done = !number && matches!(text::word_key(&shown).as_str(), "未检" | "弃检" | "未测" | "未做");
        let is_text = column("value_type") == Some("text");
        if let (true, Some(flag)) = (not_done, &pivot.flag) {
            let code = self
                .reader
                .catalogue
                .list("EXAMFLAG")
                .and_then(|l| l.resolve(&shown, ""))
                .map_or_else(|| text::tidy(&shown), |c| c.code.clone());
            element.insert(flag.clone(), Value::String(code));
            let mut problem = Problem::new(Level::Warning, "W_NOT_DONE", group, title, shown.trim(), "检查结果");
            problem.message = format!("{title}：{}", shown.trim());
            self.problems.push(problem);
        } else if let (true, Some(member)) = (is_text, &pivot.text) {
            element.insert(member.clone(), Value::String(text::tidy(&shown)));
        } else if let Some(member) = members.iter().find(|m| m.path == pivot.value) {
            let around = Around { list: None, day: "", today: self.reader.today, year: None, other_document: false };
            match read_value(member, cell, around) {
                Ok(Reading { value: Some(value), repaired, .. }) => {
                    if let Some(found) = repaired {
                        self.problems.push(Problem::new(Level::Repair, "R_FORMAT", group, title, &found, &value.to_string()));
                    }
                    element.insert(pivot.value.clone(), value);
                }
                Ok(_) => return,
                Err(bad) => {
                    // Kept as text: nothing that was handed in disappears.
                    if let Some(member) = &pivot.text {
                        element.insert(member.clone(), Value::String(text::tidy(&shown)));
                    }
                    let mut problem = Problem::new(Level::Warning, "W_NUM", group, title, shown.trim(), &bad.expected);
                    problem.message.push_str("；原文已保留");
                    self.problems.push(problem);
                }
            }
        }
        if let (Some(member), Some(unit)) = (&pivot.unit, column("unit"))
            && !unit.is_empty()
        {
            element.insert(member.clone(), Value::String(unit.to_owned()));
        }
        match get_path_mut(&mut self.document, group) {
            Some(Value::Array(items)) => items.push(Value::Object(element)),
            _ => set_path(&mut self.document, group, Value::Array(vec![Value::Object(element)])),
        }
    }

    fn finish(mut self) -> (Map<String, Value>, Vec<Problem>) {
        let mut units = Vec::new();
        for (path, reading) in std::mem::take(&mut self.late) {
            units.extend(self.measured(&path, reading));
        }
        // The unit becomes the canonical one when every field that was given in it has been converted.
        for (field, canonical) in units {
            set_path(&mut self.document, &field, Value::String(canonical));
        }
        for field in &self.reader.kind.fields {
            if field.read_only || field.path.contains('.') && !parent_present(&self.document, &field.path) {
                continue;
            }
            let present = get_path(&self.document, &field.path).is_some();
            if !present {
                if let Some(default) = &field.default {
                    set_path(&mut self.document, &field.path, default.clone());
                } else if field.required && !self.problems.iter().any(|p| p.field == field.path && p.level == Level::Error) {
                    let class = field.class.clone().unwrap_or_else(|| "E_REQUIRED".into());
                    let mut problem = Problem::new(Level::Error, &class, &field.path, &field.title, "", &expectation(field));
                    problem.message = format!("{}：未填写，此项必填", field.title);
                    self.problems.push(problem);
                }
            }
        }
        if !self.month.is_empty() {
            self.document.insert("_month".into(), Value::Array(self.month));
        }
        if !self.unread.is_empty() {
            self.document.insert("_unread".into(), Value::Object(self.unread));
        }
        (self.document, self.problems)
    }

    /// Unit conversion and the sibling fields of measured values.
    fn measured(&mut self, path: &str, mut reading: Reading) -> Option<(String, String)> {
        let field = self.reader.kind.field(path).cloned()?;
        let mut changed = None;
        let mut factor = 1.0_f64;
        if let Some(unit_field) = &field.unit_from
            && let Some(Value::String(unit)) = get_path(&self.document, unit_field).cloned()
            && let Some(list) = self.reader.catalogue.list("UNIT")
        {
            let canonical = list.column(&unit, "canonical").filter(|c| !c.is_empty()).unwrap_or(&unit).to_owned();
            factor = list.column(&unit, "factor").and_then(|f| f.parse().ok()).unwrap_or(1.0);
            if canonical != unit {
                let found = list.label(&unit).to_owned();
                let mut problem = Problem::new(Level::Repair, "R_UNIT", path, &field.title, &found, list.label(&canonical));
                problem.message = format!("{}：单位由“{found}”换算为“{}”", field.title, list.label(&canonical));
                self.problems.push(problem);
                changed = Some((unit_field.clone(), canonical));
            }
        }
        if let Some(value) = reading.value.take() {
            let value = match value.as_f64() {
                Some(number) if (factor - 1.0).abs() > f64::EPSILON => json!(scale(number, factor)),
                _ => value,
            };
            set_path(&mut self.document, path, value);
        }
        let Some(measured) = &field.measured else { return changed };
        // An empty cell says nothing: an explicit 是 in the sibling column stays.
        if reading.below.is_some() || get_path(&self.document, path).is_some() {
            set_path(&mut self.document, &measured.below, Value::Bool(reading.below.is_some()));
        }
        if let (Some(limit), Some(target)) = (reading.below, &measured.limit) {
            let limit = limit
                .map(|l| json!(scale(l, factor)))
                .or_else(|| measured.lod_from.as_ref().and_then(|f| get_path(&self.document, f).cloned()));
            if let Some(limit) = limit {
                set_path(&mut self.document, target, limit);
            }
        }
        if let (Some(word), Some(target)) = (reading.none, &measured.none) {
            let value = match self.reader.kind.field(target).map(|f| &f.ty) {
                Some(FieldType::Boolean) => Value::Bool(true),
                _ => Value::String(word),
            };
            set_path(&mut self.document, target, value);
        }
        changed
    }
}

/// Converts a number. Small factors divide (÷ 1000, not × 0.001), so that 700 μg/m³ is exactly 0.7 mg/m³ and not above it.
fn scale(number: f64, factor: f64) -> f64 {
    if factor < 1.0 { number / (1.0 / factor).round() } else { number * factor }
}

/// What a required field should hold, in words.
fn expectation(field: &Field) -> String {
    match &field.ty {
        FieldType::Date => "日期".into(),
        FieldType::Integer => "整数".into(),
        FieldType::Number => "数字".into(),
        FieldType::Code(_) | FieldType::Codes(_) => "代码表中的一项".into(),
        _ => "不为空的内容".into(),
    }
}

fn parent_present(document: &Map<String, Value>, path: &str) -> bool {
    path.rsplit_once('.').is_none_or(|(parent, _)| get_path(document, parent).is_some())
}

/// Value at a dotted path.
#[must_use]
pub fn get_path<'a>(document: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut at = document.get(parts.next()?)?;
    for part in parts {
        at = at.get(part)?;
    }
    Some(at)
}

fn get_path_mut<'a>(document: &'a mut Map<String, Value>, path: &str) -> Option<&'a mut Value> {
    let mut parts = path.split('.');
    let mut at = document.get_mut(parts.next()?)?;
    for part in parts {
        at = at.get_mut(part)?;
    }
    Some(at)
}

/// Sets the value at a dotted path, making objects on the way.
pub fn set_path(document: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            document.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = document.entry(head.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                set_path(inner, rest, value);
            }
        }
    }
}
