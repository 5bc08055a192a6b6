//! A filled form: from what was typed to the inputs of a calculator, with what is wrong beside each input.

use super::column;
use super::numbers;
use crate::error::PageError;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use zhijian_calc::registry::{CalcError, Calculator, Code, Field, Form};

/// What is wrong with a line of a pasted column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Line, from 1.
    pub line: usize,
    /// In Chinese, with the line and what was expected.
    pub text: String,
}

/// Where the values of a pasted column came from.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// The line of each value.
    pub origin: Vec<usize>,
    /// Days or periods: line, text, and the numbers by which they are ordered.
    pub labels: Vec<(usize, String, Vec<u32>)>,
    /// The heading, which holds no value.
    pub heading: Option<usize>,
    /// What could not be read.
    pub said: Vec<Said>,
}

impl Lines {
    /// The period of a value, or its number.
    #[must_use]
    pub fn label(&self, index: usize) -> String {
        let line = self.origin.get(index);
        let found = self.labels.iter().find(|(at, ..)| Some(at) == line);
        found.map_or_else(|| format!("第 {} 期", index + 1), |(_, label, _)| label.clone())
    }
}

/// A form as it was sent.
#[derive(Debug, Clone)]
pub struct Entered {
    calculator: &'static Calculator,
    /// Names and texts as typed.
    pub fields: Vec<(String, String)>,
    /// What the calculator gets.
    pub inputs: Map<String, Value>,
    /// Of each pasted column.
    pub lines: BTreeMap<&'static str, Lines>,
    /// What is wrong, by the name of the input; empty for the whole.
    pub problems: BTreeMap<String, Vec<String>>,
}

/// Names of the inputs that one field of a calculator has on the page.
#[must_use]
pub fn names(calculator: &Calculator, field: &Field) -> Vec<String> {
    match calculator.form(field.key) {
        Form::Frequencies { at } => at.iter().map(|hz| format!("{}.{hz}", field.key)).collect(),
        Form::Column { censored: true, .. } => vec![field.key.to_owned(), format!("{}.lod", field.key)],
        _ => vec![field.key.to_owned()],
    }
}

impl Entered {
    /// Reads a form.
    ///
    /// # Errors
    /// A name that the calculator does not have.
    pub fn read(calculator: &'static Calculator, fields: Vec<(String, String)>) -> Result<Self, PageError> {
        let known: Vec<String> = calculator.inputs.iter().flat_map(|field| names(calculator, field)).collect();
        if let Some((name, _)) = fields.iter().find(|(name, _)| !known.contains(name)) {
            return Err(PageError::BadRequest(format!("“{}”没有输入项“{name}”", calculator.title)));
        }
        let mut entered = Self { calculator, fields, inputs: Map::new(), lines: BTreeMap::new(), problems: BTreeMap::new() };
        for field in calculator.inputs {
            entered.take(field);
        }
        Ok(entered)
    }

    /// The example, as it would have been typed.
    #[must_use]
    pub fn example(calculator: &'static Calculator) -> Self {
        let example = &calculator.guide().example;
        let mut fields = Vec::new();
        for field in calculator.inputs {
            let Some(value) = example.get(field.key) else { continue };
            match calculator.form(field.key) {
                Form::Frequencies { at } => {
                    for hz in at {
                        fields.push((format!("{}.{hz}", field.key), written(&value[hz.to_string()])));
                    }
                }
                form => fields.push((field.key.to_owned(), typed(calculator, field, &form, value))),
            }
        }
        Self { calculator, fields, inputs: Map::new(), lines: BTreeMap::new(), problems: BTreeMap::new() }
    }

    /// Text of an input, empty when it was not given.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, text)| text.as_str())
    }

    /// What is wrong with an input.
    pub fn said(&self, name: &str) -> impl Iterator<Item = &str> {
        self.problems.get(name).into_iter().flatten().map(String::as_str)
    }

    fn say(&mut self, name: &str, text: impl Into<String>) {
        self.problems.entry(name.to_owned()).or_default().push(text.into());
    }

    fn take(&mut self, field: &'static Field) {
        let key = field.key;
        let form = self.calculator.form(key);
        let text = self.text(key).to_owned();
        if let Form::Frequencies { at } = &form {
            self.take_frequencies(field, at);
            return;
        }
        if text.trim().is_empty() {
            if field.required {
                self.say(key, "请填写");
            }
            return;
        }
        let read = match &form {
            Form::Column { censored, dated, bounds } => {
                let limit = Some(self.text(&format!("{key}.lod")).to_owned()).filter(|t| !t.trim().is_empty());
                let (values, lines) = column::column(&text, *censored, *dated, bounds, limit.as_deref());
                self.take_lines(field, values, lines);
                return;
            }
            Form::Table { dated } => {
                let (rows, lines) = column::table(self.calculator, field, &text, *dated);
                self.take_lines(field, rows, lines);
                return;
            }
            Form::Groups => {
                let (groups, lines) = column::groups(&text);
                self.take_lines(field, groups, lines);
                return;
            }
            Form::Number(bounds) => numbers::number(&text).ok_or_else(|| bounds.words()),
            Form::Choice { options } => column::chosen(options, &text).ok_or_else(|| "列出的选项之一".into()),
            Form::Flag => numbers::flag(&text).map(Value::Bool).ok_or_else(|| "是或否".into()),
            Form::Pair => pair(&text).ok_or_else(|| "两个整数，如 5, 4".into()),
            Form::Range => column::range(&text).ok_or_else(|| "范围，如 4-6".into()),
            Form::Day | Form::Text | Form::Answers { .. } | Form::Frequencies { .. } => Ok(json!(numbers::plain(&text))),
        };
        match read {
            Ok(value) => {
                self.inputs.insert(key.into(), value);
            }
            Err(expected) => self.say(key, format!("“{}”不能识别，应为{expected}", text.trim())),
        }
    }

    fn take_frequencies(&mut self, field: &'static Field, at: &[u32]) {
        let names: Vec<String> = at.iter().map(|hz| format!("{}.{hz}", field.key)).collect();
        if names.iter().all(|name| self.text(name).trim().is_empty()) && !field.required {
            return;
        }
        let mut values = Map::new();
        for (name, hz) in names.iter().zip(at) {
            let text = numbers::plain(self.text(name));
            let value = if text.is_empty() {
                self.say(name, format!("{hz} Hz 未填写"));
                continue;
            } else if text.strip_prefix('>').and_then(numbers::number).is_some() {
                json!(text.replace(' ', ""))
            } else if let Some(value) = numbers::number(&text) {
                value
            } else {
                self.say(name, format!("{hz} Hz：“{text}”应为 dB 数，或“>90”表示最大输出无反应"));
                continue;
            };
            values.insert(hz.to_string(), value);
        }
        self.inputs.insert(field.key.into(), Value::Object(values));
    }

    fn take_lines(&mut self, field: &'static Field, values: Vec<Value>, lines: Lines) {
        for said in &lines.said {
            self.problems.entry(field.key.to_owned()).or_default().push(said.text.clone());
        }
        if values.is_empty() && lines.said.is_empty() {
            self.say(field.key, "没有读到数据");
        }
        self.inputs.insert(field.key.into(), Value::Array(values));
        self.lines.insert(field.key, lines);
    }

    /// Puts a refusal of the calculator beside its input, in Chinese.
    pub fn refuse(&mut self, error: &CalcError) {
        let path = error.field.clone().unwrap_or_default();
        let mut parts = path.split('.');
        let key = parts.next().unwrap_or_default();
        let Some(field) = self.calculator.inputs.iter().find(|f| f.key == key) else {
            let text = reason(error.code, self.calculator, None);
            self.say("", text);
            return;
        };
        let rest: Vec<&str> = parts.collect();
        let member = rest.iter().find_map(|part| field.items.iter().find(|m| m.key == *part));
        let form_path = member.map_or_else(|| key.to_owned(), |m| format!("{key}.{}", m.key));
        let why = reason(error.code, self.calculator, Some(&self.calculator.form(&form_path)));
        let index = rest.first().and_then(|part| part.parse::<usize>().ok());
        let line = index.and_then(|index| self.lines.get(key).and_then(|lines| lines.origin.get(index)));
        let text = match (line, member) {
            (Some(line), Some(member)) => format!("第 {line} 行“{}”：{why}", column::name(member)),
            (Some(line), None) => format!("第 {line} 行：{why}"),
            (None, _) => why,
        };
        let name = if names(self.calculator, field).contains(&path) { path } else { self.place(field, &rest) };
        self.say(&name, text);
    }

    /// The input on the page to which a path belongs.
    fn place(&self, field: &Field, rest: &[&str]) -> String {
        let all = names(self.calculator, field);
        match (self.calculator.form(field.key), rest.first()) {
            (Form::Frequencies { .. }, Some(hz)) => all.into_iter().find(|n| n.ends_with(&format!(".{hz}"))).unwrap_or_default(),
            _ => all.into_iter().next().unwrap_or_default(),
        }
    }
}

/// A contract error in Chinese.
#[must_use]
pub fn reason(code: Code, calculator: &Calculator, form: Option<&Form>) -> String {
    let valid = &calculator.guide().valid;
    match (code, form) {
        (Code::InvalidInput, Some(Form::Number(bounds) | Form::Column { bounds, .. })) => format!("数值无效，应为{}", bounds.words()),
        (Code::InvalidInput, Some(Form::Day)) => "应为日期，如 2026-02-01".into(),
        (Code::InvalidInput, _) => format!("填写无效（{valid}）"),
        (Code::OutOfRange, _) => format!("超出适用范围（{valid}）"),
        (Code::InsufficientData, _) => format!("数据不足（{valid}）"),
        (Code::AllCensored, _) => "全部低于检出限，此法不能计算；可改用“同质接触组贝叶斯评估”".into(),
        (Code::UnknownCalculator, _) => "没有这个计算器".into(),
        (Code::UnknownKey, _) => "没有这个输入项".into(),
    }
}

fn pair(text: &str) -> Option<Value> {
    let parts: Option<Vec<Value>> = text.split([',', '，', '、', ' ']).filter(|p| !p.trim().is_empty()).map(numbers::number).collect();
    parts.filter(|parts| parts.len() == 2).map(Value::Array)
}

/// A value as it is typed.
#[must_use]
pub fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.into(),
        other => other.to_string(),
    }
}

fn typed(calculator: &Calculator, field: &Field, form: &Form, value: &Value) -> String {
    let list =
        |value: &Value, between: &str| -> String { value.as_array().into_iter().flatten().map(written).collect::<Vec<_>>().join(between) };
    match form {
        Form::Column { .. } => list(value, "\n"),
        Form::Pair => list(value, ", "),
        Form::Groups => value.as_array().into_iter().flatten().map(|group| list(group, ", ")).collect::<Vec<_>>().join("\n"),
        Form::Table { .. } => {
            let rows = value.as_array().into_iter().flatten().map(|row| line(calculator, field, row));
            rows.collect::<Vec<_>>().join("\n")
        }
        Form::Flag => value.to_string(),
        _ => written(value),
    }
}

fn line(calculator: &Calculator, field: &Field, row: &Value) -> String {
    let cell = |member: &Field| {
        let value = &row[member.key];
        match (calculator.form(&format!("{}.{}", field.key, member.key)), value) {
            (Form::Range, Value::Array(ends)) => ends.iter().map(written).collect::<Vec<_>>().join("-"),
            (_, Value::Array(values)) => values.iter().map(written).collect::<Vec<_>>().join("/"),
            (Form::Answers { keys }, Value::Object(answers)) => {
                let each = |(key, _): &(String, String)| answers.get(key).map(written).unwrap_or_default();
                keys.iter().map(each).collect::<Vec<_>>().join("/")
            }
            (_, Value::Null) => "-".into(),
            (_, value) => written(value),
        }
    };
    let mut cells: Vec<String> = field.items.iter().map(cell).collect();
    while cells.len() > 1 && cells.last().is_some_and(|cell| cell == "-") {
        cells.pop();
    }
    cells.join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail loudly")]
mod tests {
    use super::*;
    use zhijian_calc::registry::{find, list, run};

    #[test]
    fn every_example_reads_back_as_the_inputs_it_was_written_from() {
        for calculator in list() {
            let example = Entered::example(calculator);
            let read = Entered::read(calculator, example.fields).unwrap();
            assert!(read.problems.is_empty(), "{}: {:?}", calculator.id, read.problems);
            let expected = run(calculator.id, &Value::Object(calculator.guide().example.clone())).unwrap();
            let got = run(calculator.id, &Value::Object(read.inputs.clone()));
            assert_eq!(got, Ok(expected), "{}: {:?}", calculator.id, read.inputs);
        }
    }

    #[test]
    fn a_refusal_stands_at_its_line() {
        let twa = find("air.twa").unwrap();
        let fields = vec![("samples".to_owned(), "浓度,时间\n\n100,120\n40,-3".to_owned())];
        let mut read = Entered::read(twa, fields).unwrap();
        let error = run("air.twa", &Value::Object(read.inputs.clone())).unwrap_err();
        read.refuse(&error);
        assert_eq!(read.said("samples").collect::<Vec<_>>(), ["第 4 行“代表时间”：数值无效，应为大于 0 的数字"]);
    }

    #[test]
    fn a_frequency_that_is_missing_is_named() {
        let gbz49 = find("hearing.gbz49").unwrap();
        let mut fields = Entered::example(gbz49).fields;
        fields.retain(|(name, _)| name != "left.4000");
        let read = Entered::read(gbz49, fields).unwrap();
        assert_eq!(read.said("left.4000").collect::<Vec<_>>(), ["4000 Hz 未填写"]);
        assert!(Entered::read(gbz49, vec![("x".into(), "1".into())]).is_err());
    }
}
